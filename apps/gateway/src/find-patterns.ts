/** What the items of the sightings that a search finds have in common. The rules are of libs/analysis. */
import type { PatternsView } from '#lib/contracts';
import { distanceMetres, patternsOf, PATTERNS, type Pattern, type PatternName } from '#lib/analysis';
import { readSightingSearch, type SightingQuestion } from '#lib/domain';
import { DomainError } from '#lib/runtime';
import { coordinatesOf, type AsOf } from './coordinates.ts';
import type { LedgerReads, Reader } from './ledger-reads.ts';
import { find, foldedOf, notesOf } from './search-sightings.ts';

/** Sightings that are put together, and entries of the log among which they are looked for. */
const LOOKED = { stretch: 2 ** 20, documents: 1_000 };
const PATTERNS_MAX = 100;

export interface PatternsQuery {
  readonly question: SightingQuestion;
  readonly of: PatternName;
  readonly by: 'port' | 'country';
  readonly asOf: AsOf;
}

/** Throws query.invalid. */
export function readPatternKind(of: string | undefined, by: string | undefined): Pick<PatternsQuery, 'of' | 'by'> {
  const name = PATTERNS.find((known) => known === of);
  if (name === undefined) throw new DomainError('query.invalid', `of is needed: ${PATTERNS.join(', ')}.`);
  if (by !== undefined && by !== 'port' && by !== 'country') throw new DomainError('query.invalid', 'by is port or country, or left out.');
  if (by !== undefined && name !== 'paths') throw new DomainError('query.invalid', 'by is for paths alone.');
  return { of: name, by: by ?? 'port' };
}

/** Throws answer.too-large. */
export async function findPatterns(
  reads: LedgerReads,
  reader: Reader,
  { question, of, by, asOf }: PatternsQuery,
  looked = LOOKED,
): Promise<PatternsView> {
  const own = reads.as(reader);
  const search = readSightingSearch(question, distanceMetres);
  const before = asOf.logSize;
  const bounds = { before, from: Math.max(0, before - looked.stretch) };
  const found = await find(own, reader, search, bounds, { limit: looked.documents, documents: looked.documents });
  const { rows, shown } = await foldedOf(own, reader, asOf, found.rows);
  const { patterns, isCut } = patternsOf(
    of,
    shown.map(({ entry }) => entry),
    by,
  );
  const notes = [
    ...(found.below > 0 || rows.length < found.rows.length ? [NOT_ALL] : []),
    ...(patterns.length > PATTERNS_MAX ? [`There are more patterns; told are the ${PATTERNS_MAX} of most items.`] : []),
    ...(isCut ? ['Items that shared several carriers were not looked for: too many were in one.'] : []),
    ...(await notesOf(reads, asOf)),
  ];
  return {
    coordinates: coordinatesOf(asOf),
    of,
    patterns: patterns.slice(0, PATTERNS_MAX).map(patternView),
    complete: notes.length === 0,
    notes,
  };
}

const NOT_ALL = 'Not all was looked at: these are the newest in the log. Narrow the filters, such as by since and until.';

function patternView({ items, records, handling, ...common }: Pattern): PatternsView['patterns'][number] {
  const { path, isOrderCertain, carriers, isTogether, party } = common;
  const shared = new Set(items);
  return {
    ...(path === undefined ? {} : { path: [...path] }),
    ...(isOrderCertain === undefined ? {} : { isOrderCertain }),
    ...(carriers === undefined ? {} : { carriers: [...carriers] }),
    ...(isTogether === undefined ? {} : { isTogether }),
    ...(party === undefined ? {} : { party: { ...party, names: [...party.names] } }),
    items: [...items],
    sightings: records.map(({ sighting: { agency, id, items: named } }) => ({
      agency,
      id,
      items: [...new Set(named.map((item) => item.id))].filter((item) => shared.has(item)),
    })),
    tlp: handling,
  };
}
