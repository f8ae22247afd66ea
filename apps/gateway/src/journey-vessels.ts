/** What ships did by their tracks, as it is told beside a journey. */
import type { Encounter, GapEvent, InLegs, Leg, Loitering, PortVisit, TrackPosition, Vessel, VesselEvents } from '#lib/analysis';
import type { JourneyView } from '#lib/contracts';
import { displayIdentifier, formatInstant } from '#lib/domain';

type VesselView = JourneyView['vessels'][number];
type EventsView = Omit<VesselView, 'id' | 'scheme' | 'display'>;
type PointView = VesselView['gaps'][number]['since'];

/** Of one ship, and of the legs of one event; the rest is counted. */
export const EVENTS_TOLD_MAX = 200;
export const EVENT_LEGS_TOLD_MAX = 20;

export const vesselView = ({ id, ...events }: Vessel, legs: readonly Leg[]): VesselView => ({
  id,
  scheme: id.slice(0, id.indexOf(':')),
  display: displayIdentifier(id),
  ...eventsView(events, legs),
});

/** @param legs of the journey, by whose places events name theirs */
export function eventsView({ gaps, portVisits, encounters, loitering, isPartial }: VesselEvents, legs: readonly Leg[]): EventsView {
  const numbers = new Map(legs.map((leg, at) => [leg, at]));
  const inLegs: InLegsView = (event) => ({
    legs: event.legs.slice(0, EVENT_LEGS_TOLD_MAX).flatMap((leg) => numbers.get(leg) ?? []),
    moreLegs: Math.max(0, event.legs.length - EVENT_LEGS_TOLD_MAX),
    tlp: event.handling,
  });
  const more = (all: readonly unknown[]): number => Math.max(0, all.length - EVENTS_TOLD_MAX);
  return {
    gaps: gaps.slice(0, EVENTS_TOLD_MAX).map((event) => ({ ...gapEventView(event), ...inLegs(event) })),
    moreGaps: more(gaps),
    portVisits: portVisits.slice(0, EVENTS_TOLD_MAX).map((event) => ({ ...visitView(event), ...inLegs(event) })),
    morePortVisits: more(portVisits),
    encounters: encounters.slice(0, EVENTS_TOLD_MAX).map((event) => ({ ...encounterView(event), ...inLegs(event) })),
    moreEncounters: more(encounters),
    loitering: loitering.slice(0, EVENTS_TOLD_MAX).map((event) => ({ ...loiteringView(event), ...inLegs(event) })),
    moreLoitering: more(loitering),
    isPartial,
  };
}

/** Of what is no ship. */
export const NO_EVENTS: EventsView = eventsView({ gaps: [], portVisits: [], encounters: [], loitering: [], isPartial: false }, []);

type InLegsView = (
  event: InLegs<{ readonly handling: VesselView['gaps'][number]['tlp'] }>,
) => Pick<VesselView['gaps'][number], 'legs' | 'moreLegs' | 'tlp'>;
type Told<Event extends { readonly tlp: unknown }> = Omit<Event, 'legs' | 'moreLegs' | 'tlp'>;

const gapEventView = ({ gap, micros, doubts, coverage: { labels: _, ...coverage } }: GapEvent): Told<VesselView['gaps'][number]> => ({
  since: pointView(gap.since),
  until: gap.until === null ? null : pointView(gap.until),
  hours: micros === null ? null : hours(micros),
  ...certaintyView(doubts),
  coverage,
});

function visitView({ port, since, until, confidence, doubts }: PortVisit): Told<VesselView['portVisits'][number]> {
  const { unlocode, name, lat, lon } = port;
  return {
    port: { unlocode, ...(name === undefined ? {} : { name }), lat, lon },
    ...{ since: pointView(since), until: pointView(until), confidence, ...certaintyView(doubts) },
  };
}

function encounterView({ other, hulls, starts, ends, ...of }: Encounter): Told<VesselView['encounters'][number]> {
  const [first, otherFirst] = [of.positions[0] as TrackPosition, of.otherPositions[0] as TrackPosition];
  return {
    other: { id: other, display: displayIdentifier(other), hulls: [...hulls] },
    ...{ since: formatInstant(starts), until: formatInstant(ends), hours: hours(ends - starts) },
    ...{ first: pointView(first), otherFirst: pointView(otherFirst) },
    ...{ positions: of.positions.length, otherPositions: of.otherPositions.length },
    nearestMetres: Math.round(of.nearestMetres),
    ...certaintyView(of.doubts),
  };
}

const loiteringView = ({ since, until, doubts }: Loitering): Told<VesselView['loitering'][number]> => ({
  ...{ since: pointView(since), until: pointView(until), hours: hours(until.at - since.at), ...certaintyView(doubts) },
});

const certaintyView = <Doubt>(doubts: readonly Doubt[]) => ({
  certainty: doubts.length === 0 ? ('certain' as const) : ('may' as const),
  unsure: [...doubts],
});

const pointView = ({ at, lat, lon, line }: TrackPosition): PointView => ({ at: formatInstant(at), lat, lon, line });

/** Cut to tenths: no event is told as longer than it is. */
const hours = (micros: number): number => Math.floor(micros / 360_000_000) / 10;
