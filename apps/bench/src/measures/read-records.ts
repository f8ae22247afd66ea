/**
 * (q) What the record of a read costs: timelines that differ in their handling alone, over HTTP from the gateway. Of what is CLEAR none is made; of what is
 * GREEN one, which is committed before the answer leaves; for what is RED the answer waits until that is on the disk.
 */
import { Agent } from 'node:http';
import type { SightingDocument } from '#lib/contracts';
import { createPool } from '#lib/store';
import { vin } from '../../../chaos/src/identifiers.ts';
import { seededRandom } from '../../../chaos/src/random.ts';
import type { Bench } from '../bench.ts';
import { sightings } from '../documents.ts';
import type { Figures } from '../figures.ts';
import { ID } from '../goals.ts';
import { get } from '../http-get.ts';
import { startGateway } from '../product.ts';
import { percentile, type Measure } from '../rounds.ts';
import { appendWhole, projectedOf } from '../sealed-ledger.ts';
import { withClient } from '../servers.ts';
import { SIGHTINGS_PER_ITEM } from '../synthetic-ledger.ts';
import { inTurns } from '../turns.ts';
import { whole } from './timeline.ts';

const DATABASE = 'bench_read_records';
/** As the projector's default. */
const BATCH_RECORDS = 2_500;
/** Turns before the clock starts. */
const WARM_UP = 100;
/** Of the reads of (f): over HTTP they cost ten times as much. */
const READS_SHARE = 0.2;
/** Of the cars of the other measures, for each handling. */
const ITEMS_SHARE = 0.01;

const WAYS = { unrecorded: 'CLEAR', recorded: 'GREEN', durable: 'RED' } as const;
type Way = keyof typeof WAYS;
const NAMES = Object.keys(WAYS) as Way[];

export function readRecordsMeasure(bench: Bench): Measure {
  const { seed, sizes } = bench.options;
  const items = Math.ceil(sizes.items * ITEMS_SHARE);
  let filled: Promise<void> | undefined;
  return {
    id: ID.readRecords,
    title: `q: timeline of ${SIGHTINGS_PER_ITEM} sightings over HTTP, without a record of the read, with one, and with one on the disk`,
    async run(round) {
      filled ??= fill(bench, items);
      await filled;
      const random = seededRandom(seed + round);
      const gateway = await startGateway(bench, { topic: 'bench.gateway', database: DATABASE });
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const read = (way: Way): (() => Promise<void>) =>
        whole(async () => {
          const item = itemOf(NAMES.indexOf(way), random.below(items), items);
          const body = await get(agent, `${gateway.base}/v1/items/${encodeURIComponent(item)}/timeline?limit=${SIGHTINGS_PER_ITEM}`);
          return (JSON.parse(body) as { entries: unknown[] }).entries.length;
        });
      try {
        const before = await recordsKept(bench);
        const turns = Math.ceil(sizes.timelineReads * READS_SHARE);
        const micros = await inTurns(turns, WARM_UP, {
          unrecorded: read('unrecorded'),
          recorded: read('recorded'),
          durable: read('durable'),
        });
        checkRecords((await recordsKept(bench)) - before, turns + WARM_UP);
        return Object.assign({}, ...NAMES.map((way) => percentiles(way, micros[way]))) as Figures;
      } finally {
        agent.destroy();
        await gateway.child.stop();
      }
    },
  };
}

const percentiles = (name: string, micros: readonly number[]): Figures => ({
  [`${name}P50Micros`]: percentile(micros, 0.5),
  [`${name}P99Micros`]: percentile(micros, 0.99),
});

/** Reads that are compared are one that leaves no record and two that leave one each: anything else is an error, and no figure. */
export function checkRecords(found: number, turns: number): void {
  if (found !== 2 * turns) throw new Error(`${turns} turns left ${found} records of reads, not ${2 * turns}`);
}

const itemOf = (way: number, n: number, items: number): string => vin(way * items + n);

/** The sightings of the other measures, of each item as many, the same under each handling. */
function* documents(seed: number, items: number): Generator<SightingDocument & { id: string }> {
  const count = NAMES.length * items * SIGHTINGS_PER_ITEM;
  let n = 0;
  for (const document of sightings({ seed, count, items, itemsPerSighting: 1 })) {
    const way = n % NAMES.length;
    const item = itemOf(way, Math.floor(n / NAMES.length) % items, items);
    yield { ...document, handling: { tlp: WAYS[NAMES[way] as Way] }, items: [{ id: item, role: 'subject' }] };
    n++;
  }
}

async function fill(bench: Bench, items: number): Promise<void> {
  const url = await bench.servers.freshDatabase(DATABASE);
  const events = projectedOf(documents(bench.options.seed, items), bench.options.seed);
  const pool = createPool({ url, applicationName: 'bench', max: 2, role: 'projector' });
  try {
    for (let from = 0; from < events.length; from += BATCH_RECORDS)
      await appendWhole(pool, events, from, Math.min(events.length, from + BATCH_RECORDS));
  } finally {
    await pool.close();
  }
  await withClient(url, (client) => client.query('vacuum analyze'));
}

const recordsKept = (bench: Bench): Promise<number> =>
  withClient(bench.servers.databaseUrl(DATABASE), async (client) => {
    const { rows } = await client.query<{ n: string }>('select count(*) as n from access.reads');
    return Number(rows[0]?.n);
  });
