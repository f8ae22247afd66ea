/** (f) One item's timeline out of a large ledger: the store's statement, the same question as bare SQL, and the gateway's whole answer. */
import { Agent } from 'node:http';
import { createPool, installContextKey, ReaderContext, timelinePage, type Statements } from '#lib/store';
import type pg from 'pg';
import type { Bench } from '../bench.ts';
import { ID } from '../goals.ts';
import { startGateway } from '../product.ts';
import { seededRandom } from '../../../chaos/src/random.ts';
import type { Figures } from '../figures.ts';
import { get } from '../http-get.ts';
import { percentile, type Measure } from '../rounds.ts';
import { withClient } from '../servers.ts';
import { fillLedger, SIGHTINGS_PER_ITEM, syntheticItem } from '../synthetic-ledger.ts';
import { inTurns } from '../turns.ts';

/** Reads before the clock starts: prepared plans, catalogue caches, compiled code. */
const WARM_UP = 300;
const CONTEXT_KEY = Buffer.alloc(32, 0xbe);
/** Answers over HTTP cost ten times as much: fewer of them give the same percentiles. */
const HTTP_SHARE = 0.2;

/** The same rows and columns as the product's statement, without groups of several, cursors, roles: what one would type. */
const BARE = `select t.starts, t.ends, t.kind, t.agency, t.id, t.log_index, c.principal, c.captured, e.commitment, e.content_hash, c.secret, c.bytes
  from ledger.timeline t join ledger.entries e using (log_index) join ledger.content c using (log_index)
  where t.item = $1 and t.grp = $2 and t.log_index < $3
  order by t.starts, t.ends, t.agency, t.id limit $4`;

export function timelineMeasure(bench: Bench, rows: number): Measure {
  const database = `bench_timeline_${rows}`;
  let filled: Promise<number> | undefined;
  return {
    id: ID.timeline(rows),
    title: `f: timeline of ${SIGHTINGS_PER_ITEM} sightings out of ${rows} rows`,
    async run(round) {
      filled ??= fill(bench, database, rows);
      const items = await filled;
      const draw = drawer(bench.options.seed + round, items);
      const reads = bench.options.sizes.timelineReads;
      const url = bench.servers.databaseUrl(database);
      // Each round: the gateway that it starts behind it brings a key of its own, and a database takes no more than two.
      await installKey(url);
      const { bare, store, open } = await readThreeWays(url, rows, draw, reads);
      const http = await readGateway(bench, database, draw, Math.ceil(reads * HTTP_SHARE));
      return { ...percentiles('bare', bare), ...percentiles('store', store), ...percentiles('open', open), ...percentiles('http', http) };
    },
  };
}

const percentiles = (name: string, micros: readonly number[]): Figures => ({
  [`${name}P50Micros`]: percentile(micros, 0.5),
  [`${name}P99Micros`]: percentile(micros, 0.99),
});

async function fill(bench: Bench, database: string, rows: number): Promise<number> {
  const started = performance.now();
  const url = await bench.servers.freshDatabase(database);
  const { items } = await withClient(url, (client) => fillLedger(client, rows));
  bench.note(`filled ${database}: ${rows} rows, ${items} items in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  return items;
}

async function installKey(url: string): Promise<void> {
  const owner = createPool({ url, applicationName: 'bench', max: 1 });
  await installContextKey(owner, CONTEXT_KEY).finally(() => owner.close());
}

function drawer(seed: number, items: number): () => string {
  const random = seededRandom(seed);
  return () => syntheticItem(random.below(items));
}

type Way = 'bare' | 'store' | 'open';

/** A read that has to find the whole timeline. @param read resolves to the number of sightings that it found */
export function whole(read: () => Promise<number>): () => Promise<void> {
  return async () => {
    const found = await read();
    if (found !== SIGHTINGS_PER_ITEM) throw new Error(`a timeline has ${found} of ${SIGHTINGS_PER_ITEM} sightings`);
  };
}

/**
 * Microseconds of each read: `bare` SQL, the `store`'s statement under policies as the gateway asks it, and `open`, the same by the operator, who
 * is shown everything, without them. They take turns read by read, each with an item of its own: what one finds in the cache, the others find.
 */
async function readThreeWays(url: string, logSize: number, draw: () => string, reads: number): Promise<Record<Way, number[]>> {
  return withClient(url, async (client) => {
    const group = await greenGroup(client);
    const [reader, operator] = [
      createPool({ url, applicationName: 'bench', max: 1, role: 'gateway', contextKey: CONTEXT_KEY }),
      createPool({ url, applicationName: 'bench', max: 1, role: 'operator' }),
    ];
    // The operator breaks the glass: of what names others nothing is asked for him.
    const page = async (from: Statements, breaksGlass: boolean): Promise<number> => {
      const asked = { agency: 'local', principal: 'reader', breaksGlass, groups: [group] };
      return (await timelinePage(from, { item: draw(), reader: asked, logSize, limit: SIGHTINGS_PER_ITEM + 1 })).length;
    };
    const context = new ReaderContext('local', [group]);
    try {
      return await inTurns(reads, WARM_UP, {
        bare: whole(async () => {
          const { rows } = await client.query({ name: 'bare', text: BARE, values: [draw(), group, logSize, SIGHTINGS_PER_ITEM + 1] });
          return rows.length;
        }),
        store: whole(() => page(reader.as(context), false)),
        open: whole(() => page(operator, true)),
      });
    } finally {
      await Promise.all([reader.close(), operator.close()]);
    }
  });
}

async function readGateway(bench: Bench, database: string, draw: () => string, reads: number): Promise<number[]> {
  const gateway = await startGateway(bench, { topic: 'bench.gateway', database });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const read = whole(async () => {
      const body = await get(agent, `${gateway.base}/v1/items/${encodeURIComponent(draw())}/timeline?limit=${SIGHTINGS_PER_ITEM}`);
      return (JSON.parse(body) as { entries: unknown[] }).entries.length;
    });
    return (await inTurns(reads, WARM_UP, { read })).read;
  } finally {
    agent.destroy();
    await gateway.child.stop();
  }
}

const greenGroup = async (client: pg.Client): Promise<number> =>
  (await client.query<{ id: number }>("select id from ledger.reader_groups where name = 'green'")).rows[0]?.id ?? 0;
