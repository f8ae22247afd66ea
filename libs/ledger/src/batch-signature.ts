/**
 * What an agency signs of a batch that it submitted: one Ed25519 signature over the list of (id, SHA-256 of the content). Version 1: the text
 *
 *   custody-ledger/batch/v1
 *   log <origin>
 *   agency <agency>
 *   members <number>
 *   list <SHA-256 of the canonical JSON [[id, hash], ...], hex>
 *
 * each line ended by a newline. The first line is what keeps it from being anything else that a key signs, the second what keeps a list that was
 * signed for one log from being worth anything in another, where the agency may use the same key.
 */
import { fromBase64, toBase64, toHex, utf8 } from './bytes.ts';
import { canonicalize } from './canonical.ts';
import { verifyEd25519 } from './ed25519.ts';
import { type NoteResult, refused } from './note-fault.ts';
import { parseVerifierKey, type SigningKey, type VerifierKey } from './note-key.ts';
import { ed25519Sign, sha256 } from './primitives.ts';

/** What an agency signs: events of its own, by id and hash. */
export interface SignedList {
  /** Origin of the log that the events are in. */
  readonly log: string;
  readonly agency: string;
  /** Ids and lower-case hex hashes, in the order in which they are signed. */
  readonly members: readonly (readonly [id: string, contentHash: string])[];
}

/** First line of what is signed. */
export const BATCH_SIGNATURE_HEADER = 'custody-ledger/batch/v1';

/** What is signed. Cost: some 0.5 µs for each member. */
export function batchText({ log, agency, members }: SignedList): string {
  const list = toHex(sha256(utf8(canonicalize(members as never))));
  return `${BATCH_SIGNATURE_HEADER}\nlog ${log}\nagency ${agency}\nmembers ${members.length}\nlist ${list}\n`;
}

/** Base64 of 64 bytes. The same each time. */
export const signBatch = (key: SigningKey<'submitter'>, list: SignedList): string => toBase64(ed25519Sign(key.seed, utf8(batchText(list))));

/**
 * Whether the key signed the list, strictly (libs/ledger ed25519): the key as its holder named it, of which nothing is said here but that it is one.
 * Faults: those of parseVerifierKey, small order among them, and `note.signature-invalid`. Cost: 0.3 ms and that of batchText.
 */
export function verifyBatch(vkey: string, list: SignedList, signature: string): NoteResult<VerifierKey<'submitter'>> {
  const key = parseVerifierKey(vkey, 'submitter');
  if (!key.ok) return key;
  const bytes = fromBase64(signature);
  if (bytes === null || !verifyEd25519(key.value.publicKey, utf8(batchText(list)), bytes))
    return refused('note.signature-invalid', 'the signature is not over this list by this key');
  return key;
}
