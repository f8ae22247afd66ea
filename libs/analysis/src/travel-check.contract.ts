/** Generated journeys as the checks for impossible travel get them: for the suite that counts what they find, and for the bench. */
import { foldTimeline, parseOccurred, type Precision, type Sighting } from '#lib/domain';
import { APART_RULES, type ApartRules } from './apart.ts';
import type { TrackPosition } from './fixes.ts';
import type { TravelCase } from './generated/travel-cases.contract.ts';
import type { Telling } from './generated/travel-path.contract.ts';
import { journeyOf, travelOf, type Known, type TravelCheck } from './index.ts';

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

export interface TravelInputs {
  readonly item: string;
  readonly sightings: readonly Sighting[];
  /** By time. */
  readonly track: readonly TrackPosition[];
}

export function travelInputs({ item, records }: TravelCase): TravelInputs {
  const sightings = records.filter(({ is }) => is !== 'row').map((record) => sightingOf(record, item));
  const track = records
    .flatMap(({ is, at, point }, line): TrackPosition[] =>
      is === 'row' ? [{ at: at * 60_000_000, ...point, line: line + 1, track: FILE }] : [],
    )
    .sort((a, b) => a.at - b.at);
  return { item, sightings, track };
}

export function checkTravel({ item, sightings, track }: TravelInputs, rules: ApartRules = APART_RULES): TravelCheck {
  const timeline = foldTimeline(
    item,
    sightings.map((sighting) => ({ sighting })),
  );
  const items = new Map<string, Known>([[item, { timeline, track }]]);
  return travelOf(journeyOf(item, items), items, rules);
}
