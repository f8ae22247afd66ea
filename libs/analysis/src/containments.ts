/**
 * What an item was inside of, when, and how far that is proved: from the end of the interval of its loading to the start of that of its unloading.
 * What lies within the two intervals is possible, and gives nothing. A containment without a recorded end stays the answer to "in what?", but
 * proves nothing behind the earliest of: the last position before a dark gap of the conveyance; its call at the port of discharge that the
 * loading names; the moment from which the item is certainly elsewhere.
 */
import { displayPlace, formatRef, type Instant, type TimelineEntry, type TlpLabel } from '#lib/domain';
import { ruledOutBy } from './elsewhere.ts';
import { entryFixesOf, fixesOf, type EntryFix, JourneyTooLarge, type Known, type KnownItems, type TrackPosition } from './fixes.ts';
import type { Point } from './geodesic.ts';
import { labelOf, type Ground } from './labels.ts';
import { countryOf, isBefore, movesOf, movesOn, whereaboutsOf, type Move, type Whereabouts } from './moves.ts';
import { once } from './once.ts';
import { firstAt, firstIn, firstWhere, GAP_MICROS, gapsIn, type Gap, type Port } from './silences.ts';
import { isAircraft, isVessel } from './speeds.ts';
import { Steps } from './steps.ts';
import { heardFrom } from './unheard.ts';

/** Why a containment proves nothing from its `until` on. */
export type Ending =
  /** `at`: the earliest that it can have been. */
  | (Ends & {
      readonly kind: 'unloaded';
      readonly by: TimelineEntry;
      /** By which what it takes the item out of is the carrier under another name, at any time: what ends a proof need not be certain. */
      readonly claims: readonly TimelineEntry[];
    })
  | (Ends & { readonly kind: 'dark'; readonly gap: Gap })
  /** Of a vessel or aircraft at the port of discharge that its loading names. */
  | (Ends & { readonly kind: 'called'; readonly place: string; readonly by?: TimelineEntry; readonly position?: TrackPosition })
  /** A vessel or aircraft of which neither a record nor a position follows for as long as a silence lasts. */
  | (Ends & { readonly kind: 'unheard'; readonly by?: TimelineEntry })
  /** A record cites a track of the conveyance that could not be read: nothing says when it went silent. */
  | (Ends & { readonly kind: 'unread' })
  /** Seen behind the loading where the conveyance was not. */
  | (Ends & { readonly kind: 'elsewhere'; readonly by: TimelineEntry })
  /**
   * Seen in another country than the records of the conveyance that follow it and go before, which may have called there; or seen elsewhere, or put
   * into something else, at a time that may lie before the loading.
   */
  | (Ends & { readonly kind: 'may-be-elsewhere'; readonly by: TimelineEntry })
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
  /** The strictest of the loading and of all that its ending follows from, told with it or not. */
  readonly handling: TlpLabel;
  /** No unloading is recorded: the item is still recorded as inside, and confirmed up to `until` alone. */
  readonly isOpen: boolean;
  /** It is open, and the item was certainly put into something else, seen elsewhere or taken out at some time behind, whatever ended the proof before. */
  readonly isLeft: boolean;
  /** From then on it is certainly out of it; absent: it is not left, or nothing says by when it was. */
  readonly leftAt?: Instant;
  /** Records by which it is left. */
  readonly leftBy: readonly TimelineEntry[];
  /** Of one that a record ended: what certainly puts the item elsewhere, or into something else, while it is proved. Neither outweighs the other. */
  readonly against: readonly Contrary[];
}

export interface Contrary {
  readonly kind: 'elsewhere' | 'moved-on';
  readonly by: TimelineEntry;
  /** The strictest of all that it follows from. */
  readonly handling: TlpLabel;
}

/** What it is proved by where a record ended it, and rests on where none did: its loading, and its unloading, with the claims of identity that make it one. */
export const recordsOf = ({ loading, ending }: Containment): readonly [TimelineEntry, ...TimelineEntry[]] =>
  ending?.kind === 'unloaded' ? [loading, ending.by, ...ending.claims] : [loading];

/**
 * By the order of the timeline, then the carrier's name. Cost: each loading into each carrier is held against the moves of the item, its records
 * against those of the carrier between them, and the track against the points of its port of discharge, all by `steps`; of these items, ports and rules
 * once. Throws JourneyTooLarge.
 * @param ports that ships call at
 */
