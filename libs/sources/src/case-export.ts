/** The way back: documents as lines of a case file, `custody-case/1`. */
import { type Instant, parseIdentifierValue, parseInstant } from '#lib/domain';
import { isJsonObject, type ItemDocument, type JsonObject, type JsonValue, type SightingDocument } from '#lib/contracts';
import { CASE_FORMAT } from './case-file.ts';
import { carriedLine, isMadeFrom, keepsModality } from './kept-line.ts';
import { familyOf } from './source-families.ts';

export interface ExportedLine {
  readonly line: JsonObject;
  /** The document carries a case line that is not its own, or would not be beside `targets`, which is not what came out. */
  readonly foreign: boolean;
}

/**
 * A document that came from a case file gives back its line, equal as JSON; for any other a line is made that imports to a document of the
 * same meaning, where what a case file has no member for stands under `x`.
 * @param targets what the document corrects or withdraws, where that is known: its items, kind and modality are in a document made
 *   beside it
 */
export function exportCaseLine(document: SightingDocument, targets: readonly SightingDocument[] = []): ExportedLine {
  const carried = carriedLine(document);
  if (carried !== undefined && isMadeFrom(document, carried, targets) && keepsModality(document, carried, targets))
    return { line: carried, foreign: false };
  return { line: lineFrom(document, targets), foreign: document.extension?.case !== undefined };
}

/** The order of a case file: by reported time, those without one first, then by id. */
export interface CaseOrder {
  readonly at: Instant;
  readonly id: string;
}

export function caseOrder({ reported, id }: SightingDocument): CaseOrder {
  const at = reported === undefined ? undefined : parseInstant(reported.at);
  return { at: at?.ok === true ? at.value : (-Infinity as Instant), id: id ?? '' };
}

export function compareCaseOrder(a: CaseOrder, b: CaseOrder): number {
  if (a.at !== b.at) return a.at < b.at ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

type Entry = readonly [name: string, value: unknown];

/**
 * Free members stand in the line itself where they came from one and are read back as free; any that would be read as something else, and
 * so change what the line says, stand apart under `x`.
 */
function lineFrom(document: SightingDocument, targets: readonly SightingDocument[]): JsonObject {
  const { extension, ...stated } = document;
  // Where a correction leaves it out, it is actual; a line that left it out would be as planned or negative as its target.
  const own = document.kind === 'correction' ? ({ modality: 'actual', ...stated } as SightingDocument) : stated;
  const free = extension?.x;
  const line = ownMembers(own as SightingDocument);
  if (free === undefined) return line;
  if (isJsonObject(free)) {
    const { evidence: cited = [], ...others } = free;
    const evidence = [...(own.evidence ?? []), ...(Array.isArray(cited) ? (cited as readonly JsonValue[]) : [cited])];
    const spread = { ...line, ...others, ...(evidence.length > 0 ? { evidence } : {}) } as JsonObject;
    if (isMadeFrom({ ...own, extension: { case: spread, x: free } } as SightingDocument, spread, targets)) return spread;
  }
  return { ...line, x: free as JsonValue };
}

function ownMembers(document: SightingDocument): JsonObject {
  const {
    id,
    kind,
    as,
    reported,
    action,
    modality,
    subtype,
    handling,
    occurred,
    place,
    source,
    grade,
    statement,
    relations,
    evidence,
    parties,
  } = document;
  const { target, reason, handling: given, ...others } = relations ?? {};
  const { tlp, ...named } = handling;
  const members: Entry[] = [
    ['id', id],
    ['recordedAt', reported?.at],
    ['recordedBy', reported?.by],
    ['agency', reported?.agency],
    ['kind', kind],
    ['as', as],
    ['action', action],
    ['modality', modality],
    ['subtype', subtype],
    ['occurred', occurred],
    ['place', place],
    ...itemMembers(document.items ?? []),
    ['conveyance', document.conveyance],
    ['parties', parties],
    ['corrects', target],
    ['correctionReason', reason],
    ...Object.entries(others),
    ['statement', statement],
    ['source', withoutFamily(source)],
    ['evidence', evidence],
    ['grade', grade],
    ['tlp', tlp],
    ...Object.entries(named),
    ['handling', given],
    ['schema', CASE_FORMAT],
  ];
  return Object.fromEntries(members.filter(([, value]) => value !== undefined)) as JsonObject;
}

/** A known kind has its family from the table when the line is read again. */
function withoutFamily(source: SightingDocument['source']): object {
  const { family, ...rest } = source;
  return family === familyOf(source.kind) ? rest : source;
}

/** The one container or conveyance is the parent, where the order of items allows; whatever else is an item with its role, but for subjects. */
function itemMembers(items: readonly ItemDocument[]): Entry[] {
  const carriers = items.filter(({ role }) => role === 'container' || role === 'conveyance');
  const parent = carriers.length === 1 && carriers[0] === items.at(-1) ? carriers[0] : undefined;
  const rest = items.filter((item) => item !== parent);
  return [
    ['items', rest.length === 0 ? undefined : rest.map(itemEntry)],
    ['parent', parent === undefined ? undefined : itemEntry(parent)],
  ];
}

function itemEntry({ id, role, written, aliases, part }: ItemDocument): JsonValue {
  const colon = id.indexOf(':');
  const [scheme, value] = [id.slice(0, colon), id.slice(colon + 1)];
  const entry = {
    scheme,
    ...writtenMembers(scheme, value, written),
    ...(role === 'subject' ? {} : { role }),
    ...(part === undefined ? {} : { part }),
    ...aliases,
  };
  return entry as JsonObject;
}

/** What the source wrote is the value where it reads as this item; where it reads as nothing or as another one, it stands beside it. */
function writtenMembers(scheme: string, value: string, written: string | undefined): { value: string; written?: string } {
  if (written === undefined) return { value };
  const parsed = parseIdentifierValue(scheme, written);
  return parsed.ok && parsed.identifier.id === `${scheme}:${value}` ? { value: written } : { value, written };
}
