/** What generated cases are drawn from: one seed, plain UTC minutes, ports, and identifiers whose check digits are worked out here. */

/** Of one seed always the same numbers (mulberry32). */
export class Draw {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** From 0 to 1, 1 not included. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** Both ends are included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(part: number): boolean {
    return this.next() < part;
  }

  one<T>(of: readonly T[]): T {
    return of[this.between(0, of.length - 1)] as T;
  }

  shuffled<T>(of: readonly T[]): T[] {
    return of
      .map((each) => ({ each, at: this.next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ each }) => each);
  }

  digits(count: number): string {
    return Array.from({ length: count }, () => this.between(0, 9)).join('');
  }
}

/** Minutes since 1970, UTC. */
export type Minute = number;
export const HOUR = 60;
export const DAY = 24 * HOUR;

export const minuteOf = (year: number, month: number, day: number): Minute => Date.UTC(year, month - 1, day) / 60_000;
/** `2018-08-26T10:15` of that offset, without it. */
const wall = (at: Minute, offset = 0): string => new Date((at + offset) * 60_000).toISOString().slice(0, 16);
const zoneOf = (offset: number): string => {
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  return offset === 0 ? 'Z' : `${offset < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
};
export const dateTime = (at: Minute, offset = 0): string => `${wall(at, offset)}:00${zoneOf(offset)}`;
export const minuteText = (at: Minute, offset = 0): string => `${wall(at, offset)}${zoneOf(offset)}`;
export const dayText = (at: Minute, offset = 0): string => `${wall(at, offset).slice(0, 10)}${offset === 0 ? '' : zoneOf(offset)}`;
export const startOfDay = (at: Minute, offset = 0): Minute => Math.floor((at + offset) / DAY) * DAY - offset;

export interface Place {
  readonly name: string;
  readonly unlocode: string;
  readonly lat: number;
  readonly lon: number;
}

/** No two nearer than 200 km; on both sides of the date line and of the equator. */
export const PORTS: readonly Place[] = (
  [
    ['Rotterdam', 'NLRTM', 51.95, 4.05],
    ['Dalian', 'CNDLC', 38.93, 121.65],
    ['Osaka', 'JPOSA', 34.64, 135.42],
    ['Busan', 'KRPUS', 35.1, 129.08],
    ['Nakhodka', 'RUNJK', 42.8, 132.88],
    ['Singapore', 'SGSIN', 1.26, 103.82],
    ['Colombo', 'LKCMB', 6.95, 79.85],
    ['Santos', 'BRSSZ', -23.96, -46.3],
    ['Suva', 'FJSUV', -18.13, 178.43],
    ['Apia', 'WSAPW', -13.82, -171.76],
    ['Honolulu', 'USHNL', 21.31, -157.87],
    ['Oakland', 'USOAK', 37.8, -122.31],
    ['Durban', 'ZADUR', -29.87, 31.03],
    ['Sydney', 'AUSYD', -33.86, 151.2],
    ['Hamburg', 'DEHAM', 53.54, 9.98],
    ['Valencia', 'ESVLC', 39.44, -0.32],
  ] as const
).map(([name, unlocode, lat, lon]) => ({ name, unlocode, lat, lon }));

/** From ten on, by ISO 6346, annex A: letters skip the multiples of eleven. */
const LETTER_VALUES = 'A?BCDEFGHIJK?LMNOPQRSTU?VWXYZ';
export function containerNumber(draw: Draw, isRight = true): string {
  const body = `SYNU${draw.digits(6)}`;
  const sum = [...body].reduce((all, each, at) => {
    const value = /\d/.test(each) ? Number(each) : LETTER_VALUES.indexOf(each) + 10;
    return all + value * 2 ** at;
  }, 0);
  const check = (sum % 11) % 10;
  return `container:${body}${isRight ? check : (check + draw.between(1, 9)) % 10}`;
}

/** Seven digits; the last is that of the sum of the others times 7 to 2. */
export function imoNumber(draw: Draw, isRight = true): string {
  const body = `00${draw.digits(4)}`;
  const check = [...body].reduce((all, each, at) => all + Number(each) * (7 - at), 0) % 10;
  return `imo:${body}${isRight ? check : (check + draw.between(1, 9)) % 10}`;
}

/** 49 CFR 565: values of letters and weights of the seventeen characters; the ninth is the check digit, X for ten. */
const VIN_WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
const VIN_LETTERS: Readonly<Record<string, number>> = {
  ...{ A: 1, B: 2, C: 3, D: 4, E: 5, F: 6, G: 7, H: 8, J: 1, K: 2, L: 3, M: 4, N: 5, P: 7, R: 9 },
  ...{ S: 2, T: 3, U: 4, V: 5, W: 6, X: 7, Y: 8, Z: 9 },
};
export function vinNumber(draw: Draw): string {
  const [head, tail] = ['WDDSYNTH', `JA${draw.digits(6)}`];
  const sum = [...`${head}0${tail}`].reduce((all, each, at) => all + (VIN_LETTERS[each] ?? Number(each)) * (VIN_WEIGHTS[at] ?? 0), 0);
  return `vin:${head}${sum % 11 === 10 ? 'X' : sum % 11}${tail}`;
}

/** Looked up once: in the context of a test each look is slow. */
const { acos, atan2, cos, hypot, max, min, PI, sin } = Math;

export interface Point {
  readonly lat: number;
  readonly lon: number;
}

/** Kilometres on a sphere: nothing that is drawn comes as near to a limit as the earth is from one. */
export function kilometres(a: Point, b: Point): number {
  const [x, y] = [vectorOf(a), vectorOf(b)];
  return 6_371 * acos(min(1, max(-1, x[0] * y[0] + x[1] * y[1] + x[2] * y[2])));
}

/** On the great circle from one to the other. */
export function partWay(a: Point, b: Point, part: number): Point {
  const [x, y] = [vectorOf(a), vectorOf(b)];
  const angle = kilometres(a, b) / 6_371;
  const [p, q] = [sin((1 - part) * angle) / sin(angle), sin(part * angle) / sin(angle)];
  const [u, v, w] = [p * x[0] + q * y[0], p * x[1] + q * y[1], p * x[2] + q * y[2]];
  return { lat: degrees(atan2(w, hypot(u, v))), lon: degrees(atan2(v, u)) };
}

const degrees = (radians: number): number => Math.round((radians * 180 * 100_000) / PI) / 100_000;

type Vector = readonly [number, number, number];
const vectors = new WeakMap<Point, Vector>();
function vectorOf(point: Point): Vector {
  const before = vectors.get(point);
  if (before !== undefined) return before;
  const [p, l] = [(point.lat * PI) / 180, (point.lon * PI) / 180];
  const made: Vector = [cos(p) * cos(l), cos(p) * sin(l), sin(p)];
  vectors.set(point, made);
  return made;
}