export function containmentsOf(
  item: string,
  items: KnownItems,
  ports: readonly Port[],
  rules: JourneyRules = JOURNEY_RULES,
  steps = new Steps(),
): readonly Containment[] {
  const made = madeOf(items)(ports)(rules);
  const before = made.get(item);
  if (before !== undefined) return before;
  const containments = makeContainments(item, items, ports, rules, steps);
  made.set(item, containments);
  return containments;
}

const madeOf = once((_items: KnownItems) =>
  once((_ports: readonly Port[]) => once((_rules: JourneyRules) => new Map<string, readonly Containment[]>())),
);

function makeContainments(
  item: string,
  items: KnownItems,
  ports: readonly Port[],
  rules: JourneyRules,
  steps: Steps,
): readonly Containment[] {
  const known = items.get(item);
  if (known === undefined) return [];
  const moves = movesOf(known);
  if (moves.length > MOVES_MAX) throw new JourneyTooLarge(`More records put ${item} into something or take it out than are followed.`);
  return moves
    .filter(({ entry }) => entry.sighting.action === 'ADD')
    .flatMap((loading) =>
      loading.carriers.map((carrier) => containment({ item, carrier, loading, moves, known, items, ports, rules, steps })),
    );
}

/** Loadings and unloadings of one item. */
export const MOVES_MAX = 500;

interface Asked {
  readonly item: string;
  readonly carrier: string;
  readonly loading: Move;
  readonly moves: readonly Move[];
  readonly known: Known;
  readonly items: KnownItems;
  readonly ports: readonly Port[];
  readonly rules: JourneyRules;
  readonly steps: Steps;
}

function containment(asked: Asked): Containment {
  const { item, carrier, loading, moves, items, rules, steps } = asked;
  const from = loading.entry.sighting.occurred?.ends ?? null;
  const own = { item, carrier, loading: loading.entry, from };
  const away = from === null ? [] : elsewhereFrom(asked, from);
  steps.take(moves.length);
  const unloadings = moves.filter(
    ({ entry, carriers }) =>
      entry.sighting.action === 'DELETE' &&
      (carriers.length === 0 || namedIn(carriers, carrier, items) !== undefined) &&
      !isBefore(entry, loading.entry),
  );
  const unloading = unloadings.find((each) => !isOfLaterLoading(asked, each, away));
  if (unloading !== undefined) {
    const { entry, carriers } = unloading;
    const claims = namedIn(carriers, carrier, items) ?? [];
    // An unloading at a time that is not known at all proves no time inside.
    const at = entry.sighting.occurred?.starts ?? null;
    return {
      ...own,
      until: at ?? own.from,
      ending: { kind: 'unloaded', at, by: entry, claims },
      handling: labelOf([loading.entry, entry, ...claims]),
      ...{ isOpen: false, isLeft: false, leftBy: [] },
      against: at === null ? [] : againstIn(away, at),
    };
  }
  const ends = from === null || !rules.openContainmentsEnd ? [] : [...endingsOf(asked, from), ...away];
  const bounds = ends.map((bound) => ({ ...bound, until: Math.max(bound.until, from ?? bound.until) })).sort((a, b) => a.until - b.until);
  const [first] = bounds;
  // One that ends a later loading: whenever it was taken out before, it is in this no more.
  const leftBy = [
    ...bounds.flatMap(({ ending }) => (ending.kind === 'moved-on' || ending.kind === 'elsewhere' ? [ending.by] : [])),
    ...unloadings.map(({ entry }) => entry),
  ];
  const leftAt = leftBy.reduce((earliest, { sighting: { occurred } }) => Math.min(earliest, occurred?.ends ?? Infinity), Infinity);
  const left = { isLeft: leftBy.length > 0, ...(leftAt === Infinity ? {} : { leftAt }), leftBy };
  return { ...own, ...(first ?? { until: null, handling: labelOf([loading.entry]) }), isOpen: true, ...left, against: [] };
}

/** The claims by which one of these is the carrier, at any time: none where it is named itself; undefined: it is not among them. */
function namedIn(carriers: readonly string[], carrier: string, items: KnownItems): readonly TimelineEntry[] | undefined {
  if (carriers.includes(carrier)) return [];
  const names = (items.get(carrier)?.names ?? []).filter(({ id }) => carriers.includes(id));
  const claims = new Map(names.flatMap(({ chain }) => chain).map((entry) => [formatRef(entry.sighting), entry]));
  return claims.size === 0 ? undefined : [...claims.values()];
}

/** Whatever its true time is, it lies between the loading and the unloading. */
const againstIn = (away: readonly Bound[], unloaded: Instant): readonly Contrary[] =>
  away.flatMap(({ until, ending, handling }) =>
    until <= unloaded && (ending.kind === 'elsewhere' || ending.kind === 'moved-on')
      ? [{ kind: ending.kind, by: ending.by, handling }]
      : [],
  );

