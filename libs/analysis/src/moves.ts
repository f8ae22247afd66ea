/** Sightings that move an item into or out of something, and what is nested in what by them. */
import { certainlyBefore, type SightingItem, type TimelineEntry } from '#lib/domain';
import { entryFixesOf, liesIn, type EntryFix, type Known, type KnownItems } from './fixes.ts';
import { once } from './once.ts';
import type { Steps } from './steps.ts';

export interface Move {
  readonly entry: TimelineEntry;
  /** Sorted. Of an unloading: none where its author does not say out of what. */
  readonly carriers: readonly string[];
}

/** Of the item itself, in the order of its timeline. */
export const movesOf = once(({ timeline: { entries, item } }: Known): readonly Move[] =>
  entries.flatMap((entry) => {
    const { sighting, through } = entry;
    if (!entry.places || entry.kind !== 'aggregation' || sighting.action === undefined || !entry.roles.includes('subject')) return [];
    const carriers = sighting.items.filter((each) => takesIn(each) && each.id !== item && each.id !== through?.id).map(({ id }) => id);
    return carriers.length === 0 && sighting.action === 'ADD' ? [] : [{ entry, carriers: [...new Set(carriers)].sort() }];
  }),
);

const takesIn = ({ role }: SightingItem): boolean => role === 'container' || role === 'conveyance';

/** Into what the item was put, by its own timeline: these have to be known before `containmentsOf` can be asked. */
export const carriersOf = once((known: Known): readonly string[] =>
  [...new Set(movesOf(known).flatMap(({ carriers }) => carriers))].sort(),
);

/** Whatever the true times are. What is undated is before nothing. */
export function isBefore(a: TimelineEntry, b: TimelineEntry): boolean {
  const [first, second] = [a.sighting.occurred, b.sighting.occurred];
  return first !== undefined && second !== undefined && certainlyBefore(first, second);
}

/** Into what is no part of the same nest. */
export function movesOn({ carriers }: Move, carrier: string, items: KnownItems, steps: Steps): boolean {
  steps.take(carriers.length);
  return carriers.length > 0 && carriers.every((other) => other !== carrier && !areNested(other, carrier, items, steps));
}

/** One was ever put into the other, or into what was: the item may be in both. */
const areNested = (a: string, b: string, items: KnownItems, steps: Steps): boolean =>
  a !== b && (outwards(a, items, steps).has(b) || outwards(b, items, steps).has(a));

const outwardsIn = once((_: KnownItems) => new Map<string, ReadonlySet<string>>());

/** What it was ever in, what that was in and so on, and itself; of these items worked out once. */
function outwards(item: string, items: KnownItems, steps: Steps): ReadonlySet<string> {
  const before = outwardsIn(items).get(item);
  if (before !== undefined) return before;
  const around = new Set([item]);
  // A set hands out what is added while it is walked.
  for (const each of around) {
    const known = items.get(each);
    const carriers = known === undefined ? [] : carriersOf(known);
    steps.take(1 + carriers.length);
    for (const carrier of carriers) around.add(carrier);
  }
  outwardsIn(items).set(item, around);
  return around;
}

/** While something is recorded as in it, by whatever was put into something else or taken out behind: it is to be looked for there. */
export interface Stay {
  readonly known: Known;
  readonly starts: number;
  /** Not included. */
  readonly ends: number;
  /** Loadings by which that is so, from the innermost; of the carrier itself none. */
  readonly by: readonly TimelineEntry[];
}

/** What is known of where a carrier was, by itself and by what it was in just then. */
export interface Whereabouts {
  readonly stays: readonly Stay[];
  /** Records that name a country, each within its stay. */
  readonly fixes: readonly { readonly fix: EntryFix; readonly stay: Stay }[];
}

const whereaboutsIn = once((_: KnownItems) => new Map<string, Whereabouts>());

/** Of these items worked out once for each carrier. */
export function whereaboutsOf(carrier: string, items: KnownItems, steps: Steps): Whereabouts {
  const before = whereaboutsIn(items).get(carrier);
  if (before !== undefined) return before;
  const stays: Stay[] = [];
  addStays({ name: carrier, starts: -Infinity, ends: Infinity, by: [], path: [] }, items, steps, stays);
  const fixes = stays.flatMap((stay) => {
    const { known, starts, ends } = stay;
    const own = entryFixesOf(known);
    steps.take(own.length);
    const span = { starts: starts === -Infinity ? null : starts, ends: ends === Infinity ? null : ends };
    return own.filter((fix) => countryOf(fix.entry) !== undefined && liesIn(fix, span)).map((fix) => ({ fix, stay }));
  });
  const made = { stays, fixes };
  whereaboutsIn(items).set(carrier, made);
  return made;
}

/** Of a place by its own word, or by its code. */
export const countryOf = ({ sighting: { place } }: TimelineEntry): string | undefined => place?.country ?? place?.unlocode?.slice(0, 2);

interface Within extends Omit<Stay, 'known'> {
  readonly name: string;
  readonly path: readonly string[];
}

/** One that is kept, against a look at one (0.2 µs). */
const STAY_STEPS = 10;

/** @param stays to which they are added: there are more than a call may have arguments */
function addStays({ name, starts, ends, by, path }: Within, items: KnownItems, steps: Steps, stays: Stay[]): void {
  const known = items.get(name);
  if (known === undefined || starts >= ends || path.includes(name)) return;
  steps.take(STAY_STEPS);
  stays.push({ known, starts, ends, by });
  const moves = movesOf(known);
  for (const { entry, carriers } of moves) {
    const from = entry.sighting.occurred?.ends ?? null;
    if (entry.sighting.action !== 'ADD' || from === null) continue;
    for (const outer of carriers) {
      steps.take(moves.length);
      const out = moves.filter((move) => isBefore(entry, move.entry) && takesOutOf(move, outer, items, steps));
      const until = Math.min(...out.map((move) => move.entry.sighting.occurred?.starts ?? Infinity));
      const span = { starts: Math.max(starts, from), ends: Math.min(ends, until) };
      addStays({ name: outer, ...span, by: [...by, entry], path: [...path, name] }, items, steps, stays);
    }
  }
}

const takesOutOf = (move: Move, carrier: string, items: KnownItems, steps: Steps): boolean =>
  move.entry.sighting.action === 'ADD'
    ? movesOn(move, carrier, items, steps)
    : move.carriers.length === 0 || move.carriers.includes(carrier);
