/** Records of an item whose places cannot both be true, with the arithmetic, as they are told beside its journey. */
import { arithmeticOf, eventOf, toldKmh, type Clone, type Journey, type Presence, type TravelAlarm, type TravelCheck } from '#lib/analysis';
import type { JourneyView } from '#lib/contracts';
import { displayOccurred, displayPlace, formatInstant } from '#lib/domain';

type TravelView = JourneyView['travel'];
type AlarmView = TravelView['alarms'][number];

/** Told of one item; the rest is counted. */
export const ALARMS_TOLD_MAX = 100;
export const CLONES_TOLD_MAX = 20;
export const CLONE_RECORDS_TOLD_MAX = 20;

export function travelView({ alarms, clones, isPartial }: TravelCheck, { legs }: Journey): TravelView {
  const legAt = new Map(legs.map((leg, at) => [leg, at]));
  const side = (presence: Presence): AlarmView['first'] => ({
    ...recordView(presence),
    leg: presence.leg === undefined ? null : (legAt.get(presence.leg) ?? null),
  });
  return {
    alarms: alarms.slice(0, ALARMS_TOLD_MAX).map((alarm) => alarmView(alarm, side)),
    moreAlarms: Math.max(0, alarms.length - ALARMS_TOLD_MAX),
    clones: clones.slice(0, CLONES_TOLD_MAX).map(cloneView),
    moreClones: Math.max(0, clones.length - CLONES_TOLD_MAX),
    isPartial,
  };
}

/** A distance is cut and a time rounded up, as in the arithmetic, and the speed is what they give. */
function alarmView(alarm: TravelAlarm, side: (presence: Presence) => AlarmView['first']): AlarmView {
  const { kind, first, second, metres, leastMetres, longestMicros, bound, odd, without, isOpen, handling } = alarm;
  return {
    kind,
    first: side(first),
    second: side(second),
    km: Math.floor(metres / 100) / 10,
    leastKm: Math.floor(leastMetres / 100) / 10,
    longestMinutes: Math.ceil(longestMicros / 6_000_000) / 10,
    leastKmh: toldKmh(alarm),
    boundKmh: bound.kmh,
    boundOf: bound.means,
    arithmetic: arithmeticOf(alarm),
    odd,
    ...(without === undefined ? {} : { without: { agency: without.agency, id: without.id } }),
    isOpen,
    tlp: handling,
  };
}

function recordView(presence: Presence): Omit<AlarmView['first'], 'leg'> {
  const { fix, point, radiusMetres, starts, ends, places, grade } = presence;
  const entry = 'entry' in fix ? fix.entry : undefined;
  const { occurred, place, statement } = entry?.sighting ?? {};
  return {
    ...refView(presence),
    mark: entry?.mark ?? 'observed',
    standing: entry?.standing ?? 'stands',
    places,
    ...(grade === undefined ? {} : { grade }),
    occurred: entry === undefined ? formatInstant(starts, 'second') : displayOccurred(occurred),
    place: displayPlace(place ?? { lat: point.lat, lon: point.lon }),
    ...(statement === undefined ? {} : { statement }),
    from: formatInstant(starts),
    to: formatInstant(ends),
    lat: point.lat,
    lon: point.lon,
    radiusMetres,
    isRadiusStated: place?.radiusMetres !== undefined,
  };
}

export function refView(presence: Presence): TravelView['clones'][number]['tracks'][number]['records'][number] {
  const { agency, id } = eventOf(presence);
  return { event: { agency, id }, ...('position' in presence.fix ? { line: presence.fix.position.line } : {}) };
}

const cloneView = ({ tracks, pairs, isOpen, handling }: Clone): TravelView['clones'][number] => ({
  tracks: tracks.map((records) => ({
    records: records.slice(0, CLONE_RECORDS_TOLD_MAX).map(refView),
    moreRecords: Math.max(0, records.length - CLONE_RECORDS_TOLD_MAX),
  })),
  pairs,
  isOpen,
  tlp: handling,
});
