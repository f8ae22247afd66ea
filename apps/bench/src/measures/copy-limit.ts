/**
 * (b) The limit: the server itself reads the rows that a projector run wrote from binary files, into the same tables with the same indexes
 * and constraints, in one transaction. No network, no client, no decoding.
 */
import type pg from 'pg';
import type { Bench } from '../bench.ts';
import { treeCpuSeconds } from '../child-process.ts';
import type { ItemsPerSighting } from '../documents.ts';
import { ID } from '../goals.ts';
import { Skipped, type Measure } from '../rounds.ts';
import { withClient } from '../servers.ts';
import { projectedDatabase } from './projector.ts';
import { filledTables, writtenTables } from './written-tables.ts';

export function copyLimitMeasure(bench: Bench, items: ItemsPerSighting): Measure {
  let dumped: Promise<Dump> | undefined;
  return {
    id: ID.limit(items),
    title: `b: COPY FROM file of the same rows, ${items} item${items === 1 ? '' : 's'} a sighting`,
    async run() {
      const url = await bench.servers.freshDatabase('bench_limit');
      try {
        dumped ??= dump(bench, items, await withClient(url, filledTables));
        const { events, files } = await dumped;
        return await withClient(url, async (client) => {
          const cpu = await treeCpuSeconds(bench.servers.postgresPid);
          const started = performance.now();
          await client.query('begin');
          for (const { table, file } of files) await client.query(`copy ledger.${table} from '${file}' (format binary)`);
          await client.query('commit');
          const seconds = (performance.now() - started) / 1000;
          const spent = (await treeCpuSeconds(bench.servers.postgresPid)) - cpu;
          return { eventsPerSecond: events / seconds, postgresMicrosPerEvent: (spent * 1e6) / events };
        });
      } finally {
        await bench.servers.dropDatabase('bench_limit');
      }
    },
  };
}

interface Dump {
  readonly events: number;
  readonly files: readonly { readonly table: string; readonly file: string }[];
}

/**
 * Once a run, from the database that the projector left in its first round; the files lie in the server's own folder, which goes with it.
 * @param empty tables that have rows in a ledger without events
 */
async function dump(bench: Bench, items: ItemsPerSighting, empty: readonly string[]): Promise<Dump> {
  const database = projectedDatabase(items);
  return withClient(bench.servers.databaseUrl(database), async (client) => {
    const folder = (await client.query<{ data_directory: string }>('show data_directory')).rows[0]?.data_directory ?? '';
    const files = [];
    for (const table of writtenTables(empty, await filledTables(client))) {
      const file = `${folder}/${database}-${table}.copy`;
      await client.query(`copy ledger.${table} to '${file}' (format binary)`);
      files.push({ table, file });
    }
    return { events: await countEvents(client), files };
  }).catch((error: unknown) => {
    throw new Skipped(`needs the rows of (a): ${error instanceof Error ? error.message : String(error)}`);
  });
}

async function countEvents(client: pg.Client): Promise<number> {
  return Number((await client.query<{ size: string }>('select size from ledger.head')).rows[0]?.size);
}
