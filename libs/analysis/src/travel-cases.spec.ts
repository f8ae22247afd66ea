/**
 * Journeys that a generator draws from a seed, one in a hundred of them of two things with one identity, held against what it planted.
 * `TRAVEL_COUNT` says how many: 1,000 where nothing is said, and in full `TRAVEL_COUNT=10000 npm test -- travel-cases`.
 */
import { foldTimeline, parseOccurred, type Precision, type Sighting } from '#lib/domain';
import { APART_RULES, type ApartRules } from './apart.ts';
import type { TrackPosition } from './fixes.ts';
import { travelCase, type TravelCase } from './generated/travel-cases.contract.ts';
import type { Telling } from './generated/travel-path.contract.ts';
import { journeyOf, travelOf, type Known, type Presence, type TravelCheck } from './index.ts';

const SEED = Number(process.env['TRAVEL_SEED'] ?? 20_180_614);
const COUNT = Number(process.env['TRAVEL_COUNT'] ?? 1_000);
const HANDLING = { tlp: 'GREEN' } as const;

function sightingOf({ id, is, point, radius, occurred }: Telling, item: string): Sighting {
  const time = parseOccurred({ ...occurred, precision: occurred.precision as Precision, extent: occurred.extent as 'within' | undefined });
  if (!time.ok) throw new Error(`${id}: ${time.detail}`);
  return {
    ...{
      agency: 'local',
      id,
      principal: 'generator',
      handling: HANDLING,
      parties: [],
      source: { kind: 'synthetic' },
      evidence: [],
      grade: 'B2',
    },
    kind: is === 'statement' ? 'statement' : 'observation',
    modality: is === 'plan' ? 'planned' : is === 'negative' ? 'negative' : 'actual',
    occurred: time.value,
    place: { ...point, ...(radius === undefined ? {} : { radiusMetres: radius * 1_000 }) },
    items: [{ id: item, role: 'subject' }],
    relations: { contradicts: [], links: [], basis: [], resolves: [], upholds: [] },
  };
}

const FILE = { sighting: { agency: 'local', id: 'file' }, sha256: 'f'.repeat(64), grade: 'B2', handling: HANDLING };
function check({ item, records }: TravelCase, rules: ApartRules = APART_RULES): TravelCheck {
  const sightings = records.filter(({ is }) => is !== 'row').map((record) => ({ sighting: sightingOf(record, item) }));
  const track = records
    .flatMap(({ is, at, point }, line): TrackPosition[] =>
      is === 'row' ? [{ at: at * 60_000_000, ...point, line: line + 1, track: FILE }] : [],
    )
    .sort((a, b) => a.at - b.at);
  const items = new Map<string, Known>([[item, { timeline: foldTimeline(item, sightings), track }]]);
  return travelOf(journeyOf(item, items), items, rules);
}

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
    const told = check(made, rules);
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
