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
      // Each warms the cache for what follows: there and back gives none the better place.
      const [bare, store, open]: [number[], number[], number[]] = [[], [], []];
      const ways: readonly [number[], () => Promise<number[]>][] = [
        [bare, () => readBare(url, rows, draw, reads / 2)],
        [store, () => readStore(url, rows, draw, reads / 2)],
        [open, () => readStore(url, rows, draw, reads / 2, false)],
      ];
      for (const [micros, read] of [...ways, ...ways.toReversed()]) micros.push(...(await read()));
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
  const owner = createPool({ url, applicationName: 'bench', max: 1 });
  await installContextKey(owner, CONTEXT_KEY).finally(() => owner.close());
  bench.note(`filled ${database}: ${rows} rows, ${items} items in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  return items;
}

function drawer(seed: number, items: number): () => string {
  const random = seededRandom(seed);
  return () => syntheticItem(random.below(items));
}

async function readBare(url: string, logSize: number, draw: () => string, reads: number): Promise<number[]> {
  return withClient(url, async (client) => {
    const group = await greenGroup(client);
    return timed(reads, async () => {
      const { rows } = await client.query({ name: 'bare', text: BARE, values: [draw(), group, logSize, SIGHTINGS_PER_ITEM + 1] });
      return rows.length;
    });
  });
}

/** @param isReader under policies, as the gateway; otherwise by the operator, who is shown everything: the same statement without them */
async function readStore(url: string, logSize: number, draw: () => string, reads: number, isReader = true): Promise<number[]> {
  const group = await withClient(url, greenGroup);
  const own = isReader ? ({ role: 'gateway', contextKey: CONTEXT_KEY } as const) : ({ role: 'operator' } as const);
  const pool = createPool({ url, applicationName: 'bench', max: 1, ...own });
  try {
    const from: Statements = isReader ? pool.as(new ReaderContext('local', [group])) : pool;
    return await timed(
      reads,
      async () => (await timelinePage(from, { item: draw(), groups: [group], logSize, limit: SIGHTINGS_PER_ITEM + 1 })).length,
    );
  } finally {
    await pool.close();
  }
}

async function readGateway(bench: Bench, database: string, draw: () => string, reads: number): Promise<number[]> {
  const gateway = await startGateway(bench, { topic: 'bench.gateway', database });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    return await timed(reads, async () => {
      const body = await get(agent, `${gateway.base}/v1/items/${encodeURIComponent(draw())}/timeline?limit=${SIGHTINGS_PER_ITEM}`);
      return (JSON.parse(body) as { entries: unknown[] }).entries.length;
    });
  } finally {
    agent.destroy();
    await gateway.child.stop();
  }
}

const greenGroup = async (client: pg.Client): Promise<number> =>
  (await client.query<{ id: number }>("select id from ledger.reader_groups where name = 'green'")).rows[0]?.id ?? 0;

/** Microseconds of each read, one after the other. A read that does not find the whole timeline is an error, not a figure. */
async function timed(reads: number, read: () => Promise<number>): Promise<number[]> {
  const micros: number[] = [];
  for (let n = -WARM_UP; n < reads; n++) {
    const started = performance.now();
    const found = await read();
    const spent = (performance.now() - started) * 1000;
    if (found !== SIGHTINGS_PER_ITEM) throw new Error(`a timeline has ${found} of ${SIGHTINGS_PER_ITEM} sightings`);
    if (n >= 0) micros.push(spent);
  }
  return micros;
}
