/**
 * The keys by which a sighting is found: each of its words in every script that has a rule, its places by code, country and square of the earth, its time
 * by months and years, its parties' LEIs, codes of goods, its source, and whether it names no item. A function of the document alone, so that a
 * rebuild makes the same rows. Bounded: a long text is found by its first words.
 */
import { portByCode } from '../tables/ports.ts';
import { INDEX_ROWS_MAX } from '../handling.ts';
import type { Interval, Span } from '../interval.ts';
import type { Place } from '../place.ts';
import { ACT_KINDS, type Sighting } from '../sighting.ts';
import type { Instant } from '../time.ts';
import { cellsOf, monthOf, type Circle } from './cells.ts';
import { keyNumber } from './key-numbers.ts';
import { readLei, searchedCodes, searchedPlaces, searchedTexts } from './searched.ts';
import { wordKeys, wordsOf } from './words.ts';

/** Of one sighting, in each of its reader groups; fewer where it has so many groups that the rows would be too many. */
export const SIGHTING_KEYS_MAX = 256;

const acts: ReadonlySet<string> = new Set(ACT_KINDS);

/** Each once, codes before words, words of names before those of sentences. None of acts and markings. Cost: some 15 µs a sighting of 700 bytes. */
export function sightingKeys(sighting: Sighting, groups = 1): readonly number[] {
  if (acts.has(sighting.kind) || sighting.kind === 'marking') return [];
  const most = Math.min(SIGHTING_KEYS_MAX, Math.floor(INDEX_ROWS_MAX / groups));
  const keys = new Set<number>();
  for (const text of codesOf(sighting)) keys.add(keyNumber(text));
  for (const { text } of searchedTexts(sighting)) {
    if (keys.size >= most) break;
    for (const word of wordsOf(text.slice(0, TEXT_LENGTH_MAX))) {
      if (keys.size >= most) break;
      for (const key of keysOfWord(word)) keys.add(key);
    }
  }
  return keys.size <= most ? [...keys] : [...keys].slice(0, most);
}

/** More words than there are keys for have no more letters as a rule: what lies behind is not looked at. */
const TEXT_LENGTH_MAX = 4_000;

/** Words come again: most of what an event says was said by the one before it. */
const KNOWN_MAX = 20_000;
const known = new Map<string, readonly number[]>();

/** Keys of a word. Remembered, since romanising costs up to 14 µs. */
export function keysOfWord(word: string): readonly number[] {
  const before = known.get(word);
  if (before !== undefined) return before;
  const keys = wordKeys(word).map(({ key }) => keyNumber(KEY.word(key)));
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(word, keys);
  return keys;
}

/** Texts that keys are numbers of, by what they say. */
export const KEY = {
  word: (word: string): string => `w:${word}`,
  unlocode: (code: string): string => `u:${code}`,
  country: (code: string): string => `c:${code}`,
  lei: (lei: string): string => `l:${lei}`,
  /** Of a code each beginning of whole pairs is one. */
  hs: (beginning: string): string => `h:${beginning}`,
  sourceKind: (kind: string): string => `s:${kind}`,
  family: (family: string): string => `f:${family}`,
  unidentified: 'n:',
  month: (month: number): string => `m:${month}`,
  /** Of what lasted two years or less. */
  year: (year: number): string => `y:${year}`,
  /** Of what lasted longer. */
  longYear: (year: number): string => `z:${year}`,
  /** Of what has no known beginning or no known end. */
  openTime: 't:open',
  /** Of circles that touch few squares of one degree. */
  cell: (cell: string): string => `a:${cell}`,
  /** The same circles by squares of ten. */
  wideCell: (cell: string): string => `b:${cell}`,
  /** Of wider circles, by squares of ten. */
  cellOfWide: (cell: string): string => `d:${cell}`,
  anywhere: 'd:',
} as const;

const MONTHS_MAX = 24;
const YEAR_MIN = 1899;
const YEAR_MAX = 2101;
const CELLS_MAX = 9;

