/**
 * Events of some items that may name persons (TLP:RED with principals): a list under a member `principals`, which no text can look like, since a
 * quotation mark within one is escaped. Plan: the partial indexes content_named and handlings_named, which hold these alone, then
 * timeline_log_index for each.
 */
import type { Statements } from '../pool.ts';
import { EVENT_COLUMNS, type EventRow } from './event-row.ts';
import { isStorable } from './storable.ts';

export interface NamedRow extends EventRow {
  readonly item: string;
}

/** SQL, of a column of bytes: `"principals":[` is in it. */
export const namesPersons = (bytes: string): string => `position('\\x227072696e636970616c73223a5b'::bytea in ${bytes}) > 0`;

/**
 * SQL, of bytes that need not be canonical: where this is false no member of a JSON text in them is called `principals`, whatever the spaces and
 * however its letters are escaped.
 */
export const mayNamePersons = (bytes: string): string =>
  `(position('principals'::bytea in ${bytes}) > 0 or position('\\x5c'::bytea in ${bytes}) > 0)`;

/** SQL, of a row `h` of ledger.handlings: by a marking the entry is for named persons. */
const MARKED_NAMES_PERSONS = `position('"principals":[' in h.handling) > 0`;

export const NAMED_ROWS = {
  name: 'named_rows',
  text: `select distinct t.item, ${EVENT_COLUMNS}
    from (
      select c.log_index from ledger.content c where ${namesPersons('c.bytes')}
      union
      select h.log_index from ledger.handlings h where ${MARKED_NAMES_PERSONS}
    ) named
    join ledger.content c on c.log_index = named.log_index
    join ledger.timeline t on t.log_index = c.log_index and t.item = any($1::text[]) and t.grp = any($2::integer[])
    join ledger.entries e on e.log_index = c.log_index
    where c.log_index < $3::bigint`,
};

/** Whom they name, their documents say: a row for each item that these groups may see it under. */
export async function namedRows(
  from: Statements,
  items: readonly string[],
  groups: readonly number[],
  logSize: number,
): Promise<NamedRow[]> {
  const asked = items.filter(isStorable);
  return asked.length === 0 ? [] : (await from.run<NamedRow>(NAMED_ROWS, [asked, groups, logSize])).rows;
}

/** Parameters of a statement that say who asks. */
export interface Asking {
  readonly agency: string;
  readonly principal: string;
  readonly breaksGlass: string;
}

/**
 * SQL: of an entry that the reader's groups may see, whether it is TLP:RED that names others, so that it is as if it were not there: the rule of
 * apps/gateway/src/named-readers.ts. One probe of content_named, which holds what names persons alone;
 * by `offset 0`, without which the planner may read all of those and all entries first. Of an entry that was marked the handling in effect says it.
 */
export const namesOthers = (logIndex: string, asking: Asking): string => `(not ${asking.breaksGlass} and exists (
      select from ledger.content c join ledger.entries n on n.log_index = c.log_index
      cross join lateral (select convert_from(c.bytes, 'UTF8')::jsonb -> 'handling' as said offset 0) handling
      where c.log_index = ${logIndex} and ${namesPersons('c.bytes')} and ${saysOthers({ agency: 'n.agency', principal: 'c.principal' }, asking)}
        and not exists (select from ledger.marked m where m.log_index = c.log_index) offset 0)
    or not ${asking.breaksGlass} and exists (
      select from ledger.handlings h join ledger.entries n on n.log_index = h.log_index join ledger.content c on c.log_index = h.log_index
      cross join lateral (select h.handling::jsonb as said offset 0) handling
      where h.log_index = ${logIndex} and ${MARKED_NAMES_PERSONS} and ${saysOthers({ agency: 'n.agency', principal: 'c.principal' }, asking)} offset 0))`;

/** SQL: the same of a conflict `c`, whose bytes are no entry: the value of its record, of which the content begins behind the first line feed. */
export const conflictNamesOthers = (
  asking: Asking,
): string => `(case when ${asking.breaksGlass} or not ${namesPersons('c.value')} then false else exists (
      select from (select convert_from(substring(c.value from position('\\x0a'::bytea in c.value) + 1), 'UTF8')::jsonb -> 'handling' as said offset 0) handling
      where ${saysOthers({ agency: 'c.agency', principal: 'c.principal' }, asking)}) end)`;

/** Of a handling `said`. */
const saysOthers = (author: Pick<Asking, 'agency' | 'principal'>, { agency, principal }: Asking): string =>
  `said ->> 'tlp' = 'RED' and jsonb_array_length(said -> 'principals') > 0
        and not (${author.agency} = ${agency} and ${author.principal} = ${principal})
        and not said -> 'principals' ?| array[${principal}, ${agency} || '/' || ${principal}]`;