/**
 * The unloading ends a loading that lies in between, and before that one the item was out of this carrier: it was put into something else, or seen
 * elsewhere and then put into this one again.
 * @param away from when on it may be out of this one
 */
function isOfLaterLoading({ carrier, loading, moves, items, steps }: Asked, unloading: Move, away: readonly Bound[]): boolean {
  steps.take(moves.length + away.length);
  const later = moves.filter(
    ({ entry }) => entry.sighting.action === 'ADD' && isBefore(loading.entry, entry) && isBefore(entry, unloading.entry),
  );
  if (unloading.carriers.length === 0 && later.some((move) => movesOn(move, carrier, items, steps))) return true;
  const again = later.filter(({ carriers }) => carriers.includes(carrier));
  if (again.length === 0) return false;
  const out = Math.min(...away.map(({ until }) => until));
  return again.some(({ entry }) => (entry.sighting.occurred?.starts ?? -Infinity) >= out);
}

interface Bound {
  readonly until: Instant;
  readonly ending: Ending;
  /** The strictest of the loading and of all that the ending follows from. */
  readonly handling: TlpLabel;
}

/** @param grounds what the ending follows from, besides the loading */
const boundOf = ({ loading }: Asked, until: Instant, ending: Ending, grounds: readonly Ground[]): Bound => ({
  ...{ until, ending },
  handling: labelOf([loading.entry, ...grounds]),
});

const endingsOf = (asked: Asked, from: Instant): Bound[] => [
  ...darkFrom(asked, from),
  ...unheardFrom(asked, from),
  ...calledFrom(asked, from),
];

/** The last position before the silence is the last that counts. A track that ended before the loading says nothing of this voyage. */
function darkFrom(asked: Asked, from: Instant): Bound[] {
  const { carrier, items, ports, steps } = asked;
  const known = items.get(carrier);
  const gaps = known === undefined ? [] : gapsIn(known, ports, steps);
  const gap = gaps[firstWhere(gaps, ({ since, until }) => (until === null ? since.at >= from : until.at > from))];
  return gap === undefined ? [] : [boundOf(asked, gap.since.at + 1, { kind: 'dark', at: gap.since.at, gap }, [gap])];
}

/**
 * Before the track is heard, and where there is none, records are asked: the less is known of a ship, the less is proved of what is in it. A position
 * of long after the loading says no more of the time between than none does.
 */
function unheardFrom(asked: Asked, from: Instant): Bound[] {
  const { carrier, items, steps } = asked;
  const known = items.get(carrier);
  if (known?.isTrackMissing === true) return [boundOf(asked, from, { kind: 'unread', at: from }, citingUnread(known))];
  if (!(isVessel(carrier) || isAircraft(carrier))) return [];
  const heard = heardFrom(known, from, steps);
  if (heard === undefined) return [];
  const { until, by, through } = heard;
  return [boundOf(asked, until, { kind: 'unheard', at: until, ...(by === undefined ? {} : { by }) }, through)];
}

/** That cite a file of positions of which no position is there. */
const citingUnread = once(({ timeline, track }: Known): readonly TimelineEntry[] => {
  const read = new Set(track.map(({ track: { sha256 } }) => sha256));
  const cites = ({ sighting: { evidence } }: TimelineEntry): boolean =>
    evidence.some(({ type, sha256 }) => type === 'track' && !read.has(sha256));
  return timeline.entries.filter((entry) => (entry.places || entry.why === 'no-place') && cites(entry));
});

function calledFrom(asked: Asked, from: Instant): Bound[] {
  const { carrier, loading, items, ports, steps } = asked;
  const discharge = loading.entry.sighting.conveyance?.discharge;
  const known = items.get(carrier);
  if (discharge === undefined || known === undefined || !(isVessel(carrier) || isAircraft(carrier))) return [];
  const place = displayPlace(discharge);
  const fixes = entryFixesOf(known);
  steps.take(fixes.length + ports.length);
  const bounds: Bound[] = [];
  for (const { entry, span } of fixes) {
    const isThere = discharge.unlocode !== undefined && entry.sighting.place?.unlocode === discharge.unlocode;
    const { ends } = span;
    if (isThere && ends !== null && ends > from) bounds.push(boundOf(asked, ends, { kind: 'called', at: ends, place, by: entry }, [entry]));
  }
  // Wherever a record says that the port is: the earliest call ends what is proved.
  const points: readonly Point[] = [...ports.filter(({ unlocode }) => unlocode === discharge.unlocode), ...pointOfPlace(discharge)];
  const call = firstIn(known.track, points, from, steps);
  if (call !== undefined)
    bounds.push(boundOf(asked, call.at + 1, { kind: 'called', at: call.at, place, position: call }, [call.track.handling.tlp]));
  return bounds;
}

