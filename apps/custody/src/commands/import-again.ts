/**
 * A line whose id is taken by other bytes, though it is the same line: what an import makes of a line also depends on the files beside it
 * (their hashes) and on what it corrects. The line is there already then, and what differs is said; nothing is changed.
 */
import { equalJson, isJsonObject, type EvidenceDocument, type SightingDocument } from '#lib/contracts';
import { isMadeFrom, mapCaseLine, type CaseContext } from '#lib/sources';

/**
 * What the ledger's record differs in, each in a sentence; `undefined`: it was not made from this line, and the id is taken by another record.
 * @param there the record that stands, `here` what this import made of the line
 */
export function differencesOf(there: SightingDocument, here: SightingDocument, context: CaseContext): string[] | undefined {
  const line = here.extension?.case;
  if (!isJsonObject(line) || !isMadeFrom(there, line, targetsOf(here, context))) return undefined;
  const names = Object.keys({ ...there, ...here }) as (keyof SightingDocument)[];
  const beside = names.filter((name) => name !== 'evidence' && name !== 'extension' && !equalJson(there[name], here[name]));
  const ofTarget =
    beside.length === 0 ? [] : [`${beside.join(', ')}: made beside another account of ${here.relations?.target ?? 'its target'}`];
  return [...evidenceDifferences(there.evidence ?? [], here.evidence ?? []), ...ofTarget];
}

function targetsOf({ relations }: SightingDocument, context: CaseContext): SightingDocument[] {
  const line = relations?.target === undefined ? undefined : context.targetOf(relations.target);
  const mapped = line === undefined || line === 'refused' ? undefined : mapCaseLine(line, context);
  return mapped?.ok === true ? [mapped.document] : [];
}

function evidenceDifferences(there: readonly EvidenceDocument[], here: readonly EvidenceDocument[]): string[] {
  const refs = new Set([...there, ...here].flatMap(({ ref }) => (ref === undefined ? [] : [ref])));
  return [...refs].flatMap((ref) => {
    const [ledger, file] = [there, here].map((list) => list.filter((entry) => entry.ref === ref).map(({ sha256 }) => sha256));
    if (equalJson(ledger, file)) return [];
    const [theirs, ours] = [ledger?.at(-1), file?.at(-1)];
    if (theirs === undefined) return [`${ref}: the ledger has it without a hash; the file here has SHA-256 ${ours}`];
    if (ours === undefined) return [`${ref}: no such file here; the ledger has its SHA-256 ${theirs}`];
    return [`${ref}: the file here has SHA-256 ${ours}; the ledger has ${theirs}`];
  });
}
