/** What a witness tells whoever runs it of heads that it did not cosign, or not by the key of maps. */
import type { WitnessAnswer } from '#lib/ledger';
import type { Log, WitnessMetrics } from '#lib/runtime';
import type { Verdict } from './auditor.ts';

/** Of heads that come without a proof one is told in so long, with how many more came since the one before. */
const UNPROVED_TOLD_SECONDS = 60n;

export interface WarningsOptions {
  /** Seconds since the Epoch. */
  readonly now: () => bigint;
  readonly metrics: Pick<WitnessMetrics, 'forkSize'>;
  readonly log: Log;
}

export interface WitnessWarnings {
  fork(origin: string, answer: WitnessAnswer): void;
  noProof(origin: string, answer: WitnessAnswer): void;
  map(origin: string, verdict: Exclude<Verdict, { readonly kind: 'holds' }>): void;
}

export function witnessWarnings({ now, metrics, log }: WarningsOptions): WitnessWarnings {
  const noProof = new Map<string, { readonly told: bigint; readonly since: number }>();
  return {
    fork(origin, { body, fork }) {
      const size = Number(fork?.cosigned);
      metrics.forkSize.set(size);
      log.error('a log was offered with another history; it was not cosigned', {
        code: 'data.witness-fork',
        origin,
        why: body.trimEnd(),
        count: size,
      });
    },
    // Anybody can offer such a head, as often as he likes.
    noProof(origin, { body }) {
      const { told, since } = noProof.get(origin) ?? { told: null, since: 0 };
      const time = now();
      if (told !== null && time - told < UNPROVED_TOLD_SECONDS) return void noProof.set(origin, { told, since: since + 1 });
      noProof.set(origin, { told: time, since: 0 });
      log.warn('a head was offered without a proof; it was not cosigned', {
        code: 'data.witness-proof',
        origin,
        why: body.trimEnd(),
        ...(since > 0 ? { count: since } : {}),
      });
    },
    map(origin, { kind, sentence }) {
      if (kind === 'refused') log.error('the map of a log is refused', { code: 'data.witness-map', origin, why: sentence });
      else log.warn('the map of a head is not cosigned', { origin, why: sentence });
    },
  };
}
