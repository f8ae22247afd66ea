/** Places that a map shows, numbered: records of one place share a mark for each thing that they are. */
import type { JourneyView } from '#lib/contracts';
import { formatRef } from '#lib/domain';
import { PLACES, SORTS, type PointAt, type SeenRecord, type Sort } from './records.ts';

export interface MapPlace extends PointAt {
  /** As the map and its list have it, from 1. */
  readonly number: number;
  /** Short, for a label. */
  readonly name: string;
  /** As its records say. */
  readonly place: string;
  /** In the order of `SORTS`. */
  readonly sorts: readonly Sort[];
  readonly isContradicted: boolean;
  /** The last that is proved: from here on nothing is known. */
  readonly isLast: boolean;
  readonly records: readonly SeenRecord[];
}

/** Of what was taken back, or says nothing of a place, none is drawn: it is listed. */
const DRAWN: ReadonlySet<Sort> = new Set<Sort>(['observed', 'inferred', 'stated', 'assessed', 'planned', 'negative']);
/** More would be a map of nothing but marks. */
export const MAP_PLACES_MAX = 60;
const NAME_LENGTH_MAX = 18;

export interface MapPlaces {
  readonly places: readonly MapPlace[];
  readonly morePlaces: number;
}

/** By time. Positions of tracks are lines, but for the last that is proved. */
export function placesOf(records: readonly SeenRecord[], journey: JourneyView | null): MapPlaces {
  const last = journey?.lastProved ?? null;
  const isLast = ({ event, line }: SeenRecord): boolean =>
    last !== null && formatRef(event) === formatRef(last.event) && line === last.line;
  const groups = new Map<string, SeenRecord[]>();
  const drawn = records.filter(
    (record) => DRAWN.has(record.sort) && record.point !== undefined && (record.line === undefined || isLast(record)),
  );
  for (const record of drawn.toSorted(byTime)) {
    // A hundredth of a degree is a kilometre.
    const key = `${record.point?.lat.toFixed(2) ?? ''} ${record.point?.lon.toFixed(2) ?? ''}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [record]);
    else group.push(record);
  }
  const places = [...groups.values()].map((group, at) =>
    placeOf(
      group,
      at + 1,
      group.some((record) => PLACES.has(record.sort) && isLast(record)),
    ),
  );
  // The last that is proved is what a reader looks for.
  const shown = places.filter((place, at) => at < MAP_PLACES_MAX || place.isLast);
  return { places: shown, morePlaces: places.length - shown.length };
}

/** What has no time comes last. */
const byTime = (a: SeenRecord, b: SeenRecord): number => ((a.from ?? a.to ?? '9') < (b.from ?? b.to ?? '9') ? -1 : 1);

function placeOf(records: readonly SeenRecord[], number: number, isLast: boolean): MapPlace {
  const [first] = records;
  const named = records.find(({ line }) => line === undefined);
  const point = widest(records);
  return {
    ...point,
    number,
    name: named === undefined ? 'last proved' : shortName(named.place ?? ''),
    place: named?.place ?? first?.place ?? '',
    sorts: SORTS.filter((sort) => records.some((record) => record.sort === sort)),
    isContradicted: records.some((record) => record.isContradicted),
    isLast,
    records,
  };
}

/** The first point; how far from it, only by what places the item. */
function widest(records: readonly SeenRecord[]): PointAt {
  const points = records.flatMap(({ point }) => point ?? []);
  const { lat = 0, lon = 0 } = points[0] ?? {};
  const placing = records.flatMap(({ sort, point }) => (PLACES.has(sort) ? (point ?? []) : []));
  const radii = placing.flatMap(({ radiusMetres }) => radiusMetres ?? []);
  return { lat, lon, ...(radii.length === 0 ? {} : { radiusMetres: radii.reduce((most, each) => Math.max(most, each), 0) }) };
}

/** `Rotterdam` of `Rotterdam (NLRTM), Netherlands`. */
export function shortName(place: string): string {
  const [name = ''] = place.split(/ \(|, /);
  const signs = [...name];
  return signs.length <= NAME_LENGTH_MAX ? name : `${signs.slice(0, NAME_LENGTH_MAX - 1).join('')}…`;
}
