/** The witness over its state: what comes in is decided by libs/ledger, one request at a time for each log, and kept before it is answered. */
import {
  addCheckpoint,
  badRequest,
  originHash,
  parseAddCheckpoint,
  refusal,
  signedBy,
  type SigningKey,
  unsigned,
  type VerifierKey,
  type WitnessAnswer,
} from '#lib/ledger';
import type { Log, WitnessMetrics } from '#lib/runtime';
import type { Auditor } from './auditor.ts';
import type { CosignedCheckpoints } from './cosigned-checkpoints.ts';
import { createTurns } from './turns.ts';

/** A log asks once for each checkpoint, each second at most: as many waiting are a flood. */
const WAITING_MAX = 64;
/** Of heads that come without a proof one is told in so long, with how many more came since the one before. */
const UNPROVED_TOLD_SECONDS = 60n;

/** Cosigns beside the witness's own key, what the auditor says holds. */
export interface MapWitness {
  readonly key: SigningKey<'witness'>;
  readonly auditor: Auditor;
}

export interface WitnessOptions {
  readonly key: SigningKey<'witness'>;
  /** Origin to the keys that are trusted for it. */
  readonly logs: ReadonlyMap<string, readonly VerifierKey<'log'>[]>;
  readonly cosigned: CosignedCheckpoints;
  /** Seconds since the Epoch. */
  readonly now: () => bigint;
  /** By origin: the logs whose maps are audited. */
  readonly maps: ReadonlyMap<string, MapWitness>;
  readonly metrics: Pick<WitnessMetrics, 'forkSize'>;
  readonly log: Log;
}

export interface Witness {
  /** `null`: too many requests about this log wait. Rejects where the state cannot be read or kept; then nothing was cosigned. */
  add(body: Uint8Array): Promise<WitnessAnswer> | null;
  /** The latest cosigned checkpoint by the SHA-256 of its log's origin, in hex; `null`: none, or no such log. */
  checkpoint(hash: string): Promise<Uint8Array | null>;
}

export function createWitness({ key, logs, cosigned, now, maps, metrics, log }: WitnessOptions): Witness {
  const origins = new Map([...logs.keys()].map((origin) => [originHash(origin), origin]));
  const turns = createTurns(WAITING_MAX);
  const tellFork = (origin: string, { body, fork }: WitnessAnswer): void => {
    const size = Number(fork?.cosigned);
    metrics.forkSize.set(size);
    log.error('a log was offered with another history; it was not cosigned', {
      code: 'data.witness-fork',
      origin,
      why: body.trimEnd(),
      count: size,
    });
  };
  const noProof = new Map<string, { readonly told: bigint; readonly since: number }>();
  // Anybody can offer such a head, as often as he likes.
  const tellNoProof = (origin: string, { body }: WitnessAnswer): void => {
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
  };
  return {
    add(body) {
      const request = parseAddCheckpoint(body);
      if (!request.ok) return Promise.resolve(badRequest(request.fault));
      const { origin } = request.value.checkpoint;
      const logKeys = logs.get(origin) ?? [];
      const answerFor = async (): Promise<WitnessAnswer> => {
        // Read each time: after a failure to keep, what is in the file counts, not what was meant to be.
        const latest = logKeys.length === 0 ? null : await cosigned.latest(origin);
        const view = { logKeys, latest, key, timestamp: now() };
        let answer = addCheckpoint(request.value, view);
        if (answer.fork !== undefined) tellFork(origin, answer);
        if (answer.noProof !== undefined) tellNoProof(origin, answer);
        if (answer.cosigned === undefined) return answer;
        const map = maps.get(origin);
        const verdict = await map?.auditor.check(answer.cosigned);
        if (verdict?.kind === 'refused') {
          log.error('the map of a log is refused', { code: 'data.witness-map', origin, why: verdict.sentence });
          return refusal(verdict.sentence);
        }
        // Without the audit the log's word is as good as to any other witness: that it only extends what it was.
        if (verdict?.kind === 'unknown') log.warn('the map of a head is not cosigned', { origin, why: verdict.sentence });
        if (verdict?.kind === 'holds' && map !== undefined)
          answer = addCheckpoint(request.value, { ...view, furtherKeys: [map.key], timestamp: now() });
        if (answer.cosigned !== undefined) await cosigned.keep(origin, answer.cosigned.note);
        return answer;
      };
      if (logKeys.length === 0) return answerFor();
      // Before it takes a turn: a stranger's requests keep the log from none.
      const signed = signedBy(request.value.note, logKeys);
      return signed.ok ? turns.take(origin, answerFor) : Promise.resolve(unsigned(signed.fault));
    },
    async checkpoint(hash) {
      const origin = origins.get(hash);
      return origin === undefined ? null : cosigned.note(origin);
    },
  };
}
