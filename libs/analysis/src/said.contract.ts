/** What specs say of cars, boxes and ships, as sightings, and the journeys that come of it. Synthetic. */
import {
  type EventRef,
  foldTimeline,
  type FoldInput,
  formatInstant,
  type Instant,
  parseInstant,
  parseOccurred,
  type Role,
  type Sighting,
  type TlpLabel,
} from '#lib/domain';
import {
  type Containment,
  containmentsOf,
  type Journey,
  journeyOf,
  type Known,
  type KnownItems,
  type Port,
  type TrackPosition,
} from './index.ts';

export const [CAR, BOX, SHIP, OTHER] = ['serial:demo:car', 'serial:demo:box', 'imo:0000048', 'imo:0000036'];
export const PORTS = {
  busan: { unlocode: 'KRPUS', lat: 35.1, lon: 129.08 },
  osaka: { unlocode: 'JPOSA', lat: 34.64, lon: 135.42 },
  dalian: { unlocode: 'CNDLC', lat: 38.93, lon: 121.65 },
} satisfies Record<string, Port>;
export type PortName = keyof typeof PORTS;

export interface Said {
  readonly id?: string;
  readonly at?: string;
  readonly to?: string;
  readonly day?: string;
  readonly month?: string;
  readonly year?: string;
  /** A year; when it began nobody says. */
  readonly until?: string;
  readonly throughout?: boolean;
  readonly place?: PortName;
  readonly country?: string;
  readonly kind?: Sighting['kind'];
  readonly modality?: Sighting['modality'];
  readonly discharge?: PortName;
  readonly target?: string;
  /** GREEN, where nothing is said. */
  readonly tlp?: TlpLabel;
  /** B2, where nothing is said. */
  readonly grade?: string;
}
let count = 0;

export function sighting(items: readonly (readonly [string, Role])[], said: Said, action?: 'ADD' | 'DELETE'): FoldInput {
  const { place, country, kind = action === undefined ? 'observation' : 'aggregation' } = said;
  const occurred = occurredOf(said);
  if (occurred?.ok === false) throw new Error(occurred.detail);
  const target: EventRef | undefined = said.target === undefined ? undefined : { agency: 'alpha', id: said.target };
  return {
    sighting: {
      ...{ agency: 'alpha', principal: 'ann', id: said.id ?? `s${++count}`, kind, modality: said.modality ?? 'actual' },
      handling: { tlp: said.tlp ?? 'GREEN' },
      grade: said.grade ?? 'B2',
      ...(action === undefined ? {} : { action }),
      ...(occurred === undefined ? {} : { occurred: occurred.value }),
      ...(place === undefined ? {} : { place: PORTS[place] }),
      ...(country === undefined ? {} : { place: { country } }),
      items: items.map(([id, role]) => ({ id, role })),
      ...(said.discharge === undefined ? {} : { conveyance: { discharge: PORTS[said.discharge] } }),
      ...{ parties: [], source: { kind: 'test' }, evidence: [] },
      relations: { ...(target === undefined ? {} : { target }), contradicts: [], links: [], basis: [], resolves: [], upholds: [] },
    },
  };
}

function occurredOf({ at, to, day, month, year, until, throughout }: Said): ReturnType<typeof parseOccurred> | undefined {
  const from = day ?? month ?? year ?? at;
  const extent = throughout === true ? 'throughout' : 'within';
  if (until !== undefined) return parseOccurred({ to: until, precision: 'year', extent });
  const precision = day !== undefined ? 'day' : month !== undefined ? 'month' : year !== undefined ? 'year' : 'minute';
  return from === undefined ? undefined : parseOccurred({ from, to: to ?? from, precision, extent });
}

export const into = (item: string, carrier: string, said: Said): FoldInput =>
  sighting(
    [
      [item, 'subject'],
      [carrier, 'conveyance'],
    ],
    said,
    'ADD',
  );
export const outOf = (item: string, carrier: string, said: Said): FoldInput =>
  sighting(
    [
      [item, 'subject'],
      [carrier, 'conveyance'],
    ],
    said,
    'DELETE',
  );
export const seen = (item: string, said: Said): FoldInput => sighting([[item, 'subject']], said);

export const instant = (text: string): Instant => {
  const read = parseInstant(text.length === 17 ? text.replace('Z', ':00Z') : text);
  if (!read.ok) throw new Error(read.detail);
  return read.value;
};
const TRACK = { sighting: { agency: 'alpha', id: 'track' }, sha256: 'a'.repeat(64), grade: 'B2', handling: { tlp: 'GREEN' } } as const;
let lines = 1;
/** Each is a line of its own of the file. */
export const at = (time: string, place: PortName | readonly [number, number]): TrackPosition => {
  const { lat, lon } = typeof place === 'string' ? PORTS[place] : { lat: place[0], lon: place[1] };
  return { at: instant(time), lat, lon, line: ++lines, track: TRACK };
};

/** The same rows of a file of its own. */
export const ofFile = (track: readonly TrackPosition[], tlp: TlpLabel, grade = 'B2'): TrackPosition[] =>
  track.map((position) => ({ ...position, track: { ...TRACK, grade, handling: { tlp } } }));

export function world(inputs: readonly FoldInput[], tracks: Readonly<Record<string, readonly TrackPosition[]>> = {}): KnownItems {
  const ids = new Set(inputs.flatMap(({ sighting: { items } }) => items.map(({ id }) => id)));
  return new Map([...ids].map((id): [string, Known] => [id, { timeline: foldTimeline(id, inputs), track: tracks[id] ?? [] }]));
}
export const ports = Object.values(PORTS);
export const of = (item: string, items: KnownItems): Containment => containmentsOf(item, items, ports)[0] as Containment;
export const journey = (items: KnownItems, item = CAR): Journey => journeyOf(item, items, ports);
export const text = (time: Instant | null | undefined): string => (typeof time === 'number' ? formatInstant(time, 'minute') : 'none');
export const inherited = (of_: Journey): string[] =>
  of_.placings.flatMap(({ leg, fix }) => (leg === undefined ? [] : [text(fix.span.starts)]));

export const LOADED = into(CAR, SHIP, { id: 'loaded', at: '2018-10-01T00:30Z', place: 'busan' });
export const SEA: readonly [number, number] = [35.5, 129.9];