const pointOfPlace = ({ lat, lon }: { readonly lat?: number; readonly lon?: number }): readonly Point[] =>
  lat === undefined || lon === undefined ? [] : [{ lat, lon }];

/** Each counts from the end of its interval: from then on it is certain, if it is not of a time before the loading. */
function elsewhereFrom(asked: Asked, from: Instant): Bound[] {
  const { item, carrier, loading, moves, known, items, steps } = asked;
  const bounds: Bound[] = [];
  const add = (until: Instant, by: TimelineEntry, kind: Contrary['kind'] | 'may-be-elsewhere', grounds: readonly Ground[] = []): void => {
    const ending = { kind: isBefore(loading.entry, by) ? kind : ('may-be-elsewhere' as const), at: until, by };
    bounds.push(boundOf(asked, until, ending, [by, ...grounds]));
  };
  for (const move of moves) {
    const { entry } = move;
    const ends = entry.sighting.occurred?.ends ?? null;
    steps.take();
    if (entry.sighting.action !== 'ADD' || ends === null || ends <= from || entry === loading.entry) continue;
    if (movesOn(move, carrier, items, steps)) add(ends, entry, 'moved-on');
  }
  const carried = items.get(carrier);
  const itsOwn = carried === undefined ? { records: [], fixes: [] } : { records: entryFixesOf(carried), fixes: fixesOf(carried) };
  for (const fix of entryFixesOf(known)) {
    const { ends } = fix.span;
    steps.take();
    if (ends === null || ends <= from || !fix.entry.roles.includes('subject')) continue;
    if (namesBoth(fix.entry, item, carrier)) continue;
    const ruledOut = ruledOutBy(carrier, itsOwn, fix, steps);
    const elsewhere = ruledOut ?? inAnotherCountryBy(carrier, items, fix, steps);
    if (elsewhere !== undefined) add(ends, fix.entry, ruledOut === undefined ? 'may-be-elsewhere' : 'elsewhere', elsewhere);
  }
  return bounds;
}

/**
 * Where codes and countries are all that there is, as in registers and customs records: it was seen in a country in which neither the record of the
 * conveyance, or of what that was then in, that goes before lies nor the one that follows. The conveyance may have called there, and nobody wrote it
 * down; but that it went on with the item in it nobody says either. Where none follows there is nothing to be inherited. What it follows from: both, and
 * the loadings of the conveyance into what they are of; undefined: it does not.
 */
function inAnotherCountryBy(
  carrier: string,
  items: KnownItems,
  { entry, span: { starts, ends } }: EntryFix,
  steps: Steps,
): readonly TimelineEntry[] | undefined {
  const country = countryOf(entry);
  if (country === undefined || starts === null || ends === null) return undefined;
  const { stays, fixes } = whereaboutsOf(carrier, items, steps);
  steps.take(stays.length + fixes.length);
  // Where a ship was heard, places have to be compared.
  const isHeard = stays.some(({ known: { track }, starts: since, ends: until }) => {
    const position = track[firstAt(track, Math.max(starts - GAP_MICROS, since))];
    return position !== undefined && position.at < Math.min(ends + GAP_MICROS, until);
  });
  if (isHeard) return undefined;
  let [before, after]: (Whereabouts['fixes'][number] | undefined)[] = [];
  for (const each of fixes) {
    const { starts: from, ends: to } = each.fix.span;
    if (from === null || to === null) continue;
    if (from < ends && to > starts && countryOf(each.fix.entry) === country) return undefined;
    if (to <= starts && to > (before?.fix.span.ends ?? -Infinity)) before = each;
    if (from >= ends && from < (after?.fix.span.starts ?? Infinity)) after = each;
  }
  if (after === undefined || countryOf(after.fix.entry) === country) return undefined;
  if (before !== undefined && countryOf(before.fix.entry) === country) return undefined;
  return [before, after].flatMap((each) => (each === undefined ? [] : [each.fix.entry, ...each.stay.by]));
}

/** A sighting of both together says that they were at one place. */
const namesBoth = ({ sighting, through }: TimelineEntry, item: string, carrier: string): boolean =>
  sighting.items.some(({ id }) => id === (through?.id ?? item)) && sighting.items.some(({ id }) => id === carrier);
