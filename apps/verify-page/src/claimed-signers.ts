/** Who is said to have signed a bundle: for a reader who has to find the key. Nothing of it is verified. */
import { BUNDLE_PROOF, parseNote, readBundleZip, utf8, utf8Text } from '#lib/ledger';

/** Names and ids of keys, `name+id`, as the bundle's signed head has them; none where it cannot be read. */
export function claimedSigners(zip: Uint8Array): readonly string[] {
  const files = readBundleZip(zip);
  const proof = files.ok ? files.value.get(BUNDLE_PROOF) : undefined;
  const note = parseNote(utf8(checkpointIn((proof && utf8Text(proof)) ?? '')));
  return note.ok ? note.value.signatures.map(({ name, id }) => `${name}+${id}`) : [];
}

function checkpointIn(proof: string): string {
  try {
    const { checkpoint } = JSON.parse(proof) as { checkpoint?: unknown };
    return typeof checkpoint === 'string' ? checkpoint : '';
  } catch {
    // The report says what is wrong with it.
    return '';
  }
}
