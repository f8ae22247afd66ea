/**
 * Events of some items that may name persons (TLP:RED with principals): a list under a member `principals`, which no text can look like, since a
 * quotation mark within one is escaped. Plan: the partial index content_named, which holds these alone, then timeline_log_index for each.
 */
import type { Statements } from '../pool.ts';
import { EVENT_COLUMNS, type EventRow } from './event-row.ts';
import { isStorable } from './storable.ts';

export interface NamedRow extends EventRow {
  readonly item: string;
}

/** `"principals":[` */
export const NAMES_PERSONS = `position('\\x227072696e636970616c73223a5b'::bytea in c.bytes) > 0`;

export const NAMED_ROWS = {
  name: 'named_rows',
  text: `select distinct t.item, ${EVENT_COLUMNS}
    from ledger.content c
    join ledger.timeline t on t.log_index = c.log_index and t.item = any($1::text[]) and t.grp = any($2::integer[])
    join ledger.entries e on e.log_index = c.log_index
    where ${NAMES_PERSONS} and c.log_index < $3::bigint`,
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
