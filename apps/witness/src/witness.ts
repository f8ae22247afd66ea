/** The witness over its state: what comes in is decided by libs/ledger, one request at a time for each log, and kept before it is answered. */
import {
  type AddCheckpoint,
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
  type WitnessHead,
} from '#lib/ledger';
import type { Log, WitnessMetrics } from '#lib/runtime';
import type { Auditor, Verdict } from './auditor.ts';
import type { CosignedCheckpoints } from './cosigned-checkpoints.ts';
import { createTurns } from './turns.ts';
import { witnessWarnings } from './witness-warnings.ts';

/** A log asks once for each checkpoint, each second at most: as many waiting are a flood. */
const WAITING_MAX = 64;

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
  /**
   * `null`: too many requests about this log wait. Rejects where the state cannot be read or kept; then nothing was cosigned. Whoever repeats
   * the head that was cosigned last gets what was answered then, with the time of then.
   */
  add(body: Uint8Array): Promise<WitnessAnswer | null>;
  /** The latest cosigned checkpoint by the SHA-256 of its log's origin, in hex; `null`: none, or no such log. */
  checkpoint(hash: string): Promise<Uint8Array | null>;
}

/** What was cosigned last, since the start. */
interface Given {
  readonly text: string;
  readonly answer: WitnessAnswer;
  /** By each key that there is: it can be answered again as it is. */
  readonly isWhole: boolean;
  /** The audit for whoever repeats the head meanwhile. */
  again: Promise<WitnessAnswer | null> | null;
}

export function createWitness({ key, logs, cosigned, now, maps, metrics, log }: WitnessOptions): Witness {
  const origins = new Map([...logs.keys()].map((origin) => [originHash(origin), origin]));
  const turns = createTurns(WAITING_MAX);
  const warnings = witnessWarnings({ now, metrics, log });
  /** By origin. Nothing, while a head is being kept and after a failure to: then what is in the file counts. */
  const given = new Map<string, Given>();

  /** `null`: nobody audits the map. */
  const audit = async (origin: string, head: WitnessHead): Promise<Verdict | null> => {
    const verdict = (await maps.get(origin)?.auditor.check(head)) ?? null;
    if (verdict !== null && verdict.kind !== 'holds') warnings.map(origin, verdict);
    return verdict;
  };
  const decide = async (request: AddCheckpoint, audited: Verdict | null): Promise<WitnessAnswer> => {
    const { origin } = request.checkpoint;
    const view = { logKeys: logs.get(origin) ?? [], latest: await cosigned.latest(origin), key, timestamp: now() };
    let answer = addCheckpoint(request, view);
    if (answer.fork !== undefined) warnings.fork(origin, answer);
    if (answer.noProof !== undefined) warnings.noProof(origin, answer);
    if (answer.cosigned === undefined) return answer;
    const verdict = audited ?? (await audit(origin, answer.cosigned));
    given.delete(origin);
    if (verdict?.kind === 'refused') return refusal(verdict.sentence);
    // Without the audit the log's word is as good as to any other witness: that it only extends what it was.
    const map = verdict?.kind === 'holds' ? maps.get(origin) : undefined;
    if (map !== undefined) answer = addCheckpoint(request, { ...view, furtherKeys: [map.key], timestamp: now() });
    if (answer.cosigned !== undefined) await cosigned.keep(origin, answer.cosigned.note);
    given.set(origin, { text: request.note.text, answer, isWhole: verdict?.kind !== 'unknown', again: null });
    return answer;
  };
  /** `null`: another head was cosigned last, or none since the start. */
  const repeated = ({ oldSize, proof, note, checkpoint }: AddCheckpoint): Given | null => {
    const last = given.get(checkpoint.origin);
    return last?.text === note.text && oldSize === checkpoint.size && proof.length === 0 ? last : null;
  };
  /** The map may hold by now. The turn is taken when that is known, so that the next head does not wait behind it. */
  const auditAgain = async (request: AddCheckpoint, { answer }: Given): Promise<WitnessAnswer | null> => {
    const verdict = await audit(request.checkpoint.origin, request.checkpoint);
    return verdict?.kind === 'unknown' ? answer : turns.take(request.checkpoint.origin, () => decide(request, verdict));
  };
  return {
    async add(body) {
      const parsed = parseAddCheckpoint(body);
      if (!parsed.ok) return badRequest(parsed.fault);
      const request = parsed.value;
      const { origin } = request.checkpoint;
      const logKeys = logs.get(origin) ?? [];
      if (logKeys.length === 0) return addCheckpoint(request, { logKeys, latest: null, key, timestamp: now() });
      const signed = signedBy(request.note, logKeys);
      if (!signed.ok) return unsigned(signed.fault);
      // Everybody has the heads that the log published. The one that was cosigned last takes no turn, once it was answered since the start; in
      // its turn waits for an audit only what goes on from that one.
      const last = repeated(request);
      if (last === null) return turns.take(origin, async () => repeated(request)?.answer ?? decide(request, null));
      if (last.isWhole) return last.answer;
      last.again ??= auditAgain(request, last).finally(() => (last.again = null));
      return last.again;
    },
    async checkpoint(hash) {
      const origin = origins.get(hash);
      return origin === undefined ? null : cosigned.note(origin);
    },
  };
}
