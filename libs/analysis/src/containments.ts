/**
 * What an item was inside of, when, and how far that is proved: from the end of the interval of its loading to the start of that of its unloading.
 * What lies within the two intervals is possible, and gives nothing. A containment without a recorded end stays the answer to "in what?", but
 * proves nothing behind the earliest of: the last position before a dark gap of the conveyance; its call at the port of discharge that the
 * loading names; the moment from which the item is certainly elsewhere.
 */
import { certainlyBefore, displayPlace, type Instant, type SightingItem, type TimelineEntry } from '#lib/domain';
import { certainlyNotAt, isAircraft, isVessel } from './elsewhere.ts';
import { entryFixesOf, fixesOf, type EntryFix, JourneyTooLarge, type Known, type KnownItems } from './fixes.ts';
import type { Point } from './geodesic.ts';
import { once } from './once.ts';
import { firstIn, GAP_MICROS, gapsIn, type Gap, type Port } from './silences.ts';

/** Why a containment proves nothing from its `until` on. */
export type Ending =
  /** `at`: the earliest that it can have been. */
  | (Ends & { readonly kind: 'unloaded'; readonly by: TimelineEntry })
  | (Ends & { readonly kind: 'dark'; readonly gap: Gap })
  /** Of a vessel or aircraft at the port of discharge that its loading names. */
  | (Ends & { readonly kind: 'called'; readonly place: string; readonly by?: TimelineEntry })
  /** A vessel or aircraft of which no record follows for as long as a silence lasts, and that has no track since. */
  | (Ends & { readonly kind: 'unheard'; readonly by?: TimelineEntry })
  /** A record cites a track of the conveyance that could not be read: nothing says when it went silent. */
  | (Ends & { readonly kind: 'unread' })
  /** Seen where the conveyance was not, or in another country than the records of the conveyance that follow it and go before. */
  | (Ends & { readonly kind: 'elsewhere'; readonly by: TimelineEntry })
  /** Put into something else, which is in no other known way in this. */
  | (Ends & { readonly kind: 'moved-on'; readonly by: TimelineEntry });

interface Ends {
  /** Up to then it is confirmed; null: the record has no time. */
  readonly at: Instant | null;
}

/** Switched off one by one by specs alone, to see that each has its test. */
export interface JourneyRules {
  /** A containment without a recorded end proves nothing behind the last that confirms it. */
  readonly openContainmentsEnd: boolean;
}
export const JOURNEY_RULES: JourneyRules = { openContainmentsEnd: true };

export interface Containment {
  readonly item: string;
  readonly carrier: string;
  readonly loading: TimelineEntry;
  /** From here on it is proved; null: the loading has no end that is known, and nothing is. */
  readonly from: Instant | null;
  /** Up to here, this instant not included; null: nothing known bounds it. */
  readonly until: Instant | null;
  readonly ending?: Ending;
  /** No unloading is recorded: the item is still recorded as inside, and confirmed up to `until` alone. */
  readonly isOpen: boolean;
  /** It is open, and the item was put into something else or seen elsewhere at some time behind, whatever ended the proof before. */
  readonly isLeft: boolean;
  /** From then on it is certainly out of it; absent: it is not left. */
  readonly leftAt?: Instant;
}

/** Into what the item was put, by its own timeline: these have to be known before `containmentsOf` can be asked. */
export const carriersOf = once((known: Known): readonly string[] =>
  [...new Set(movesOf(known).flatMap(({ carriers }) => carriers))].sort(),
);

/** By the order of the timeline, then the carrier's name. Throws JourneyTooLarge. @param ports that ships call at */
export function containmentsOf(
  item: string,
  items: KnownItems,
  ports: readonly Port[],
  rules: JourneyRules = JOURNEY_RULES,
): readonly Containment[] {
  const known = items.get(item);
  if (known === undefined) return [];
  const moves = movesOf(known);
  const looks = entryFixesOf(known).length * moves.length;
  if (moves.length > MOVES_MAX || looks > LOOKS_MAX)
    throw new JourneyTooLarge(`More records put ${item} into something or see it elsewhere than are followed.`);
  return moves
    .filter(({ entry }) => entry.sighting.action === 'ADD')
    .flatMap((loading) => loading.carriers.map((carrier) => containment({ item, carrier, loading, moves, known, items, ports, rules })));
}

