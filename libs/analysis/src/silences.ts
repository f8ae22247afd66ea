/** Silences of a track, and where ports are. Apparent ones: what a receiver did not hear is not what a ship did not send. */
import { compareRef, type TlpLabel } from '#lib/domain';
import { distanceMetres, type Point } from './geodesic.ts';
import type { Known, KnownItems, TrackPosition } from './fixes.ts';
import { labelOfRecord } from './grades.ts';
import { once } from './once.ts';
import { GEODESIC_STEPS, Steps } from './steps.ts';
import { ENTERS_METRES, GAP_MICROS, LEAVES_METRES } from './vessel-thresholds.ts';

export { GAP_MICROS } from './vessel-thresholds.ts';

/** A place that ships call at, by an anchor point that a record gives. One code may have several: they are all of that port. */
export interface Port extends Point {
  readonly unlocode: string;
  readonly name?: string;
  /** Of the record that gives the point; absent: no record does. */
  readonly handling?: TlpLabel;
}

/** Between two positions that follow each other, or behind the last. */
export interface Gap {
  readonly since: TrackPosition;
  /** null: the track ends, and nothing says for how long. */
  readonly until: TrackPosition | null;
}

/** Dark at sea: silences of at least that long that do not begin and end in the same port. The open one last. Throws JourneyTooLarge. @param track by time */
export function gapsOf(
  track: readonly TrackPosition[],
  ports: readonly Port[],
  steps = new Steps(),
  leastMicros = GAP_MICROS,
): readonly Gap[] {
  const gaps: Gap[] = [];
  steps.take(track.length);
  for (const [at, since] of track.entries()) {
    const until = track[at + 1] ?? null;
    if (until !== null && (until.at - since.at < leastMicros || isStay(since, until, ports, steps))) continue;
    gaps.push({ since, until });
  }
  return gaps;
}

/** Of an item's track; worked out once for these ports. Throws JourneyTooLarge. */
export function gapsIn(known: Known, ports: readonly Port[], steps = new Steps()): readonly Gap[] {
  const before = gapsFor(ports).get(known);
  if (before !== undefined) return before;
  const gaps = gapsOf(known.track, ports, steps);
  gapsFor(ports).set(known, gaps);
  return gaps;
}
const gapsFor = once((_: readonly Port[]) => new WeakMap<Known, readonly Gap[]>());

/** All points of one code. */
export interface Harbour {
  readonly points: readonly Port[];
  readonly south: number;
  readonly north: number;
}

/** From the south on. */
export const harboursOf = once((ports: readonly Port[]): readonly Harbour[] => {
  const codes = new Map<string, Port[]>();
  for (const port of ports) {
    const points = codes.get(port.unlocode);
    if (points === undefined) codes.set(port.unlocode, [port]);
    else points.push(port);
  }
  const harbours = [...codes.values()].map((points) => {
    const [south, north] = points.reduce(([low, high], { lat }) => [Math.min(low, lat), Math.max(high, lat)], [90, -90] as [
      number,
      number,
    ]);
    return { points, south, north };
  });
  return harbours.sort((a, b) => a.south - b.south);
});

/** In port by every record that says where that is: what one of them alone makes a port may be the open sea. */
function isStay(since: Point, until: Point, ports: readonly Port[], steps: Steps): boolean {
  const harbours = harboursOf(ports);
  const [low, high] = [Math.min(since.lat, until.lat), Math.max(since.lat, until.lat)];
  for (let at = firstWhere(harbours, ({ south }) => south > high - NEAR_DEGREES); at < harbours.length; at++) {
    const { points, south, north } = harbours[at] as Harbour;
    steps.take();
    if (south >= low + NEAR_DEGREES) break;
    if (north < low + NEAR_DEGREES && points.every((port) => isNear(since, port, steps) && isNear(until, port, steps))) return true;
  }
  return false;
}

/** A degree of latitude is 110 km and more. */
const NEAR_DEGREES = 0.05;

function isNear(at: Point, port: Point, steps: Steps, metres = LEAVES_METRES): boolean {
  steps.take();
  if (isFar(at, port)) return false;
  steps.take(GEODESIC_STEPS);
  return distanceMetres(at, port) <= metres;
}

/** By more than `NEAR_DEGREES` of latitude, or as much along its circle: most need no geodesic. */
function isFar(a: Point, b: Point): boolean {
  if (Math.abs(a.lat - b.lat) >= NEAR_DEGREES) return true;
  const turn = Math.abs(a.lon - b.lon);
  const width = Math.cos((Math.min(90, Math.max(Math.abs(a.lat), Math.abs(b.lat))) * Math.PI) / 180);
  return Math.min(turn, 360 - turn) * width >= NEAR_DEGREES;
}

/** Index of the first for which it holds, of a list that is in such an order that it holds for all behind; else its length. Cost: a binary search. */
export function firstWhere<T>(list: readonly T[], holds: (each: T) => boolean): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(list[middle] as T)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Index of the first position at that time or later. */
export const firstAt = (track: readonly TrackPosition[], time: number): number => firstWhere(track, ({ at }) => at >= time);

/** The first call at a port: the instant of the first position within reach of one of its points, from `from` on. Throws JourneyTooLarge. */
export function firstIn(track: readonly TrackPosition[], points: readonly Point[], from: number, steps: Steps): TrackPosition | undefined {
  if (points.length === 0) return undefined;
  const byLatitude = points.toSorted((a, b) => a.lat - b.lat);
  for (let n = firstAt(track, from); n < track.length; n++) {
    const position = track[n] as TrackPosition;
    steps.take();
    for (let at = firstWhere(byLatitude, ({ lat }) => lat > position.lat - NEAR_DEGREES); at < byLatitude.length; at++) {
      const point = byLatitude[at] as Point;
      if (point.lat >= position.lat + NEAR_DEGREES) break;
      if (isNear(position, point, steps, ENTERS_METRES)) return position;
    }
  }
  return undefined;
}

/** Of latitude and longitude: what lies in one such square is no more than 100 m apart. */
const SQUARE_DEGREES = 0.0006;

/**
 * Places with a code and coordinates, as records say that place an item: hearsay, plans, negative findings and what was withdrawn say nothing of where
 * a port is. Every point that one of them gives, of those of one code within 100 m one: a ship that gives her own position at each call names hundreds.
 * By code, then point.
 */
export function portsIn(items: KnownItems): readonly Port[] {
  const placing = [...items.values()].flatMap(({ timeline }) => timeline.entries.filter(({ places }) => places));
  const ports = new Map<string, Port>();
  for (const entry of placing.sort((a, b) => compareRef(a.sighting, b.sighting))) {
    const { unlocode, lat, lon, name } = entry.sighting.place ?? {};
    if (unlocode === undefined || lat === undefined || lon === undefined) continue;
    const square = `${unlocode} ${Math.floor(lat / SQUARE_DEGREES)} ${Math.floor(lon / SQUARE_DEGREES)}`;
    const named = name === undefined ? {} : { name };
    if (!ports.has(square)) ports.set(square, { unlocode, lat, lon, ...named, handling: labelOfRecord(entry) });
  }
  const key = ({ unlocode, lat, lon }: Port): string => `${unlocode} ${lat} ${lon}`;
  return [...ports.values()]
    .map((port) => [key(port), port] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, port]) => port);
}
