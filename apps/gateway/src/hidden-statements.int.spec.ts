/** What names others costs no statement: how many a page takes says nothing of what is hidden from its reader. */
import { ROOT_ACTOR } from '#lib/domain';
import type { ReaderPool, StorePool } from '#lib/store';
import { readAsOf } from './coordinates.ts';
import { readEvents } from './events.controller.ts';
import { readingOf } from './gateway-deps.ts';
import { readItem } from './item.ts';
import { ledgerReads, type LedgerReads, type Reader } from './ledger-reads.ts';
import { seen, subject, TestedLedger } from './tested-ledger.contract.ts';
import { readTimeline } from './timeline.ts';

const HIDDEN = 60;
const named = { handling: { tlp: 'RED' as const, principals: ['max'] } };
const item = (name: string): string => `serial:demo:${name}`;

let ledger: TestedLedger;
let reads: LedgerReads;
let asked = 0;
beforeAll(async () => {
  ledger = await TestedLedger.open();
  reads = await ledgerReads(counted(ledger.database.pool('gateway')));
  const hidden = (name: string, day: string) =>
    Array.from({ length: HIDDEN }, (_, n) =>
      seen(`${name}-${n}`, [subject(item(name))], { ...named, occurred: { from: day, precision: 'day' } }),
    );
  const open = (id: string, name: string, day: string) => seen(id, [subject(item(name))], { occurred: { from: day, precision: 'day' } });
  await ledger.add([
    open('bare-1', 'BARE', '2020-01-01'),
    open('bare-2', 'BARE', '2020-01-03'),
    open('bare-3', 'BARE', '2020-01-05'),
    open('full-1', 'FULL', '2020-01-01'),
    ...hidden('FULL', '2020-01-02'),
    open('full-2', 'FULL', '2020-01-03'),
    open('full-3', 'FULL', '2020-01-05'),
    ...hidden('GONE', '2020-01-01'),
  ]);
}, 120_000);
afterAll(() => ledger.database.drop());

/** Counts what goes to the database. */
function counted(pool: StorePool): StorePool {
  const count = <Args extends unknown[], Answer>(ask: (...args: Args) => Answer) => {
    return (...args: Args): Answer => {
      asked++;
      return ask(...args);
    };
  };
  const readerPool = (own: ReaderPool): ReaderPool => ({
    query: count(own.query) as ReaderPool['query'],
    run: count(own.run) as ReaderPool['run'],
    transaction: count(own.transaction) as ReaderPool['transaction'],
  });
  return {
    ...pool,
    query: count(pool.query) as StorePool['query'],
    run: count(pool.run) as StorePool['run'],
    as: (who) => readerPool(pool.as(who)),
  };
}

type Ask<Answer> = (reads: LedgerReads, reader: Reader) => Promise<Answer>;

/** How many statements an answer takes, and what it is; of a refusal its code. */
async function statementsOf<Answer>(principal: string, ask: Ask<Answer>): Promise<[number, Answer | string]> {
  const reading = await readingOf({ reads, breaksGlass: () => false }, { ...ROOT_ACTOR, principal });
  asked = 0;
  const answer = await ask(reading.reads, reading.reader).catch((error: { code: string }) => error.code);
  return [asked, answer];
}

const timeline =
  (name: string, cursor?: string): Ask<{ ids: string[]; next: string | null }> =>
  async (own, reader) => {
    const view = await readTimeline(own, reader, {
      item: item(name),
      asOf: await readAsOf(undefined, own),
      limit: 1,
      ...(cursor === undefined ? {} : { cursor }),
    });
    return { ids: view.entries.map(({ id }) => id), next: view.next };
  };
const events =
  (cursor?: string): Ask<{ ids: string[]; next: string | null }> =>
  async (own, reader) => {
    const view = await readEvents(own, reader, {
      asOf: await readAsOf(undefined, own),
      limit: 1,
      explain: false,
      ...(cursor === undefined ? {} : { cursor }),
    });
    return { ids: view.events.map(({ id }) => id), next: view.next };
  };

/** Each page of a walk with the statements that it took. */
async function walk(
  principal: string,
  page: (cursor?: string) => Ask<{ ids: string[]; next: string | null }>,
): Promise<[number, string[]][]> {
  const pages: [number, string[]][] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const [count, answer] = await statementsOf(principal, page(cursor));
    if (typeof answer === 'string') throw new Error(answer);
    pages.push([count, answer.ids]);
    cursor = answer.next;
  }
  return pages;
}

test('a timeline, a result a page, takes as many statements as one in which nothing is hidden', async () => {
  const bare = await walk('eva', (cursor) => timeline('BARE', cursor));
  const full = await walk('eva', (cursor) => timeline('FULL', cursor));
  expect(bare.map(([, ids]) => ids)).toEqual([['bare-1'], ['bare-2'], ['bare-3']]);
  expect(full.map(([, ids]) => ids)).toEqual([['full-1'], ['full-2'], ['full-3']]);
  expect(full.map(([count]) => count)).toEqual(bare.map(([count]) => count));
  // Control: they are there, for whom they name.
  expect(await walk('max', (cursor) => timeline('FULL', cursor))).toHaveLength(HIDDEN + 3);
});

test('the list of events takes as many for each page', async () => {
  const pages = await walk('eva', events);
  expect(pages.map(([, ids]) => ids)).toEqual([['bare-1'], ['bare-2'], ['bare-3'], ['full-1'], ['full-2'], ['full-3']]);
  const counts = pages.map(([count]) => count);
  expect(counts).toEqual(counts.map(() => Math.min(...counts)));
});

test.each<[string, (name: string) => Ask<unknown>]>([
  ['timeline', (name) => timeline(name)],
  ['item', (name) => async (own, reader) => readItem(own, reader, item(name), await readAsOf(undefined, own))],
])('an item of which all is hidden takes as many as one that never was: %s', async (_, ask) => {
  const never = await statementsOf('eva', ask('NEVER'));
  expect(never[1]).toBe('item.not-found');
  expect(await statementsOf('eva', ask('GONE'))).toEqual(never);
});
