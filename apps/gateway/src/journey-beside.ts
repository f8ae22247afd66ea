/** What stands beside a journey and is no part of it: records that speak against each other, the last conveyance since, and who held the item. */
import {
  conflictsOf,
  custodyOf,
  lastConveyanceOf,
  type Conflict,
  type Gap,
  type Holding,
  type Journey,
  type KnownItems,
  type Port,
  type Uncovered,
} from '#lib/analysis';
import type { JourneyView } from '#lib/contracts';
import { displayIdentifier, displayOccurred, displayPlace, formatInstant, type Instant, type TimelineEntry } from '#lib/domain';

export type BesideView = Pick<JourneyView, 'conflicts' | 'moreConflicts' | 'lastConveyance' | 'custody'>;

/** @param items what the journey was made of: what its reader may see */
export function besideView({ item, inWhat }: Journey, items: KnownItems, ports: readonly Port[]): BesideView {
  const known = items.get(item);
  const last = lastConveyanceOf(inWhat, items, ports);
  const { holdings, uncovered } = known === undefined ? { holdings: [], uncovered: [] } : custodyOf(known);
  return {
    ...conflictsView(known === undefined ? [] : conflictsOf(known.timeline)),
    lastConveyance:
      last === undefined
        ? null
        : {
            id: last.carrier,
            scheme: last.carrier.slice(0, last.carrier.indexOf(':')),
            display: displayIdentifier(last.carrier),
            since: formatInstant(last.since),
            records: last.entries.length,
            gaps: last.gaps.map(gapView),
            ...conflictsView(last.conflicts),
          },
    custody: {
      holdings: holdings.map(holdingView),
      uncovered: uncovered.map(uncoveredView),
    },
  };
}

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
    by: by.map(refOf),
    tlp: handling,
  };
}

export const uncoveredView = ({ since, until }: Uncovered): JourneyView['custody']['uncovered'][number] => ({
  since: formatInstant(since),
  until: formatInstant(until),
});

/** Told of one item; the rest is counted. */
export const CONFLICTS_TOLD_MAX = 200;

const conflictsView = (conflicts: readonly Conflict[]): Pick<JourneyView, 'conflicts' | 'moreConflicts'> => ({
  conflicts: conflicts.slice(0, CONFLICTS_TOLD_MAX).map(({ kind, by, against, isOpen, handling }) => ({
    kind,
    by: said(by),
    against: said(against),
    isOpen,
    tlp: handling,
  })),
  moreConflicts: Math.max(0, conflicts.length - CONFLICTS_TOLD_MAX),
});

function said(entry: TimelineEntry): JourneyView['conflicts'][number]['by'] {
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

export const gapView = ({ since, until }: Gap): GapView => ({
  since: positionView(since),
  until: until === null ? null : positionView(until),
});
