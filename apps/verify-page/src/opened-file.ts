/** What was opened: a bundle, a proof document by itself, or a receipt. */
import {
  BUNDLE_PROOF,
  isReceipt,
  noteOfSealed,
  parseNote,
  readBundleZip,
  utf8,
  utf8Text,
  verifyBundleZipSteps,
  verifyReceiptAlone,
  verifySteps,
  type ReceiptTrust,
  type Report,
  type Statement,
} from '#lib/ledger';

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
/** With which a zip begins, of whatever files: it is never read as a text. */
const ZIP = 0x50;

/** The check, one statement after the other. What is neither a receipt nor a proof document nor a zip says so as a zip. @param content of a receipt, the event that its holder submitted */
export function* stepsOf(bytes: Uint8Array, trust: ReceiptTrust, content?: Uint8Array): Generator<Statement, Report> {
  if (receiptIn(bytes) === null) return yield* isDocument(bytes) ? verifySteps(bytes, trust) : verifyBundleZipSteps(bytes, trust);
  const report = verifyReceiptAlone(bytes, trust, content);
  yield* report.statements;
  return report;
}

/** Who is said to have signed, for a reader who has to find the key: `name+id` of keys as the signed text has them. Nothing of it is verified. */
export function claimedSigners(bytes: Uint8Array): readonly string[] {
  const note = parseNote(utf8(claimedNote(bytes)));
  return note.ok ? note.value.signatures.map(({ name, id }) => `${name}+${id}`) : [];
}

function claimedNote(bytes: Uint8Array): string {
  const receipt = receiptIn(bytes);
  if (receipt !== null) return receipt.startsWith('{') ? (noteOfSealed(receipt) ?? '') : receipt;
  const files = isDocument(bytes) ? undefined : readBundleZip(bytes);
  const proof = files === undefined ? bytes : files.ok ? files.value.files.get(BUNDLE_PROOF) : undefined;
  return checkpointIn((proof && utf8Text(proof)) ?? '');
}

/** The text of a receipt; null: this is none. */
function receiptIn(bytes: Uint8Array): string | null {
  const text = bytes[0] === ZIP ? null : utf8Text(bytes);
  return text !== null && isReceipt(text) ? text : null;
}

/** By both its ends: canonical JSON of an object has them, and a zip has neither. */
const isDocument = (bytes: Uint8Array): boolean => bytes[0] === OPEN_BRACE && bytes.at(-1) === CLOSE_BRACE;

function checkpointIn(proof: string): string {
  try {
    const { checkpoint } = JSON.parse(proof) as { checkpoint?: unknown };
    return typeof checkpoint === 'string' ? checkpoint : '';
  } catch {
    // The report says what is wrong with it.
    return '';
  }
}
