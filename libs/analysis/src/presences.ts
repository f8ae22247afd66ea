/**
 * Where records say that an item was, whether or not they place it: its own, and what it inherits while it was provably inside. A record takes part by
 * a place with coordinates and a time with both ends. Countries, codes and names alone give no least distance and take no part: two countries may
 * touch. Nor does a negative finding: it says where an item was not, and that is a distance from nowhere.
 */
import {
  formatRef,
  PLACING_KINDS,
  type EventRef,
  type Instant,
  type Kind,
  type Precision,
  type TimelineEntry,
  type TlpLabel,
} from '#lib/domain';
import { pointOf, radiusOf, type Fix, type KnownItems } from './fixes.ts';
import type { Point } from './geodesic.ts';
import { gradeOfRecord, labelOfRecord } from './grades.ts';
import type { Journey, Leg } from './journey.ts';

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
  /** The earliest that it can have left, and the latest that it can have come: both taken at their kindest. */
  readonly leaves: Instant;
  readonly comes: Instant;
  /** It places the item: it is observed, and stands. Else it is said, planned, withdrawn ..., and only held against what does. */
  readonly places: boolean;
  /** Of the leg that gives it; absent: a record of the item itself. */
  readonly leg?: Leg;
  readonly grade?: string;
  readonly handling: TlpLabel;
  /** Of the point: so that most distances need no geodesic. */
  readonly cosine: number;
}

/** By start, then end; those of equal times as the journey and the timeline have them. */
export function presencesOf({ item, placings }: Journey, items: KnownItems): readonly Presence[] {
  const made: Presence[] = [];
  for (const { fix, leg, grade, handling } of placings) {
    const presence = presenceOf(fix, { places: true, handling, leg, grade });
    if (presence !== undefined) made.push(presence);
  }
  for (const entry of items.get(item)?.timeline.entries ?? []) {
    const { occurred: span } = entry.sighting;
    if (entry.places || span === undefined || !saysThere(entry)) continue;
    const presence = presenceOf(
      { span, entry },
      { places: false, handling: labelOfRecord(entry), leg: undefined, grade: gradeOfRecord(entry) },
    );
    if (presence !== undefined) made.push(presence);
  }
  return made.sort((a, b) => a.starts - b.starts || a.ends - b.ends);
}

/** What says of an item itself that it was somewhere, is or will be: an identification says only which one it is. */
const SAYING: ReadonlySet<Kind | undefined> = new Set<Kind>([...PLACING_KINDS, 'statement', 'assessment']);
const saysThere = ({ kind, mark, roles }: TimelineEntry): boolean =>
  SAYING.has(kind) && mark !== 'negative' && roles.some((role) => role !== 'background');

interface Told {
  readonly places: boolean;
  readonly handling: TlpLabel;
  readonly leg: Leg | undefined;
  readonly grade: string | undefined;
}

function presenceOf(fix: Fix, { places, handling, leg, grade }: Told): Presence | undefined {
  const point = pointOf(fix);
  const { starts, ends } = fix.span;
  if (point === undefined || starts === null || ends === null) return undefined;
  const occurred = 'entry' in fix ? fix.entry.sighting.occurred : undefined;
  const isThroughout = occurred?.extent === 'throughout';
  const edge = isThroughout ? edgeOf(occurred.precision) : 0;
  return {
    fix,
    point,
    radiusMetres: radiusOf(fix),
    starts,
    ends,
    isThroughout,
    leaves: isThroughout ? ends - edge : starts,
    comes: isThroughout ? starts + edge : ends,
    places,
    ...(leg === undefined ? {} : { leg }),
    ...(grade === undefined ? {} : { grade }),
    handling,
    cosine: Math.cos((point.lat * Math.PI) / 180),
  };
}

/** No unit of the precision is longer; microseconds. */
const UNITS: Readonly<Record<Precision, number>> = {
  year: 366 * 86_400e6,
  month: 31 * 86_400e6,
  day: 86_400e6,
  hour: 3_600e6,
  minute: 60e6,
  second: 1e6,
  millisecond: 1e3,
  microsecond: 1,
};
/** No zone lies farther from UTC, and a date has none. */
const ZONE_MICROS = 14 * 3_600e6;

/** Of a stay the first and the last unit are whole ones as they are written: "1 to 18 August" is said of who left in the morning of the 18th, too. */
const edgeOf = (precision: Precision): number => UNITS[precision] + (UNITS[precision] >= UNITS.day ? ZONE_MICROS : 0);

/** The event that says so. */
export const eventOf = ({ fix }: Presence): EventRef => ('entry' in fix ? fix.entry.sighting : fix.position.track.sighting);
export const eventKeyOf = (presence: Presence): string => formatRef(eventOf(presence));
export const entryOf = ({ fix }: Presence): TimelineEntry | undefined => ('entry' in fix ? fix.entry : undefined);
