/**
 * Whether the records that place one item can be those of one thing. They are dealt out, in order of time, to tracks that are possible in themselves:
 * each goes to the nearest track that it can belong to, and opens a new one where it can belong to none. Between two tracks stand the pairs that are
 * impossible, and these are read by one rule:
 *
 * - All of them rest on one record, one of both, a loading by which one of both is inherited, or a claim by which one of both is of this thing at all:
 *   without it these two tracks are possible together, and that is no clone. Of a single pair nobody knows which of the two that is, nor whether they
 *   are of two things that were each seen once.
 * - They rest on no one record, and on either side on two voices at least: two things bear one identity, or were given it by mistake. What rests on
 *   one loading is one voice, and so is what cites one document; so are rows of one file of positions until there are ten of them: receivers and
 *   files have bad rows.
 * - Else more than one record is wrong, and nothing more is said.
 *
 * That two records which are each wrong by themselves look like a second thing that was seen twice is in the nature of it: nobody could tell.
 */
import { formatRef, type EventRef, type Sighting } from '#lib/domain';
import { roughMetres, type Apart, type Distances } from './apart.ts';
import { once } from './once.ts';
import { eventKeyOf, eventOf, type Presence } from './presences.ts';

/** An impossible pair, and the tracks that its records were dealt to. */
interface Crossing {
  readonly apart: Apart;
  readonly tracks: readonly [number, number];
}

/** A record that a presence rests on: its own, a loading without which it would not be inherited, or a claim without which it would be of another thing. */
export interface Rest {
  /** Rows of one file are told apart. */
  readonly key: string;
  readonly event: EventRef;
}

/** All impossible pairs between two tracks, or around one record, as they are read. */
export interface Reading {
  readonly pairs: readonly [Apart, ...Apart[]];
  /** one-record: all of them rest on `odd`; absent, where there is one pair alone. */
  readonly kind: 'one-record' | 'two-things' | 'several-records';
  readonly odd?: Rest;
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
    return [this.lasting, this.all].flatMap((list) => impossible(list, list.length, -1, presence, distances)).reduce(stronger, undefined);
  }
}

/** Its own record first. */
export const restsOn = once((presence: Presence): readonly [Rest, ...Rest[]] => {
  const { fix, leg } = presence;
  const own = 'position' in fix ? `${eventKeyOf(presence)} line ${fix.position.line}` : eventKeyOf(presence);
  const loadings = (leg?.chain ?? []).map(({ loading }) => loading);
  const { through } = 'position' in fix ? fix.position.track : fix.entry;
  const claims = [...(through?.claims ?? []), ...loadings.flatMap((loading) => loading.through?.claims ?? [])];
  const rests = [...loadings, ...claims].map(({ sighting }) => sighting);
  return [{ key: own, event: eventOf(presence) }, ...rests.map((event) => ({ key: formatRef(event), event }))];
});

export const stronger = (a: Apart | undefined, b: Apart): Apart => (a === undefined || b.times > a.times ? b : a);

/**
 * The impossible pairs of one record with those of a list, from `from` on in the one direction or the other, the near ones first: at most `FOUND_MAX`.
 */
export function impossible(
  list: readonly Presence[],
  from: number,
  direction: 1 | -1,
  presence: Presence,
  distances: Distances,
  isOther: (other: Presence) => boolean = (other) => other !== presence,
): readonly Apart[] {
  const found: Apart[] = [];
  for (let away = 1; found.length < FOUND_MAX; away = away < NEAR ? away + 1 : away * 2) {
    const other = list[from + direction * away];
    if (other === undefined) break;
    const apart = isOther(other) ? distances.between(other, presence) : undefined;
    if (apart !== undefined) found.push(apart);
  }
  return found;
}

/** Whose last record lies nearest. */
const nearest = (tracks: readonly Track[], presence: Presence): Track | undefined =>
  tracks.reduce<Track | undefined>(
    (best, track) => (best === undefined || roughMetres(track.last, presence) < roughMetres(best.last, presence) ? track : best),
    undefined,
  );

