/**
 * Records that speak against each other, as their authors say: they stay in view, both, with both grades, until a resolution that is in force
 * settles them, and again when that is withdrawn.
 */
import { formatRef, type EventRef, type Timeline, type TimelineEntry, type TlpLabel } from '#lib/domain';
import { strictest } from './grades.ts';

export interface Conflict {
  /** contradicts: one author says that his record speaks against another. disputes: an agency disputes a record, also by what it has no right to. */
  readonly kind: 'contradicts' | 'disputes';
  readonly by: TimelineEntry;
  readonly against: TimelineEntry;
  /** Nothing in force settles it, and both stand. */
  readonly isOpen: boolean;
  /** The stricter of both. */
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
            handling: strictest([by.handling.tlp, against.handling.tlp]),
          },
        ];
  return entries.flatMap((entry) => [
    ...entry.contradicts.flatMap((link) => between('contradicts', entry, byRef.get(formatRef(link)))),
    ...entry.disputedBy.flatMap((link) => between('disputes', byRef.get(formatRef(link)), entry)),
  ]);
}

const pairOf = (by: EventRef, against: EventRef): string => `${formatRef(by)} ${formatRef(against)}`;
