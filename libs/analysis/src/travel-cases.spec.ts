/**
 * Journeys that a generator draws from a seed, one in a hundred of them of two things with one identity, held against what it planted.
 * `TRAVEL_COUNT` says how many: 1,000 where nothing is said, and in full `npm run bench -- --travel`, which keeps what is counted.
 */
import { writeFileSync } from 'node:fs';
import { APART_RULES, type ApartRules } from './apart.ts';
import { travelCase, type TravelCase } from './generated/travel-cases.contract.ts';
import type { Presence } from './index.ts';
import { checkTravel, travelInputs } from './travel-check.contract.ts';

const SEED = Number(process.env['TRAVEL_SEED'] ?? 20_180_614);
const COUNT = Number(process.env['TRAVEL_COUNT'] ?? 1_000);

/** The record's id of the generator. */
const idOf = ({ fix }: Presence, { number }: TravelCase): string =>
  'entry' in fix ? fix.entry.sighting.id : `${number}-${fix.position.line}`;

interface Count {
  right: number;
  wrong: number;
  missed: number;
}
const none = (): Count => ({ right: 0, wrong: 0, missed: 0 });
const recall = ({ right, missed }: Count): number => right / (right + missed);
const precision = ({ right, wrong }: Count): number => right / (right + wrong);

/** How often a clone is told, and how often an impossible pair, where there is one and where there is none. */
function measure(count: number, rules: ApartRules = APART_RULES): { clones: Count; alarms: Count; wrong: string[] } {
  const [clones, alarms, wrong]: [Count, Count, string[]] = [none(), none(), []];
  const tell = (of: Count, is: boolean, told: boolean, name: string): void => {
    if (is && told) of.right++;
    else if (told) of.wrong++;
    else if (is) of.missed++;
    if (is !== told) wrong.push(name);
  };
  for (let number = 1; number <= count; number++) {
    const made = travelCase(SEED, number);
    const told = checkTravel(travelInputs(made), rules);
    tell(clones, made.is === 'clone', told.clones.length > 0, `clone ${number} ${made.is}`);
    const named = new Set(told.alarms.flatMap(({ first, second }) => [idOf(first, made), idOf(second, made)]));
    const isFound = made.is === 'clone' ? told.alarms.length > 0 : made.planted.every((id) => named.has(id));
    tell(alarms, made.is !== 'none', made.is === 'none' ? told.alarms.length > 0 : isFound, `alarm ${number} ${made.is}`);
  }
  return { clones, alarms, wrong };
}

test(`of ${COUNT} journeys of seed ${SEED} the clones and the impossible records are told, and hardly any other`, () => {
  const { clones, alarms, wrong } = measure(COUNT);
  const text = { seed: SEED, journeys: COUNT, clones, alarms, wrong: wrong.slice(0, 20) };
  process.stdout.write(`${JSON.stringify(text)}\n`);
  const kept = process.env['CUSTODY_TRAVEL_RESULT'];
  if (kept !== undefined) writeFileSync(kept, JSON.stringify(text));
  for (const count of [clones, alarms]) {
    expect({ ...text, recall: recall(count) >= 0.99 }).toEqual({ ...text, recall: true });
    expect({ ...text, precision: precision(count) >= 0.95 }).toEqual({ ...text, precision: true });
  }
}, 600_000);

test.each<[string, Partial<ApartRules>]>([
  ['how uncertain places are', { placesAreUncertain: false }],
  ['how uncertain times are', { timesAreUncertain: false }],
])(
  'control: without %s more is told than is true',
  (_, without) => {
    const { alarms } = measure(Math.min(COUNT, 600), { ...APART_RULES, ...without });
    expect(precision(alarms)).toBeLessThan(0.95);
  },
  600_000,
);
