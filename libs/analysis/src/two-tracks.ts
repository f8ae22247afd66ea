/**
 * Whether the records that place one item can be those of one thing. They are dealt out, in order of time, to tracks that are possible in themselves:
 * each goes to the nearest track that it can belong to, and opens a new one where it can belong to none. Between two tracks stand the pairs that are
 * impossible, and these are read by one rule:
 *
 * - All of them share one record: without that one the rest is possible. It is wrong (or, of a single pair, one of the two is), and no clone.
 * - No one record is in all of them, and on either side they rest on two records at least: two things bear one identity, or were given it by mistake.
 *   Rows of one file of positions count as one record until there are ten of them: receivers and files have bad rows.
 * - Else more than one record is wrong, and nothing more is said.
 *
 * That two records which are each wrong by themselves look like a second thing that was seen twice is in the nature of it: nobody could tell.
 */
import { roughMetres, type Apart, type Distances } from './apart.ts';
import { eventKeyOf, type Presence } from './presences.ts';

/** An impossible pair, and the tracks that its records were dealt to. */
interface Crossing {
  readonly apart: Apart;
  readonly tracks: readonly [number, number];
}

/** All impossible pairs between two tracks, or around one record, as they are read. */
export interface Reading {
  readonly pairs: readonly [Apart, ...Apart[]];
  /** one-record: `odd` is in all of them; absent, where there is one pair alone. */
  readonly kind: 'one-record' | 'two-things' | 'several-records';
  readonly odd?: Presence;
  /** two-things: of either track the records that stand in the pairs, by time. */
  readonly sides?: readonly [readonly Presence[], readonly Presence[]];
}

export interface Readings {
  readonly readings: readonly Reading[];
  /** More tracks or looks than are followed: there may be more. */
  readonly isPartial: boolean;
}

/** So many tracks are kept apart; what fits into none of them is of no track. */
export const TRACKS_MAX = 8;
/** Geodesics for one item: 2 µs each, half a second. */
export const LOOKS_MAX = 250_000;
/** Records of a track that are looked at one by one, latest first; before those one in 2, 4, 8 ...: a record reaches back as far as a track does. */
const NEAR = 32;
/** Impossible pairs of a record with a track that are looked at for the strongest. */
const FOUND_MAX = 4;
/** Rows of one file count as a second voice from here on. */
const ROWS_MIN = 10;

/** @param presences those that place the item, by start. Cost: n log n looks of some nanoseconds, and the geodesics, bounded by `LOOKS_MAX` */
export function readingsOf(presences: readonly Presence[], distances: Distances): Readings {
  const tracks: Track[] = [];
  const crossings: Crossing[] = [];
  let isPartial = false;
  for (const presence of presences) {
    if (distances.worked > LOOKS_MAX) return { readings: read(crossings), isPartial: true };
    const against = tracks.map((track) => track.strongestAgainst(presence, distances));
    const fitting = tracks.filter((_, at) => against[at] === undefined);
    let home = fitting.length <= 1 ? fitting[0] : nearest(fitting, presence);
    if (home === undefined && tracks.length < TRACKS_MAX) tracks.push((home = new Track()));
    if (home === undefined) isPartial = true;
    const at = home === undefined ? TRACKS_MAX : tracks.indexOf(home);
    home?.add(presence);
    for (const [other, apart] of against.entries()) if (apart !== undefined) crossings.push({ apart, tracks: [other, at] });
  }
  return { readings: read(crossings), isPartial };
}

class Track {
  private readonly all: Presence[] = [];
  /** That lasted throughout and are not over yet: they are looked at however many records follow. */
  private lasting: Presence[] = [];

  get last(): Presence {
    return this.all.at(-1) as Presence;
  }

  add(presence: Presence): void {
    this.all.push(presence);
    if (presence.isThroughout) this.lasting.push(presence);
  }

  strongestAgainst(presence: Presence, distances: Distances): Apart | undefined {
    if (this.lasting.length > 0) this.lasting = this.lasting.filter(({ ends }) => ends > presence.starts).slice(-NEAR);
    const [[lasting], [before]] = [this.lasting, this.all].map((list) => strongest(list, list.length, -1, presence, distances)) as [
      Found,
      Found,
    ];
    return stronger(lasting, before);
  }
}

