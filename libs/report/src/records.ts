/** Each record of a journey and of the timeline beside it, with what it is to the item: none of these is drawn, or called, as another. */
import type { EventView, JourneyView, TimelineView } from '#lib/contracts';
import { formatInstant, formatRef, parseOccurred, type EventRef, type TlpLabel } from '#lib/domain';

export const SORTS = ['observed', 'inferred', 'stated', 'assessed', 'planned', 'negative', 'withdrawn', 'unplaced'] as const;
export type Sort = (typeof SORTS)[number];

export interface SortWords {
  readonly word: string;
  readonly meaning: string;
}

export const SORT_WORDS: Readonly<Record<Sort, SortWords>> = {
  observed: { word: 'Observed', meaning: 'a record of the item itself places it' },
  inferred: { word: 'Inferred', meaning: 'a record of what it was provably inside of' },
  stated: { word: 'Stated', meaning: 'somebody says so; places nothing' },
  assessed: { word: 'Assessed', meaning: 'an analyst concludes so; places nothing' },
  planned: { word: 'Planned', meaning: 'it was to be so; places nothing' },
  negative: { word: 'Not found', meaning: 'it was looked for and not found; places nothing' },
  withdrawn: { word: 'Withdrawn or corrected', meaning: 'its author took it back, or put another in its place; places nothing' },
  unplaced: { word: 'Without a place', meaning: 'a record that says nothing of where the item was' },
};

export interface PointAt {
  readonly lat: number;
  readonly lon: number;
  /** How far from there it may have been; absent: nobody says, and nothing is assumed. */
  readonly radiusMetres?: number;
  readonly isRadiusStated?: boolean;
}

export interface SeenRecord {
  readonly event: EventRef;
  /** Of the track file that the event cites: it is one position. */
  readonly line?: number;
  readonly sort: Sort;
  /** Another record speaks against it, or cannot be true together with it, and nobody settled that. */
  readonly isContradicted: boolean;
  /** RFC 3339, UTC; `to` is not included. null: not known. */
  readonly from: string | null;
  readonly to: string | null;
  readonly isThroughout: boolean;
  /** As its author wrote it. */
  readonly occurred: string;
  /** Where it places the item, or, of a sort that places nothing, what it speaks of. */
  readonly place?: string;
  readonly point?: PointAt;
  readonly grade?: string;
  readonly tlp: TlpLabel;
  /** Of the journey's legs, by which the item inherits it; null: a record that names the item. */
  readonly leg: number | null;
  /** Absent: a record of what the item was in, or a position. */
  readonly entry?: EventView;
}

type Placing = JourneyView['placings'][number];

export const PLACES: ReadonlySet<Sort> = new Set<Sort>(['observed', 'inferred']);

/** `lux-0040 line 32`. */
export const nameOf = ({ event, line }: Pick<SeenRecord, 'event' | 'line'>): string =>
  line === undefined ? event.id : `${event.id} line ${line}`;

/** What the journey places by time, then the entries of the timeline that are not among them, in its order. */
export function recordsOf(timeline: TimelineView, journey: JourneyView | null): readonly SeenRecord[] {
  const contradicted = contradictedIn(journey);
  const own = new Map(timeline.entries.map((entry) => [formatRef(entry), entry]));
  const placed = (journey?.placings ?? []).map((placing) => placedRecord(placing, own, contradicted));
  const told = new Set(placed.filter(({ leg, line }) => leg === null && line === undefined).map(({ event }) => formatRef(event)));
  const rest = timeline.entries.filter((entry) => !told.has(formatRef(entry)));
  return [...placed, ...rest.map((entry) => entryRecord(entry, contradicted))];
}

const keyOf = (event: EventRef, line?: number): string => `${formatRef(event)} ${line ?? ''}`;

function contradictedIn(journey: JourneyView | null): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { by, against, isOpen } of journey?.conflicts ?? []) if (isOpen) keys.add(keyOf(by.event)).add(keyOf(against.event));
  for (const { first, second, isOpen } of journey?.travel.alarms ?? [])
    if (isOpen) keys.add(keyOf(first.event, first.line)).add(keyOf(second.event, second.line));
  return keys;
}

function placedRecord(
  { basis, event, line, from, to, occurred, place, lat, lon, radiusMetres, isRadiusStated, leg, grade, tlp }: Placing,
  own: ReadonlyMap<string, EventView>,
  contradicted: ReadonlySet<string>,
): SeenRecord {
  const entry = leg === null && line === undefined ? own.get(formatRef(event)) : undefined;
  return {
    event,
    ...(line === undefined ? {} : { line }),
    sort: basis,
    isContradicted: contradicted.has(keyOf(event, line)) || entry?.flags.includes('disputed') === true,
    from,
    to,
    isThroughout: entry?.document.occurred?.extent === 'throughout',
    occurred,
    place,
    ...(lat === undefined || lon === undefined ? {} : { point: pointAt(lat, lon, radiusMetres, isRadiusStated) }),
    ...(grade === undefined ? {} : { grade }),
    tlp,
    leg,
    ...(entry === undefined ? {} : { entry }),
  };
}

function entryRecord(entry: EventView, contradicted: ReadonlySet<string>): SeenRecord {
  const { document, display, handling } = entry;
  const { lat, lon, radiusMetres } = document.place ?? {};
  const read = document.occurred === undefined ? undefined : parseOccurred(document.occurred);
  const [starts, ends] = read?.ok === true ? [read.value.starts, read.value.ends] : [null, null];
  return {
    event: { agency: entry.agency, id: entry.id },
    sort: sortOf(entry),
    isContradicted: contradicted.has(keyOf(entry)) || entry.flags.includes('disputed'),
    from: starts === null ? null : formatInstant(starts),
    to: ends === null ? null : formatInstant(ends),
    isThroughout: document.occurred?.extent === 'throughout',
    occurred: display.occurred,
    ...(document.place === undefined ? {} : { place: display.place }),
    ...(lat === undefined || lon === undefined
      ? {}
      : { point: pointAt(lat, lon, radiusMetres, radiusMetres === undefined ? undefined : true) }),
    ...(document.grade === undefined ? {} : { grade: document.grade }),
    tlp: handling.tlp,
    leg: null,
    entry,
  };
}

const pointAt = (lat: number, lon: number, radiusMetres: number | undefined, isRadiusStated: boolean | undefined): PointAt => ({
  lat,
  lon,
  ...(radiusMetres === undefined ? {} : { radiusMetres }),
  ...(isRadiusStated === undefined ? {} : { isRadiusStated }),
});

/** How it stands comes first: what was taken back says nothing any more, whatever it was. */
export function sortOf({ places, standing, mark }: Pick<EventView, 'places' | 'standing' | 'mark'>): Sort {
  if (places) return 'observed';
  if (standing !== 'stands') return 'withdrawn';
  if (mark === 'statement') return 'stated';
  if (mark === 'assessment') return 'assessed';
  return mark === 'planned' || mark === 'negative' ? mark : 'unplaced';
}
