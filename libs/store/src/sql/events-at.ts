/** Events by their log index. Plan: one probe of the primary keys of entries and content for each. */
import type { Statements } from '../pool.ts';
import { EVENT_COLUMNS, type EventRow } from './event-row.ts';

export const EVENTS_AT = {
  name: 'events_at',
  text: `select ${EVENT_COLUMNS}
    from unnest($1::bigint[]) as at (log_index)
    join ledger.entries e on e.log_index = at.log_index
    join ledger.content c on c.log_index = at.log_index`,
};

/** Those that are there, in any order; whether a reader may see them is the caller's question. */
export async function eventsAt(from: Statements, logIndexes: readonly number[]): Promise<EventRow[]> {
  return (await from.run<EventRow>(EVENTS_AT, [logIndexes])).rows;
}
