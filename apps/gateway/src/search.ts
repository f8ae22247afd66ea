/** Search over derived key rows, by equality only; every candidate is then checked against the text that was asked for. */
import type { SearchView } from '#lib/contracts';
import { displayIdentifier, matchesSearch, parseIdentifier, searchProbes } from '#lib/domain';
import { DomainError } from '#lib/runtime';
import { decodeCursor, encodeCursor, isCount } from './cursor.ts';
import type { LedgerReads, Reader, SearchHit } from './ledger-reads.ts';
import { coordinatesOf } from './timeline.ts';

const QUERY_LENGTH_MAX = 200;
/** Items looked at for one question. Who finds more than this has asked for too little of an identifier to find anything. */
const CANDIDATES_MAX = 1_000;

export interface SearchQuery {
  readonly text: string;
  readonly cursor?: string;
  readonly limit: number;
}

type Result = SearchView['results'][number];

export async function searchItems(reads: LedgerReads, reader: Reader, query: SearchQuery): Promise<SearchView> {
  const text = query.text.trim();
  if (text.length > QUERY_LENGTH_MAX) throw new DomainError('query.invalid', `q has at most ${QUERY_LENGTH_MAX} characters.`);
  const probes = searchProbes(text);
  if (probes.keys.length === 0)
    throw new DomainError('query.too-short', 'q needs letters or digits: five in a row of an identifier, or a whole one.');
  const question = `${reads.origin} search ${text} ${reader.groups.join()}`;
  const from = query.cursor === undefined ? 0 : decodeCursor(question, query.cursor, isCount);
  const logSize = await reads.logSize();
  // The whole value first: one look-up finds a complete identifier however many others share pieces with it.
  const whole = await reads.itemsByKeys([probes.whole], reader.groups, 1, CANDIDATES_MAX);
  const pieces = await reads.itemsByKeys(probes.keys, reader.groups, probes.minimum, CANDIDATES_MAX);
  const results = rank(distinct([...whole, ...pieces]).flatMap((item) => resultOf(item, text) ?? []));
  const page = results.slice(from, from + query.limit);
  const next = from + query.limit;
  return {
    query: text,
    coordinates: coordinatesOf({ basis: 'recorded', logSize }, logSize),
    results: page,
    next: next < results.length ? encodeCursor(question, next) : null,
  };
}

const distinct = (hits: readonly SearchHit[]): string[] => [...new Set(hits.map(({ item }) => item))];

/** A candidate that the identifier itself does not explain was found by a name or number stated beside it. */
function resultOf(item: string, text: string): Result | undefined {
  const parsed = parseIdentifier(item);
  if (!parsed.ok) return undefined;
  const match = matchesSearch(item, text);
  const words: Result['match'] = match === 'ocr' ? 'look-alike' : (match ?? 'alias');
  return { id: item, scheme: parsed.identifier.scheme, display: displayIdentifier(item), match: words };
}

const ORDER: readonly Result['match'][] = ['exact', 'partial', 'look-alike', 'alias'];

/** Best first, then by identifier: the same order for every page. */
function rank(results: readonly Result[]): Result[] {
  return [...results].sort((a, b) => ORDER.indexOf(a.match) - ORDER.indexOf(b.match) || (a.id < b.id ? -1 : 1));
}