interface Move {
  readonly entry: TimelineEntry;
  /** Sorted. Of an unloading: none where its author does not say out of what. */
  readonly carriers: readonly string[];
}

/** Sightings that move the item itself into or out of something. */
const movesOf = once(({ timeline: { entries, item } }: Known): readonly Move[] =>
  entries.flatMap((entry) => {
    const { sighting } = entry;
    if (!entry.places || entry.kind !== 'aggregation' || sighting.action === undefined || !entry.roles.includes('subject')) return [];
    const carriers = sighting.items.filter((each) => takesIn(each) && each.id !== item).map(({ id }) => id);
    return carriers.length === 0 && sighting.action === 'ADD' ? [] : [{ entry, carriers: [...new Set(carriers)].sort() }];
  }),
);

/** Loadings and unloadings of one item, and how often its records are held against those of its carriers (10 µs each at worst). */
export const MOVES_MAX = 500;
export const LOOKS_MAX = 100_000;

const takesIn = ({ role }: SightingItem): boolean => role === 'container' || role === 'conveyance';

interface Asked {
  readonly item: string;
  readonly carrier: string;
  readonly loading: Move;
  readonly moves: readonly Move[];
  readonly known: Known;
  readonly items: KnownItems;
  readonly ports: readonly Port[];
  readonly rules: JourneyRules;
}

function containment(asked: Asked): Containment {
  const { item, carrier, loading, moves, rules } = asked;
  const own = { item, carrier, loading: loading.entry, from: loading.entry.sighting.occurred?.ends ?? null };
  const unloading = moves.find(
    ({ entry, carriers }) =>
      entry.sighting.action === 'DELETE' &&
      (carriers.length === 0 || carriers.includes(carrier)) &&
      !isBefore(entry, loading.entry) &&
      !isOfLaterLoading(asked, { entry, carriers }),
  );
  if (unloading !== undefined) {
    const { entry } = unloading;
    // An unloading at a time that is not known at all proves no time inside.
    const at = entry.sighting.occurred?.starts ?? null;
    return { ...own, until: at ?? own.from, ending: { kind: 'unloaded', at, by: entry }, isOpen: false, isLeft: false };
  }
  const bounds = own.from === null || !rules.openContainmentsEnd ? [] : endingsOf(asked, own.from).sort((a, b) => a.until - b.until);
  const [first] = bounds;
  const left = bounds.find(({ ending }) => ending.kind === 'moved-on' || ending.kind === 'elsewhere');
  const isLeft = left !== undefined;
  return { ...own, ...(first ?? { until: null }), isOpen: true, isLeft, ...(isLeft ? { leftAt: left.until } : {}) };
}

/**
 * The unloading ends a loading that lies in between, and before that one the item was certainly out of this carrier: it was put into something
 * else, or seen elsewhere and then put into this one again.
 */
function isOfLaterLoading(asked: Asked, unloading: Move): boolean {
  const { carrier, loading, moves, items } = asked;
  const later = moves.filter(
    ({ entry }) => entry.sighting.action === 'ADD' && isBefore(loading.entry, entry) && isBefore(entry, unloading.entry),
  );
  if (unloading.carriers.length === 0 && later.some((move) => movesOn(move, carrier, items))) return true;
  const again = later.filter(({ carriers }) => carriers.includes(carrier));
  const from = loading.entry.sighting.occurred?.ends;
  if (again.length === 0 || typeof from !== 'number') return false;
  const out = Math.min(...elsewhereFrom(asked, from).map(({ until }) => until));
  return again.some(({ entry }) => (entry.sighting.occurred?.starts ?? -Infinity) >= out);
}

