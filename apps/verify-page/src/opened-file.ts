/** What was opened: a bundle, or a proof document by itself. */
import {
  BUNDLE_PROOF,
  parseNote,
  readBundleZip,
  utf8,
  utf8Text,
  verifyBundleZipSteps,
  verifySteps,
  type Report,
  type Statement,
  type Trust,
} from '#lib/ledger';

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** The check, one statement after the other. What is neither a proof document nor a zip says so as a zip. */
export const stepsOf = (bytes: Uint8Array, trust: Trust): Generator<Statement, Report> =>
  isDocument(bytes) ? verifySteps(bytes, trust) : verifyBundleZipSteps(bytes, trust);

/** Who is said to have signed, for a reader who has to find the key: `name+id` of keys as the signed head has them. Nothing of it is verified. */
export function claimedSigners(bytes: Uint8Array): readonly string[] {
  const files = isDocument(bytes) ? undefined : readBundleZip(bytes);
  const proof = files === undefined ? bytes : files.ok ? files.value.get(BUNDLE_PROOF) : undefined;
  const note = parseNote(utf8(checkpointIn((proof && utf8Text(proof)) ?? '')));
  return note.ok ? note.value.signatures.map(({ name, id }) => `${name}+${id}`) : [];
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
