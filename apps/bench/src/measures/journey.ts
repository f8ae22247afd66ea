/**
 * (r) Journeys out of a large ledger, over HTTP from the gateway as it is shipped: cars that inherit the positions of the ship that their container
 * was on, as known now and at earlier points.
 */
import { Agent } from 'node:http';
import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import { usageOf, type Child } from '../child-process.ts';
import type { Figures } from '../figures.ts';
import { ID } from '../goals.ts';
import { get } from '../http-get.ts';
import { fillJourneys, PIECES, sealedAt, type JourneyLedger } from '../journey-ledger.ts';
import { startGateway } from '../product.ts';
import { percentile, type Measure } from '../rounds.ts';
import { inTurns, timed } from '../turns.ts';
import { carOf, type Voyage } from '../voyages.ts';
import { seededRandom } from '../../../chaos/src/random.ts';

/** What a car inherits. Of one item no more than 10,000 records are followed: of the longest a ship has some less by sightings alone. */
export const KINDS = {
  'track.500': { told: 'track', positions: 500, isLong: false },
  'track.20000': { told: 'track', positions: 20_000, isLong: true },
  'sightings.500': { told: 'sightings', positions: 500, isLong: false },
  'sightings.9900': { told: 'sightings', positions: 9_900, isLong: true },
} as const satisfies Record<string, Pick<Voyage, 'told' | 'positions'> & { isLong: boolean }>;
export type JourneyKind = keyof typeof KINDS;

/** Voyages before the clock starts: compiled code, prepared plans, catalogue caches. None of them is asked for later. */
const WARM_UP = 10;
/** Voyages of a kind have numbers of their own. */
const NUMBERS = 1_000;

interface Filled extends JourneyLedger {
  readonly database: string;
  readonly evidence: string;
}

/** Of one ledger: it is filled once, for all of them. Its last measure of the last round drops it: ten million rows take 25 GB. */
export function journeyMeasures(bench: Bench, rows: number): Measure[] {
  const database = `bench_journey_${rows}`;
  const kinds = Object.keys(KINDS) as JourneyKind[];
  let filled: Promise<Filled> | undefined;
  return kinds.map((kind) => ({
    id: ID.journey(rows, kind),
    title: `r: journey with ${KINDS[kind].positions} positions inherited by ${KINDS[kind].told === 'track' ? 'a file' : 'sightings'} of the ship, out of ${rows} rows`,
    async run(round) {
      filled ??= fill(bench, database, rows);
      const figures = await read(bench, await filled, kind, round);
      if (round === bench.options.sizes.rounds && kind === kinds.at(-1)) await bench.servers.dropDatabase(database);
      return figures;
    },
  }));
}

async function fill(bench: Bench, database: string, rows: number): Promise<Filled> {
  const started = performance.now();
  const evidence = join(bench.workDir, 'journey-evidence');
  const voyages = (Object.keys(KINDS) as JourneyKind[]).flatMap((kind) => [...voyagesOf(bench, kind), ...warmUpOf(bench, kind)]);
  const ledger = await fillJourneys(bench, { database, rows, evidence, voyages });
  bench.note(
    `filled ${database}: ${ledger.sizes.at(-1)} entries, ${voyages.length} voyages in ${((performance.now() - started) / 1000).toFixed(0)} s`,
  );
  return { ...ledger, database, evidence };
}

function numbered(kind: JourneyKind, from: number, count: number): Voyage[] {
  const first = Object.keys(KINDS).indexOf(kind) * NUMBERS + from;
  const { told, positions } = KINDS[kind];
  return Array.from({ length: count }, (_, n) => ({ number: first + n, told, positions }));
}

const countOf = ({ options: { sizes } }: Bench, kind: JourneyKind): number => (KINDS[kind].isLong ? sizes.longJourneys : sizes.journeys);
const voyagesOf = (bench: Bench, kind: JourneyKind): Voyage[] => numbered(kind, 0, countOf(bench, kind));
/** Of the short kinds alone: the long ones run through the same code. */
const warmUpOf = (bench: Bench, kind: JourneyKind): Voyage[] => (KINDS[kind].isLong ? [] : numbered(kind, countOf(bench, kind), WARM_UP));

/** Behind which piece the earlier points of view lie: nearly all was known then, so that they have as much to tell. */
const EARLIER = PIECES - 2;

async function read(bench: Bench, { database, evidence, sizes }: Filled, kind: JourneyKind, round: number): Promise<Figures> {
  const gateway = await startGateway(bench, { topic: 'bench.gateway', database, evidence });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let answerBytes = 0;
  const ask = async (voyage: Voyage, asOf?: string): Promise<() => void> => {
    const query = asOf === undefined ? '' : `?asOf=${encodeURIComponent(asOf)}`;
    const body = await get(agent, `${gateway.base}/v1/items/${encodeURIComponent(carOf(voyage))}/journey${query}`);
    answerBytes = body.length;
    return () => checkInherited(voyage, body, asOf === undefined);
  };
  try {
    for (const each of Object.keys(KINDS) as JourneyKind[]) for (const voyage of warmUpOf(bench, each)) (await ask(voyage))();
    const voyages = voyagesOf(bench, kind);
    const first: number[] = [];
    const before = await cpuSeconds(gateway.child);
    for (const voyage of voyages) first.push(await timed(() => ask(voyage)));
    const spent = (await cpuSeconds(gateway.child)) - before;
    const random = seededRandom(bench.options.seed + round);
    const draw = (): Voyage => random.pick(voyages);
    const earlier = {
      log: `log:${sizes[EARLIER]}`,
      recorded: sealedAt(EARLIER),
      reported: 'reported:2030-01-01',
    };
    const again = await inTurns(Math.ceil(voyages.length / 2), 0, {
      present: () => ask(draw()),
      log: () => ask(draw(), earlier.log),
      recorded: () => ask(draw(), earlier.recorded),
      reported: () => ask(draw(), earlier.reported),
    });
    return {
      ...percentiles('first', first),
      firstCpuMicros: (spent * 1e6) / first.length,
      ...percentiles('again', again.present),
      ...percentiles('asOfLog', again.log),
      ...percentiles('asOfRecorded', again.recorded),
      ...percentiles('asOfReported', again.reported),
      answerBytes,
    };
  } finally {
    agent.destroy();
    await gateway.child.stop();
  }
}

const cpuSeconds = async ({ pid }: Child): Promise<number> => (await usageOf(pid))?.cpuSeconds ?? NaN;

const percentiles = (name: string, micros: readonly number[]): Figures => ({
  [`${name}P50Micros`]: percentile(micros, 0.5),
  [`${name}P95Micros`]: percentile(micros, 0.95),
});

/** What was known earlier of one that is known up to its end now. */
const EARLIER_SHARE = 0.9;

/** An answer that does not hold what the car inherits is an error, and no figure. @param isWhole it has to hold all of it */
export function checkInherited({ positions, told }: Pick<Voyage, 'positions' | 'told'>, body: string, isWhole: boolean): void {
  const { legs } = JSON.parse(body) as { legs: { records: number; positions: number }[] };
  const of = told === 'track' ? 'positions' : 'records';
  const inherited = legs.reduce((sum, leg) => sum + leg[of], 0);
  if (inherited < (isWhole ? positions : positions * EARLIER_SHARE)) throw new Error(`a journey has ${inherited} of ${positions} ${of}`);
}