/** Into what is no part of the same nest. */
const movesOn = ({ carriers }: Move, carrier: string, items: KnownItems): boolean =>
  carriers.length > 0 && carriers.every((other) => other !== carrier && !areNested(other, carrier, items));

/** Whatever the true times are. What is undated is before nothing. */
function isBefore(a: TimelineEntry, b: TimelineEntry): boolean {
  const [first, second] = [a.sighting.occurred, b.sighting.occurred];
  return first !== undefined && second !== undefined && certainlyBefore(first, second);
}

interface Bound {
  readonly until: Instant;
  readonly ending: Ending;
}

function endingsOf(asked: Asked, from: Instant): Bound[] {
  return [...darkFrom(asked, from), ...unheardFrom(asked, from), ...calledFrom(asked, from), ...elsewhereFrom(asked, from)].map(
    ({ until, ending }) => ({
      until: Math.max(until, from),
      ending,
    }),
  );
}

/** The last position before the silence is the last that counts. A track that ended before the loading says nothing of this voyage. */
function darkFrom({ carrier, items, ports }: Asked, from: Instant): Bound[] {
  const known = items.get(carrier);
  const gap = (known === undefined ? [] : gapsIn(known, ports)).find(({ since, until }) =>
    until === null ? since.at >= from : until.at > from,
  );
  return gap === undefined ? [] : [{ until: gap.since.at + 1, ending: { kind: 'dark', at: gap.since.at, gap } }];
}

/** What cannot be asked of a track is asked of records: the less is known of a ship, the less is proved of what is in it. */
function unheardFrom({ carrier, items }: Asked, from: Instant): Bound[] {
  const known = items.get(carrier);
  if (known?.isTrackMissing === true) return [{ until: from, ending: { kind: 'unread', at: from } }];
  if (!(isVessel(carrier) || isAircraft(carrier)) || known?.track.some(({ at }) => at >= from) === true) return [];
  let heard: { readonly at: Instant; readonly by?: TimelineEntry } = { at: from };
  for (const { span, entry } of known === undefined ? [] : entryFixesOf(known)) {
    if (span.ends === null || span.ends <= heard.at) continue;
    if (span.starts !== null && span.starts - heard.at >= GAP_MICROS) break;
    heard = { at: span.ends, by: entry };
  }
  return [{ until: heard.at, ending: { kind: 'unheard', ...heard } }];
}

function calledFrom({ carrier, loading, items, ports }: Asked, from: Instant): Bound[] {
  const discharge = loading.entry.sighting.conveyance?.discharge;
  const known = items.get(carrier);
  if (discharge === undefined || known === undefined || !(isVessel(carrier) || isAircraft(carrier))) return [];
  const place = displayPlace(discharge);
  const bounds: Bound[] = [];
  for (const { entry, span } of entryFixesOf(known)) {
    const isThere = discharge.unlocode !== undefined && entry.sighting.place?.unlocode === discharge.unlocode;
    const { ends } = span;
    if (isThere && ends !== null && ends > from) bounds.push({ until: ends, ending: { kind: 'called', at: ends, place, by: entry } });
  }
  // Wherever a record says that the port is: the earliest call ends what is proved.
  const anchors: readonly Point[] = [...ports.filter(({ unlocode }) => unlocode === discharge.unlocode), ...pointOfPlace(discharge)];
  for (const anchor of anchors) {
    const call = firstIn(known.track, anchor, from);
    if (call !== undefined) bounds.push({ until: call.at + 1, ending: { kind: 'called', at: call.at, place } });
  }
  return bounds;
}

const pointOfPlace = ({ lat, lon }: { readonly lat?: number; readonly lon?: number }): readonly Point[] =>
  lat === undefined || lon === undefined ? [] : [{ lat, lon }];

