/** Parts of the earth as flat drawings: degrees, a longitude as wide as it is in the middle of what is drawn. */
import { HEIGHT_RATIO } from './labels-apart.ts';
import type { LonLat } from './lines.ts';

/** Turns longitudes so that what is drawn is in one piece, wherever the antimeridian is. */
export interface Projection {
  readonly west: number;
  readonly stretch: number;
}

/** In projected degrees, right and down positive. */
export interface Flat {
  readonly x: number;
  readonly y: number;
}

export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
}

/** A share around what is drawn. */
const PADDING = 0.12;
/** Degrees across; smaller places would be drawn with a precision that nobody states. */
const WIDTH_MIN = 1;

/** @param points at least one */
export function projectionOf(points: readonly LonLat[]): Projection {
  const lats = points.map(([, lat]) => lat);
  const [south, north] = [lats.reduce((a, b) => Math.min(a, b), 90), lats.reduce((a, b) => Math.max(a, b), -90)];
  const stretch = Math.max(0.2, Math.cos((((south + north) / 2) * Math.PI) / 180));
  const lons = [...new Set(points.map(([lon]) => (lon + 360) % 360))].sort((a, b) => a - b);
  let [widest, west] = [-1, lons[0] ?? 0];
  for (const [at, lon] of lons.entries()) {
    const next = lons[at + 1] ?? (lons[0] ?? 0) + 360;
    if (next - lon > widest) [widest, west] = [next - lon, next % 360];
  }
  return { west, stretch };
}

export const flat = ({ west, stretch }: Projection, [lon, lat]: LonLat): Flat => ({
  x: ((((lon - west) % 360) + 360) % 360) * stretch,
  y: -lat,
});

/** Around all of the points, in the shape of a drawing. @param points at least one */
export function frameAround(points: readonly Flat[]): Frame {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const [left, right] = [xs.reduce((a, b) => Math.min(a, b), Infinity), xs.reduce((a, b) => Math.max(a, b), -Infinity)];
  const [top, bottom] = [ys.reduce((a, b) => Math.min(a, b), Infinity), ys.reduce((a, b) => Math.max(a, b), -Infinity)];
  const width = Math.max(WIDTH_MIN, right - left, (bottom - top) / HEIGHT_RATIO) * (1 + 2 * PADDING);
  return { left: (left + right - width) / 2, top: (top + bottom - width * HEIGHT_RATIO) / 2, width };
}

/** As fractions of the drawing; beyond 0 to 1 it is not on it. */
export const within = ({ left, top, width }: Frame, { x, y }: Flat): Flat => ({
  x: (x - left) / width,
  y: (y - top) / (width * HEIGHT_RATIO),
});

export const isOn = ({ x, y }: Flat): boolean => x >= 0 && x <= 1 && y >= 0 && y <= 1;

/** Degrees between lines of a graticule: some five of them across. */
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30];

export interface Graticule {
  /** Fractions of the drawing. */
  readonly meridians: readonly { readonly at: number; readonly text: string }[];
  readonly parallels: readonly { readonly at: number; readonly text: string }[];
}

export function graticuleOf({ west, stretch }: Projection, { left, top, width }: Frame): Graticule {
  const step = STEPS.find((each) => width / each <= 6) ?? 30;
  const height = width * HEIGHT_RATIO;
  const lons = multiples(left / stretch + west, (left + width) / stretch + west, step);
  const lats = multiples(-top - height, -top, step).filter((lat) => Math.abs(lat) <= 90);
  return {
    meridians: lons.map((lon) => ({ at: ((lon - west) * stretch - left) / width, text: degrees(turned(lon), 'E', 'W') })),
    parallels: lats.map((lat) => ({ at: (-lat - top) / height, text: degrees(lat, 'N', 'S') })),
  };
}

function multiples(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step);
  const count = Math.max(0, Math.floor(to / step) - first + 1);
  return Array.from({ length: count }, (_, n) => Number(((first + n) * step).toFixed(1)));
}

const turned = (lon: number): number => ((((lon + 180) % 360) + 360) % 360) - 180;

function degrees(value: number, positive: string, negative: string): string {
  const size = `${Number(Math.abs(value).toFixed(1))}°`;
  if (value === 0 || Math.abs(value) === 180) return size;
  return `${size} ${value > 0 ? positive : negative}`;
}
