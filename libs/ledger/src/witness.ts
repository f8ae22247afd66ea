/**
 * A witness's decision about a checkpoint (C2SP tlog-witness, `add-checkpoint`): what it answers and what it cosigns, of what it was sent and
 * what it cosigned last. No I/O: who asks keeps the state, and keeps it before the answer leaves.
 */
import { equalBytes, toHex, utf8, utf8Text } from './bytes.ts';
import { type Checkpoint, checkEmptyRoot, parseCheckpoint, parseTreeNumber } from './checkpoint.ts';
import { cosign } from './cosignature.ts';
import { continuityOf } from './log-tree.ts';
import { type NoteFault, type NoteResult, refused, taken } from './note-fault.ts';
import type { SigningKey, VerifierKey } from './note-key.ts';
import { sha256 } from './primitives.ts';
import { formatNote, formatSignatureLine, openParsedNote, type ParsedNote, parseNote, type VerifiedSignature } from './signed-note.ts';
import { parseHashLines, PROOF_HASHES_MAX } from './tlog-proof.ts';

/** A request by its form alone: nothing in it is to be believed. */
export interface AddCheckpoint {
  /** Leaves that the log believes the witness to have cosigned last. */
  readonly oldSize: bigint;
  /** 32 bytes each. */
  readonly proof: readonly Uint8Array[];
  readonly note: ParsedNote;
  readonly checkpoint: Checkpoint;
}

/** What the witness cosigned last for an origin. */
export type WitnessHead = Pick<Checkpoint, 'size' | 'root'>;

/** What the witness goes by for the request's origin. */
export interface WitnessView {
  /** Trusted for this origin; empty: the origin is unknown. */
  readonly logKeys: readonly VerifierKey<'log'>[];
  /** `null`: never cosigned. */
  readonly latest: WitnessHead | null;
  readonly key: SigningKey<'witness'>;
  /** Cosign beside it, for what more they state (tlog-cosignature, additional statements): a public key of its own each. */
  readonly furtherKeys?: readonly SigningKey<'witness'>[];
  /** Seconds since the Epoch. */
  readonly timestamp: bigint;
}

/** An HTTP answer. */
export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422;
  readonly contentType: string;
  readonly body: string;
  /** With 200, and only then: to be kept before the answer leaves. The note holds the log's signatures and this witness's. */
  readonly cosigned?: WitnessHead & { readonly note: Uint8Array };
  /** With a 422 that stands for two histories of the log, shown by the proof or by two roots of one size. */
  readonly fork?: WitnessFork;
  /** With a 422 to a proof that leads nowhere, or from a size that is a power of two, where it would not say from which root. */
  readonly noProof?: WitnessFork;
}

/** Two histories of one log, as far as one exchange names them. */
export interface WitnessFork {
  /** Size of the head that was cosigned: within its entries they differ. */
  readonly cosigned: bigint;
  /** Size of the head that was refused. */
  readonly offered: bigint;
}

const TEXT = 'text/plain; charset=utf-8';
const SIZE = 'text/x.tlog.size';
const OLD = 'old ';

/** The name under which a witness serves a log's latest checkpoint: SHA-256 of the origin, 64 lower-case hex digits. */
export const originHash = (origin: string): string => toHex(sha256(utf8(origin)));

/**
 * A request's body: old size, at most 63 hashes, an empty line, a checkpoint. Every fault is the answer 400: `witness.form`, `witness.old-size`,
 * `witness.proof`, and those of parseNote and parseCheckpoint.
 */
export function parseAddCheckpoint(body: Uint8Array): NoteResult<AddCheckpoint> {
  const whole = utf8Text(body);
  const split = whole?.indexOf('\n\n') ?? -1;
  if (whole === null || split < 0) return refused('witness.form', 'a request is UTF-8: its lines, an empty line and a checkpoint');
  const [oldLine = '', ...hashLines] = whole.slice(0, split).split('\n');
  const oldSize = oldLine.startsWith(OLD) ? parseTreeNumber(oldLine.slice(OLD.length)) : null;
  if (oldSize === null) return refused('witness.old-size', 'the first line is "old" and a decimal without leading zeros, below 2^63');
  const proof = hashLines.length > PROOF_HASHES_MAX ? null : parseHashLines(hashLines);
  if (proof === null) return refused('witness.proof', `a proof has at most ${PROOF_HASHES_MAX} lines, each the base64 of 32 bytes`);
  const note = parseNote(utf8(whole.slice(split + 2)));
  if (!note.ok) return note;
  const checkpoint = parseCheckpoint(note.value.text);
  return checkpoint.ok ? taken({ oldSize, proof, note: note.value, checkpoint: checkpoint.value }) : checkpoint;
}