function read(crossings: readonly Crossing[]): readonly Reading[] {
  const readings: Reading[] = [];
  const byOdd = new Map<string, { readonly odd: Rest; readonly pairs: Apart[] }>();
  for (const between of groupedBy(crossings, ({ tracks }) => tracks.toSorted((a, b) => a - b).join(' '))) {
    const pairs = between.map(({ apart }) => apart) as [Apart, ...Apart[]];
    const odd = sharedBy(pairs);
    const sides = odd === undefined && pairs.length > 1 ? sidesOf(between) : undefined;
    if (odd !== undefined) byOdd.set(odd.key, { odd, pairs: [...(byOdd.get(odd.key)?.pairs ?? []), ...pairs] });
    else if (sides !== undefined) readings.push({ pairs, kind: 'two-things', sides });
    else readings.push({ pairs, kind: pairs.length === 1 ? 'one-record' : 'several-records' });
  }
  for (const { odd, pairs } of byOdd.values()) readings.push({ pairs: pairs as [Apart, ...Apart[]], kind: 'one-record', odd });
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

/** What all of several pairs rest on: the record of a presence before a loading. */
function sharedBy([one, ...others]: readonly [Apart, ...Apart[]]): Rest | undefined {
  if (others.length === 0) return undefined;
  let shared = [...new Map([one.first, one.second].flatMap(restsOn).map((rest) => [rest.key, rest])).values()];
  for (const { first, second } of others) {
    const keys = new Set([first, second].flatMap(restsOn).map(({ key }) => key));
    shared = shared.filter(({ key }) => keys.has(key));
    if (shared.length === 0) return undefined;
  }
  const isOwn = ({ key }: Rest): boolean => [one.first, one.second].some((presence) => restsOn(presence)[0]?.key === key);
  return shared.find(isOwn) ?? shared[0];
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

/** Presences that share anything they rest on are of one voice, and so on over those that these share anything with. */
function voicesOf(side: ReadonlySet<Presence>): number {
  let voices: { readonly tokens: ReadonlySet<string>; readonly of: readonly Presence[] }[] = [];
  for (const of of groupedBy([...side], voiceKeyOf)) {
    const tokens = new Set(of.slice(0, 1).flatMap(tokensOf));
    const [same, others] = [true, false].map((is) => voices.filter((each) => [...tokens].some((token) => each.tokens.has(token)) === is));
    const joined = (same ?? []).flatMap((each) => each.of);
    voices = [
      ...(others ?? []),
      { tokens: new Set([...tokens, ...(same ?? []).flatMap((each) => [...each.tokens])]), of: [...joined, ...of] },
    ];
  }
  return voices.reduce((sum, { of }) => sum + (isFile(of) && of.length >= ROWS_MIN ? 2 : 1), 0);
}

/** Of presences of one key all tokens are the same. */
const voiceKeyOf = (presence: Presence): string =>
  [
    eventKeyOf(presence),
    ...restsOn(presence)
      .slice(1)
      .map(({ key }) => key),
  ].join('\n');
/** Rows of the item's own file: what is inherited rests on a loading. */
const isFile = (of: readonly Presence[]): boolean => of.every(({ fix, leg }) => 'position' in fix && leg === undefined);

/** Of its own record and of its loadings: the event, and the document that it cites or, where it cites none, names as its source. */
function tokensOf({ fix, leg }: Presence): string[] {
  const own =
    'position' in fix
      ? [`sha256 ${fix.position.track.sha256}`, `event ${formatRef(fix.position.track.sighting)}`]
      : saidIn(fix.entry.sighting);
  return [...own, ...(leg?.chain ?? []).flatMap(({ loading }) => saidIn(loading.sighting))];
}

function saidIn(sighting: Sighting): string[] {
  const { evidence, source } = sighting;
  const cited = evidence.map(({ sha256 }) => `sha256 ${sha256}`);
  const named = [source.title, source.url].filter((text) => text !== undefined);
  return [
    `event ${formatRef(sighting)}`,
    ...(cited.length > 0 || named.length === 0 ? cited : [`source ${source.kind} ${named.join(' ')}`]),
  ];
}