/** The strongest, and how many there were. */
type Found = readonly [Apart | undefined, number];

export const stronger = (a: Apart | undefined, b: Apart | undefined): Apart | undefined =>
  a === undefined || (b !== undefined && b.times > a.times) ? b : a;

/**
 * The strongest of the impossible pairs of one record with those of a list, from `from` on in the one direction or the other, the near ones first;
 * and how many were found, which is at most `FOUND_MAX`.
 */
export function strongest(
  list: readonly Presence[],
  from: number,
  direction: 1 | -1,
  presence: Presence,
  distances: Distances,
  isOther: (other: Presence) => boolean = (other) => other !== presence,
): Found {
  let [found, count]: [Apart | undefined, number] = [undefined, 0];
  for (let away = 1; count < FOUND_MAX; away = away < NEAR ? away + 1 : away * 2) {
    const other = list[from + direction * away];
    if (other === undefined) break;
    const apart = isOther(other) ? distances.between(other, presence) : undefined;
    if (apart === undefined) continue;
    found = stronger(found, apart);
    count++;
  }
  return [found, count];
}

/** Whose last record lies nearest. */
const nearest = (tracks: readonly Track[], presence: Presence): Track | undefined =>
  tracks.reduce<Track | undefined>(
    (best, track) => (best === undefined || roughMetres(track.last, presence) < roughMetres(best.last, presence) ? track : best),
    undefined,
  );

function read(crossings: readonly Crossing[]): readonly Reading[] {
  const readings: Reading[] = [];
  const byOdd = new Map<Presence, Apart[]>();
  for (const between of groupedBy(crossings, ({ tracks }) => tracks.toSorted((a, b) => a - b).join(' '))) {
    const pairs = between.map(({ apart }) => apart) as [Apart, ...Apart[]];
    const odd = sharedBy(pairs);
    const sides = odd === undefined && pairs.length > 1 ? sidesOf(between) : undefined;
    if (odd !== undefined) byOdd.set(odd, [...(byOdd.get(odd) ?? []), ...pairs]);
    else if (sides !== undefined) readings.push({ pairs, kind: 'two-things', sides });
    else readings.push({ pairs, kind: pairs.length === 1 ? 'one-record' : 'several-records' });
  }
  for (const [odd, pairs] of byOdd) readings.push({ pairs: pairs as [Apart, ...Apart[]], kind: 'one-record', odd });
  return readings;
}

function groupedBy<T>(of: readonly T[], keyOf: (each: T) => string): readonly T[][] {
  const groups = new Map<string, T[]>();
  for (const each of of) {
    const key = keyOf(each);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  return [...groups.values()];
}

/** The record that is in all of several pairs. */
function sharedBy(pairs: readonly [Apart, ...Apart[]]): Presence | undefined {
  if (pairs.length === 1) return undefined;
  const [{ first, second }] = pairs;
  return [first, second].find((each) => pairs.every((pair) => pair.first === each || pair.second === each));
}

/** Undefined: one of them rests on too little. */
function sidesOf(between: readonly Crossing[]): Reading['sides'] {
  const sides = new Map<number, Set<Presence>>();
  for (const { apart, tracks } of between) {
    // The later record is the one that was dealt out, and held against the other's track.
    for (const [at, presence] of [apart.first, apart.second].entries()) {
      const side = tracks[at] as number;
      sides.set(side, (sides.get(side) ?? new Set()).add(presence));
    }
  }
  if (sides.has(TRACKS_MAX) || [...sides.values()].some((side) => voicesOf(side) < 2)) return undefined;
  const [one, other] = [...sides.values()].map((side) => [...side].sort((a, b) => a.starts - b.starts));
  return one === undefined || other === undefined ? undefined : [one, other];
}

function voicesOf(side: ReadonlySet<Presence>): number {
  const rows = groupedBy([...side], eventKeyOf).map((of) => ('position' in (of[0] as Presence).fix && of.length >= ROWS_MIN ? 2 : 1));
  return rows.reduce<number>((sum, each) => sum + each, 0);
}
