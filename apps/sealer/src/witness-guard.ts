/**
 * Before a sealer goes on: what do the witnesses of its policy know of this log? A database that was put back to an older state, or to another
 * history, is found out by them even where the sealer's own file of the last signed head went with it.
 */
import {
  type Checkpoint,
  equalBytes,
  formatAddCheckpoint,
  formatCheckpoint,
  formatNote,
  merkleRoot,
  openCheckpoint,
  originHash,
  type SigningKey,
  signText,
  type VerifierKey,
  type WitnessPolicy,
} from '#lib/ledger';
import { lastSeal, type StorePool } from '#lib/store';
import type { Log } from '#lib/runtime';
import { SealRollback } from './open-sealer.ts';
import { storedRoot } from './stored-tree.ts';
import { witnessAnswered } from './witness-answer.ts';
import type { WitnessClient, WitnessReply } from './witness-client.ts';
import { type WitnessLine, witnessLines } from './witness-lines.ts';

/** Too few witnesses say what they cosigned: it is not known whether the database is as new as that. Tried again. */
export class WitnessesSilent extends Error {
  override readonly name = 'WitnessesSilent';
  readonly code = 'seal.witnesses-silent';
}

/** What a witness says of this log. */
interface WitnessWord {
  /** The head that it shows, which it and the log signed. It may be older than what it cosigned last. */
  readonly head: Pick<Checkpoint, 'size' | 'root'> | null;
  /** What it says that it cosigned last, 0 where nothing; `null`: it does not say. */
  readonly size: bigint | null;
  /** Why it is of no use. */
  readonly reason: string;
}

type LogKeys = readonly VerifierKey<'log'>[];

export interface GuardOptions {
  readonly policy: WitnessPolicy;
  readonly client: WitnessClient;
  readonly pool: StorePool;
  /** Named by the log's origin. */
  readonly key: SigningKey<'log'>;
  /** Sign beside it: a witness may have been told of one of them alone. */
  readonly formerKeys?: readonly SigningKey<'log'>[];
  /**
   * Sign nothing any more. What a witness shows may be as old as they are; it stands there by the witness's own signature, so that a thief of
   * such a key can show nothing that no witness cosigned.
   */
  readonly revokedKeys?: readonly VerifierKey<'log'>[];
  readonly log: Log;
}

/**
 * Resolves where the stored log is at least as new as what any witness shows, and of its history, and at least as many of the policy's
 * witnesses as its threshold answered. Throws SealRollback, WitnessesSilent, and what the database throws. Nothing is written.
 *
 * Of a policy of k of n with 2k > n, each k witnesses that answer have one among them that cosigned the newest published head.
 */
export async function checkWitnesses(options: GuardOptions): Promise<void> {
  const { policy, pool, log } = options;
  const lines = witnessLines(policy);
  const words = await Promise.all(lines.map((line) => wordOf(line, options)));
  const last = await lastSeal(pool);
  const stored = last === null ? 0n : BigInt(last.logIndex) + 1n;
  let answered = 0;
  for (const [n, line] of lines.entries()) {
    const { head, size, reason } = words[n] as WitnessWord;
    const who = line.keys.map(({ name }) => name).join(', ');
    if (head !== null) await checkHead(head, stored, who, pool, log);
    const unknown =
      size === null
        ? reason
        : size > stored
          ? `it says that it cosigned ${size} entries, of which ${stored} are stored, and does not show them`
          : null;
    if (unknown === null) answered += line.keys.length;
    else log.warn('it is not known what a witness cosigned', { code: 'seal.witness-failed', witness: who, why: unknown });
  }
  if (answered < policy.threshold)
    throw new WitnessesSilent(`Of the policy's witnesses ${answered} say what they cosigned, and ${policy.threshold} have to.`);
}

