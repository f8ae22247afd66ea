/** TLP:RED that names persons, read by those and by others of the same agency. */
import { ROOT_ACTOR } from '#lib/domain';
import { readingOf } from './gateway-deps.ts';
import { isHiddenFrom } from './named-readers.ts';
import { searchItems } from './search.ts';
import { seen, subject, TestedLedger } from './tested-ledger.contract.ts';

const row = (handling: object, principal = 'operator'): Parameters<typeof isHiddenFrom>[1] => ({
  agency: 'local',
  principal,
  content: Buffer.from(JSON.stringify({ handling, statement: 'x' })),
});
const eva = { agency: 'local', principal: 'eva', breaksGlass: false };

describe('a record that names persons', () => {
  const red = { principals: ['max', 'acme/ann'], tlp: 'RED' };

  it('is for them and its author alone', () => {
    expect(isHiddenFrom(eva, row(red))).toBe(true);
    expect(isHiddenFrom({ ...eva, principal: 'max' }, row(red))).toBe(false);
    expect(isHiddenFrom({ ...eva, principal: 'ann', agency: 'acme' }, row(red))).toBe(false);
    expect(isHiddenFrom({ ...eva, principal: 'ann' }, row(red))).toBe(true);
    expect(isHiddenFrom(eva, row(red, 'eva'))).toBe(false);
    // Another agency's person of the author's name is not its author.
    expect(isHiddenFrom({ ...eva, agency: 'acme' }, row(red, 'eva'))).toBe(true);
  });

  it('is for the whole agency where nobody is named, and where an emergency was declared', () => {
    expect(isHiddenFrom(eva, row({ tlp: 'RED' }))).toBe(false);
    expect(isHiddenFrom(eva, row({ principals: [], tlp: 'RED' }))).toBe(false);
    expect(isHiddenFrom({ ...eva, breaksGlass: true }, row(red))).toBe(false);
  });
});

describe('a ledger with records that name others', () => {
  const OPEN = 'serial:demo:OPENLY1';
  const SECRET = 'serial:demo:SECRET1';
  let ledger: TestedLedger;
  beforeAll(async () => {
    ledger = await TestedLedger.open();
    const named = { handling: { tlp: 'RED' as const, principals: ['max'] } };
    await ledger.add([
      seen('a', [subject(OPEN)]),
      seen('b', [subject(OPEN)], named),
      seen('c', [subject(SECRET)], named),
      seen('d', [subject(OPEN)]),
    ]);
  }, 60_000);
  afterAll(() => ledger.database.drop());

  const readsAs = (principal: string) => readingOf({ reads: ledger.reads, breaksGlass: () => false }, { ...ROOT_ACTOR, principal });

  it.each([
    ['eva', [2, 0], ['a', 'd'], ['a', 'd'], []],
    ['max', [3, 1], ['a', 'b', 'd'], ['a', 'b', 'c', 'd'], [SECRET]],
  ])('shows %s what is for that reader, in counts, pages, lists and search', async (principal, counts, timeline, log, found) => {
    const { reader, reads } = await readsAs(principal);
    const size = await reads.logSize();
    const own = reads.as(reader);
    const { groups } = reader;
    expect([await own.itemCount(OPEN, groups, size), await own.itemCount(SECRET, groups, size)]).toEqual(counts);
    const page = await own.timelinePage({ item: OPEN, reader, logSize: size, limit: 2 });
    expect(page.map(({ id }) => id)).toEqual(timeline.slice(0, 2));
    expect((await own.timelinePage({ item: OPEN, reader, logSize: size, limit: 9 })).map(({ id }) => id)).toEqual(timeline);
    expect((await own.timelineEnd({ item: OPEN, reader, logSize: size, limit: 9 })).map(({ id }) => id)).toEqual([...timeline].reverse());
    expect((await own.eventsFrom(0, reader, size, 9)).map(({ id }) => id)).toEqual(log);
    expect((await own.byId('c', 'local', groups, size)).length).toBe(found.length);
    expect((await searchItems(reads, reader, { text: 'SECRET1', limit: 10 })).results.map(({ id }) => id)).toEqual(found);
  });
});
