/** Where one item was at some time, by one record: a sighting that places it, or a row of a track of the vessel that it is. */
import {
  contains,
  type EventRef,
  type Handling,
  type Instant,
  type Name,
  type Position,
  type Span,
  type Through,
  type Timeline,
  type TimelineEntry,
} from '#lib/domain';
import type { Point } from './geodesic.ts';
import { once } from './once.ts';

/** The sighting that cites a file of positions, and how far it is to be trusted. */
export interface Track {
  readonly sighting: EventRef;
  /** Of the file. */
  readonly sha256: string;
  readonly grade?: string;
  readonly handling: Handling;
  /** Its rows name the item by another name of the thing; `grade` and `handling` are of the claims that it is one as well. */
  readonly through?: Through;
}

/** A row of a track: an observed position of the vessel that it names, at its own time. */
export interface TrackPosition extends Position {
  readonly track: Track;
  /** Line of the file. */
  readonly line: number;
}

/** What is known of one item to whoever asks. */
export interface Known {
  readonly timeline: Timeline;
  /** By time; of what is no vessel, or has no track, none. */
  readonly track: readonly TrackPosition[];
  /** By which the timeline has records of the thing, and the track rows, that do not name the item itself; absent: it has no other name. */
  readonly names?: readonly Name[];
  /** A record that stands cites a track of it that could not be read. */
  readonly isTrackMissing?: boolean;
}

/** Items that were looked up, by `scheme:value`. */
export type KnownItems = ReadonlyMap<string, Known>;

export type Fix = EntryFix | PositionFix;

export interface EntryFix {
  /** Some time in it, or all the time where its author says so. */
  readonly span: Span;
  readonly entry: TimelineEntry;
}

export interface PositionFix {
  /** One instant. */
  readonly span: { readonly starts: Instant; readonly ends: Instant };
  readonly position: TrackPosition;
}

/** What places the item itself. By start, end, then the order of the timeline and the track. */
export const fixesOf = once(({ timeline, track }: Known): readonly Fix[] => {
  const placed = timeline.entries.flatMap((entry): readonly Fix[] => {
    const { occurred, place } = entry.sighting;
    return entry.places && occurred !== undefined && place !== undefined ? [{ span: occurred, entry }] : [];
  });
  return [...placed, ...positionFixes(track)].sort(byTime);
});

/** Of these the sightings. */
export const entryFixesOf = once((known: Known): readonly EntryFix[] => fixesOf(known).filter((fix): fix is EntryFix => 'entry' in fix));

export const positionFixes = (track: readonly TrackPosition[]): readonly PositionFix[] =>
  track.map((position) => ({ span: { starts: position.at, ends: position.at + 1 }, position }));

export const byTime = (a: { readonly span: Span }, b: { readonly span: Span }): number =>
  startOf(a.span) - startOf(b.span) || endOf(a.span) - endOf(b.span) || 0;

const startOf = ({ starts }: Span): number => starts ?? Number.MIN_SAFE_INTEGER;
const endOf = ({ ends }: Span): number => ends ?? Number.MAX_SAFE_INTEGER;

/** Whatever its true time is, it lies in the span. An unknown bound of the fix lies in none that has one. */
export const liesIn = (fix: Fix, span: Span): boolean => contains(span, fix.span);

/** Its coordinates; absent: it says where only by a name or a code. */
export function pointOf(fix: Fix): Point | undefined {
  if ('position' in fix) return fix.position;
  const { lat, lon } = fix.entry.sighting.place ?? {};
  return lat === undefined || lon === undefined ? undefined : { lat, lon };
}

/** How far from its coordinates the item may have been where nobody says: a port or a town. */
const PLACE_METRES = 25_000;
/** Half the diagonal of a degree: so far off whole degrees may be. */
const HALF_DEGREE_METRES = 79_000;
/** A receiver's position is good to far better than this; so is a row of a track. */
const POSITION_METRES = 1_000;

/** How far from `pointOf` it may have been. Coordinates in whole degrees are of no town: they were rounded. */
export function radiusOf(fix: Fix): number {
  if ('position' in fix) return POSITION_METRES;
  const { radiusMetres, lat = 0, lon = 0 } = fix.entry.sighting.place ?? {};
  return radiusMetres ?? Math.max(PLACE_METRES, Number.isInteger(lat) && Number.isInteger(lon) ? HALF_DEGREE_METRES : 0);
}

/** Nobody follows so much, and to work it all out would hold up everything else. */
export class JourneyTooLarge extends Error {
  override readonly name = 'JourneyTooLarge';
}
