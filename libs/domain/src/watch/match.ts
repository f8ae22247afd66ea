/** Whether a condition is met by one sighting, and why: pure, of what whoever asks may see. */
import type { Place } from '../place.ts';
import type { Party, Sighting } from '../sighting.ts';
import {
  CONDITION_KINDS,
  CONDITION_MEMBERS,
  type Condition,
  type ConditionMember,
  type PartyCondition,
  type PlaceCondition,
} from './condition.ts';

/**
 * One value by which a member is met: its place in the list (0 of a member that has one value). It names the condition's own words and none of the
 * sighting's, so that it tells nobody what he did not write. Not `certain`: a circle that the place may lie in, or in part.
 */
export interface Because {
  readonly member: ConditionMember;
  readonly at: number;
  readonly certain: boolean;
}

/** Values of one member that a reason names: the first of them. */
export const BECAUSE_MAX = 8;

const KINDS: ReadonlySet<string> = new Set(CONDITION_KINDS);

/**
 * `undefined`: it is not met. Otherwise at least one reason for each member, in the order of CONDITION_MEMBERS; none where a condition that was not
 * parsed has no member. Cost: members times values times what the sighting lists, some microseconds.
 */
export function matchCondition(condition: Condition, sighting: Sighting): readonly Because[] | undefined {
  if (!KINDS.has(sighting.kind)) return undefined;
  const because: Because[] = [];
  for (const member of CONDITION_MEMBERS) {
    if (condition[member] === undefined) continue;
    const met = MEETS[member](condition, sighting);
    if (met.length === 0) return undefined;
    because.push(...met.slice(0, BECAUSE_MAX).map(({ at, certain }) => ({ member, at, certain })));
  }
  return because;
}

type Met = readonly { readonly at: number; readonly certain: boolean }[];

const MEETS: Record<ConditionMember, (condition: Condition, sighting: Sighting) => Met> = {
  items: ({ items = [] }, sighting) => {
    const named = namesOf(sighting);
    return certainly(items, (item) => named.has(item));
  },
  schemes: ({ schemes = [] }, { items }) => certainly(schemes, (scheme) => items.some(({ id }) => id.startsWith(`${scheme}:`))),
  parties: ({ parties = [] }, sighting) => certainly(parties, (wanted) => sighting.parties.some((party) => isParty(wanted, party))),
  places: ({ places = [] }, { place }) =>
    place === undefined
      ? []
      : places.flatMap((wanted, at) => {
          const certain = meetsPlace(wanted, place);
          return certain === undefined ? [] : [{ at, certain }];
        }),
  kinds: ({ kinds = [] }, { kind, as }) => certainly(kinds, (wanted) => wanted === kind || (kind === 'correction' && wanted === as)),
  modalities: ({ modalities = [] }, { modality }) => certainly(modalities, (wanted) => wanted === modality),
  sources: ({ sources = [] }, { source }) => certainly(sources, (wanted) => wanted === source.family),
  gradeAtLeast: ({ gradeAtLeast = 'A1' }, { grade }) =>
    certainly([gradeAtLeast], (floor) => grade !== undefined && isNotBelow(grade, floor)),
};

function certainly<T>(values: readonly T[], isMet: (value: T) => boolean): Met {
  return values.flatMap((value, at) => (isMet(value) ? [{ at, certain: true }] : []));
}

/** What the sighting names as an identifier. An MMSI that stands beside another one is the transponder's number of that ship, as its author says. */
function namesOf({ items }: Sighting): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { id, aliases } of items) {
    names.add(id);
    if (aliases?.mmsi !== undefined) names.add(`mmsi:${aliases.mmsi}`);
  }
  return names;
}

/** The letter from A, the digit from 1: neither is worse. F and 6 say that nobody can judge, and are the lowest. */
function isNotBelow(grade: string, floor: string): boolean {
  return (grade[0] as string) <= (floor[0] as string) && (grade[1] as string) <= (floor[1] as string);
}

function isParty(wanted: PartyCondition, party: Party): boolean {
  return (
    (wanted.name === undefined || (party.name !== undefined && folded(party.name) === folded(wanted.name))) &&
    (wanted.lei === undefined || party.lei === wanted.lei) &&
    (wanted.country === undefined || party.country === wanted.country) &&
    (wanted.role === undefined || folded(party.role) === folded(wanted.role))
  );
}

/** Case and runs of blanks alone: names that only look alike are others. */
const folded = (text: string): string => text.normalize('NFC').toLowerCase().replace(/\s+/g, ' ').trim();

/** `undefined`: not met. Otherwise whether it certainly is. */
function meetsPlace(wanted: PlaceCondition, place: Place): boolean | undefined {
  const { within } = wanted;
  if (within !== undefined) return meetsCircle(within, place);
  if (wanted.unlocode !== undefined) return place.unlocode === wanted.unlocode || undefined;
  if (wanted.country !== undefined) return place.country === wanted.country || place.unlocode?.slice(0, 2) === wanted.country || undefined;
  return (wanted.name !== undefined && place.name !== undefined && folded(place.name) === folded(wanted.name)) || undefined;
}

/** Mean radius of the earth (IUGG). The ellipsoid differs from this sphere by less than 0.6 percent of any distance. */
const EARTH_RADIUS_METRES = 6_371_009;
const SPHERE_ERROR = 0.006;
/** A point without a stated radius is taken as far around as the journey takes it. */
export const UNSTATED_RADIUS_METRES = 25_000;

function meetsCircle({ lat, lon, radiusMetres }: NonNullable<PlaceCondition['within']>, place: Place): boolean | undefined {
  if (place.lat === undefined || place.lon === undefined) return undefined;
  const metres = sphereMetres(lat, lon, place.lat, place.lon);
  const around = place.radiusMetres ?? UNSTATED_RADIUS_METRES;
  if (metres * (1 - SPHERE_ERROR) - around > radiusMetres) return undefined;
  return metres * (1 + SPHERE_ERROR) + around <= radiusMetres;
}

/** Haversine: exact near by and across the date line. */
function sphereMetres(lat1: number, lon1: number, lat2: number, lon2: number): number {
  const [phi1, phi2] = [radians(lat1), radians(lat2)];
  const [halfLat, halfLon] = [Math.sin((phi2 - phi1) / 2), Math.sin(radians(lon2 - lon1) / 2)];
  const a = halfLat * halfLat + Math.cos(phi1) * Math.cos(phi2) * halfLon * halfLon;
  return 2 * EARTH_RADIUS_METRES * Math.asin(Math.min(1, Math.sqrt(a)));
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;
