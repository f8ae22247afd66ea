/**
 * Vessel behaviour in the vocabulary of Global Fishing Watch: gaps of a track, and stays in port. Apparent ones: what a receiver did not hear is
 * not what a ship did not send.
 */
import { compareRef } from '#lib/domain';
import { distanceMetres, type Point } from './geodesic.ts';
import { JourneyTooLarge, type Known, type KnownItems, type TrackPosition } from './fixes.ts';
import { once } from './once.ts';

/** A place that ships call at, by an anchor point that a record gives. One code may have several: they are all of that port. */
export interface Port extends Point {
  readonly unlocode: string;
  readonly name?: string;
}

/** Between two positions that follow each other, or behind the last. */
export interface Gap {
  readonly since: TrackPosition;
  /** null: the track ends, and nothing says for how long. */
  readonly until: TrackPosition | null;
}

/** From the first position in port to the last, with a stop or a silence between. */
export interface PortVisit {
  readonly port: Port;
  readonly since: TrackPosition;
  readonly until: TrackPosition;
}

const HOUR = 3_600_000_000;
/** Of a gap: Welch et al. 2022 ("Hot spots of unseen fishing vessels", Science Advances 8) call silence from twelve hours on disabling. */
export const GAP_MICROS = 12 * HOUR;
/** In port from 3 km on, out of it from 4 km on; a stop is slower than half a knot, a silence there from four hours on: as Global Fishing Watch's port visits. */
const ENTERS_METRES = 3_000;
const LEAVES_METRES = 4_000;
const STOPPED_KNOTS = 0.5;
const SILENT_MICROS = 4 * HOUR;

/** Dark at sea: silences of at least `GAP_MICROS` that do not begin and end in the same port. The open one last. @param track by time */
export function gapsOf(track: readonly TrackPosition[], ports: readonly Port[]): readonly Gap[] {
  const gaps: Gap[] = [];
  for (const [at, since] of track.entries()) {
    const until = track[at + 1] ?? null;
    if (until !== null && (until.at - since.at < GAP_MICROS || isStay(since, until, ports))) continue;
    gaps.push({ since, until });
  }
  return gaps;
}

/** Of an item's track; worked out once for these ports. */
export const gapsIn = (known: Known, ports: readonly Port[]): readonly Gap[] => gapsFor(ports)(known);
const gapsFor = once((ports: readonly Port[]) => once(({ track }: Known) => gapsOf(track, ports)));

/** In port by every record that says where that is: what one of them alone makes a port may be the open sea. */
function isStay(since: Point, until: Point, ports: readonly Port[]): boolean {
  const lies = (at: Port): boolean => isNear(since, at) && isNear(until, at);
  return ports.some((port) => lies(port) && ports.every((other) => other.unlocode !== port.unlocode || lies(other)));
}

/** A degree of latitude is 110 km and more: most ports need no geodesic. */
const isNear = (at: Point, port: Point): boolean => Math.abs(at.lat - port.lat) < 0.05 && distanceMetres(at, port) <= LEAVES_METRES;

/** Ports that the records of one journey name. */
export const PORTS_MAX = 1_000;

/** By time. @param track by time */
export function portVisitsOf(track: readonly TrackPosition[], ports: readonly Port[]): readonly PortVisit[] {
  const visits: PortVisit[] = [];
  for (const port of ports) {
    let stay: TrackPosition[] = [];
    const end = (): void => {
      const [since, until] = [stay[0], stay.at(-1)];
      if (since !== undefined && until !== undefined && rests(stay)) visits.push({ port, since, until });
      stay = [];
    };
    for (const position of track) {
      const metres = distanceMetres(position, port);
      if (metres <= (stay.length === 0 ? ENTERS_METRES : LEAVES_METRES)) stay.push(position);
      else end();
    }
    end();
  }
  return visits.sort((a, b) => a.since.at - b.since.at || (a.port.unlocode < b.port.unlocode ? -1 : 1));
}

/** It stopped there, or was not heard for hours. */
function rests(stay: readonly TrackPosition[]): boolean {
  return stay.some((position, at) => {
    const next = stay[at + 1];
    if (next === undefined) return false;
    const slow = (position.knots ?? Infinity) < STOPPED_KNOTS && (next.knots ?? Infinity) < STOPPED_KNOTS;
    return slow || next.at - position.at >= SILENT_MICROS;
  });
}

/** The first call at the port: the instant of the first position in it, from `from` on. */
export function firstIn(track: readonly TrackPosition[], port: Point, from: number): TrackPosition | undefined {
  return track.find((position) => position.at >= from && distanceMetres(position, port) <= ENTERS_METRES);
}

/**
 * Places with a code and coordinates, as records say that place an item: hearsay, plans, negative findings and what was withdrawn say nothing of where
 * a port is. Every point that one of them gives; by code, then point. Throws JourneyTooLarge.
 */
export function portsIn(items: KnownItems): readonly Port[] {
  const placing = [...items.values()].flatMap(({ timeline }) => timeline.entries.filter(({ places }) => places));
  const named = placing.map(({ sighting }) => sighting).sort(compareRef);
  const ports = new Map<string, Port>();
  for (const { unlocode, lat, lon, name } of named.flatMap(({ place }) => place ?? [])) {
    if (unlocode === undefined || lat === undefined || lon === undefined) continue;
    const key = `${unlocode} ${lat} ${lon}`;
    if (!ports.has(key)) ports.set(key, { unlocode, lat, lon, ...(name === undefined ? {} : { name }) });
  }
  if (ports.size > PORTS_MAX) throw new JourneyTooLarge(`More than ${PORTS_MAX} ports are named.`);
  return [...ports].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, port]) => port);
}
