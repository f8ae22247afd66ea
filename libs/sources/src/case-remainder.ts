/**
 * What a case line states and version 1 of the document has no member for, read from where the mapping leaves it (`extension.x`), so that
 * a reader is shown it: evidence cited without a hash, and an author without a time. As free members they are the submitter's word.
 */
import { isJsonObject, type EvidenceDocument, type JsonObject, type JsonValue, type SightingDocument } from '#lib/contracts';
import { present } from './case-members.ts';

/** Evidence as it is cited; there is nothing to check its bytes by. */
export type CitedDocument = Omit<EvidenceDocument, 'sha256' | 'bytes'>;

/** In the order of the line, the track last; at least `{}` for each entry, so that none is passed over. */
export function citedWithoutHash(document: SightingDocument): CitedDocument[] {
  const { evidence, track } = remainderOf(document);
  const entries = Array.isArray(evidence) ? (evidence as readonly JsonValue[]).filter(isJsonObject) : [];
  const cited = entries.map((entry) => ({
    ...present<CitedDocument>({
      mediaType: textOf(entry['mediaType']),
      type: textOf(entry['type']),
      // Files of other makers name a document by what they have.
      ref: textOf(entry['ref']) ?? textOf(entry['title']) ?? textOf(entry['name']) ?? textOf(entry['url']),
      locator: textOf(entry['locator']),
      synthetic: typeof entry['synthetic'] === 'boolean' ? entry['synthetic'] : undefined,
    }),
  }));
  const ref = textOf(track);
  return ref === undefined ? cited : [...cited, { type: 'track', ref }];
}

/** `undefined` where the document has a reported time: its author then stands beside it. */
export function authorWithoutTime(document: SightingDocument): { readonly by?: string; readonly agency?: string } | undefined {
  if (document.reported !== undefined) return undefined;
  const { recordedBy, agency } = remainderOf(document);
  return present({ by: textOf(recordedBy), agency: textOf(agency) });
}

function remainderOf({ extension }: SightingDocument): JsonObject {
  return isJsonObject(extension?.x) ? extension.x : {};
}

const textOf = (value: JsonValue | undefined): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
