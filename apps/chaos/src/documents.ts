/**
 * What the load generator submits: each sighting is a function of (seed, number) alone, so that the oracle can make it again. Most concern
 * several items (a car, its container, its ship), whose other sightings lie in other partitions; a fifth speak about earlier ones, some of
 * which arrive after them.
 */
import type { SightingDocument } from '#lib/contracts';
import { container, ship, vin } from './identifiers.ts';
import { seededRandom, type Random } from './random.ts';

export type Document = SightingDocument & { readonly id: string };

/** Sightings for each car; a container holds three cars, a ship fifty. */
const SIGHTINGS_PER_CAR = 8;
const CARS_MAX = 5_000;
const CARS_PER_CONTAINER = 3;
const CARS_PER_SHIP = 50;
/** How far back what is spoken about may lie: near enough to be under way at the same time. */
const TARGET_DISTANCE_MAX = 40;
/** 2019-01-01T00:00:00Z: what is reported of that year is recorded today. */
const EPOCH_MS = 1_546_300_800_000;
const MINUTE_MS = 60_000;
const PORTS = ['NLRTM', 'CNDLC', 'JPOSA', 'KRPUS', 'SGSIN', 'DEHAM'] as const;
const HANDLINGS: readonly SightingDocument['handling'][] = [{ tlp: 'CLEAR' }, { tlp: 'GREEN' }, { tlp: 'AMBER', agencies: ['partner'] }];
const SPEAKING = ['correction', 'retraction', 'dispute'] as const;

export interface Inputs {
  readonly seed: number;
  readonly count: number;
  /** Statements about no item: they are in the log and in no item tree. Of other ids than those about items. */
  readonly namesNothing?: true;
}

export function* documents(inputs: Inputs): Generator<Document> {
  for (let n = 0; n < inputs.count; n++) yield documentAt(inputs, n);
}

export function documentAt(inputs: Inputs, n: number): Document {
  const random = seededRandom(inputs.seed * 1_000_003 + n * 7_919);
  if (inputs.namesNothing === true)
    return {
      ...shared(n, random),
      id: `saying-${n.toString().padStart(7, '0')}`,
      kind: 'statement',
      statement: `Somebody said so, note ${n}.`,
    };
  // Every fifth speaks about one that does not.
  const distance = random.between(1, TARGET_DISTANCE_MAX);
  const target = n - distance - ((n - distance) % 5 === 4 ? 1 : 0);
  return n % 5 === 4 && target >= 0 ? relating(inputs, n, target, random) : plain(inputs, n, random);
}

/** Of the same id, with other bytes. */
export function rivalAt(inputs: Inputs, n: number): Document {
  return { ...documentAt(inputs, n), grade: 'F6', source: { kind: 'gate-record', family: 'trade', title: `Another record ${n}` } };
}

function plain(inputs: Inputs, n: number, random: Random): Document {
  const items = itemsAt(inputs, n);
  const statement = items.length === 1 && random.below(3) === 0;
  const kind = items.length > 1 ? 'aggregation' : statement ? 'statement' : 'observation';
  return {
    ...shared(n, random),
    kind,
    ...(kind === 'aggregation' ? { action: random.below(4) === 0 ? ('DELETE' as const) : ('ADD' as const) } : {}),
    items: [...items],
    ...(kind === 'statement' ? { statement: `A driver said so, note ${n}.` } : {}),
  };
}

function relating(inputs: Inputs, n: number, target: number, random: Random): Document {
  const kind = random.pick(SPEAKING);
  return {
    ...shared(n, random),
    kind,
    ...(kind === 'correction' ? { as: 'observation' as const } : {}),
    // The first subject decides the partition: its own car's, so that it often overtakes its target. The target's items are listed too.
    items: unique([...itemsAt(inputs, n).slice(0, 1), ...itemsAt(inputs, target)]),
    relations: { target: idOf(target), reason: `Read again, note ${n}.` },
  };
}

function shared(n: number, random: Random): Omit<Document, 'kind'> {
  const at = new Date(EPOCH_MS + random.below(365 * 24 * 60) * MINUTE_MS).toISOString();
  const minute = `${at.slice(0, 16)}:00Z`;
  return {
    id: idOf(n),
    handling: random.pick(HANDLINGS),
    occurred: { from: minute, to: minute, precision: 'minute' },
    place: { unlocode: random.pick(PORTS) },
    source: { kind: 'gate-record', family: 'trade', title: `Gate record ${n}` },
    grade: random.pick(['A1', 'B2', 'C3']),
    reported: { at: minute, by: 'duty officer' },
  } as Omit<Document, 'kind'>;
}

const idOf = (n: number): string => `sighting-${n.toString().padStart(7, '0')}`;

type Items = NonNullable<SightingDocument['items']>;

function itemsAt({ seed, count }: Inputs, n: number): Items {
  const cars = Math.min(CARS_MAX, Math.max(1, Math.ceil(count / SIGHTINGS_PER_CAR)));
  const random = seededRandom(seed + n * 104_729);
  const car = random.below(cars);
  const subject = { id: vin(car), role: 'subject' as const };
  if (random.below(3) === 0) return [subject];
  return [
    subject,
    { id: container(Math.floor(car / CARS_PER_CONTAINER)), role: 'container' as const },
    { id: ship(Math.floor(car / CARS_PER_SHIP)), role: 'background' as const },
  ];
}

const unique = (items: Items): Items => [...new Map(items.map((item) => [item.id, item])).values()];
