/** (h) What one event takes in Postgres, with all indexes and side tables, beside its own bytes. */
import type { Bench } from '../bench.ts';
import type { ItemsPerSighting } from '../documents.ts';
import { ID } from '../goals.ts';
import type { Measure } from '../rounds.ts';
import { withClient } from '../servers.ts';
import { projectedDatabase } from './projector.ts';

const SMALL_BYTES_PER_EVENT = 3;

export function sizeMeasure(bench: Bench, items: ItemsPerSighting): Measure {
  return {
    id: ID.size(items),
    title: `h: bytes stored per event, ${items} item${items === 1 ? '' : 's'} a sighting`,
    async run() {
      const { contentBytes, valueBytes } = await bench.topic(items, bench.options.sizes.events);
      return withClient(bench.servers.databaseUrl(projectedDatabase(items)), async (client) => {
        const { rows } = await client.query<{ table: string; bytes: string; events: string }>(`select c.relname as table,
          pg_total_relation_size(c.oid) as bytes, (select size from ledger.head) as events
          from pg_class c where c.relnamespace = 'ledger'::regnamespace and c.relkind in ('r', 'p')`);
        const events = Number(rows[0]?.events);
        const total = rows.reduce((sum, row) => sum + Number(row.bytes), 0);
        // Tables of one page are the same for a million events: only what grows is named.
        const each = Object.fromEntries(
          rows
            .filter((row) => Number(row.bytes) > SMALL_BYTES_PER_EVENT * events)
            .map((row) => [`${row.table}BytesPerEvent`, Number(row.bytes) / events]),
        );
        return { storedBytesPerEvent: total / events, eventBytes: contentBytes, valueBytes, ...each };
      });
    },
  };
}
