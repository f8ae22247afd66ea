/** Where a page of a stream ends, on a real ledger: behind what was looked at, and never behind what was not. */
import type { SightingDocument } from '#lib/contracts';
import { ReadNotes } from '#lib/runtime';
import type { LedgerReads } from '../ledger-reads.ts';
import { seen, subject, TestedLedger } from '../tested-ledger.contract.ts';
import { readStreamPage } from './stream-page.ts';
import { actorNamed } from './tested-stream.contract.ts';

const VIN = 'vin:WDDSYNTH9JA000001';
const TOM = actorNamed('acme/tom');
/** Three of them are more than one page. */
const text = 'x'.repeat(400_000);
const large = (id: string): SightingDocument => seen(id, [subject(VIN)], { handling: { tlp: 'AMBER' }, extension: { x: { text } } });

let ledger: TestedLedger;
beforeEach(async () => {
  ledger = await TestedLedger.open();
}, 120_000);
afterEach(() => ledger.database.drop());

/** Ids of all pages from the beginning. */
async function walked(reads: LedgerReads): Promise<string[]> {
  const ids: string[] = [];
  for (let [at, size] = [0, await reads.logSize()]; at < size;) {
    const { events, next } = await readStreamPage({ reads, breaksGlass: () => false }, TOM, new ReadNotes(), {}, at, size);
    ids.push(...events.map(({ event }) => event.id));
    at = next;
  }
  return ids;
}

test('what was marked while a page was read is left out, and nothing behind it', async () => {
  await ledger.add(['a', 'b', 'c', 'd', 'e'].map(large), 'acme', 'eva');
  expect(await walked(ledger.reads)).toEqual(['a', 'b', 'c', 'd', 'e']);
  const marking = {
    id: 'marking',
    kind: 'marking',
    handling: { tlp: 'RED', principals: ['max'] },
    source: { kind: 'handling' },
    relations: { target: 'b', handling: { tlp: 'RED', principals: ['max'] }, reason: 'asked for' },
  } as SightingDocument;
  let isMarked = false;
  // Behind the statement that says what there is, and before the one that reads it: his agency still sees the row, and he may not.
  const racing: LedgerReads = {
    ...ledger.reads,
    as(who) {
      const own = ledger.reads.as(who);
      return {
        ...own,
        async streamPage(question) {
          const found = await own.streamPage(question);
          if (!isMarked) await ledger.add([marking], 'acme', 'eva');
          isMarked = true;
          return found;
        },
      };
    },
  };
  expect(await walked(racing)).toEqual(['a', 'c', 'd', 'e']);
  expect(isMarked).toBe(true);
});

test.each([
  ['the log', {}],
  ['an item', { item: VIN }],
])('of %s no more is looked for than a page has', async (_, filter) => {
  await ledger.add(Array.from({ length: 130 }, (_, n) => seen(`e${n}`, [subject(VIN)], {})));
  const size = await ledger.reads.logSize();
  const reader = await ledger.reader();
  const { logIndexes, next } = await ledger.reads.as(reader).streamPage({ reader, from: 0, before: size, ...filter });
  expect([logIndexes.length, next]).toEqual([100, 100]);
  const rest = await ledger.reads.as(reader).streamPage({ reader, from: next, before: size, ...filter });
  expect([rest.logIndexes, rest.next]).toEqual([Array.from({ length: 30 }, (_, n) => 100 + n), size]);
});
