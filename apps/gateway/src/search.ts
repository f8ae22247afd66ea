/** Search over derived key rows, by equality only; every candidate is then checked against the text that was asked for. */
import type { SearchView } from '#lib/contracts';
import {
  displayIdentifier,
  guessIdentifiers,
  parseIdentifier,
  readAliasText,
  readSearch,
  SEARCH_LENGTH_MIN,
  type SearchText,
} from '#lib/domain';
import { DomainError } from '#lib/runtime';
import { ITEMS_PER_KEY_MAX } from '#lib/store';
import { coordinatesOf } from './coordinates.ts';
import { decodeCursor, encodeCursor, isCount, isRecord, isWord } from './cursor.ts';
import type { LedgerReads, Reader, ReaderReads, SearchHit } from './ledger-reads.ts';

const QUERY_LENGTH_MAX = 200;
/** The last result of a page: what comes in between two pages shifts nothing. */
const IS_POSITION = isRecord<{ rank: number; id: string }>({ rank: isCount, id: isWord });

export interface SearchQuery {
  readonly text: string;
  readonly cursor?: string;
  readonly limit: number;
}

type Result = SearchView['results'][number];

/** Throws query.invalid, query.too-short, cursor.malformed. */
export async function searchItems(reads: LedgerReads, reader: Reader, query: SearchQuery): Promise<SearchView> {
  const text = query.text.trim();
  if (text.length > QUERY_LENGTH_MAX) throw new DomainError('query.invalid', `q has at most ${QUERY_LENGTH_MAX} characters.`);
  const asked = readSearch(text);
  const question = `${reads.origin} search ${text} ${reader.groupNames.join()}`;
  const after = query.cursor === undefined ? undefined : decodeCursor(question, query.cursor, IS_POSITION);
  const own = reads.as(reader);
  const policy = await reads.policyPoint();
  const { hits, complete, logSize } = await own.itemsByKeys(asked.alternatives, reader.groups);
  const whole = complete ? [] : await wholeIdentifiers(own, reader, text, logSize);
  const results = ranked([...whole, ...hits].flatMap((hit) => resultOf(hit, asked) ?? []));
  if (asked.short && results.length === 0) throw tooShort(text, logSize);
  const rest = after === undefined ? results : results.filter((result) => compare(result, after) > 0);
  const page = rest.slice(0, query.limit);
  const last = page.at(-1);
  return {
    query: text,
    coordinates: coordinatesOf({ basis: 'log', logSize, policy }),
    results: page,
    complete,
    notes: notesOf(asked, complete),
    next: rest.length > page.length && last !== undefined ? encodeCursor(question, positionOf(last)) : null,
  };
}

/** What the text spells in full is found, however many others share its pieces. */
async function wholeIdentifiers(reads: ReaderReads, reader: Reader, text: string, logSize: number): Promise<SearchHit[]> {
  const ids = guessIdentifiers(text).flatMap((guess) => (guess.ok ? [guess.identifier.id] : []));
  const counts = await Promise.all(ids.map((id) => reads.itemCount(id, reader.groups, logSize)));
  return ids.flatMap((item, at) => ((counts[at] ?? 0) > 0 ? [{ item, alias: '', grps: [] }] : []));
}

/** A hit counts for what explains it: the identifier by its own text, or a name or number stated beside it by that one's text. */
function resultOf({ item, alias }: SearchHit, asked: SearchText): Result | undefined {
  const stated = alias === '' ? undefined : readAliasText(alias);
  const match = stated === undefined ? asked.matchIdentifier(item) : asked.matchesAlias(stated) ? 'alias' : null;
  const parsed = match === null ? undefined : parseIdentifier(item);
  if (match === null || parsed?.ok !== true) return undefined;
  const rule = stated === undefined ? undefined : asked.aliasRule(stated);
  const said = stated === undefined ? {} : { alias: { ...stated, ...(rule === undefined ? {} : { rule }) } };
  return {
    id: item,
    scheme: parsed.identifier.scheme,
    display: displayIdentifier(item),
    match,
    ...said,
  };
}

const ORDER: readonly Result['match'][] = ['exact', 'partial', 'look-alike', 'alias'];

const positionOf = ({ id, match }: Result): { rank: number; id: string } => ({ rank: ORDER.indexOf(match), id });

/** Best first, then by identifier: the same order for every page. Each item once, by what explains it best. */
function ranked(results: readonly Result[]): Result[] {
  const best = new Map<string, Result>();
  for (const result of results) {
    const other = best.get(result.id);
    if (other === undefined || betterThan(result, other)) best.set(result.id, result);
  }
  return [...best.values()].sort((a, b) => compare(a, positionOf(b)));
}

const betterThan = (a: Result, b: Result): boolean =>
  a.match === b.match ? (a.alias?.value ?? '') < (b.alias?.value ?? '') : ORDER.indexOf(a.match) < ORDER.indexOf(b.match);

function compare(result: Result, to: { readonly rank: number; readonly id: string }): number {
  const { rank, id } = positionOf(result);
  return rank - to.rank || (id < to.id ? -1 : id > to.id ? 1 : 0);
}

function tooShort(text: string, logSize: number): DomainError {
  if (text === '')
    return new DomainError(
      'query.too-short',
      `The text is empty; it needs ${SEARCH_LENGTH_MIN} letters or digits in a row, or a whole value.`,
    );
  const wanted = `The text needs ${SEARCH_LENGTH_MIN} letters or digits in a row, or to be a whole value; it is none that is there`;
  return new DomainError('query.too-short', `${wanted} at log size ${logSize}.`);
}

function notesOf(asked: SearchText, complete: boolean): string[] {
  return [
    ...(complete
      ? []
      : [
          `Not complete: more than ${ITEMS_PER_KEY_MAX} items share these characters, and only so many were looked at. Give more characters in a row, best from the end of the identifier, where items differ, or the whole of it.`,
        ]),
    ...(asked.short ? [`Fewer than ${SEARCH_LENGTH_MIN} letters and digits: only whole values were looked for.`] : []),
  ];
}
