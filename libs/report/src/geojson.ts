/**
 * A journey as GeoJSON (RFC 7946), for programs that draw maps. What places the item is a Point; a leg is the line along the positions that it inherits;
 * what places nothing is listed without a geometry, so that no program draws it as a place where the item was.
 */
import type { Coordinates, JourneyView, TimelineView } from '#lib/contracts';
import { formatRef, type TlpLabel } from '#lib/domain';
import { minute, silentText } from './journey-text.ts';
import { strictestOf } from './handlings.ts';
import { cutAtAntimeridian, linesOf, silencesOf, type LonLat } from './lines.ts';
import { nameOf, PLACES, recordsOf, SORT_WORDS, type SeenRecord } from './records.ts';

export type Geometry =
  | { readonly type: 'Point'; readonly coordinates: LonLat }
  | { readonly type: 'LineString'; readonly coordinates: readonly LonLat[] }
  | { readonly type: 'MultiLineString'; readonly coordinates: readonly (readonly LonLat[])[] };

export interface Feature {
  readonly type: 'Feature';
  readonly id: string;
  /** null: it places the item nowhere, or nobody says at which point. */
  readonly geometry: Geometry | null;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** With foreign members (RFC 7946, section 6.1): whose journey it is, as known when, and for whom it is. */
export interface GeoJson {
  readonly type: 'FeatureCollection';
  readonly item: { readonly id: string; readonly display: string };
  readonly asOf: Coordinates['asOf'];
  readonly policy: number;
  /** The strictest of all that it shows. */
  readonly tlp: TlpLabel;
  /** The journey is there: without it only what names the item is. */
  readonly isFollowed: boolean;
  readonly features: readonly Feature[];
}

/** @param journey null: it could not be followed */
export function journeyGeoJson(timeline: TimelineView, journey: JourneyView | null): GeoJson {
  const { item, coordinates } = timeline;
  return {
    type: 'FeatureCollection',
    item: { id: item.id, display: item.display },
    asOf: coordinates.asOf,
    policy: coordinates.policy,
    tlp: strictestOf(timeline, journey),
    isFollowed: journey !== null,
    features: [
      ...recordsOf(timeline, journey).map(recordFeature),
      ...(journey === null
        ? []
        : [...trackFeatures(journey), ...legFeatures(journey), ...gapFeatures(journey), ...unknownFeatures(journey)]),
    ],
  };
}

const feature = (id: string, geometry: Geometry | null, properties: Feature['properties']): Feature => ({
  type: 'Feature',
  id,
  geometry,
  properties,
});

function recordFeature(record: SeenRecord): Feature {
  const { event, line, sort, isContradicted, from, to, occurred, place, point, grade, tlp, leg, entry } = record;
  const isPlaced = PLACES.has(sort);
  const geometry: Geometry | null = isPlaced && point !== undefined ? { type: 'Point', coordinates: [point.lon, point.lat] } : null;
  return feature(`record:${formatRef(event)}${line === undefined ? '' : `#${line}`}`, geometry, {
    kind: 'record',
    class: sort,
    isContradicted,
    event: formatRef(event),
    ...(line === undefined ? {} : { line }),
    label: `${nameOf(record)}: ${SORT_WORDS[sort].word.toLowerCase()}, ${occurred}${place === undefined ? '' : `, ${isPlaced ? '' : 'speaks of '}${place}`}`,
    occurred,
    from,
    to,
    ...(place === undefined ? {} : { [isPlaced ? 'place' : 'speaksOf']: place }),
    ...(isPlaced && point?.radiusMetres !== undefined ? { radiusMetres: point.radiusMetres, isRadiusStated: point.isRadiusStated } : {}),
    ...(entry === undefined ? {} : { kindOfRecord: entry.kind, mark: entry.mark, standing: entry.standing, why: entry.why }),
    ...(grade === undefined ? {} : { grade }),
    tlp,
    leg,
  });
}

/** Of an item that has a track itself: no leg has its lines, nor its silences. */
function trackFeatures(journey: JourneyView): Feature[] {
  const own = linesOf(journey).filter(({ leg }) => leg === null);
  return [
    ...own.map(({ points, from, to, tlp }, at) => {
      const label = `its own track, ${minute(from)} to ${minute(to)}`;
      return feature(`track:${at + 1}`, lineGeometry([points]), { kind: 'track', class: 'observed', label, from, to, tlp });
    }),
    ...silencesOf(journey).map(({ from, to: until }, at) => {
      const label = `not heard from ${minute(from)} to ${minute(until)}: where it was is unknown`;
      return feature(`silence:${at + 1}`, null, { kind: 'gap', class: 'unknown', leg: null, label, from, until });
    }),
  ];
}

function legFeatures(journey: JourneyView): Feature[] {
  const lines = linesOf(journey);
  return journey.legs.map(({ carriers, from, until, isOpen, records, positions, grade, tlp }, at) => {
    const inside = carriers.toReversed().map(({ display }) => display);
    const own = lines.filter(({ leg }) => leg === at).map(({ points }) => points);
    return feature(`leg:${at + 1}`, lineGeometry(own), {
      kind: 'leg',
      class: 'inferred',
      leg: at,
      label: `leg ${at + 1}: in ${inside.join(', by being in ')}`,
      from,
      until,
      isOpen,
      carriers: carriers.map(({ id, loading }) => ({ id, loading: formatRef(loading) })),
      records,
      positions,
      ...(grade === undefined ? {} : { grade }),
      tlp,
    });
  });
}

/** Several legs may have one silence of one conveyance: each says so of itself. */
const gapFeatures = ({ legs }: JourneyView): Feature[] =>
  legs.flatMap(({ gaps }, leg) =>
    gaps.map(({ since, until, tlp }, at) =>
      feature(`gap:${leg + 1}.${at + 1}`, null, {
        kind: 'gap',
        class: 'unknown',
        leg,
        label: `${silentText({ since, until })}: where it was is unknown`,
        from: since.at,
        until: until?.at ?? null,
        tlp,
      }),
    ),
  );

function unknownFeatures({ lastProved }: JourneyView): Feature[] {
  const label = lastProved === null ? 'nothing proves where it was at any time' : `where it was after ${lastProved.occurred} is unknown`;
  const from = lastProved?.to ?? null;
  return [
    feature('unknown', null, {
      kind: 'unknown',
      class: 'unknown',
      label,
      from,
      until: null,
      ...(lastProved === null ? {} : { tlp: lastProved.tlp }),
    }),
  ];
}

function lineGeometry(lines: readonly (readonly LonLat[])[]): Geometry | null {
  const parts = lines.flatMap(cutAtAntimeridian);
  const [only] = parts;
  if (only === undefined) return null;
  return parts.length === 1 ? { type: 'LineString', coordinates: only } : { type: 'MultiLineString', coordinates: parts };
}
