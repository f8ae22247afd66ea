/**
 * The surface of the earth in squares of one and of ten degrees, so that places near a point are found by equality. A circle is in all the squares that
 * it may touch, and in some more near a pole.
 */
import { civilFromDays, MICROS_PER_DAY } from '../calendar.ts';
import type { Instant } from '../time.ts';

/** WGS 84 degrees. */
export interface Circle {
  readonly lat: number;
  readonly lon: number;
  readonly metres: number;
}

/** No degree of a meridian is shorter (110,574 m at the equator); so a circle never reaches farther than this says. */
const DEGREE_METRES = 110_500;
const FULL_TURN = 360;

/** Squares of so many degrees that a circle may touch; undefined where they are more than `most`. */
export function cellsOf({ lat, lon, metres }: Circle, size: 1 | 10, most: number): readonly string[] | undefined {
  if (metres === 0) return [cellText(Math.floor(lat / size), Math.floor(lon / size), size)];
  const reach = metres / DEGREE_METRES;
  const [south, north] = [Math.max(-90, lat - reach), Math.min(90, lat + reach)];
  const width = Math.cos((Math.max(Math.abs(south), Math.abs(north)) * Math.PI) / 180);
  // A circle that holds a pole holds all longitudes there.
  const turn = width < 1e-6 ? FULL_TURN : Math.min(FULL_TURN, 1.2 * (reach / width));
  const [rows, columns] = [indexes(south, north, size), 2 * turn >= FULL_TURN ? allColumns(size) : indexes(lon - turn, lon + turn, size)];
  if (rows.length * columns.length > most) return undefined;
  return [...new Set(rows.flatMap((row) => columns.map((column) => cellText(row, column, size))))];
}

function cellText(row: number, column: number, size: 1 | 10): string {
  const around = FULL_TURN / size;
  return `${row}:${((column % around) + around) % around}`;
}

function indexes(from: number, to: number, size: number): number[] {
  const first = Math.floor(from / size);
  return Array.from({ length: Math.floor(to / size) - first + 1 }, (_, n) => first + n);
}
const allColumns = (size: number): number[] => Array.from({ length: FULL_TURN / size }, (_, n) => n);

/** A month of UTC, counted from year 0. */
export function monthOf(instant: Instant): number {
  const { year, month } = civilFromDays(Math.floor(instant / MICROS_PER_DAY));
  return year * 12 + month - 1;
}