function codesOf(sighting: Sighting): string[] {
  const { parties, source, items, occurred } = sighting;
  const codes = searchedCodes(sighting).flatMap(({ code }) =>
    Array.from({ length: code.length / 2 }, (_, n) => KEY.hs(code.slice(0, 2 * (n + 1)))),
  );
  return [
    ...(items.length === 0 ? [KEY.unidentified] : []),
    ...timeKeys(occurred),
    ...searchedPlaces(sighting).flatMap(({ place }) => placeKeys(place)),
    ...parties.flatMap(({ lei }) => (lei === undefined ? [] : [KEY.lei(readLei(lei) ?? lei)])),
    KEY.sourceKind(source.kind),
    ...(source.family === undefined ? [] : [KEY.family(source.family)]),
    ...codes,
  ];
}

function placeKeys(place: Place): string[] {
  const { unlocode } = place;
  const country = countryOf(place);
  const circle = circleOf(place);
  return [
    ...(unlocode === undefined ? [] : [KEY.unlocode(unlocode)]),
    ...(country === undefined ? [] : [KEY.country(country)]),
    ...(circle === undefined ? [] : circleKeys(circle)),
  ];
}

/** Of a place: its own, or that of its UN/LOCODE. */
export const countryOf = ({ country, unlocode }: Pick<Place, 'country' | 'unlocode'>): string | undefined =>
  country ?? unlocode?.slice(0, 2);

/** Where a place may have been: its coordinates with their radius, else those that a table has for its UN/LOCODE, which are somewhere in the port or its town. */
export function circleOf({ lat, lon, radiusMetres = 0, unlocode }: Place): (Circle & { readonly of: 'stated' | 'unlocode' }) | undefined {
  if (lat !== undefined && lon !== undefined) return { lat, lon, metres: radiusMetres, of: 'stated' };
  const port = unlocode === undefined ? undefined : portByCode(unlocode);
  return port?.lat === undefined || port.lon === undefined ? undefined : { lat: port.lat, lon: port.lon, metres: 0, of: 'unlocode' };
}

function circleKeys(circle: Circle): string[] {
  const small = cellsOf(circle, 1, CELLS_MAX);
  const wide = cellsOf(circle, 10, CELLS_MAX);
  if (wide === undefined) return [KEY.anywhere];
  if (small === undefined) return wide.map(KEY.cellOfWide);
  return [...small.map(KEY.cell), ...wide.map(KEY.wideCell)];
}

/** Keys of which a sighting that may lie in this circle has one: of one that is a metre wider, so that no rounding leaves out what touches it. */
export function nearKeys(asked: Circle): string[] {
  const circle = { ...asked, metres: asked.metres + 1 };
  const wide = cellsOf(circle, 10, Infinity) ?? [];
  const small = cellsOf(circle, 1, NEAR_CELLS_MAX);
  return [...(small?.map(KEY.cell) ?? wide.map(KEY.wideCell)), ...wide.map(KEY.cellOfWide), KEY.anywhere];
}
const NEAR_CELLS_MAX = 100;

function timeKeys(occurred: Interval | undefined): string[] {
  if (occurred === undefined) return [];
  const { starts, ends } = occurred;
  if (starts === null || ends === null) return [KEY.openTime];
  const [first, last] = monthsOf(starts, ends);
  if (last - first < MONTHS_MAX)
    return [...range(first, last).map(KEY.month), ...range(Math.floor(first / 12), Math.floor(last / 12)).map(KEY.year)];
  return range(Math.floor(first / 12), Math.floor(last / 12)).map(KEY.longYear);
}

/** Keys of which a dated sighting that may have happened in this time has one. */
export function timeKeysWithin({ starts, ends }: Span): string[] {
  const [first, last] = monthsOf(starts, ends);
  const years = range(Math.floor(first / 12), Math.floor(last / 12));
  const parts = years.flatMap((year) => {
    const [from, to] = [Math.max(first, year * 12), Math.min(last, year * 12 + 11)];
    return to - from === 11 ? [KEY.year(year)] : range(from, to).map(KEY.month);
  });
  return [...parts, ...years.map(KEY.longYear), KEY.openTime];
}

/** First and last month that it touches; beyond what anybody writes of, all time is one month. */
function monthsOf(starts: Instant | null, ends: Instant | null): readonly [number, number] {
  const within = (month: number): number => Math.min(Math.max(month, YEAR_MIN * 12), YEAR_MAX * 12 + 11);
  const first = within(starts === null ? -Infinity : monthOf(starts));
  return [first, Math.max(first, within(ends === null ? Infinity : monthOf(ends - 1)))];
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n);
