/**
 * The log's side of C2SP tlog-witness: the request by which it asks a witness for a cosignature, and what comes back. Answers are from
 * outside: nothing throws on them, and nothing in them is believed before it is verified. No I/O.
 */
import { concatBytes, toBase64, utf8, utf8Text } from './bytes.ts';
import { type Cosignature, parseTreeNumber } from './checkpoint.ts';
import { claimedTime } from './cosignature.ts';
import { type NoteResult, refused, taken } from './note-fault.ts';
import { isOfKind, type VerifierKey } from './note-key.ts';
import { openNote } from './signed-note.ts';
import { PROOF_HASHES_MAX } from './tlog-proof.ts';

/**
 * A request's body, as parseAddCheckpoint reads it. Throws RangeError for a proof of more than 63 hashes: it is our own.
 * @param oldSize leaves that the witness cosigned last
 * @param proof of consistency from there (RFC 9162 2.1.4), 32 bytes each; empty from 0, and for equal sizes
 * @param note the checkpoint with the log's signature
 */
export function formatAddCheckpoint(oldSize: bigint, proof: readonly Uint8Array[], note: Uint8Array): Uint8Array {
  if (proof.length > PROOF_HASHES_MAX) throw new RangeError(`a proof has at most ${PROOF_HASHES_MAX} hashes`);
  return concatBytes(utf8(`old ${oldSize}\n${proof.map((hash) => `${toBase64(hash)}\n`).join('')}\n`), note);
}

/** The body of 409: the size that the witness cosigned last, and a newline. `null` for anything else. */
export function readWitnessSize(body: Uint8Array): bigint | null {
  const text = utf8Text(body);
  return text?.endsWith('\n') === true ? parseTreeNumber(text.slice(0, -1)) : null;
}

/**
 * The body of 200: signature lines, of which those by the given keys are kept and each is verified over the text that was sent. Lines of other
 * keys mean nothing. Faults: `witness.form` (no signature lines, or more than them), those of parseNote and openNote: one line in the
 * name of a given key that does not verify refuses all of them, as does the lack of any. Cost: 0.13 ms for each key that signed.
 * @param text of the checkpoint's note, with its last newline
 */
export function readCosignatures(
  text: string,
  body: Uint8Array,
  keys: readonly VerifierKey<'witness'>[],
): NoteResult<readonly Cosignature[]> {
  const opened = openNote(
    concatBytes(utf8(`${text}\n`), body),
    keys.filter((key) => isOfKind(key, 'witness')),
  );
  if (!opened.ok) return opened;
  // An empty line in the body would have moved what is signed.
  if (opened.value.text !== text) return refused('witness.form', 'a cosignature is signature lines and nothing else');
  return taken(
    opened.value.verified.flatMap(({ key, ...signature }) =>
      isOfKind(key, 'witness') ? [{ ...signature, key, timestamp: claimedTime(signature.signature) }] : [],
    ),
  );
}
