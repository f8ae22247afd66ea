/** Parts of answers about journeys: legs, containments, placings, with the records that they rest on. */
import {
  isDisputed,
  pointOf,
  radiusOf,
  recordsOf,
  type Containment,
  type Ending,
  type KnownItems,
  type Leg,
  type Placing,
} from '#lib/analysis';
import type { JourneyView, PlacedBy } from '#lib/contracts';
import { displayIdentifier, displayOccurred, displayPlace, formatInstant } from '#lib/domain';
import { throughView } from './event-view.ts';
import { gapView, refOf, timeOf } from './journey-beside.ts';

export const carrierView = ({ carrier, loading }: Containment): JourneyView['legs'][number]['carriers'][number] => ({
  id: carrier,
  scheme: carrier.slice(0, carrier.indexOf(':')),
  display: displayIdentifier(carrier),
  loading: refOf(loading),
});

export const containmentView = (of: Containment): JourneyView['containments'][number] => ({
  ...carrierView(of),
  isOpen: of.isOpen,
  ending: of.ending === undefined ? null : { ...endingView(of.ending), tlp: of.handling },
  tlp: of.handling,
});

function endingView(ending: Ending): Omit<NonNullable<JourneyView['containments'][number]['ending']>, 'tlp'> {
  return {
    kind: ending.kind,
    at: timeOf(ending.at),
    ...('by' in ending ? { by: refOf(ending.by) } : {}),
    ...('place' in ending ? { place: ending.place } : {}),
  };
}

export const legView = ({ chain, span, isOpen, fixes, gaps, grade, handling }: Leg): JourneyView['legs'][number] => ({
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

/** @param leg place of its leg among those of the answer; null: it is observed */
export const placingView = (placing: Placing, leg: number | null): JourneyView['placings'][number] => ({ ...placedView(placing), leg });

/** It, or what puts the item into what it is of. */
export const isPlacingDisputed = (items: KnownItems, { fix, leg }: Placing): boolean =>
  isDisputed(items, [fix, ...(leg?.chain ?? []).flatMap(recordsOf)]);

/** With the nest that it rests on in place of a leg. */
export const placedBy = (placing: Placing): PlacedBy => ({
  ...placedView(placing),
  carriers: placing.leg === undefined ? [] : placing.leg.chain.map(carrierView),
});

const isRadiusStated = (fix: Placing['fix']): boolean => 'entry' in fix && fix.entry.sighting.place?.radiusMetres !== undefined;

function placedView({ fix, grade, handling, leg }: Placing): Omit<PlacedBy, 'carriers'> {
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
    basis: leg === undefined ? 'observed' : 'inferred',
    ...of,
    from: timeOf(fix.span.starts),
    to: timeOf(fix.span.ends),
    ...(point === undefined ? {} : { lat: point.lat, lon: point.lon, radiusMetres: radiusOf(fix), isRadiusStated: isRadiusStated(fix) }),
    ...throughView('entry' in fix ? fix.entry.through : fix.position.track.through),
    ...(grade === undefined ? {} : { grade }),
    tlp: handling,
  };
}
