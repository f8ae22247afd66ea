/** What is known otherwise at one point than at an earlier one: pure, over the two folds of one item. */
import { formatRef, type EventRef } from './event-ref.ts';
import type { Standing } from './resolved.ts';
import type { Flag, RelationLink, TimelineEntry } from './timeline-entry.ts';
import type { Timeline } from './timeline.ts';

/**
 * learnt: a record that was not there, whatever its kind. corrected, withdrawn, superseded: what its standing became. restored: it stands again.
 * disputed, settled: an open dispute came, or is not open any more. marked: another handling. reassessed: it counts otherwise (placing the
 * item or not, its kind, its flags) for another reason, such as a target that came.
 */
export type ChangeName =
  'learnt' | 'corrected' | 'withdrawn' | 'superseded' | 'restored' | 'disputed' | 'settled' | 'marked' | 'reassessed';

/** How a record stood at one of the points. */
export interface StandingThen {
  readonly standing: Standing;
  readonly places: boolean;
  readonly flags: readonly Flag[];
}

/** One thing that is known otherwise at the later point. */
export interface TimelineChange {
  readonly change: ChangeName;
  /** The record that is known otherwise. */
  readonly ref: EventRef;
  /** The records that made it so; of what was learnt itself. Empty: none of those that are shown did it alone. */
  readonly by: readonly EventRef[];
  /** `null`: it was not there. */
  readonly before: StandingThen | null;
  readonly after: StandingThen;
}

/**
 * In the order of the later fold, of one record in that of `ChangeName`. Every record of `after` that is new or stands otherwise is in it, so
 * `before` with the changes is `after`. Entries that are in `before` alone are left out: what is known only grows. Linear.
 */
export function diffTimelines(before: Timeline, after: Timeline): readonly TimelineChange[] {
  const earlier = new Map(before.entries.map((entry) => [formatRef(entry.sighting), entry]));
  const later = new Map(after.entries.map((entry) => [formatRef(entry.sighting), entry]));
  return after.entries.flatMap((entry) => {
    const then = earlier.get(formatRef(entry.sighting));
    const own = then === undefined ? [change('learnt', then, entry, [refOf(entry)])] : [];
    return [...own, ...changesOf(then, entry, later)];
  });
}

/** Of a record that is new only what others made of it already. */
function changesOf(then: TimelineEntry | undefined, now: TimelineEntry, later: ReadonlyMap<string, TimelineEntry>): TimelineChange[] {
  const changes: TimelineChange[] = [];
  const stood = then?.standing ?? 'stands';
  if (now.standing !== stood) {
    const name = STANDING_CHANGES[now.standing];
    if (name === 'restored') changes.push(change('restored', then, now, then === undefined ? [] : restoredBy(then, later)));
    else if (name !== undefined) changes.push(change(name, then, now, unique([now.by, now.inPlace].flatMap((ref) => ref ?? []))));
  } else if (then !== undefined && now.standing === 'corrected' && !isSame(then.inPlace, now.inPlace)) {
    // Corrected before, and now by another one.
    changes.push(change('corrected', then, now, unique([now.by, now.inPlace].flatMap((ref) => ref ?? []))));
  }
  const wasDisputed = then?.flags.includes('disputed') ?? false;
  const isDisputed = now.flags.includes('disputed');
  if (isDisputed) {
    const fresh = newLinks(then?.disputedBy, now.disputedBy);
    if (!wasDisputed || fresh.length > 0) changes.push(change('disputed', then, now, fresh));
  } else if (wasDisputed) changes.push(change('settled', then, now, newLinks(then?.resolvedBy, now.resolvedBy)));
  const marked = newLinks(then?.markedBy, now.markedBy);
  if (JSON.stringify(now.handling) !== JSON.stringify(then?.handling ?? now.sighting.handling))
    changes.push(change('marked', then, now, marked));
  if (changes.length === 0 && then !== undefined && JSON.stringify(stateOf(then)) !== JSON.stringify(stateOf(now)))
    changes.push(change('reassessed', then, now, newLinks(linksOf(then), linksOf(now))));
  return changes;
}

/** What a standing is called when it is come by; a record that waits, or is void with its target, is told by `reassessed`. */
const STANDING_CHANGES: { readonly [S in Standing]?: ChangeName } = {
  stands: 'restored',
  corrected: 'corrected',
  withdrawn: 'withdrawn',
  superseded: 'superseded',
};

/** Who took away what had changed it: withdrew the retraction, or the correction. */
function restoredBy(then: TimelineEntry, later: ReadonlyMap<string, TimelineEntry>): readonly EventRef[] {
  const maker = then.by === undefined ? undefined : later.get(formatRef(then.by));
  return maker === undefined ? [] : unique([...maker.withdrawnBy, ...maker.correctedBy].filter(isInForce).map(bare));
}

const linksOf = ({
  targets,
  correctedBy,
  withdrawnBy,
  disputedBy,
  resolvedBy,
  markedBy,
  contradictedBy,
}: TimelineEntry): readonly RelationLink[] => [
  ...targets.filter(({ standing }) => standing !== 'absent'),
  ...correctedBy,
  ...withdrawnBy,
  ...disputedBy,
  ...resolvedBy,
  ...markedBy,
  ...contradictedBy,
];

function newLinks(then: readonly RelationLink[] | undefined, now: readonly RelationLink[]): readonly EventRef[] {
  const known = new Set((then ?? []).filter(isInForce).map(formatRef));
  return unique(now.filter((link) => isInForce(link) && !known.has(formatRef(link))).map(bare));
}

const isInForce = ({ inForce }: RelationLink): boolean => inForce !== false;
const bare = ({ agency, id }: EventRef): EventRef => ({ agency, id });
const refOf = ({ sighting }: TimelineEntry): EventRef => bare(sighting);
const unique = (refs: readonly EventRef[]): readonly EventRef[] => [...new Map(refs.map((ref) => [formatRef(ref), bare(ref)])).values()];
const isSame = (a: EventRef | undefined, b: EventRef | undefined): boolean =>
  (a === undefined ? '' : formatRef(a)) === (b === undefined ? '' : formatRef(b));

const stateOf = ({ standing, places, flags }: TimelineEntry): StandingThen => ({ standing, places, flags });

const change = (name: ChangeName, then: TimelineEntry | undefined, now: TimelineEntry, by: readonly EventRef[]): TimelineChange => ({
  change: name,
  ref: refOf(now),
  by,
  before: then === undefined ? null : stateOf(then),
  after: stateOf(now),
});
