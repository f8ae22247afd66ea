/**
 * Where records say that an item was, whether or not they place it: its own, and what it inherits while it was provably inside. A record takes part by
 * a place with coordinates and a time with both ends. Countries, codes and names alone give no least distance and take no part: two countries may
 * touch. Nor does a negative finding: it says where an item was not, and that is a distance from nowhere.
 */
import { formatRef, PLACING_KINDS, type EventRef, type Instant, type Kind, type TimelineEntry, type TlpLabel } from '#lib/domain';
import { pointOf, radiusOf, type Fix, type KnownItems } from './fixes.ts';
import type { Point } from './geodesic.ts';
import type { Journey, Leg } from './journey.ts';
import { once } from './once.ts';

export interface Presence {
  readonly fix: Fix;
  readonly point: Point;
  /** How far from the point it may have been. */
  readonly radiusMetres: number;
  readonly starts: Instant;
  /** Not included. */
  readonly ends: Instant;
  /** It was there all the time, as its author says; else at some time of it. */
  readonly isThroughout: boolean;
  /** It places the item: it is observed, and stands. Else it is said, planned, withdrawn ..., and only held against what does. */
  readonly places: boolean;
  /** Legs of the journey that it lies in as a whole: meanwhile the item was provably in their carriers. */
  readonly within: readonly Leg[];
  /** Of the leg that gives it; absent: a record of the item itself. */
  readonly leg?: Leg;
  readonly grade?: string;
  readonly handling: TlpLabel;
  /** Of the point: so that most distances need no geodesic. */
  readonly cosine: number;
}

/** By start, then end; those of equal times as the journey and the timeline have them. */
export function presencesOf({ item, placings, legs }: Journey, items: KnownItems): readonly Presence[] {
  const made: Presence[] = [];
  for (const { fix, leg, grade, handling } of placings) {
    const presence = presenceOf(fix, true, handling, legs, leg, grade);
    if (presence !== undefined) made.push(presence);
  }
  for (const entry of items.get(item)?.timeline.entries ?? []) {
    const { occurred: span, grade } = entry.sighting;
    if (entry.places || span === undefined || !saysThere(entry)) continue;
    const presence = presenceOf({ span, entry }, false, entry.handling.tlp, legs, undefined, grade);
    if (presence !== undefined) made.push(presence);
  }
  return made.sort((a, b) => a.starts - b.starts || a.ends - b.ends);
}

/** What says of an item itself that it was somewhere, is or will be: an identification says only which one it is. */
const SAYING: ReadonlySet<Kind | undefined> = new Set<Kind>([...PLACING_KINDS, 'statement', 'assessment']);
const saysThere = ({ kind, mark, roles }: TimelineEntry): boolean =>
  SAYING.has(kind) && mark !== 'negative' && roles.some((role) => role !== 'background');

function presenceOf(
  fix: Fix,
  places: boolean,
  handling: TlpLabel,
  legs: readonly Leg[],
  leg: Leg | undefined,
  grade: string | undefined,
): Presence | undefined {
  const point = pointOf(fix);
  const { starts, ends } = fix.span;
  if (point === undefined || starts === null || ends === null) return undefined;
  return {
    fix,
    point,
    radiusMetres: radiusOf(fix),
    starts,
    ends,
    isThroughout: 'entry' in fix && fix.entry.sighting.occurred?.extent === 'throughout',
    places,
    within:
      leg === undefined ? legs.filter(({ span }) => span.starts <= starts && (span.ends === null || ends <= span.ends)) : legsOnly(leg),
    ...(leg === undefined ? {} : { leg }),
    ...(grade === undefined ? {} : { grade }),
    handling,
    cosine: Math.cos((point.lat * Math.PI) / 180),
  };
}

/** One list for the many positions of one leg. */
const legsOnly = once((leg: Leg): readonly Leg[] => [leg]);

/** The event that says so. */
export const eventOf = ({ fix }: Presence): EventRef => ('entry' in fix ? fix.entry.sighting : fix.position.track.sighting);
export const eventKeyOf = (presence: Presence): string => formatRef(eventOf(presence));
export const entryOf = ({ fix }: Presence): TimelineEntry | undefined => ('entry' in fix ? fix.entry : undefined);
