/** The command line of the bench and the sizes that it stands for. */
import { parseArgs } from 'node:util';

/** The measures by the letters under which README and goals name them. */
export const LETTERS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r', 's'] as const;
export type Letter = (typeof LETTERS)[number];

export interface Sizes {
  readonly name: 'quick' | 'default' | 'full';
  readonly rounds: number;
  /** Sightings in the topic of one projector run (a), and so the rows of (b), (h), (i). */
  readonly events: number;
  /** Sightings that the per-message projector (c) gets: at 1/40 of the speed the same wall time. */
  readonly naiveEvents: number;
  /** Records of the sink's topic (d). */
  readonly sinkEvents: number;
  /** Sightings submitted to capture in one round (e). */
  readonly captureEvents: number;
  /** Rows of the ledgers whose timelines (f) and journeys (r) are read, smallest first. */
  readonly timelineRows: readonly number[];
  /** Timelines read for each percentile (f). */
  readonly timelineReads: number;
  /** Records through each event log (g). */
  readonly logRecords: number;
  /** Different items of the sightings. */
  readonly items: number;
  /** Sightings that wait for the projector whose memory is watched (i). */
  readonly backlog: number;
  /** Items of the ledgers that are sealed (k), smallest first. */
  readonly sealedItems: readonly number[];
  /** Entries sealed in one round (k). */
  readonly sealedEntries: number;
  /** Entries through Tessera and through our sealer (l), sightings of the audited ledger (m), and under row policies (p). */
  readonly peerEntries: number;
  /** Proofs asked for each percentile (n). */
  readonly proofReads: number;
  /** Of the file that goes up and down (o). */
  readonly evidenceBytes: number;
  /** Journeys of a kind that are asked for, the shorter ones and the longest (r). */
  readonly journeys: number;
  readonly longJourneys: number;
  /** Generated journeys that are checked (s). */
  readonly travelCases: number;
}

const QUICK: Sizes = {
  name: 'quick',
  rounds: 1,
  events: 20_000,
  naiveEvents: 1_000,
  sinkEvents: 10_000,
  captureEvents: 10_000,
  timelineRows: [100_000],
  timelineReads: 500,
  logRecords: 10_000,
  items: 2_000,
  backlog: 40_000,
  sealedItems: [2_000, 10_000],
  sealedEntries: 20_000,
  peerEntries: 10_000,
  proofReads: 200,
  evidenceBytes: 64 * 2 ** 20,
  journeys: 10,
  longJourneys: 3,
  travelCases: 100,
};
const DEFAULT: Sizes = {
  name: 'default',
  rounds: 3,
  events: 200_000,
  naiveEvents: 15_000,
  sinkEvents: 100_000,
  captureEvents: 100_000,
  timelineRows: [1_000_000],
  timelineReads: 5_000,
  logRecords: 100_000,
  items: 20_000,
  backlog: 1_000_000,
  sealedItems: [10_000, 100_000, 1_000_000],
  sealedEntries: 300_000,
  peerEntries: 100_000,
  proofReads: 2_000,
  evidenceBytes: 2 ** 30,
  journeys: 100,
  longJourneys: 20,
  travelCases: 1_000,
};
const FULL: Sizes = { ...DEFAULT, name: 'full', timelineRows: [1_000_000, 10_000_000], backlog: 2_000_000 };

export interface BenchOptions {
  /**
   * `check` compares README with the result and measures nothing; `readme` writes the table into README; `travel` counts what the travel checks
   * find of ten thousand journeys.
   */
  readonly mode: 'run' | 'check' | 'readme' | 'travel';
  readonly sizes: Sizes;
  readonly only: readonly Letter[];
  readonly seed: number;
  /** Where the JSON result goes; absent: docs/bench/result.json, but for `--quick`, which says nothing about a machine's speed. */
  readonly out?: string;
  /** Keep the working folder (server logs, CPU profiles). */
  readonly keep: boolean;
  /** Write where the processor's time of the product's processes goes, and no result: figures of such a run are not comparable. */
  readonly profile: boolean;
}

export const USAGE = `npm run bench -- [--quick | --full] [--only a,c,...] [--rounds N] [--seed N] [--out FILE] [--keep] [--profile]
npm run bench -- --readme     write the table of docs/bench/result.json into README.md
npm run bench -- --check      fail when README.md and docs/bench/result.json differ
npm run bench -- --travel     run the suite of travel checks with ten thousand journeys and write docs/bench/travel.json (--seed N)

a Kafka to committed ledger   b server-side binary COPY of the same rows   c Nest @EventPattern + TypeORM findOne and save
d Debezium's JDBC sink        e capture                                    f timeline
g embedded log against Kafka  h bytes stored per event                     i projector memory at a large backlog
j Kafka to proved             k the sealer alone, and the map's cost       l Tessera's POSIX storage
m audit --full                n proofs                                     o evidence up and down
p row policies at ingest      q records of reads                           r journeys
s travel and clone checks`;

/** Throws TypeError with a sentence for the user when an option is unknown or malformed. */
export function parseOptions(argv: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: 'boolean' },
      full: { type: 'boolean' },
      only: { type: 'string' },
      rounds: { type: 'string' },
      seed: { type: 'string' },
      out: { type: 'string' },
      check: { type: 'boolean' },
      readme: { type: 'boolean' },
      travel: { type: 'boolean' },
      keep: { type: 'boolean' },
      profile: { type: 'boolean' },
    },
  });
  const base = values.quick === true ? QUICK : values.full === true ? FULL : DEFAULT;
  const sizes = values.rounds === undefined ? base : { ...base, rounds: positive('rounds', values.rounds) };
  return {
    mode: modeOf(values),
    sizes,
    only: values.only === undefined ? LETTERS : letters(values.only),
    seed: values.seed === undefined ? 1 : positive('seed', values.seed),
    ...(values.out === undefined ? {} : { out: values.out }),
    keep: values.keep === true,
    profile: values.profile === true,
  };
}

function modeOf({ check, readme, travel }: { check?: boolean; readme?: boolean; travel?: boolean }): BenchOptions['mode'] {
  if (check === true) return 'check';
  if (readme === true) return 'readme';
  return travel === true ? 'travel' : 'run';
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new TypeError(`--${name} is a whole number from 1, not ${text}.`);
  return value;
}

function letters(text: string): Letter[] {
  return text.split(',').map((part) => {
    const letter = LETTERS.find((known) => known === part.trim());
    if (letter === undefined) throw new TypeError(`--only names measures of ${LETTERS.join(', ')}, not ${part}.`);
    return letter;
  });
}
