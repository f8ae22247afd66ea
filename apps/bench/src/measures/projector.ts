/** (a), (h), (i): the product's projector, from a full topic to the committed ledger, as one and as two processes. */
import type pg from 'pg';
import type { Bench } from '../bench.ts';
import type { Child } from '../child-process.ts';
import type { ItemsPerSighting } from '../documents.ts';
import { ID } from '../goals.ts';
import { startBareProjector, startProjector } from '../product.ts';
import { watchProgress, type Watched } from '../progress.ts';
import { medianOf, type Measure } from '../rounds.ts';
import { withClient } from '../servers.ts';

/** At a tenth of the goal's rate the largest backlog takes this long. */
export const RUN_TIMEOUT_MS = 900_000;
/** Often enough for 1 % of a short run; the statement reads one row. */
export const POLL_MS = 20;

const MEBIBYTE = 2 ** 20;

/** The ledger that (a) leaves behind with this many items a sighting: (b) copies its rows, (h) weighs them. */
export const projectedDatabase = (items: ItemsPerSighting): string => `bench_projected_${items}`;

export function projectorMeasure(bench: Bench, items: ItemsPerSighting, processes: 1 | 2): Measure {
  return {
    id: ID.projector(items, processes),
    title: `a: Kafka to committed ledger, ${items} item${items === 1 ? '' : 's'} a sighting, ${processes} projector${processes === 1 ? '' : 's'}`,
    async run() {
      const { figures } = await project(bench, {
        items,
        processes,
        events: bench.options.sizes.events,
        database: projectedDatabase(items),
      });
      return figures;
    },
  };
}

/** The same work without Nest, metrics, health, search keys: what the product around it costs. */
export function bareProjectorMeasure(bench: Bench): Measure {
  return {
    id: ID.bare,
    title: 'a: the same without Nest, metrics and search keys, 1 item, 1 projector',
    async run() {
      const { figures } = await project(bench, {
        items: 1,
        processes: 1,
        events: bench.options.sizes.events,
        database: 'bench_bare',
        isBare: true,
      });
      await bench.servers.dropDatabase('bench_bare');
      return figures;
    },
  };
}

/** (i) A topic far larger than what a projector may hold: its memory must not follow the backlog. */
export function backlogMeasure(bench: Bench): Measure {
  return {
    id: ID.memory,
    title: `i: one projector, ${bench.options.sizes.backlog} sightings waiting`,
    once: true,
    async run() {
      const { figures, memory } = await project(bench, {
        items: 1,
        processes: 1,
        events: bench.options.sizes.backlog,
        database: 'bench_backlog',
      });
      await bench.servers.dropDatabase('bench_backlog');
      bench.memory.push({ what: `projector, ${bench.options.sizes.backlog} sightings waiting`, points: memory });
      const [second, last] = [quarter(memory, 1), quarter(memory, 3)];
      return { ...figures, secondQuarterBytes: second * MEBIBYTE, lastQuarterBytes: last * MEBIBYTE, lastToSecondQuarter: last / second };
    },
  };
}

/** Median of the memory in one quarter (0 to 3) of the run. */
function quarter(memory: Watched['memory'], which: number): number {
  const end = memory.at(-1)?.[0] ?? 0;
  const points = memory.filter(([seconds]) => seconds >= (end * which) / 4 && seconds <= (end * (which + 1)) / 4);
  return medianOf(points.map(([, mebibytes]) => mebibytes));
}

interface Run {
  readonly items: ItemsPerSighting;
  readonly processes: number;
  readonly events: number;
  readonly database: string;
  readonly isBare?: boolean;
}

async function project(bench: Bench, { items, processes, events, database, isBare = false }: Run): Promise<Watched> {
  const { topic } = await bench.topic(items, events);
  const url = await bench.servers.freshDatabase(database);
  const children: Child[] = [];
  try {
    for (let index = 0; index < processes; index++) {
      children.push(isBare ? startBareProjector(bench, { topic, database }) : startProjector(bench, { topic, database, index }));
    }
    const watched = await withClient(url, (client) =>
      watchProgress({
        done: () => ledgerSize(client),
        total: events,
        pollMs: POLL_MS,
        timeoutMs: RUN_TIMEOUT_MS,
        workers: children,
        postgresPid: bench.servers.postgresPid,
        brokerPid: bench.brokerPid(),
      }),
    );
    await withClient(url, (client) => assertWhole(client, events));
    return watched;
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}

const ledgerSize = async (client: pg.Client): Promise<number> =>
  Number((await client.query<{ size: string }>('select size from ledger.head')).rows[0]?.size);

/** A fast run that lost or doubled something is no figure. */
export async function assertWhole(client: pg.Client, events: number): Promise<void> {
  const { rows } = await client.query<{ entries: string; offsets: string; dead: string }>(`select
    (select count(*) from ledger.entries) as entries,
    (select sum(next) from ledger.offsets) as offsets,
    (select count(*) from ledger.dead_letters) as dead`);
  const [found] = rows;
  if (Number(found?.entries) !== events || Number(found?.offsets) !== events || Number(found?.dead) !== 0) {
    throw new Error(`the ledger is not whole: ${JSON.stringify(found)} of ${events}`);
  }
}
