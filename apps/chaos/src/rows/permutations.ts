/**
 * F6: a target, two corrections, a retraction and a dispute, in every order of arrival and over every choice of partitions: after each arrival the
 * timeline that the rules demand, and at the end one.
 */
import kafkajs from 'kafkajs';
import { RULES, rulesWithout } from '#lib/domain';
import { canonicalize } from '#lib/ledger';
import type { Document } from '../documents.ts';
import type { Harness, Row } from '../harness.ts';
import { disagreements, documentOf, ordersOf, PARTS, type History, type Part } from '../histories.ts';
import { readEntries } from '../ledger-state.ts';
import { outcomeOf } from '../outcome.ts';
import type { Random } from '../random.ts';
import { PARTITIONS } from '../scene.ts';

/** What is taken or refused as a whole has at most a megabyte. */
const REQUEST_DOCUMENTS = 500;

export const permutations: Row = {
  name: 'permutations',
  fault: 'F6',
  title: 'every order of target, corrections, retraction, dispute over partitions',
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

function planned(harness: Harness): History[] {
  const random = harness.random('permutations');
  const orders = [...ordersOf(PARTS)];
  return Array.from({ length: harness.sizes.partitionChoices }, (_, choice) => {
    const keys = keysFor(choice, random);
    return orders.map((order, n): History => ({ choice, number: choice * orders.length + n, order, keys }));
  }).flat();
}

/** First over all partitions, then all in one, then as it comes. */
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

async function submit(base: string, documents: readonly Document[]): Promise<void> {
  for (let from = 0; from < documents.length; from += REQUEST_DOCUMENTS) {
    await submitWhole(base, documents.slice(from, from + REQUEST_DOCUMENTS));
  }
}

async function submitWhole(base: string, documents: readonly Document[]): Promise<void> {
  const body = documents.map((document) => `${canonicalize(document as never)}\n`).join('');
  const response = await fetch(`${base}/v1/events?onError=rollback`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body,
  });
  if (response.status !== 202) throw new Error(`capture answered ${response.status}: ${(await response.text()).slice(0, 500)}`);
}
