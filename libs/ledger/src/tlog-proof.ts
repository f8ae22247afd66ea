/** Proofs of inclusion in text (C2SP tlog-proof): what is needed to check offline that a log holds an entry. */
import { fromBase64, toBase64, utf8, utf8Text } from './bytes.ts';
import { parseCheckpoint, parseTreeNumber } from './checkpoint.ts';
import { type NoteResult, refused, taken } from './note-fault.ts';
import { HASH_BYTES } from './primitives.ts';
import { NOTE_BYTES_MAX, parseNote } from './signed-note.ts';

/** A checkpoint of the largest kind, as much of extra data, and the hashes. */
export const TLOG_PROOF_BYTES_MAX = 2 * NOTE_BYTES_MAX + 10_000;
/** Of a proof in a tree of less than 2^63 leaves. */
export const PROOF_HASHES_MAX = 63;

const HEADER = 'c2sp.org/tlog-proof@v1';
const EXTRA = 'extra ';
const INDEX = 'index ';

/** An entry's place in a log, the path to a root, and the signed checkpoint with it. */
export interface TlogProof {
  /** Opaque and not authenticated; null: none, which is not the same as empty, and empty is not allowed. */
  readonly extra: Uint8Array | null;
  /** Of the entry, from 0, below the checkpoint's size. */
  readonly index: bigint;
  /** 32 bytes each, from the leaf's sibling up to a child of the root. */
  readonly hashes: readonly Uint8Array[];
  /** The signed note, byte for byte. */
  readonly checkpoint: Uint8Array;
}

/**
 * A proof by its form alone: the checkpoint is to be opened, and the path to be checked, by the caller. Faults: `tlog-proof.too-large`,
 * `tlog-proof.form`, `tlog-proof.header`, `tlog-proof.extra`, `tlog-proof.index`, `tlog-proof.hash`, `tlog-proof.too-many-hashes`, and
 * those of parseNote and parseCheckpoint.
 */
export function parseTlogProof(proof: Uint8Array): NoteResult<TlogProof> {
  if (proof.length > TLOG_PROOF_BYTES_MAX) return refused('tlog-proof.too-large', `a proof has at most ${TLOG_PROOF_BYTES_MAX} bytes`);
  const whole = utf8Text(proof);
  const split = whole?.indexOf('\n\n') ?? -1;
  if (whole === null || split < 0) return refused('tlog-proof.form', 'a proof is UTF-8: its lines, an empty line and a checkpoint');
  const lines = whole.slice(0, split).split('\n');
  if (lines.shift() !== HEADER) return refused('tlog-proof.header', `the first line of a proof is ${HEADER}`);
  const extraLine = lines[0]?.startsWith(EXTRA) === true ? lines.shift() : undefined;
  const extra = extraLine === undefined ? null : fromBase64(extraLine.slice(EXTRA.length));
  if (extraLine !== undefined && (extra === null || extra.length === 0))
    return refused('tlog-proof.extra', 'the extra line is not there, or "extra" and the base64 of one byte at least');
  const head = parseHead(lines);
  if (!head.ok) return head;
  const checkpoint = utf8(whole.slice(split + 2));
  const size = checkpointSize(checkpoint);
  if (!size.ok) return size;
  if (head.value.index >= size.value) return refused('tlog-proof.index', 'the index is that of a leaf below the size of the checkpoint');
  return taken({ extra, ...head.value, checkpoint });
}

/** Throws RangeError for what parseTlogProof would not give back: the proof is our own. */
export function formatTlogProof({ extra, index, hashes, checkpoint }: TlogProof): Uint8Array {
  const lines = [HEADER, ...(extra === null ? [] : [EXTRA + toBase64(extra)]), `${INDEX}${index}`, ...hashes.map(toBase64), '', ''];
  const proof = utf8(lines.join('\n') + (utf8Text(checkpoint) ?? ''));
  const parsed = parseTlogProof(proof);
  if (!parsed.ok) throw new RangeError(parsed.fault.detail);
  return proof;
}

/** Hashes of a proof in base64, one a line; null where a line is none. */
export function parseHashLines(lines: readonly string[]): readonly Uint8Array[] | null {
  const hashes = lines.map(fromBase64);
  return hashes.every((hash) => hash?.length === HASH_BYTES) ? (hashes as Uint8Array[]) : null;
}

function parseHead([indexLine = '', ...hashLines]: readonly string[]): NoteResult<Pick<TlogProof, 'index' | 'hashes'>> {
  const index = indexLine.startsWith(INDEX) ? parseTreeNumber(indexLine.slice(INDEX.length)) : null;
  if (index === null) return refused('tlog-proof.index', 'the index line is "index" and a decimal without leading zeros, below 2^63');
  if (hashLines.length > PROOF_HASHES_MAX) return refused('tlog-proof.too-many-hashes', `a path has at most ${PROOF_HASHES_MAX} hashes`);
  const hashes = parseHashLines(hashLines);
  return hashes === null ? refused('tlog-proof.hash', 'a line of the path is the base64 of 32 bytes') : taken({ index, hashes });
}

function checkpointSize(note: Uint8Array): NoteResult<bigint> {
  const parsed = parseNote(note);
  if (!parsed.ok) return parsed;
  const checkpoint = parseCheckpoint(parsed.value.text);
  return checkpoint.ok ? taken(checkpoint.value.size) : checkpoint;
}
