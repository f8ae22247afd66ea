/** GET /v1/items/{id}/journey: what the records that this reader may see prove together about one item. */
import {
  carriersOf,
  endingHandling,
  journeyOf,
  JourneyTooLarge,
  knownAround,
  pointOf,
  portsIn,
  type Containment,
  type Ending,
  type Journey,
  type Known,
  type Leg,
  type Placing,
} from '#lib/analysis';
import type { JourneyView } from '#lib/contracts';
import { displayIdentifier, displayOccurred, displayPlace, foldTimeline, formatInstant, knownAtReported } from '#lib/domain';
import { DomainError } from '#lib/runtime';
import { coordinatesOf, type AsOf } from './coordinates.ts';
import { besideView, gapView, refOf, timeOf, type BesideView } from './journey-beside.ts';
import { ItemEvents } from './item-events.ts';
import { itemNotFound } from './item-not-found.ts';
import { itemOf } from './item.ts';
import type { LedgerReads, Reader } from './ledger-reads.ts';
import { TrackFiles, type TrackDeps } from './track-files.ts';

/** Throws the identifier's own fault, item.not-found, answer.too-large: of the item or of what it was inside of. */
export async function readJourney(reads: LedgerReads, reader: Reader, deps: TrackDeps, id: string, asOf: AsOf): Promise<JourneyView> {
  const item = itemOf(id);
  const own = reads.as(reader);
  const tracks = new TrackFiles(own, reader, deps);
  const events = new ItemEvents(own, reader, asOf.logSize, 'a journey with it is not followed');
  const look = new Look(events, tracks, asOf);
  try {
    const items = await knownAround(item.id, (wanted) => look.up(wanted), carriersOf);
    if ((items.get(item.id)?.timeline.entries.length ?? 0) === 0) throw itemNotFound(item, asOf);
    const ports = portsIn(items);
    const journey = journeyOf(item.id, items, ports);
    return { ...journeyView(item, journey, asOf, tracks.files), ...besideView(journey, items, ports) };
  } catch (error) {
    if (!(error instanceof JourneyTooLarge)) throw error;
    throw new DomainError('answer.too-large', error.message, [], { tells: { about: item.id } });
  }
}

/** Records of all items of one journey together. */
export const JOURNEY_RECORDS_MAX = 20_000;

/** Looks items up for one answer, and counts what it reads. */
class Look {
  private readonly events: ItemEvents;
  private readonly tracks: TrackFiles;
  private readonly asOf: AsOf;
  private records = 0;

  constructor(events: ItemEvents, tracks: TrackFiles, asOf: AsOf) {
    this.events = events;
    this.tracks = tracks;
    this.asOf = asOf;
  }

  async up(wanted: readonly string[]): Promise<ReadonlyMap<string, Known>> {
    const { events, asOf, tracks } = this;
    const found = new Map<string, Known>();
    for (const item of wanted) {
      const all = await events.of(item);
      this.records += all.length;
      if (this.records > JOURNEY_RECORDS_MAX)
        throw new JourneyTooLarge(`More than ${JOURNEY_RECORDS_MAX} records are about what it was in.`);
      const timeline = foldTimeline(item, asOf.basis === 'reported' ? knownAtReported(all, asOf.until).inputs : all);
      const before = tracks.files.length;
      const track = await tracks.positionsOf(item, timeline.entries);
      found.set(item, { timeline, track, isTrackMissing: tracks.files.slice(before).some(({ state }) => state !== 'read') });
    }
    return found;
  }
}

function journeyView(
  item: ReturnType<typeof itemOf>,
  journey: Journey,
  asOf: AsOf,
  tracks: JourneyView['tracks'],
): Omit<JourneyView, keyof BesideView> {
  const legAt = new Map(journey.legs.map((leg, at) => [leg, at]));
  const placing = (of: Placing): JourneyView['placings'][number] =>
    placingView(of, of.leg === undefined ? null : (legAt.get(of.leg) ?? null));
  return {
    item: { id: item.id, scheme: item.scheme, display: item.display },
    coordinates: coordinatesOf(asOf),
    lastProved: journey.last === undefined ? null : placing(journey.last),
    inWhat: journey.inWhat.map(containmentView),
    containments: journey.containments.map(containmentView),
    legs: journey.legs.map(legView),
    placings: journey.placings.map(placing),
    rings: journey.rings.map((ring) => [...ring]),
    tooDeep: journey.tooDeep.map((chain) => [...chain]),
    tracks,
  };
}

const carrierView = ({ carrier, loading }: Containment): JourneyView['legs'][number]['carriers'][number] => ({
  id: carrier,
  scheme: carrier.slice(0, carrier.indexOf(':')),
  display: displayIdentifier(carrier),
  loading: refOf(loading),
});

const containmentView = (of: Containment): JourneyView['containments'][number] => ({
  ...carrierView(of),
  isOpen: of.isOpen,
  ending: of.ending === undefined ? null : { ...endingView(of.ending), tlp: endingHandling(of) },
});

function endingView(ending: Ending): Omit<NonNullable<JourneyView['containments'][number]['ending']>, 'tlp'> {
  return {
    kind: ending.kind,
    at: timeOf(ending.at),
    ...('by' in ending ? { by: refOf(ending.by) } : {}),
    ...('place' in ending ? { place: ending.place } : {}),
  };
}

const legView = ({ chain, span, isOpen, fixes, gaps, grade, handling }: Leg): JourneyView['legs'][number] => ({
  carriers: chain.map(carrierView),
  from: formatInstant(span.starts),
  until: timeOf(span.ends),
  isOpen,
  records: fixes.filter((fix) => 'entry' in fix).length,
  positions: fixes.filter((fix) => 'position' in fix).length,
  gaps: gaps.map(gapView),
  ...(grade === undefined ? {} : { grade }),
  tlp: handling,
});

function placingView({ fix, grade, handling }: Placing, leg: number | null): JourneyView['placings'][number] {
  const point = pointOf(fix);
  const of =
    'entry' in fix
      ? {
          event: refOf(fix.entry),
          occurred: displayOccurred(fix.entry.sighting.occurred),
          place: displayPlace(fix.entry.sighting.place),
        }
      : {
          event: { agency: fix.position.track.sighting.agency, id: fix.position.track.sighting.id },
          line: fix.position.line,
          occurred: formatInstant(fix.position.at, 'second'),
          place: displayPlace({ lat: fix.position.lat, lon: fix.position.lon }),
        };
  return {
    basis: leg === null ? 'observed' : 'inferred',
    ...of,
    from: timeOf(fix.span.starts),
    to: timeOf(fix.span.ends),
    ...(point === undefined ? {} : { lat: point.lat, lon: point.lon }),
    leg,
    ...(grade === undefined ? {} : { grade }),
    tlp: handling,
  };
}
