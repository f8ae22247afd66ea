/** Where made-up things truly went, and how people write down that they saw them: for cases whose answer the generator knows. */
import {
  DAY,
  dateTime,
  dayText,
  type Draw,
  HOUR,
  kilometres,
  type Minute,
  minuteOf,
  minuteText,
  partWay,
  type Point,
} from './draw.contract.ts';

/** From one point to another, or a stay. */
interface Hop {
  readonly from: Minute;
  readonly to: Minute;
  readonly a: Point;
  readonly b: Point;
}
export type Path = readonly [Hop, ...Hop[]];

/** Kilometres an hour and kilometres of a hop, and hours of a stay, each from least to most. */
export interface Style {
  readonly kmh: readonly [number, number];
  readonly hop: readonly [number, number];
  readonly stay: readonly [number, number];
}
export const STYLES = {
  road: { kmh: [40, 90], hop: [30, 900], stay: [1, 48] },
  sea: { kmh: [18, 37], hop: [300, 5_000], stay: [6, 72] },
  air: { kmh: [650, 920], hop: [500, 9_000], stay: [2, 48] },
  /** In a jet stream, from gate to gate: hardly ever seen, and possible. */
  jet: { kmh: [1_050, 1_250], hop: [3_000, 9_000], stay: [1, 12] },
} as const satisfies Record<string, Style>;

/** Of several days from a start. */
export function pathFrom(draw: Draw, start: Point, from: Minute, days: number, style: Style): Path {
  const hops: Hop[] = [];
  for (let [at, point] = [from, start]; hops.length === 0 || at < from + days * DAY;) {
    const stays = at + draw.between(style.stay[0] * HOUR, style.stay[1] * HOUR);
    hops.push({ from: at, to: stays, a: point, b: point });
    const next = away(point, draw.between(...style.hop), draw.between(0, 359));
    const lasts = Math.ceil((kilometres(point, next) / draw.between(...style.kmh)) * HOUR) + 1;
    hops.push({ from: stays, to: stays + lasts, a: point, b: next });
    [at, point] = [stays + lasts, next];
  }
  return hops as unknown as Path;
}

export function positionAt(path: Path, at: Minute): Point {
  const hop = path.find(({ to }) => at <= to) ?? (path.at(-1) as Hop);
  if (hop.a === hop.b) return hop.a;
  return partWay(hop.a, hop.b, Math.min(1, (at - hop.from) / (hop.to - hop.from)));
}

const RADIANS = Math.PI / 180;
/** On a sphere, by its bearing: `kilometres` gives the distance back. */
export function away({ lat, lon }: Point, km: number, bearing: number): Point {
  const [p, d, c] = [lat * RADIANS, km / 6_371, bearing * RADIANS];
  const sine = Math.min(1, Math.max(-1, Math.sin(p) * Math.cos(d) + Math.cos(p) * Math.sin(d) * Math.cos(c)));
  const turn = Math.atan2(Math.sin(c) * Math.sin(d) * Math.cos(p), Math.cos(d) - Math.sin(p) * sine);
  const east = lon + turn / RADIANS;
  return { lat: rounded(Math.asin(sine) / RADIANS), lon: rounded(((((east + 180) % 360) + 360) % 360) - 180) };
}
const rounded = (degrees: number): number => Math.round(degrees * 100_000) / 100_000;

/** One record of where a thing was said to be. A row is one of a file of positions. */
export interface Telling {
  readonly id: string;
  readonly is: 'seen' | 'row' | 'statement' | 'plan' | 'negative';
  readonly point: Point;
  /** Kilometres; undefined: not stated. */
  readonly radius?: number;
  readonly occurred: { readonly from: string; readonly to: string; readonly precision: string; readonly extent?: string };
  /** When it truly was, or, of what never was, when it is said to have been. */
  readonly at: Minute;
}

/** A sighting of something truly there, as exact as people are. */
export function toldOf(draw: Draw, id: string, path: Path, at: Minute): Telling {
  const [point, radius] = toldPlace(draw, positionAt(path, at));
  return { id, is: 'seen', point, ...(radius === undefined ? {} : { radius }), occurred: toldTime(draw, path, at), at };
}

/** Off by less than the radius, or, where none is stated, by less than the way through a town. */
export function toldPlace(draw: Draw, truth: Point): readonly [Point, number | undefined] {
  const kind = draw.next();
  const radius = kind < 0.55 ? undefined : kind < 0.85 ? draw.between(1, 50) : draw.between(100, 700);
  return [away(truth, Math.floor((radius ?? 22) * 0.95 * Math.sqrt(draw.next()) * 1_000) / 1_000, draw.between(0, 359)), radius];
}

function toldTime(draw: Draw, path: Path, at: Minute): Telling['occurred'] {
  const kind = draw.next();
  if (kind < 0.55) return toTheMinute(draw, at);
  if (kind < 0.7) return ofUnit(at - (at % HOUR), 'hour');
  const stay = path.find(({ to }) => at <= to);
  if (kind < 0.76 && stay !== undefined && stay.a === stay.b && stay.to - stay.from > 12 * HOUR) {
    return { from: minuteText(stay.from + HOUR), to: minuteText(stay.to - HOUR), precision: 'minute', extent: 'throughout' };
  }
  const [before, behind] = kind < 0.9 ? [0, 0] : [draw.between(0, 3), draw.between(0, 3)];
  return { from: dayText(at - before * DAY), to: dayText(at + behind * DAY), precision: 'day' };
}

export const toTheMinute = (draw: Draw, at: Minute): Telling['occurred'] => {
  // Of any zone: those of the date line too.
  const text = minuteText(at, draw.one([0, 540, -600, 765]));
  return { from: text, to: text, precision: 'minute' };
};
const ofUnit = (at: Minute, precision: 'hour'): Telling['occurred'] => {
  const text = minuteText(at).replace(/:00Z$/, 'Z');
  return { from: text, to: text, precision };
};
export const toTheSecond = (at: Minute): Telling['occurred'] => ({ from: dateTime(at), to: dateTime(at), precision: 'second' });

export const BEGIN = minuteOf(2018, 6, 11);
