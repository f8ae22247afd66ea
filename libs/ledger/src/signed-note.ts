/**
 * Signed notes (C2SP signed-note): text that one or more keys signed. A note opens by the keys that the reader trusts; signatures of
 * others are kept and mean nothing.
 */
import { concatBytes, fromBase64, fromHex, toBase64, toHex, utf8, utf8Text } from './bytes.ts';
import { cosignatureTime } from './cosignature.ts';
import { verifyEd25519 } from './ed25519.ts';
import { HEAD_RULES, type HeadRules } from './head-rules.ts';
import { type NoteResult, refused, taken } from './note-fault.ts';
import { isKeyName, isOfKind, KEY_ID_BYTES, type NoteSignature, type SigningKey, type VerifierKey } from './note-key.ts';
import { ed25519Sign } from './primitives.ts';

/** Far above any checkpoint with its signatures: a post-quantum one has 5 kB. */
export const NOTE_BYTES_MAX = 1_000_000;
/** At least 16 by the specification; as many as golang.org/x/mod/sumdb/note takes. */
export const SIGNATURES_MAX = 100;

const SIGNATURE_LINE = /^— ([^ ]+) ([^ ]+)$/;
const CONTROL_BUT_NEWLINE = /[\0-\x09\x0b-\x1f]/;

/** A note by its form alone: nothing in it is to be believed. */
export interface ParsedNote {
  /** With its last newline: what was signed. */
  readonly text: string;
  /** In their order, repeated ones too. */
  readonly signatures: readonly NoteSignature[];
}

/** A note that known keys signed. */
export interface OpenedNote {
  readonly text: string;
  /** One for each known key that signed; never empty. */
  readonly verified: readonly VerifiedSignature[];
  /** By keys that are not known, each different line once. */
  readonly unverified: readonly NoteSignature[];
}

/** A signature, and the known key that it is by. */
export interface VerifiedSignature extends NoteSignature {
  readonly key: VerifierKey;
}

/**
 * Text and signature lines, split at the last empty line. Faults: `note.too-large`, `note.encoding`, `note.control-character`, `note.form`,
 * `note.signature-line`, `note.too-many-signatures`. Base64 with loose bits is no base64 here. Cost: proportional to the bytes.
 */
export function parseNote(note: Uint8Array): NoteResult<ParsedNote> {
  if (note.length > NOTE_BYTES_MAX) return refused('note.too-large', `a note has at most ${NOTE_BYTES_MAX} bytes`);
  const whole = utf8Text(note);
  if (whole === null) return refused('note.encoding', 'a note is UTF-8');
  if (CONTROL_BUT_NEWLINE.test(whole)) return refused('note.control-character', 'a note has no control character but newline');
  const split = whole.lastIndexOf('\n\n');
  if (split < 0 || split + 2 === whole.length || !whole.endsWith('\n'))
    return refused('note.form', 'a note is text, an empty line and signature lines, each ended by a newline');
  const lines = whole.slice(split + 2, -1).split('\n');
  if (lines.length > SIGNATURES_MAX) return refused('note.too-many-signatures', `a note has at most ${SIGNATURES_MAX} signatures`);
  const signatures: NoteSignature[] = [];
  for (const [n, line] of lines.entries()) {
    const signature = parseSignatureLine(line);
    if (signature === null)
      return refused(
        'note.signature-line',
        `signature line ${n + 1} is not an em dash, the name of a key, and base64 of more than 4 bytes`,
      );
    signatures.push(signature);
  }
  return taken({ text: whole.slice(0, split + 1), signatures });
}

/**
 * The note as keys that are known say. A signature by a known key (name and id) that fails refuses the whole note, as does the lack of
 * any by a known key; of several by one key the first counts, as in golang.org/x/mod/sumdb/note. Faults: those of parseNote,
 * `note.ambiguous-key` (two different known keys of one name and id), `note.signature-invalid`, `note.unverified`. Cost: 0.13 ms for each
 * known key that signed.
 */
export function openNote(note: Uint8Array, known: readonly VerifierKey[]): NoteResult<OpenedNote> {
  const parsed = parseNote(note);
  return parsed.ok ? openParsedNote(parsed.value, known) : parsed;
}

/** openNote for what parseNote gave. */
export function openParsedNote(
  { text, signatures }: ParsedNote,
  known: readonly VerifierKey[],
  rules: Pick<HeadRules, 'headSigned'> = HEAD_RULES,
): NoteResult<OpenedNote> {
  const keys = new Map<string, VerifierKey>();
  for (const key of known) {
    const other = keys.get(title(key)) ?? key;
    if (other.kind !== key.kind || toHex(other.publicKey) !== toHex(key.publicKey))
      return refused('note.ambiguous-key', `two different keys are called ${title(key)}`);
    keys.set(title(key), key);
  }
  const verified = new Map<string, VerifiedSignature>();
  const unverified = new Map<string, NoteSignature>();
  for (const signature of signatures) {
    const key = keys.get(title(signature));
    if (key === undefined) unverified.set(formatSignatureLine(signature), signature);
    else if (!verified.has(title(key))) {
      if (rules.headSigned && !verifies(key, text, signature.signature))
        return refused('note.signature-invalid', `the signature of ${title(key)} is not over this text`);
      verified.set(title(key), { ...signature, key });
    }
  }
  if (verified.size === 0) return refused('note.unverified', 'no key that is known signed this note');
  return taken({ text, verified: [...verified.values()], unverified: [...unverified.values()] });
}

/**
 * The note over a text. Throws RangeError where the outcome would be no note: the text is our own.
 * @param text with its last newline; empty lines are allowed, control characters are not
 */
export function formatNote(text: string, signatures: readonly NoteSignature[]): Uint8Array {
  const note = utf8(`${text}\n${signatures.map(formatSignatureLine).join('')}`);
  const parsed = parseNote(note);
  if (!parsed.ok) throw new RangeError(parsed.fault.detail);
  if (parsed.value.text !== text) throw new RangeError('the text of a note is well-formed and ends with a newline');
  return note;
}

/** RFC 8032 over the text's UTF-8: signature type 0x01. Witnesses cosign instead. */
export function signText(key: SigningKey<'log' | 'receipt'>, text: string): NoteSignature {
  return { name: key.name, id: key.id, signature: ed25519Sign(key.seed, utf8(text)) };
}

/** With its newline. */
export function formatSignatureLine({ name, id, signature }: NoteSignature): string {
  const idBytes = fromHex(id);
  if (idBytes === null || idBytes.length !== KEY_ID_BYTES) throw new RangeError('the id of a key is 8 lower-case hex digits');
  return `— ${name} ${toBase64(concatBytes(idBytes, signature))}\n`;
}

const title = ({ name, id }: { readonly name: string; readonly id: string }): string => `${name}+${id}`;

function parseSignatureLine(line: string): NoteSignature | null {
  const [, name, encoded] = SIGNATURE_LINE.exec(line) ?? [];
  const bytes = encoded === undefined ? null : fromBase64(encoded);
  if (name === undefined || !isKeyName(name) || bytes === null || bytes.length <= KEY_ID_BYTES) return null;
  return { name, id: toHex(bytes.subarray(0, KEY_ID_BYTES)), signature: bytes.subarray(KEY_ID_BYTES) };
}

function verifies(key: VerifierKey, text: string, signature: Uint8Array): boolean {
  if (isOfKind(key, 'witness')) return cosignatureTime(key, text, signature) !== null;
  return verifyEd25519(key.publicKey, utf8(text), signature);
}