/** Each counts from the end of its interval: from then on it is certain. */
function elsewhereFrom({ item, carrier, loading, moves, known, items }: Asked, from: Instant): Bound[] {
  const bounds: Bound[] = [];
  for (const move of moves) {
    const { entry } = move;
    const ends = entry.sighting.occurred?.ends ?? null;
    if (entry.sighting.action !== 'ADD' || ends === null || ends <= from || entry === loading.entry) continue;
    if (movesOn(move, carrier, items)) bounds.push({ until: ends, ending: { kind: 'moved-on', at: ends, by: entry } });
  }
  const carrierFixes = items.has(carrier) ? fixesOf(items.get(carrier) as Known) : [];
  for (const fix of entryFixesOf(known)) {
    const { ends } = fix.span;
    if (ends === null || ends <= from || !fix.entry.roles.includes('subject')) continue;
    if (namesBoth(fix.entry, item, carrier)) continue;
    if (certainlyNotAt(carrier, carrierFixes, fix) || isInAnotherCountry(carrier, items, fix))
      bounds.push({ until: ends, ending: { kind: 'elsewhere', at: ends, by: fix.entry } });
  }
  return bounds;
}

/**
 * Where codes and countries are all that there is, as in registers and customs records: it was seen in a country in which neither the record of the
 * conveyance, or of what that was in, that goes before lies nor the one that follows. That it came back from there into the conveyance nobody says;
 * and where none follows there is nothing to be inherited.
 */
function isInAnotherCountry(carrier: string, items: KnownItems, { entry, span: { starts, ends } }: EntryFix): boolean {
  const country = countryOf(entry);
  if (country === undefined || starts === null || ends === null) return false;
  const around = withCarriers(carrier, items);
  // Where a ship was heard, places have to be compared.
  if (around.some(({ track }) => track.some(({ at }) => at >= starts - GAP_MICROS && at < ends + GAP_MICROS))) return false;
  let [before, after]: (EntryFix | undefined)[] = [];
  for (const fix of around.flatMap(entryFixesOf)) {
    const { starts: from, ends: to } = fix.span;
    if (countryOf(fix.entry) === undefined || from === null || to === null) continue;
    if (from < ends && to > starts && countryOf(fix.entry) === country) return false;
    if (to <= starts && to > (before?.span.ends ?? -Infinity)) before = fix;
    if (from >= ends && from < (after?.span.starts ?? Infinity)) after = fix;
  }
  if (after === undefined || countryOf(after.entry) === country) return false;
  return before === undefined || countryOf(before.entry) !== country;
}

const countryOf = ({ sighting: { place } }: TimelineEntry): string | undefined => place?.country ?? place?.unlocode?.slice(0, 2);

/** What is known of the carrier, of what it was ever in, and so on outwards. */
function withCarriers(carrier: string, items: KnownItems): readonly Known[] {
  const names = new Set([carrier]);
  // A Set is gone through with what is added meanwhile.
  for (const name of names) for (const outer of carriersOf(items.get(name) ?? NOTHING)) names.add(outer);
  return [...names].flatMap((name) => items.get(name) ?? []);
}
const NOTHING: Known = { timeline: { item: '', entries: [], waiting: [], openQuestions: [] }, track: [] };

/** A sighting of both together says that they were at one place. */
const namesBoth = ({ sighting }: TimelineEntry, item: string, carrier: string): boolean =>
  sighting.items.some(({ id }) => id === item) && sighting.items.some(({ id }) => id === carrier);

/** One was ever put into the other, or into what was: the item may be in both. */
function areNested(a: string, b: string, items: KnownItems): boolean {
  const into = (inner: string, outer: string): boolean => {
    const around = new Set([inner]);
    // A set hands out what is added while it is walked.
    for (const each of around) {
      const known = items.get(each);
      for (const carrier of known === undefined ? [] : carriersOf(known)) around.add(carrier);
    }
    return inner !== outer && around.has(outer);
  };
  return into(a, b) || into(b, a);
}
