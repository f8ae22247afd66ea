/** The way back: documents as lines of a case file, `custody-case/1`. */
import { type Instant, parseInstant } from '#lib/domain';
import { isJsonObject, type ItemDocument, type JsonObject, type JsonValue, type SightingDocument } from '#lib/contracts';
import { CASE_FORMAT } from './case-file.ts';
import { familyOf } from './source-families.ts';

/**
 * Lines by (reported time, id), those without a reported time first. A document that came from a case file gives back its line, equal as
 * JSON; for any other a line is made that imports to the same document but for what a case file has no member for, which stands under `x`.
 */
export function exportCaseLines(documents: Iterable<SightingDocument>): JsonObject[] {
  const keyed = [...documents].map((document) => ({ at: reportedAt(document), id: document.id ?? '', line: lineOf(document) }));
  keyed.sort((a, b) => (a.at === b.at ? (a.id < b.id ? -1 : a.id > b.id ? 1 : 0) : a.at < b.at ? -1 : 1));
  return keyed.map(({ line }) => line);
}

function reportedAt({ reported }: SightingDocument): Instant {
  const at = reported === undefined ? undefined : parseInstant(reported.at);
  return at?.ok === true ? at.value : -Infinity;
}

function lineOf(document: SightingDocument): JsonObject {
  const whole = document.extension?.case;
  return isJsonObject(whole) ? whole : lineFrom(document);
}

type Entry = readonly [name: string, value: unknown];

function lineFrom(document: SightingDocument): JsonObject {
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
    ...Object.entries(isJsonObject(document.extension?.x) ? document.extension.x : {}),
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
  const entry = {
    scheme: id.slice(0, colon),
    value: written ?? id.slice(colon + 1),
    ...(role === 'subject' ? {} : { role }),
    ...(part === undefined ? {} : { part }),
    ...aliases,
  };
  return entry as JsonObject;
}
