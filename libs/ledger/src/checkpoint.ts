/** Checkpoints (C2SP tlog-checkpoint): the head of a log's tree, as a signed note. */
import { equalBytes, fromBase64, toBase64 } from './bytes.ts';
import { claimedTime } from './cosignature.ts';
import { HEAD_RULES, type HeadRules } from './head-rules.ts';
import { type NoteFault, type NoteResult, refused, taken } from './note-fault.ts';
import { isOfKind, type NoteSignature, type VerifierKey } from './note-key.ts';
import { HASH_BYTES, sha256 } from './primitives.ts';
import { openParsedNote, parseNote, type VerifiedSignature } from './signed-note.ts';

/** Leaves of a log, so that a path never has more than 63 hashes; a proof of consistency has one more between some sizes from 2^61 on. */
export const TREE_SIZE_MAX = 2n ** 63n - 1n;

const DECIMAL = /^(?:0|[1-9][0-9]{0,18})$/;
const CONTROL = /[\0-\x1f]/;
const LINES_MIN = 3;

/** The head of a log: how many leaves, and their root. */
export interface Checkpoint {
  /** The log's own name, in one line. */
  readonly origin: string;
  /** Leaves, from 0 to TREE_SIZE_MAX. */
  readonly size: bigint;
  /** 32 bytes: the root of the RFC 9162 tree over them. */
  readonly root: Uint8Array;
  /** Lines after the third, opaque; not one is empty. Ours have none. */
  readonly extension: readonly string[];
}

/** A witness's word about a checkpoint. */
export interface Cosignature extends NoteSignature {
  readonly key: VerifierKey<'witness'>;
  /** Seconds since the Epoch, by the witness's clock. */
  readonly timestamp: bigint;
}

/** A checkpoint that its log signed, and who else did. */
export interface OpenedCheckpoint {
  readonly checkpoint: Checkpoint;
  /** Of the note: what was signed. */
  readonly text: string;
  /** By keys of this log; never empty. */
  readonly signatures: readonly VerifiedSignature[];
  /** By witnesses that are known. */
  readonly cosignatures: readonly Cosignature[];
  readonly unverified: readonly NoteSignature[];
}

/** Who is believed. */
export interface CheckpointKeys {
  /** Each is believed for the log of its own name only. */
  readonly log: readonly VerifierKey<'log'>[];
  readonly witness?: readonly VerifierKey<'witness'>[];
}

/**
 * A note's text as a checkpoint, by its form alone: see checkEmptyRoot. Faults: `checkpoint.form`, `checkpoint.origin`, `checkpoint.size`,
 * `checkpoint.root`, `checkpoint.extension`.
 */
export function parseCheckpoint(text: string): NoteResult<Checkpoint> {
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.length < LINES_MIN)
    return refused('checkpoint.form', 'a checkpoint has three lines at least: origin, size, root, each ended by a newline');
  const [origin, decimal, encoded, ...extension] = lines as [string, string, string, ...string[]];
  if (!isOrigin(origin)) return refused('checkpoint.origin', 'the origin of a checkpoint is not empty and has no control characters');
  const size = parseTreeNumber(decimal);
  if (size === null) return refused('checkpoint.size', 'the size is decimal, without leading zeros, and below 2^63');
  const root = fromBase64(encoded);
  if (root?.length !== HASH_BYTES) return refused('checkpoint.root', 'the root is the base64 of 32 bytes');
  if (extension.includes('')) return refused('checkpoint.extension', 'an extension line is not empty');
  return taken({ origin, size, root, extension });
}

/** A tree of no leaves has one root: SHA-256 of nothing (RFC 9162 2.1.1). `checkpoint.empty-root` where it is another. */
export function checkEmptyRoot({ size, root }: Pick<Checkpoint, 'size' | 'root'>): NoteFault | null {
  if (size !== 0n || equalBytes(root, sha256(new Uint8Array()))) return null;
  return { code: 'checkpoint.empty-root', detail: 'the root of a tree without leaves is SHA-256 of nothing' };
}

/** The text to sign, with its last newline. Throws RangeError for what parseCheckpoint would not give back: it is our own. */
export function formatCheckpoint({ origin, size, root, extension }: Checkpoint): string {
  const text = [origin, size, toBase64(root), ...extension, ''].join('\n');
  const parsed = parseCheckpoint(text);
  if (!parsed.ok) throw new RangeError(parsed.fault.detail);
  if (parsed.value.extension.length !== extension.length) throw new RangeError('an extension line is one line');
  return text;
}

/**
 * The checkpoint of a note that a log's own key signed: one whose name is the origin. Faults: those of openNote and parseCheckpoint,
 * `checkpoint.log-key` (no key is known for this origin, or only witnesses signed), `checkpoint.empty-root`. Nothing is said about the
 * number of witnesses: see meetsPolicy. Cost: 0.13 ms for each known key that signed.
 */
export function openCheckpoint(note: Uint8Array, keys: CheckpointKeys, rules: HeadRules = HEAD_RULES): NoteResult<OpenedCheckpoint> {
  const parsed = parseNote(note);
  if (!parsed.ok) return parsed;
  const checkpoint = parseCheckpoint(parsed.value.text);
  if (!checkpoint.ok) return checkpoint;
  const { origin } = checkpoint.value;
  // What a key was registered for is asked again here: types are gone where keys come from a file.
  const isLogKey = (key: VerifierKey): boolean => (rules.logKeysOnly ? isOfKind(key, 'log') : !isOfKind(key, 'witness'));
  const isWitnessKey = (key: VerifierKey): key is VerifierKey<'witness'> => !rules.witnessKeysOnly || isOfKind(key, 'witness');
  const logKeys = keys.log.filter((key) => isLogKey(key) && (!rules.ownLogKeys || key.name === origin));
  const witnessKeys = (keys.witness ?? []).filter(isWitnessKey);
  if (logKeys.length === 0) return refused('checkpoint.log-key', `no key is known for the log ${origin}`);
  const opened = openParsedNote(parsed.value, [...logKeys, ...witnessKeys], rules);
  if (!opened.ok) return opened;
  const { text, verified, unverified } = opened.value;
  const signatures = verified.filter(({ key }) => isLogKey(key));
  if (signatures.length === 0) return refused('checkpoint.log-key', `witnesses signed, and not the log ${origin} itself`);
  const fault = checkEmptyRoot(checkpoint.value);
  if (rules.emptyRoot && fault !== null) return { ok: false, fault };
  const asked = new Set(witnessKeys.map(({ name, id }) => `${name}+${id}`));
  const cosignatures = verified.flatMap(({ key, ...signature }): Cosignature[] =>
    isWitnessKey(key) && asked.has(`${key.name}+${key.id}`) ? [{ ...signature, key, timestamp: claimedTime(signature.signature) }] : [],
  );
  return taken({ checkpoint: checkpoint.value, text, signatures, cosignatures, unverified });
}

/** A number of leaves, or a leaf's, as C2SP writes it: decimal, no leading zeros, below 2^63. `null` for anything else. */
export function parseTreeNumber(text: string): bigint | null {
  if (!DECIMAL.test(text)) return null;
  const value = BigInt(text);
  return value <= TREE_SIZE_MAX ? value : null;
}

const isOrigin = (origin: string): boolean => origin !== '' && !CONTROL.test(origin);
