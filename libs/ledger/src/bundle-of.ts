/** A proof document as the files of a bundle: events with their contents in files of their own, where people can read them. */
import { utf8 } from './bytes.ts';
import { BUNDLE_PROOF, eventFile } from './bundle.ts';
import { encodeProofDocument, type ProofDocument } from './proof-document.ts';

/** What stands beside the proof for people, and proves nothing. */
export interface BundleExtras {
  /** A page that verifies the bundle in a browser. */
  readonly page: Uint8Array;
  /** A text that says what this is. */
  readonly readme: string;
}

/**
 * The files. An event of which only some slots are opened stays in the proof whole. The same document and extras give the same files. Throws
 * RangeError for a document that has no encoding (encodeProofDocument).
 */
export function bundleOf(document: ProofDocument, { page, readme }: BundleExtras): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>([
    ['README.txt', utf8(readme)],
    ['verify.html', page],
  ]);
  const events = document.events.map((event) => {
    if ('opening' in event.shown || event.shown.content === null) return event;
    files.set(eventFile(event.index), utf8(event.shown.content));
    return { ...event, shown: { ...event.shown, content: null } };
  });
  return files.set(BUNDLE_PROOF, encodeProofDocument({ ...document, events }));
}
