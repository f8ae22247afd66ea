/**
 * The case line that a document carries under `extension.case`. Anybody can put any line there; it counts as the document's own only where
 * it maps to this very document.
 */
import { asciiLower } from '#lib/domain';
import { equalJson, isJsonObject, type JsonObject, type JsonValue, type SightingDocument } from '#lib/contracts';
import { mapLine } from './case-file.ts';
import type { CaseFileHash } from './case-members.ts';
import { citedWithoutHash } from './case-remainder.ts';

/**
 * Whether the document is what the line becomes, in whatever folder it was imported: hashes that the line leaves out are taken from the
 * document, and what the line corrects or withdraws is one of `targets` or was not in the same file.
 */
export function isMadeFrom(document: SightingDocument, line: JsonObject, targets: readonly SightingDocument[] = []): boolean {
  const fileOf = filesOf(document, line);
  return [undefined, ...targets].some((target) => {
    const mapped = mapLine(line, { target: () => target, fileOf });
    return mapped.ok && equalJson(mapped.document, document);
  });
}

/**
 * Whether the line, read beside what it corrects, leaves the document planned, negative or actual as it is: what was made without its
 * target may be the opposite beside it, where that is a plan.
 */
export function keepsModality(document: SightingDocument, line: JsonObject, targets: readonly SightingDocument[]): boolean {
  const fileOf = filesOf(document, line);
  return targets.every((target) => {
    const mapped = mapLine(line, { target: () => target, fileOf });
    return !mapped.ok || mapped.document.modality === document.modality;
  });
}

/** The line that a document carries, not yet compared with it. */
export function carriedLine({ extension }: SightingDocument): JsonObject | undefined {
  return isJsonObject(extension?.case) ? extension.case : undefined;
}

/** Files that were beside the case file, by what the document has of them and the line has not. */
function filesOf(document: SightingDocument, line: JsonObject): (ref: string) => CaseFileHash | undefined {
  const entries = Array.isArray(line['evidence']) ? (line['evidence'] as readonly JsonValue[]) : [line['evidence']];
  const hashes = [...entries.map((entry) => (isJsonObject(entry) ? entry['sha256'] : undefined)), line['trackSha256']];
  const stated = hashes.map((hash) => (typeof hash === 'string' ? asciiLower(hash) : undefined));
  const absent = new Set(citedWithoutHash(document).map(({ ref }) => ref));
  return (ref) => {
    if (absent.has(ref)) return undefined;
    const named = (document.evidence ?? []).filter((entry) => entry.ref === ref);
    return named.find(({ sha256 }) => !stated.includes(sha256)) ?? named.find(({ bytes }) => bytes !== undefined) ?? named[0];
  };
}
