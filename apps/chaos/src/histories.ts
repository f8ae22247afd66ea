/**
 * One history in every order of arrival: a target, two corrections of it, its retraction and a dispute. Which timeline it has after each arrival
 * is written down here as the rules say it, with none of the fold's code: a fold that is wrong in the same way in every order agrees with itself,
 * and not with that. Each order has a car and ids of its own; before they are compared, they are given the same names.
 */
import { foldTimeline, timelineKey, type Rules, type Timeline } from '#lib/domain';
import type { Document } from './documents.ts';
import { vin } from './identifiers.ts';
import type { LedgerEntry } from './ledger-state.ts';
import { inputsByItem } from './timelines.ts';

/** `again`: the second correction, reported later and of the lesser id. */
export const PARTS = ['target', 'correction', 'again', 'retraction', 'dispute'] as const;
export type Part = (typeof PARTS)[number];
/** The day each says it happened: told apart by time, so that an order of arrival would show. */
const DAYS: Readonly<Record<Part, string>> = {
  again: '2018-04-30',
  dispute: '2018-05-01',
  correction: '2018-05-02',
  retraction: '2018-05-03',
  target: '2018-05-04',
};
const IN_ORDER = ['again', 'dispute', 'correction', 'retraction', 'target'] as const satisfies readonly Part[];
const REPORTED: Readonly<Record<Part, string>> = { ...DAYS, again: '2018-05-06' };
const CARS_FROM = 900_000;

export interface History {
  readonly choice: number;
  readonly number: number;
  readonly order: readonly Part[];
  /** The item that decides each part's partition. */
  readonly keys: Readonly<Record<Part, string>>;
}

export function* ordersOf<T>(all: readonly T[]): Generator<readonly T[]> {
  if (all.length <= 1) yield all;
  else for (const [at, first] of all.entries()) for (const rest of ordersOf(all.toSpliced(at, 1))) yield [first, ...rest];
}

const carOf = ({ number }: History): string => vin(CARS_FROM + number);
const idOf = ({ number }: Pick<History, 'number'>, part: Part): string => `history-${number}-${part}`;

export function documentOf(history: History, part: Part): Document {
  const takesOver = part === 'correction' || part === 'again' || part === 'retraction';
  const items = [part, ...(takesOver ? (['target'] as const) : [])].map((each) => history.keys[each]);
  const shared = {
    id: idOf(history, part),
    handling: { tlp: 'GREEN' as const },
    occurred: { from: DAYS[part], to: DAYS[part], precision: 'day' as const },
    place: { unlocode: 'NLRTM' },
    source: { kind: 'gate-record', family: 'trade' as const },
    items: [...items.slice(0, 1), carOf(history), ...items.slice(1)].map((id) => ({ id, role: 'subject' as const })),
    reported: { at: `${REPORTED[part]}T12:00:00Z` },
  };
  if (part === 'target') return { ...shared, kind: 'observation' };
  const relations = { target: idOf(history, 'target') };
  if (part === 'retraction' || part === 'dispute') return { ...shared, kind: part, relations };
  return { ...shared, kind: 'correction', as: 'observation', relations };
}

/** How a part stands once these are there, and whether it places the car. */
function standingOf(part: Part, has: (other: Part) => boolean): string {
  // What speaks about a sighting that is not there waits.
  if (!has('target')) return 'waiting';
  switch (part) {
    case 'target':
      // A retraction prevails over any correction; of two corrections the later reported stands; a dispute takes nothing away.
      if (has('retraction')) return 'withdrawn by retraction';
      if (has('again')) return 'corrected by again';
      return has('correction') ? 'corrected by correction' : 'stands and places';
    case 'correction':
      if (has('retraction')) return 'void by retraction';
      return has('again') ? 'superseded by again' : 'stands and places';
    case 'again':
      return has('retraction') ? 'void by retraction' : 'stands and places';
    default:
      return 'stands';
  }
}

/** The timeline that the rules demand once these are there: by the day of each, whenever it came. */
function demanded(there: ReadonlySet<Part>): string {
  const has = (part: Part): boolean => there.has(part);
  return IN_ORDER.filter(has)
    .map((part) => `${part} ${standingOf(part, has)}`)
    .join(', ');
}

function told({ entries }: Timeline): string {
  const partOf = (id: string): string => id.slice(id.lastIndexOf('-') + 1);
  return entries
    .map(({ sighting, standing, by, places }) =>
      [partOf(sighting.id), standing, ...(by === undefined ? [] : ['by', partOf(by.id)]), ...(places ? ['and', 'places'] : [])].join(' '),
    )
    .join(', ');
}

/** Choices of partitions under which not all orders have one timeline, and timelines that are not those that the rules demand. */
export function disagreements(histories: readonly History[], entries: readonly LedgerEntry[], rules: Rules): string[] {
  const keys = new Map<number, Set<string>>();
  const wrong: string[] = [];
  const car = vin(CARS_FROM);
  const byHistory = new Map<string, LedgerEntry[]>();
  for (const entry of entries) {
    const name = entry.id.slice(0, entry.id.lastIndexOf('-'));
    byHistory.set(name, [...(byHistory.get(name) ?? []), entry]);
  }
  for (const history of histories) {
    const own = (byHistory.get(`history-${history.number}`) ?? []).map((entry) => renamed(entry, history));
    for (const [arrival] of history.order.entries()) {
      const there = new Set(history.order.slice(0, arrival + 1));
      const ids = new Set([...there].map((part) => idOf({ number: 0 }, part)));
      const timeline = foldTimeline(car, inputsByItem(own.filter(({ id }) => ids.has(id))).get(car) ?? [], rules);
      if (told(timeline) !== demanded(there)) wrong.push(`${told(timeline)}, not: ${demanded(there)}`);
      if (there.size === PARTS.length) keys.set(history.choice, (keys.get(history.choice) ?? new Set()).add(timelineKey(timeline)));
    }
  }
  return [
    ...[...keys].flatMap(([choice, { size }]) => (size === 1 ? [] : [`${size} timelines of one history (partitions ${choice})`])),
    ...(wrong.length === 0 ? [] : [`${wrong.length} timelines are not what the rules demand, such as ${wrong[0] ?? ''}`]),
  ];
}

function renamed(entry: LedgerEntry, history: History): LedgerEntry {
  const rename = (text: string): string =>
    text.replaceAll(`history-${history.number}-`, 'history-0-').replaceAll(carOf(history), vin(CARS_FROM));
  return { ...entry, id: rename(entry.id), content: Buffer.from(rename(entry.content.toString('utf8')), 'utf8') };
}
