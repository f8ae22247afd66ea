/**
 * What stands beside a journey and is no part of it: records that speak against each other, those whose places cannot both be true, the last conveyance
 * since, and who held the item.
 */
import {
  conflictsOf,
  contradictionsOf,
  custodyOf,
  gapHandling,
  lastConveyanceOf,
  vesselsOf,
  type Conflict,
  type CustodyChain,
  type Gap,
  type Holding,
  type TravelCheck,
  type Uncovered,
} from '#lib/analysis';
import type { JourneyView } from '#lib/contracts';
import { displayIdentifier, displayOccurred, displayPlace, formatInstant, type Instant, type TimelineEntry } from '#lib/domain';
import type { Followed } from './followed.ts';
import { travelView } from './journey-travel.ts';
import { eventsView, NO_EVENTS, vesselView } from './journey-vessels.ts';

export type BesideView = Pick<
  JourneyView,
  'conflicts' | 'moreConflicts' | 'travel' | 'lastConveyance' | 'vessels' | 'moreVessels' | 'custody'
>;

/** Of what the reader of the journey may see. */
export function besideView({ journey, items, ports, neighbours, steps }: Followed, travel: TravelCheck): BesideView {
  const { item, inWhat, legs, containments } = journey;
  const known = items.get(item);
  const last = lastConveyanceOf(inWhat, items, ports, steps);
  const { vessels, more, since } = vesselsOf(journey, items, ports, last, neighbours());
  const contradictions = contradictionsOf([...containments, ...legs.flatMap(({ chain }) => chain)]);
  return {
    ...conflictsView([...(known === undefined ? [] : conflictsOf(known.timeline)), ...contradictions]),
    travel: travelView(travel, journey),
    lastConveyance:
      last === undefined
        ? null
        : {
            id: last.carrier,
            scheme: last.carrier.slice(0, last.carrier.indexOf(':')),
            display: displayIdentifier(last.carrier),
            since: timeOf(last.since),
            records: last.entries.length,
            ...(since === undefined ? NO_EVENTS : eventsView(since, legs)),
            ...conflictsView(last.conflicts),
            tlp: since?.handling ?? last.handling,
          },
    vessels: vessels.map((vessel) => vesselView(vessel, legs)),
    moreVessels: more,
    custody: known === undefined ? NOBODY : custodyView(custodyOf(known)),
  };
}

/** Told of one item, or of one holding; the rest is counted. */
export const CONFLICTS_TOLD_MAX = 200;
export const HOLDINGS_TOLD_MAX = 200;
export const HOLDING_RECORDS_TOLD_MAX = 20;

const NOBODY: JourneyView['custody'] = { holdings: [], moreHoldings: 0, uncovered: [], moreUncovered: 0 };

export function holdingView({ holder, since, until, isOver, by, handling }: Holding): JourneyView['custody']['holdings'][number] {
  const { role, name, lei, country } = holder;
  return {
    holder: {
      role,
      ...(name === undefined ? {} : { name }),
      ...(lei === undefined ? {} : { lei }),
      ...(country === undefined ? {} : { country }),
    },
    since: timeOf(since),
    until: timeOf(until),
    isOver,
    by: by.slice(0, HOLDING_RECORDS_TOLD_MAX).map(refOf),
    moreRecords: Math.max(0, by.length - HOLDING_RECORDS_TOLD_MAX),
    tlp: handling,
  };
}

export const uncoveredView = ({ since, until, isOfOne, handling }: Uncovered): JourneyView['custody']['uncovered'][number] => ({
  since: formatInstant(since),
  until: formatInstant(until),
  isOfOne,
  tlp: handling,
});

/** The last of them are told, as whoever had it before is seldom asked for. */
const custodyView = ({ holdings, uncovered }: CustodyChain): JourneyView['custody'] => ({
  holdings: holdings.slice(-HOLDINGS_TOLD_MAX).map(holdingView),
  moreHoldings: Math.max(0, holdings.length - HOLDINGS_TOLD_MAX),
  uncovered: uncovered.slice(-HOLDINGS_TOLD_MAX).map(uncoveredView),
  moreUncovered: Math.max(0, uncovered.length - HOLDINGS_TOLD_MAX),
});

export const conflictsView = (conflicts: readonly Conflict[]): Pick<JourneyView, 'conflicts' | 'moreConflicts'> => ({
  conflicts: conflicts.slice(0, CONFLICTS_TOLD_MAX).map(({ kind, by, against, isOpen, handling }) => ({
    kind,
    by: { ...said(by), standing: by.standing },
    against: { ...said(against), standing: against.standing },
    isOpen,
    tlp: handling,
  })),
  moreConflicts: Math.max(0, conflicts.length - CONFLICTS_TOLD_MAX),
});

function said(entry: TimelineEntry): Omit<JourneyView['conflicts'][number]['by'], 'standing'> {
  const { grade, occurred, place, statement } = entry.sighting;
  return {
    event: refOf(entry),
    mark: entry.mark,
    ...(grade === undefined ? {} : { grade }),
    occurred: displayOccurred(occurred),
    ...(place === undefined ? {} : { place: displayPlace(place) }),
    ...(statement === undefined ? {} : { statement }),
  };
}

export const refOf = ({ sighting: { agency, id } }: TimelineEntry) => ({ agency, id });
export const timeOf = (at: Instant | null): string | null => (at === null ? null : formatInstant(at));

type GapView = JourneyView['legs'][number]['gaps'][number];
const positionView = ({ at, lat, lon, line }: Gap['since']): GapView['since'] => ({ at: formatInstant(at), lat, lon, line });

export const gapView = (gap: Gap): GapView => ({
  since: positionView(gap.since),
  until: gap.until === null ? null : positionView(gap.until),
  tlp: gapHandling(gap),
});
