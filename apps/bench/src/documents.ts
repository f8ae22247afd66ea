/**
 * Sightings as agencies send them, 650 to 850 bytes each, the same for the same seed: a car seen at a port (one item), or loaded into a
 * container in front of a ship (three). Ids are version 7 UUIDs in the order of submission, as capture makes them.
 */
import type { SightingDocument } from '#lib/contracts';
import { container, ship, vin } from '../../chaos/src/identifiers.ts';
import { seededRandom, type Random } from '../../chaos/src/random.ts';

export type ItemsPerSighting = 1 | 3;

export interface DocumentOptions {
  readonly seed: number;
  readonly count: number;
  /** Different cars; containers and ships are fewer, as they are outside. */
  readonly items: number;
  readonly itemsPerSighting: ItemsPerSighting;
}

/** 2018-01-01T00:00:00Z in milliseconds: ids and times of a run start here, one millisecond and some minutes a sighting. */
const EPOCH_MS = 1_514_764_800_000;
const PORTS = [
  ['NLRTM', 'Rotterdam', 'NL', 51.95, 4.14],
  ['CNDLC', 'Dalian', 'CN', 38.93, 121.65],
  ['JPOSA', 'Osaka', 'JP', 34.65, 135.43],
  ['KRPUS', 'Busan', 'KR', 35.1, 129.04],
  ['SGSIN', 'Singapore', 'SG', 1.26, 103.84],
  ['DEHAM', 'Hamburg', 'DE', 53.54, 9.98],
] as const;
const WITNESSES = ['gate camera 4, lane B', 'tally clerk, berth 11', 'customs scanner, second image', 'terminal operating system export'];

export function* sightings(options: DocumentOptions): Generator<SightingDocument & { id: string }> {
  const random = seededRandom(options.seed * 7 + options.itemsPerSighting);
  for (let n = 0; n < options.count; n++) yield sighting(random, n, options);
}

function sighting(random: Random, n: number, { items, itemsPerSighting }: DocumentOptions): SightingDocument & { id: string } {
  const car = random.below(items);
  const port = random.pick(PORTS);
  const day = new Date(EPOCH_MS + random.below(365 * 24 * 60) * 60_000).toISOString();
  const document = {
    id: uuid7(EPOCH_MS + n, random),
    kind: itemsPerSighting === 1 ? ('observation' as const) : ('aggregation' as const),
    handling: { tlp: 'GREEN' as const },
    occurred: { from: `${day.slice(0, 16)}:00Z`, to: `${day.slice(0, 16)}:00Z`, precision: 'minute' as const },
    place: { name: port[1], unlocode: port[0], country: port[2], lat: port[3], lon: port[4] },
    source: { kind: 'gate-record', family: 'trade' as const, title: `Gate record ${n}` },
    evidence: [
      {
        sha256: random.bytes(32).toString('hex'),
        bytes: 20_000 + random.below(80_000),
        mediaType: 'application/pdf',
        locator: `line:${1 + random.below(60)}`,
      },
    ],
    grade: random.pick(['A1', 'A2', 'B2', 'B3', 'C3']),
    statement: `Seen by ${random.pick(WITNESSES)}; seal ${random.word().toString(36)}.`,
    reported: { at: `${day.slice(0, 19)}Z`, by: 'duty officer' },
  };
  const subject = { id: vin(car), role: 'subject' as const, written: vin(car).slice(4) };
  if (itemsPerSighting === 1) return { ...document, items: [subject] };
  return {
    ...document,
    action: 'ADD' as const,
    items: [
      subject,
      { id: container(Math.floor(car / 3)), role: 'container' as const },
      { id: ship(car % 500), role: 'background' as const },
    ],
  };
}

/** RFC 9562, section 5.7. */
function uuid7(milliseconds: number, random: Random): string {
  const time = milliseconds.toString(16).padStart(12, '0');
  const tail = random.bytes(10).toString('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${tail.slice(0, 3)}-8${tail.slice(4, 7)}-${tail.slice(7, 19)}`;
}