async function checkHead(
  { size, root }: Pick<Checkpoint, 'size' | 'root'>,
  stored: bigint,
  who: string,
  pool: StorePool,
  log: Log,
): Promise<void> {
  const fault =
    size > stored
      ? `the witness ${who} cosigned a head of ${size} entries, and the database has sealed ${stored}`
      : equalBytes(await storedRoot(pool, size), root)
        ? null
        : `the first ${size} entries of the stored log are not those that the witness ${who} cosigned: two histories, which part below ${size}`;
  if (fault === null) return;
  log.error('what a witness cosigned is not what is stored', { code: 'seal.rollback', witness: who, why: fault, count: Number(size) });
  throw new SealRollback(`${fault[0]?.toUpperCase()}${fault.slice(1)}.`);
}

/** What it serves to monitors, and what it answers to the head of an empty log, which every log extends: its size, or a cosignature where it has none. */
async function wordOf({ url, keys }: WitnessLine, { client, key, formerKeys = [], revokedKeys = [] }: GuardOptions): Promise<WitnessWord> {
  const signers = [key, ...formerKeys];
  const logKeys = [...signers, ...revokedKeys];
  const got = await client.get(`${url}/${originHash(key.name)}/checkpoint`);
  const shown = got.ok && got.reply.status === 200 ? shownHead(got.reply, keys, logKeys) : { head: null, reason: got.ok ? '' : got.reason };
  if (shown.head === null && shown.reason !== '') return { ...shown, size: null };
  const text = formatCheckpoint({ origin: key.name, size: 0n, root: Uint8Array.from(merkleRoot([])), extension: [] });
  const note = formatNote(
    text,
    signers.map((signer) => signText(signer, text)),
  );
  const asked = await client.post(`${url}/add-checkpoint`, formatAddCheckpoint(0n, [], note));
  const answered = asked.ok ? witnessAnswered(asked.reply, text, keys) : ({ kind: 'failed', reason: asked.reason } as const);
  if (answered.kind === 'cosigned') return { ...shown, size: 0n };
  if (answered.kind === 'size') return { ...shown, size: answered.size };
  return { head: shown.head, size: shown.head?.size ?? null, reason: answered.reason };
}

/** What the witnesses of one address show of a log to whoever asks. */
export interface ShownHead extends Pick<WitnessWord, 'head' | 'reason'> {
  readonly url: string;
  /** Names of their keys. */
  readonly names: readonly string[];
  /** Names of those of them that cosigned the head. */
  readonly cosigned: readonly string[];
}

/**
 * The heads that the policy's witnesses show, each signed by them and by one of these keys of the log; nothing is asked that takes a key of the
 * log, so that whoever restores one can ask as well. What they cosigned last may be newer.
 */
export function shownHeads(policy: WitnessPolicy, client: WitnessClient, origin: string, log: LogKeys): Promise<ShownHead[]> {
  return Promise.all(
    witnessLines(policy).map(async ({ url, keys }) => {
      const got = await client.get(`${url}/${originHash(origin)}/checkpoint`);
      const names = keys.map(({ name }) => name);
      if (!got.ok) return { url, names, ...showsNothing(got.reason) };
      if (got.reply.status !== 200)
        return { url, names, ...showsNothing(`it answered ${got.reply.status}, and shows no head of this log`) };
      return { url, names, ...shownHead(got.reply, keys, log) };
    }),
  );
}

type Shown = Pick<ShownHead, 'head' | 'reason' | 'cosigned'>;

const showsNothing = (reason: string): Shown => ({ head: null, reason, cosigned: [] });

function shownHead({ body }: WitnessReply, keys: WitnessLine['keys'], log: LogKeys): Shown {
  const opened = openCheckpoint(body, { log, witness: keys });
  if (!opened.ok) return showsNothing(`what it serves is no head of this log: ${opened.fault.detail} (${opened.fault.code})`);
  const { checkpoint, cosignatures } = opened.value;
  if (cosignatures.length === 0) return showsNothing('it did not sign what it serves');
  return { head: checkpoint, reason: '', cosigned: cosignatures.map(({ key }) => key.name) };
}
