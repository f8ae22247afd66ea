/**
 * Records that speak against each other, as their authors say: they stay in view, both, with both grades, until a resolution that is in force
 * settles them, and again when that is withdrawn.
 */
import { formatRef, type EventRef, type Timeline, type TimelineEntry, type TlpLabel } from '#lib/domain';
import type { Containment } from './containments.ts';
import type { Fix, KnownItems } from './fixes.ts';
import { labelOf } from './labels.ts';
import { once } from './once.ts';

export interface Conflict {
  /**
   * contradicts: one author says that his record speaks against another. disputes: an agency disputes a record, also by what it has no right to.
   * elsewhere, moved-on: nobody says so, but while the loading `against` is proved to hold, up to its unloading, `by` certainly puts the item elsewhere,
   * or into something else.
   */
  readonly kind: 'contradicts' | 'disputes' | 'elsewhere' | 'moved-on';
  readonly by: TimelineEntry;
  readonly against: TimelineEntry;
  /** Nothing in force settles it, and both stand. */
  readonly isOpen: boolean;
  /** The strictest of both, and of all that it follows from. */
  readonly handling: TlpLabel;
}

/** Of records that are on this timeline, in its order by the one that speaks. What one is against that is not on it has no say here. */
export function conflictsOf({ entries, openQuestions }: Timeline): readonly Conflict[] {
  const byRef = new Map(entries.map((entry) => [formatRef(entry.sighting), entry]));
  const open = new Set(
    openQuestions.flatMap(({ code, refs: [one, other] }) => {
      if (one === undefined || other === undefined) return [];
      // An open dispute names first what is disputed, a contradiction first who speaks.
      return code === 'contradiction' ? [pairOf(one, other)] : code === 'disputed' ? [pairOf(other, one)] : [];
    }),
  );
  const between = (kind: Conflict['kind'], by: TimelineEntry | undefined, against: TimelineEntry | undefined): Conflict[] =>
    by === undefined || against === undefined
      ? []
      : [
          {
            kind,
            by,
            against,
            isOpen: open.has(pairOf(by.sighting, against.sighting)),
            handling: labelOf([by, against]),
          },
        ];
  return entries.flatMap((entry) => [
    ...entry.contradicts.flatMap((link) => between('contradicts', entry, byRef.get(formatRef(link)))),
    ...entry.disputedBy.flatMap((link) => between('disputes', byRef.get(formatRef(link)), entry)),
  ]);
}

const pairOf = (by: EventRef, against: EventRef): string => `${formatRef(by)} ${formatRef(against)}`;

/** Of containments that a record ended, with what is against them; each pair once. */
export function contradictionsOf(containments: Iterable<Containment>): readonly Conflict[] {
  const found = new Map<string, Conflict>();
  for (const { loading, handling, against } of containments) {
    for (const { kind, by, handling: label } of against) {
      const key = `${kind} ${pairOf(by.sighting, loading.sighting)}`;
      if (!found.has(key))
        found.set(key, { kind, by, against: loading, isOpen: !areSettledTogether(by, loading), handling: labelOf([handling, label]) });
    }
  }
  return [...found.values()];
}

/** By one resolution in force that names both. */
function areSettledTogether(a: TimelineEntry, b: TimelineEntry): boolean {
  const settling = new Set(a.resolvedBy.flatMap((each) => (each.inForce === true ? [formatRef(each)] : [])));
  return b.resolvedBy.some((each) => each.inForce === true && settling.has(formatRef(each)));
}

/** Whether an agency disputes one of these, or the record that cites its file, and nothing settles it. Of these items worked out once. */
export const isDisputed = (items: KnownItems, grounds: readonly (TimelineEntry | Fix)[]): boolean =>
  grounds.some((ground) => disputedIn(items).has(recordOf(ground)));

const disputedIn = once(
  (items: KnownItems): ReadonlySet<string> =>
    new Set(
      [...items.values()].flatMap(({ timeline }) => timeline.entries.filter(({ flags }) => flags.includes('disputed')).map(recordOf)),
    ),
);

/** The event that says so, as `agency/id`. */
export function recordOf(ground: TimelineEntry | Fix): string {
  if ('position' in ground) return formatRef(ground.position.track.sighting);
  return formatRef('entry' in ground ? ground.entry.sighting : ground.sighting);
}
