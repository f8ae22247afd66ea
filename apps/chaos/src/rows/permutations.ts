/**
 * F6: a target, its correction, a retraction and a dispute, in every order of arrival and over every choice of partitions: one timeline. Each
 * order has a car and ids of its own; before they are compared, they are given the same names.
 */
import kafkajs from 'kafkajs';
import { foldTimeline, RULES, rulesWithout, timelineKey, type Rules } from '#lib/domain';
import { canonicalize } from '#lib/ledger';
import type { Document } from '../documents.ts';
import { vin } from '../identifiers.ts';
import type { Harness, Row } from '../harness.ts';
import { readEntries, type LedgerEntry } from '../ledger-state.ts';
import { outcomeOf } from '../outcome.ts';
import type { Random } from '../random.ts';
import { PARTITIONS } from '../scene.ts';
import { inputsByItem } from '../timelines.ts';

const PARTS = ['target', 'correction', 'retraction', 'dispute'] as const;
type Part = (typeof PARTS)[number];
/** The day each says it happened: told apart by time, so that an order of arrival would show. */
const DAYS: Readonly<Record<Part, string>> = {
  target: '2018-05-04',
  correction: '2018-05-02',
  retraction: '2018-05-03',
  dispute: '2018-05-01',
};
const CARS_FROM = 900_000;

export const permutations: Row = {
  name: 'permutations',
  fault: 'F6',
  title: 'every order of target, correction, retraction, dispute over partitions',
  needsKafka: true,
  run: (harness) =>
    harness.scene({ name: 'permutations', log: 'kafka' }, async (scene) => {
      const histories = planned(harness);
      const { base } = await scene.start('capture,projector,gateway');
      for (let step = 0; step < PARTS.length; step++) {
        await submit(
          base,
          histories.map((history) => documentOf(history, history.order[step] as Part)),
        );
        await scene.drained();
      }
      const verdict = await scene.judge(undefined, { api: base });
      const entries = await readEntries(scene.database.pool);
      const product = disagreements(histories, entries, RULES);
      const control = disagreements(histories, entries, rulesWithout('orderedByTime'));
      const missing =
        entries.length === histories.length * PARTS.length ? [] : [`${entries.length} entries, not ${histories.length * PARTS.length}`];
      return {
        product: outcomeOf(verdict, {
          problems: [...missing, ...product],
          acknowledged: entries.length,
          measured: { orders: histories.length },
        }),
        control: { title: 'timelines in the order of the log', shows: 'timelines of one history', problems: control },
      };
    }),
};

interface History {
  readonly choice: number;
  readonly number: number;
  readonly order: readonly Part[];
  /** The item that decides each part's partition. */
  readonly keys: Readonly<Record<Part, string>>;
}

function planned(harness: Harness): History[] {
  const random = harness.random('permutations');
  const orders = [...ordersOf(PARTS)];
  return Array.from({ length: harness.sizes.partitionChoices }, (_, choice) => {
    const keys = keysFor(choice, random);
    return orders.map((order, n): History => ({ choice, number: choice * orders.length + n, order, keys }));
  }).flat();
}

/** First each part in a partition of its own, then all in one, then as it comes. */
function keysFor(choice: number, random: Random): Record<Part, string> {
  const partition = (n: number): number => (choice === 0 ? n % PARTITIONS : choice === 1 ? 0 : random.below(PARTITIONS));
  return Object.fromEntries(PARTS.map((part, n) => [part, itemIn(partition(n), `${choice}-${part}`)])) as Record<Part, string>;
}

const toPartition = kafkajs.Partitioners.DefaultPartitioner();

/** An identifier whose records go to that partition. */
function itemIn(partition: number, name: string): string {
  const partitionMetadata = Array.from({ length: PARTITIONS }, (_, partitionId) => ({
    partitionId,
    leader: 1,
    partitionErrorCode: 0,
    replicas: [1],
    isr: [1],
  }));
  for (let n = 0; ; n++) {
    const item = `serial:chaos:${name}-${n}`.toUpperCase().replace('SERIAL:CHAOS', 'serial:chaos');
    if (toPartition({ topic: 'any', partitionMetadata, message: { key: Buffer.from(item), value: null } }) === partition) return item;
  }
}

function* ordersOf<T>(all: readonly T[]): Generator<readonly T[]> {
  if (all.length <= 1) yield all;
  else for (const [at, first] of all.entries()) for (const rest of ordersOf(all.toSpliced(at, 1))) yield [first, ...rest];
}

const carOf = ({ number }: History): string => vin(CARS_FROM + number);
const idOf = ({ number }: History, part: Part): string => `history-${number}-${part}`;

function documentOf(history: History, part: Part): Document {
  const items = [part, ...(part === 'correction' || part === 'retraction' ? (['target'] as const) : [])].map((each) => history.keys[each]);
  const shared = {
    id: idOf(history, part),
    handling: { tlp: 'GREEN' as const },
    occurred: { from: DAYS[part], to: DAYS[part], precision: 'day' as const },
    place: { unlocode: 'NLRTM' },
    source: { kind: 'gate-record', family: 'trade' as const },
    items: [...items.slice(0, 1), carOf(history), ...items.slice(1)].map((id) => ({ id, role: 'subject' as const })),
    reported: { at: `${DAYS[part]}T12:00:00Z` },
  };
  if (part === 'target') return { ...shared, kind: 'observation' };
  const relations = { target: idOf(history, 'target') };
  return { ...shared, kind: part, ...(part === 'correction' ? { as: 'observation' as const } : {}), relations };
}

async function submit(base: string, documents: readonly Document[]): Promise<void> {
  const body = documents.map((document) => `${canonicalize(document as never)}\n`).join('');
  const response = await fetch(`${base}/v1/events?onError=rollback`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body,
  });
  if (response.status !== 202) throw new Error(`capture answered ${response.status}: ${(await response.text()).slice(0, 500)}`);
}

/** Choices of partitions under which not all orders have one timeline. */
function disagreements(histories: readonly History[], entries: readonly LedgerEntry[], rules: Rules): string[] {
  const keys = new Map<number, Set<string>>();
  for (const history of histories) {
    const own = entries.filter(({ id }) => id.startsWith(`history-${history.number}-`)).map((entry) => renamed(entry, history));
    const car = vin(CARS_FROM);
    const key = timelineKey(foldTimeline(car, inputsByItem(own).get(car) ?? [], rules));
    keys.set(history.choice, (keys.get(history.choice) ?? new Set()).add(key));
  }
  return [...keys].flatMap(([choice, found]) =>
    found.size === 1 ? [] : [`${found.size} timelines of one history (partitions ${choice})`],
  );
}

function renamed(entry: LedgerEntry, history: History): LedgerEntry {
  const rename = (text: string): string =>
    text.replaceAll(`history-${history.number}-`, 'history-0-').replaceAll(carOf(history), vin(CARS_FROM));
  return { ...entry, id: rename(entry.id), content: Buffer.from(rename(entry.content.toString('utf8')), 'utf8') };
}
