/**
 * Cars in containers on ships, made from numbers alone: a car goes into a container and that on board of a ship, whose positions it inherits until
 * both come out again. What is known of the ship is a file of positions that one sighting cites, or a sighting for each of them.
 */
import { createHash } from 'node:crypto';
import type { SightingDocument } from '#lib/contracts';
import { container, ship, vin } from '../../chaos/src/identifiers.ts';

export const TELLINGS = ['track', 'sightings'] as const;

export interface Voyage {
  /** Below 10,000, each once in a ledger. */
  readonly number: number;
  /** Of the ship, between loading and unloading. */
  readonly positions: number;
  readonly told: (typeof TELLINGS)[number];
}

type Document = SightingDocument & { id: string };

/** Of other cars than those of the synthetic ledger. */
export const carOf = ({ number }: Voyage): string => vin(900_000 + number);

/** Loadings and unloadings of both, and what is said of the ship between them. */
export const sizeOf = (voyage: Voyage): number => 4 + (voyage.told === 'track' ? 1 : voyage.positions);

const MINUTE_MS = 60_000;
/** 2018-01-01T00:00:00Z. */
const BEGIN_MS = 1_514_764_800_000;
/** Minutes from one position to the next. */
const STEP = 10;
const HOUR = 60;

/** Out on the Atlantic and back: some 15 knots at these degrees in `STEP` minutes, no port and no gap. */
const WEST = -60;
const DEGREES_A_STEP = 0.05;
const STEPS_ACROSS = 800;

function pointAt({ number }: Voyage, n: number): { lat: number; lon: number } {
  const along = n % (2 * STEPS_ACROSS);
  const across = along < STEPS_ACROSS ? along : 2 * STEPS_ACROSS - along;
  return { lat: 30 + (number % 9) * 0.5, lon: Number((WEST + across * DEGREES_A_STEP).toFixed(2)) };
}

/** Minutes since the first position; RFC 3339. */
const at = (minutes: number): string => `${new Date(BEGIN_MS + minutes * MINUTE_MS).toISOString().slice(0, 19)}Z`;

/** The n-th of them, in the order of their times; below `sizeOf`. */
export function voyageDocument(voyage: Voyage, n: number): Document {
  const last = (voyage.positions - 1) * STEP;
  const behind = sizeOf(voyage) - n;
  if (n === 0) return move(voyage, n, 'ADD', -3 * HOUR, [car(voyage), box(voyage, 'container')]);
  if (n === 1) return move(voyage, n, 'ADD', -HOUR, [box(voyage, 'subject'), hull(voyage, 'conveyance')]);
  if (behind === 2) return move(voyage, n, 'DELETE', last + HOUR, [box(voyage, 'subject'), hull(voyage, 'conveyance')]);
  if (behind === 1) return move(voyage, n, 'DELETE', last + 3 * HOUR, [car(voyage), box(voyage, 'container')]);
  return voyage.told === 'track' ? trackCited(voyage, n, last) : position(voyage, n);
}

type Item = NonNullable<SightingDocument['items']>[number];
const car = (voyage: Voyage): Item => ({ id: carOf(voyage), role: 'subject' });
const box = ({ number }: Voyage, role: Item['role']): Item => ({ id: container(number), role });
const hull = ({ number }: Voyage, role: Item['role']): Item => ({ id: ship(number), role });

const common = (voyage: Voyage, n: number) => ({
  id: `voyage-${voyage.number}-${n}`,
  handling: { tlp: 'GREEN' as const },
  grade: 'B2',
  statement: `Made up for a measure: voyage ${voyage.number}, record ${n}.`,
});

function move(voyage: Voyage, n: number, action: 'ADD' | 'DELETE', minutes: number, items: Item[]): Document {
  return {
    ...common(voyage, n),
    ...{ kind: 'aggregation', action, items },
    occurred: { from: at(minutes), to: at(minutes), precision: 'minute' },
    source: { kind: 'gate-record', family: 'trade', title: `Gate record ${n}` },
    reported: { at: at(minutes), by: 'duty officer' },
  };
}

function position(voyage: Voyage, n: number): Document {
  const time = at((n - 2) * STEP);
  return {
    ...common(voyage, n),
    kind: 'observation',
    items: [hull(voyage, 'subject')],
    occurred: { from: time, to: time, precision: 'minute' },
    place: pointAt(voyage, n - 2),
    source: { kind: 'ais', family: 'tracking', title: `Position ${n}` },
    evidence: [
      {
        sha256: createHash('sha256').update(`${voyage.number} ${n}`).digest('hex'),
        bytes: 20_000,
        mediaType: 'text/csv',
        locator: `line:${n}`,
      },
    ],
    reported: { at: time, by: 'receiving station' },
  };
}

function trackCited(voyage: Voyage, n: number, last: number): Document {
  const bytes = Buffer.from(trackOf(voyage));
  return {
    ...common(voyage, n),
    kind: 'observation',
    items: [hull(voyage, 'subject')],
    occurred: { from: at(0), to: at(last), precision: 'minute' },
    source: { kind: 'ais', family: 'tracking', title: 'Positions of a voyage' },
    evidence: [{ sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length, mediaType: 'text/csv', type: 'track' }],
    reported: { at: at(last), by: 'receiving station' },
  };
}

const COLUMNS =
  'MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,Width,Draft,Cargo,TransceiverClass';

/** The file of its positions, in MarineCadastre's columns. */
export function trackOf(voyage: Voyage): string {
  const { number, positions } = voyage;
  const imo = ship(number).slice('imo:'.length);
  const row = (n: number): string => {
    const { lat, lon } = pointAt(voyage, n);
    return `${244_600_000 + number},${at(n * STEP).slice(0, 19)},${lat},${lon},15.0,${lon < -20 ? '90.0' : '270.0'},511,MADE UP ${number},IMO${imo},SYN,70,0,190,30,9.5,70,A`;
  };
  return `${[COLUMNS, ...Array.from({ length: positions }, (_, n) => row(n))].join('\n')}\n`;
}
