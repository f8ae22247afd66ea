/**
 * Lines along tracks: from one position of a file to the next, and nowhere else. Between two records nothing is known of the way; a silence of twelve
 * hours or more is a gap, in port or at sea, and no line leads through one, nor from one position to another that no ship reaches in that time: then one
 * of both is wrong, or two ships bear one name.
 */
import type { JourneyView } from '#lib/contracts';
import { formatRef, type TlpLabel } from '#lib/domain';
import { strictest } from './handlings.ts';

type Placing = JourneyView['placings'][number];
type Gap = JourneyView['legs'][number]['gaps'][number];

/** As GeoJSON has them: longitude, latitude. */
export type LonLat = readonly [lon: number, lat: number];

/** Positions that follow each other, of one file, by one leg. */
export interface Line {
  /** Of the journey's legs; null: a track of the item itself. */
  readonly leg: number | null;
  readonly points: readonly LonLat[];
  /** RFC 3339, UTC: of its first and last position. */
  readonly from: string;
  readonly to: string;
  /** The strictest of its positions. */
  readonly tlp: TlpLabel;
}

/** As in libs/analysis: silence from there on is a gap. */
const SILENT_MS = 12 * 3_600_000;

/** As in libs/analysis: faster than 60 knots goes no ship. In metres a second. */
const SHIP_SPEED_MAX = 111_120 / 3_600;
/** Of each position, as in libs/analysis; so far two of them may be apart and be one. */
const POSITION_METRES = 1_000;
/** Of the earth, in metres, as a sphere (IUGG mean radius): half a per cent from the ellipsoid at most. */
const EARTH_METRES = 6_371_009;

/** By leg, then time. One position alone makes none. */
export function linesOf({ placings, legs }: Pick<JourneyView, 'placings' | 'legs'>): readonly Line[] {
  const tracks = new Map<string, Placing[]>();
  for (const placing of placings) {
    if (placing.line === undefined || placing.from === null || placing.lat === undefined || placing.lon === undefined) continue;
    const key = `${placing.leg ?? ''} ${formatRef(placing.event)}`;
    const track = tracks.get(key);
    if (track === undefined) tracks.set(key, [placing]);
    else track.push(placing);
  }
  const lines = [...tracks.values()].flatMap((track) => {
    const leg = track[0]?.leg ?? null;
    return unbroken(track, leg === null ? [] : (legs[leg]?.gaps ?? [])).map((positions) => lineOf(leg, positions));
  });
  return lines.filter(({ points }) => points.length > 1).sort((a, b) => (a.leg ?? -1) - (b.leg ?? -1) || (a.from < b.from ? -1 : 1));
}

function unbroken(track: readonly Placing[], gaps: readonly Gap[]): readonly (readonly Placing[])[] {
  const runs: Placing[][] = [];
  for (const position of track) {
    const run = runs.at(-1);
    const before = run?.at(-1);
    if (run === undefined || before === undefined || isSilent(before, position, gaps) || isOutOfReach(before, position))
      runs.push([position]);
    else run.push(position);
  }
  return runs;
}

/** Times are of one form, so that their texts sort as they do. */
function isSilent({ from: before }: Placing, { from: after }: Placing, gaps: readonly Gap[]): boolean {
  if (before === null || after === null || Date.parse(after) - Date.parse(before) >= SILENT_MS) return true;
  return gaps.some(({ since, until }) => since.at < after && (until === null || until.at > before));
}

function isOutOfReach(before: Placing, after: Placing): boolean {
  const seconds = Math.abs(Date.parse(after.from ?? '') - Date.parse(before.from ?? '')) / 1_000;
  return metresBetween(before, after) * 0.995 - 2 * POSITION_METRES > SHIP_SPEED_MAX * seconds;
}

/** On a sphere, by the haversine. */
function metresBetween({ lat: latA = 0, lon: lonA = 0 }: Placing, { lat: latB = 0, lon: lonB = 0 }: Placing): number {
  const [a, b] = [radians(latA), radians(latB)];
  const half = Math.sin((b - a) / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(radians(lonB - lonA) / 2) ** 2;
  return 2 * EARTH_METRES * Math.asin(Math.min(1, Math.sqrt(half)));
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

const lineOf = (leg: number | null, positions: readonly Placing[]): Line => ({
  leg,
  points: positions.flatMap(({ lat, lon }): LonLat[] => (lat === undefined || lon === undefined ? [] : [[lon, lat]])),
  from: positions[0]?.from ?? '',
  to: positions.at(-1)?.from ?? '',
  tlp: strictest(positions.map(({ tlp }) => tlp)),
});

/** Of tracks of the item itself, of whichever files: from the position before twelve hours or more without one to that behind. */
export function silencesOf({ placings }: Pick<JourneyView, 'placings'>): readonly { readonly from: string; readonly to: string }[] {
  const times = placings.flatMap(({ leg, line, from }) => (leg === null && line !== undefined && from !== null ? [from] : [])).sort();
  return times.flatMap((to, at) => {
    const from = times[at - 1];
    return from !== undefined && Date.parse(to) - Date.parse(from) >= SILENT_MS ? [{ from, to }] : [];
  });
}

/** Cut where it goes over the antimeridian (RFC 7946, section 3.1.9), so that no part of it leads around the earth. */
export function cutAtAntimeridian(points: readonly LonLat[]): readonly (readonly LonLat[])[] {
  const parts: LonLat[][] = [];
  for (const point of points) {
    const part = parts.at(-1);
    const before = part?.at(-1);
    if (part === undefined || before === undefined) parts.push([point]);
    else if (Math.abs(point[0] - before[0]) <= 180) part.push(point);
    else {
      const lat = latitudeAtCut(before, point);
      const side = before[0] > 0 ? 180 : -180;
      if (before[0] !== side) part.push([side, lat]);
      parts.push(point[0] === -side ? [point] : [[-side, lat], point]);
    }
  }
  return parts.filter((part) => part.length > 1);
}

function latitudeAtCut([lonA, latA]: LonLat, [lonB, latB]: LonLat): number {
  const [toCut, fromCut] = [180 - Math.abs(lonA), 180 - Math.abs(lonB)];
  if (toCut + fromCut === 0) return latA;
  return Number((latA + ((latB - latA) * toCut) / (toCut + fromCut)).toFixed(6));
}
