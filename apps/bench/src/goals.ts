/** The goals of the pipeline, each a number made of the run's figures. */
import type { GoalVerdict } from './result.ts';
import { medianOf, ratioOf, type Outcome } from './rounds.ts';

export type Outcomes = Readonly<Record<string, Outcome>>;

/** Keys of the measures that several files speak of. */
export const ID = {
  projector: (items: number, processes: number) => `projector.${items}item.${processes}process`,
  bare: 'projector.bare',
  limit: (items: number) => `copy-from-file.${items}item`,
  naive: (save: 'plain' | 'bare') => `event-pattern.typeorm.${save}`,
  sink: 'debezium.jdbc-sink',
  captureHttp: 'capture.http',
  captureInline: 'capture.accept',
  timeline: (rows: number) => `timeline.${rows}`,
  log: (adapter: string) => `event-log.${adapter}`,
  size: (items: number) => `size.${items}item`,
  memory: 'projector.backlog',
} as const;

const MEBIBYTE = 2 ** 20;
const KILOBYTE = 1000;

/** Judges a run. A goal whose measures were skipped or not asked for has no value and is neither reached nor missed. */
export function judge(outcomes: Outcomes, timelineRows: readonly number[]): GoalVerdict[] {
  const of = (id: string) => outcomes[id];
  const figure = (id: string, name: string) => of(id)?.median[name];
  const one = of(ID.projector(1, 1));
  const [small, large] = [timelineRows[0] ?? 0, timelineRows.at(-1) ?? 0];
  const verdicts: GoalVerdict[] = [
    atLeast(
      'a',
      'Kafka to committed ledger, 1 item a sighting, against (b)',
      0.5,
      ratioOf(best(of, 1), of(ID.limit(1)), 'eventsPerSecond'),
    ),
    atLeast('a', 'the same with 3 items a sighting', 0.5, ratioOf(best(of, 3), of(ID.limit(3)), 'eventsPerSecond')),
    atLeast('a', 'against (c), the per-message projector', 40, ratioOf(best(of, 1), of(ID.naive('plain')), 'eventsPerSecond')),
    atLeast('a', 'the same, its save() without transaction and reload', 40, ratioOf(best(of, 1), of(ID.naive('bare')), 'eventsPerSecond')),
    atLeast('a', "against (d), Debezium's JDBC sink", 1.5, ratioOf(best(of, 1), of(ID.sink), 'eventsPerSecond')),
    atMost('a', 'memory against (d)', 0.5, ratioOf(one, of(ID.sink), 'peakRssBytes')),
    atLeast('e', 'capture over HTTP, accepted events/s per core', 12_000, figure(ID.captureHttp, 'eventsPerCoreSecond')),
    atMost(
      'f',
      `timeline p50 against the bare SQL, ${large} rows`,
      1.5,
      figureRatio(of(ID.timeline(large)), 'storeP50Micros', 'bareP50Micros'),
    ),
    atMost('f', `timeline p99 in milliseconds, ${large} rows`, 10, scaled(figure(ID.timeline(large), 'storeP99Micros'), 1000)),
    ...(large === small
      ? []
      : [
          atMost(
            'f',
            `timeline p99 at ${large} rows against ${small}`,
            1.3,
            ratioOf(of(ID.timeline(large)), of(ID.timeline(small)), 'storeP99Micros'),
          ),
        ]),
    atLeast('g', 'embedded log against Kafka', 0.5, ratioOf(of(ID.log('embedded')), of(ID.log('kafka')), 'recordsPerSecond')),
    atMost('h', 'stored KB above 1.6 x the event, 1 item', 0.6, excess(of(ID.size(1)))),
    atMost('h', 'stored KB above 1.6 x the event, 3 items', 0.6, excess(of(ID.size(3)))),
    atMost('i', 'projector memory in MiB at a large backlog', 350, scaled(figure(ID.memory, 'peakRssBytes'), MEBIBYTE)),
    atMost('i', 'memory of the last quarter against the second', 1.1, figure(ID.memory, 'lastToSecondQuarter')),
  ];
  return verdicts;
}

/** The faster of one and two projectors: how many processes share the machine is a matter of configuration. */
function best(of: (id: string) => Outcome | undefined, items: number): Outcome | undefined {
  const candidates = [of(ID.projector(items, 1)), of(ID.projector(items, 2))].filter(
    (outcome) => outcome?.median['eventsPerSecond'] !== undefined,
  );
  return candidates.sort((a, b) => (b?.median['eventsPerSecond'] ?? 0) - (a?.median['eventsPerSecond'] ?? 0))[0];
}

function figureRatio(outcome: Outcome | undefined, above: string, below: string): number | undefined {
  return ratioOf(outcome, outcome, above, below);
}

/** (h) KB that an event takes beyond 1.6 times its own bytes. */
function excess(outcome: Outcome | undefined): number | undefined {
  const values = (outcome?.rounds ?? []).map(
    (figures) => ((figures['storedBytesPerEvent'] ?? NaN) - 1.6 * (figures['eventBytes'] ?? NaN)) / KILOBYTE,
  );
  return values.length === 0 ? undefined : medianOf(values);
}

const scaled = (value: number | undefined, by: number): number | undefined => (value === undefined ? undefined : value / by);

function atLeast(letter: string, what: string, bound: number, value: number | undefined): GoalVerdict {
  return verdict(letter, `${what}: at least ${bound}`, value, value === undefined ? null : value >= bound);
}

function atMost(letter: string, what: string, bound: number, value: number | undefined): GoalVerdict {
  return verdict(letter, `${what}: at most ${bound}`, value, value === undefined ? null : value <= bound);
}

function verdict(letter: string, goal: string, value: number | undefined, reached: boolean | null): GoalVerdict {
  return { letter, goal, ...(value === undefined ? {} : { value }), reached };
}