/** 422 for what a witness refuses beyond the protocol's own checks, with the reason. */
export const refusal = (sentence: string): WitnessAnswer => answer(422, sentence);

/** The answer to a checkpoint that no key of its log signed, or one of them wrongly. */
export const unsigned = (fault: NoteFault): WitnessAnswer => answer(403, fault.detail);

/** The answer to a body that is no request. */
export const badRequest = (fault: NoteFault): WitnessAnswer => answer(400, fault.detail);

/**
 * The checks in the specification's order: known origin (404), signatures (403), old size at most the size (400), old size as kept (409, with
 * the kept one), root of an empty tree, consistency with what was kept (422, with both sizes), cosignature (200). The head that it gives back never has
 * fewer leaves than the latest, and is consistent with it. Cost: 0.26 ms a signature, one hash a line of the proof.
 */
export function addCheckpoint({ oldSize, proof, note, checkpoint }: AddCheckpoint, view: WitnessView): WitnessAnswer {
  const { size, root } = checkpoint;
  if (view.logKeys.length === 0) return answer(404, 'this witness does not know the log');
  const opened = signedBy(note, view.logKeys);
  if (!opened.ok) return unsigned(opened.fault);
  if (oldSize > size) return answer(400, 'the old size is above that of the checkpoint');
  const latest = view.latest ?? { size: 0n, root: sha256(new Uint8Array()) };
  if (oldSize !== latest.size) return { status: 409, contentType: SIZE, body: `${latest.size}\n` };
  const fault = checkEmptyRoot(checkpoint);
  if (fault !== null) return answer(422, fault.detail);
  // Of equal sizes the roots are compared; from no leaves on, only the empty proof is one.
  const continuity = continuityOf([latest.size, latest.root], [size, root], proof);
  if (continuity !== 'continues') return notContinued(latest, checkpoint, continuity === 'forked');
  const cosignatures = [view.key, ...(view.furtherKeys ?? [])].map((key) => cosign(key, note.text, view.timestamp));
  const cosigned = { size, root, note: formatNote(note.text, [...opened.value, ...cosignatures]) };
  return { status: 200, contentType: TEXT, body: cosignatures.map(formatSignatureLine).join(''), cosigned };
}

/** The signatures of a note by keys of its log; of several lines of one key readers take the first, and here each has to hold. Faults: those of openNote. Cost: 0.26 ms a signature. */
export function signedBy(note: ParsedNote, logKeys: readonly VerifierKey<'log'>[]): NoteResult<readonly VerifiedSignature[]> {
  const opened = openParsedNote(note, logKeys);
  if (!opened.ok) return opened;
  for (const signature of note.signatures) {
    const alone = openParsedNote({ text: note.text, signatures: [signature] }, logKeys);
    if (!alone.ok && alone.fault.code === 'note.signature-invalid') return alone;
  }
  return taken(opened.value.verified);
}

/** In printable ASCII and below 200 characters at any size: so much of it whoever is refused repeats in his log. */
function notContinued(latest: WitnessHead, { size, root }: Checkpoint, isFork: boolean): WitnessAnswer {
  if (latest.size === 0n || (size === latest.size && equalBytes(root, latest.root)))
    return answer(422, `the proof from ${latest.size} to ${size} entries has to be empty, and is not`);
  const differ = `two histories, which differ within the first ${latest.size}`;
  const sizes = { cosigned: latest.size, offered: size };
  // Anybody can send a head that was published with hashes of his own: that is no word about the log.
  if (!isFork)
    return { ...answer(422, `the proof does not show the ${size} entries offered to extend the ${latest.size} cosigned`), noProof: sizes };
  const sentence =
    size === latest.size
      ? `another head of ${size} entries was cosigned: ${differ}`
      : `the ${size} entries offered do not extend the ${latest.size} cosigned: ${differ}`;
  return { ...answer(422, sentence), fork: sizes };
}

function answer(status: WitnessAnswer['status'], sentence: string): WitnessAnswer {
  return { status, contentType: TEXT, body: `${sentence}\n` };
}
