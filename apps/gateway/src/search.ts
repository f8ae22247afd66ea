/** Search over derived key rows, by equality only; every candidate is then checked against the text that was asked for. */
import type { SearchView } from '#lib/contracts';
import { displayIdentifier, matchesSearch, parseIdentifier, searchProbes } from '#lib/domain';
import { DomainError } from '#lib/runtime';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { LedgerReads, Reader } from './ledger-reads.ts';
import { coordinatesOf } from './timeline.ts';

const QUERY_LENGTH_MAX = 200;
/** Candidates looked at for one answer: n-grams find more than they should, so more is asked for than shown. */
const CANDIDATES_PER_RESULT = 4;

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
  if (probes.keys.length === 0) throw new DomainError('query.too-short', 'q needs at least three letters or digits of an identifier.');
  const question = `${reads.origin} search ${text} ${reader.groups.join()}`;
  const after = query.cursor === undefined ? undefined : (decodeCursor(question, query.cursor) as string);
  const logSize = await reads.logSize();
  const found = await reads.itemsByKeys({
    keys: probes.keys, minimum: probes.minimum, groups: reader.groups, limit: query.limit * CANDIDATES_PER_RESULT, ...(after === undefined ? {} : { after }),
  });
  const results: Result[] = [];
  let last: string | undefined;
  for (const { item } of found) {
    if (results.length === query.limit) break;
    last = item;
    const result = resultOf(item, text);
    if (result !== undefined) results.push(result);
  }
  const more = last !== undefined && (found.at(-1)?.item !== last || found.length === query.limit * CANDIDATES_PER_RESULT);
  return {
    query: text,
    coordinates: coordinatesOf({ basis: 'recorded', logSize }, logSize),
    results: rank(results),
    next: more ? encodeCursor(question, last as string) : null,
  };
}

function resultOf(item: string, text: string): Result | undefined {
  const match = matchesSearch(item, text);
  const parsed = parseIdentifier(item);
  if (!parsed.ok) return undefined;
  const kind: Result['match'] = match === 'exact' || match === 'partial' ? match : match === 'ocr' ? 'look-alike' : 'alias';
  return { id: item, scheme: parsed.identifier.scheme, display: displayIdentifier(item), match: kind };
}

const ORDER: readonly Result['match'][] = ['exact', 'partial', 'look-alike', 'alias'];

function rank(results: readonly Result[]): Result[] {
  return [...results].sort((a, b) => ORDER.indexOf(a.match) - ORDER.indexOf(b.match));
}
