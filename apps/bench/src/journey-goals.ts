/** The goals of journeys and of what records of reads cost: issues "Journey" and "People". */
import type { GoalVerdict } from './result.ts';
import { ratioOf, type Outcome } from './rounds.ts';
import { againstPart, atLeast, atMost, figureRatio, MILLI, scaled, type Outcomes } from './verdicts.ts';

/** Keys of their measures. */
export const ID_OF_JOURNEYS = {
  readRecords: 'read-records',
  journey: (rows: number, kind: string) => `journey.${rows}.${kind}`,
  travel: 'travel-checks',
} as const;

/** Kinds of journeys, as they are called in a goal, and milliseconds that the 95th percentile may take. */
const KINDS = {
  'track.500': { what: '500 positions inherited by a file of the ship', millis: 50 },
  'track.20000': { what: '20,000 positions inherited by a file of the ship', millis: 500 },
  'sightings.500': { what: '500 sightings of the ship inherited', millis: 50 },
  // The goal says 20,000: of one item no more than 10,000 records are followed.
  'sightings.9900': { what: '9,900 sightings of the ship inherited, of 10,000 that are followed at most', millis: 500 },
} as const;
const NAMES = Object.keys(KINDS) as (keyof typeof KINDS)[];

/** @param rows of the ledgers, smallest first @param projector its measure's key: one process, one item a sighting */
export function journeyGoals(outcomes: Outcomes, rows: readonly number[], projector: string): GoalVerdict[] {
  const [small, large] = [rows[0] ?? 0, rows.at(-1) ?? 0];
  const of = (size: number, kind: string): Outcome | undefined => outcomes[ID_OF_JOURNEYS.journey(size, kind)];
  const travel = outcomes[ID_OF_JOURNEYS.travel];
  return [
    againstPart(
      'q',
      'a timeline over HTTP whose read leaves a record (GREEN) against one whose read leaves none (CLEAR), p50',
      1.25,
      figureRatio(outcomes[ID_OF_JOURNEYS.readRecords], 'recordedP50Micros', 'unrecordedP50Micros'),
    ),
    ...NAMES.map((kind) =>
      atMost(
        'r',
        `journey with ${KINDS[kind].what}, asked for the first time, p95 in milliseconds, ${large} rows`,
        KINDS[kind].millis,
        scaled(of(large, kind)?.median['firstP95Micros'], MILLI),
      ),
    ),
    ...(large === small
      ? []
      : NAMES.map((kind) =>
          atMost(
            'r',
            `the same with ${KINDS[kind].what}, p50 at ${large} rows against ${small}`,
            1.3,
            ratioOf(of(large, kind), of(small, kind), 'firstP50Micros'),
          ),
        )),
    atMost(
      'r',
      `any asOf against the present, p50: the dearest of all of these, by log size, time recorded and time reported, ${large} rows`,
      2,
      dearest(NAMES.map((kind) => of(large, kind))),
    ),
    atLeast(
      's',
      'records/s checked for impossible travel and clones by one thread, each journey once, against events/s of a projector (a)',
      1,
      ratioOf(travel, outcomes[projector], 'recordsCheckedPerSecond', 'eventsPerSecond'),
    ),
    atLeast(
      's',
      'checks/s, a whole journey anew after each of its sightings, against the same',
      1,
      ratioOf(travel, outcomes[projector], 'checksPerSecond', 'eventsPerSecond'),
    ),
  ];
}

const POINTS = ['asOfLogP50Micros', 'asOfRecordedP50Micros', 'asOfReportedP50Micros'];

/** Undefined where one of them was not measured: it may be the dearest. */
function dearest(kinds: readonly (Outcome | undefined)[]): number | undefined {
  const ratios = kinds.flatMap((of) => POINTS.map((point) => figureRatio(of, point, 'againP50Micros')));
  return ratios.some((ratio) => ratio === undefined) ? undefined : Math.max(...(ratios as number[]));
}
