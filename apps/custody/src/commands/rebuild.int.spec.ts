/** The digest of folded timelines on a real ledger: equal where nothing changed, another where any rule of the fold did. */
import { createHash } from 'node:crypto';
import { digestTimelines } from '#app/gateway';
import { contentIndex } from '#app/projector';
import { RULES, rulesWithout, type RuleName } from '#lib/domain';
import { canonicalize, type JsonValue } from '#lib/ledger';
import { projectBatch, rebuild, type ProjectedEvent, type StorePool } from '#lib/store';
import { testDatabase, type TestDatabase } from '../../../../libs/store/test-database.ts';
import { SEARCH_KEYS } from '../search-keys.ts';
import { verified } from './rebuild.ts';

type Members = Readonly<Record<string, unknown>>;
/** Members of a document; null: without what all others have. */
type Given = Members & { readonly id: string; readonly agency?: string; readonly relations?: Members };

const CAPTURED_MICROS = Date.UTC(2026, 10, 25) * 1000;
const EARLY = { at: '2019-01-01T00:00:00Z' };
const LATE = { at: '2019-01-02T00:00:00Z' };
const MISREAD = 'container:SYNU0000041';
const on = (day: string) => ({ from: day, to: day, precision: 'day' });
const item = (id: string, role: 'subject' | 'background' = 'subject') => ({ id, role });

/** A history of one car: a sighting, and words about it. */
function history(name: string, seen: Members, ...words: Given[]): Given[] {
  const items = [item(`serial:demo:${name.toUpperCase()}`)];
  const named = (id: string): string => `${name}-${id}`;
  return [
    { items, ...seen, id: named('seen') },
    ...words.map((word) => ({
      items,
      ...word,
      id: named(word.id),
      relations: { target: `alpha/${named('seen')}`, ...word.relations },
    })),
  ];
}

/** Each rule decides something in one of them. */
const HISTORIES: readonly Given[] = [
  ...history('foreign', {}, { id: 'fix', agency: 'beta', kind: 'correction' }),
  ...history('gone', {}, { id: 'gone', kind: 'retraction', reported: EARLY }, { id: 'fix', kind: 'correction', reported: LATE }),
  ...history('later', {}, { id: 'b', kind: 'correction', reported: EARLY }, { id: 'a', kind: 'correction', reported: LATE }),
  ...history('greater', {}, { id: 'a', kind: 'correction' }, { id: 'b', kind: 'correction' }),
  ...history(
    'undone',
    {},
    { id: 'fix', kind: 'correction' },
    { id: 'undo', kind: 'retraction', relations: { target: 'alpha/undone-fix' } },
  ),
  ...history('twice', {}, { id: 'fix', kind: 'correction' }, { id: 'fix-2', kind: 'correction', relations: { target: 'alpha/twice-fix' } }),
  ...history('said', { kind: 'statement', statement: 'said so' }, { id: 'fix', kind: 'correction' }),
  ...history('early', {}, { id: 'fix', kind: 'correction', as: 'observation', relations: { target: 'alpha/early-absent' } }),
  ...history(
    'round',
    {},
    { id: 'a', kind: 'retraction', relations: { target: 'alpha/round-b' } },
    { id: 'b', kind: 'retraction', relations: { target: 'alpha/round-a' } },
  ),
  ...history('planned', { modality: 'planned' }),
  ...history('near', { items: [item('serial:demo:NEAR', 'background')] }),
  ...history('nowhere', { place: null }),
  ...history('ahead', { occurred: on('2030-06-14') }),
  ...history('disputed', {}, { id: 'no', agency: 'beta', kind: 'dispute' }),
  ...history(
    'settled',
    {},
    { id: 'no', agency: 'beta', kind: 'dispute' },
    { id: 'yes', agency: 'gamma', kind: 'resolution', relations: { target: null, resolves: ['alpha/settled-seen'] } },
  ),
  ...history(
    'marked',
    {},
    { id: 'm2', kind: 'marking', reported: EARLY, relations: { handling: { tlp: 'CLEAR' } } },
    { id: 'm1', kind: 'marking', reported: LATE, relations: { handling: { tlp: 'RED' } } },
  ),
  // Leaves the item out, and is earlier than what it corrects: it comes to the fold as what speaks about the page, behind it.
  ...history('left', {}, { id: 'fix', kind: 'correction', occurred: on('2018-06-01'), items: [item('serial:demo:ELSE')] }),
  // Two behind one sighting: the first of the log is the later.
  ...history(
    'two',
    {},
    { id: 'a', agency: 'beta', kind: 'dispute', occurred: on('2018-06-09'), items: [item('serial:demo:ELSE')] },
    { id: 'b', agency: 'beta', kind: 'dispute', occurred: on('2018-06-02'), items: [item('serial:demo:ELSE')] },
  ),
  ...history(
    'misread',
    { items: [item(MISREAD)] },
    { id: 'fix', kind: 'correction', items: [item('serial:demo:RIGHT'), item(MISREAD, 'background')] },
  ),
];

const stated = (members: Members): Record<string, JsonValue> =>
  Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) => {
      if (value === null) return [];
      return [[name, name === 'relations' ? stated(value as Members) : (value as JsonValue)]];
    }),
  );

function event({ agency = 'alpha', ...given }: Given, offset: number): ProjectedEvent {
  const document = {
    kind: 'observation',
    handling: { tlp: 'GREEN' },
    occurred: on('2018-06-14'),
    place: { name: 'Busan' },
    source: { kind: 'test' },
    ...given,
  };
  const content = Buffer.from(canonicalize(stated(document)));
  const hash = createHash('sha256').update(content).digest('hex');
  return {
    ...contentIndex(content, agency),
    agency,
    id: given.id,
    principal: 'p',
    commitment: hash,
    contentHash: hash,
    secret: hash,
    capturedMicros: CAPTURED_MICROS,
    content,
    offset,
    raw: content,
  };
}

async function ledgerOf(events: readonly ProjectedEvent[]): Promise<{ database: TestDatabase; owner: StorePool }> {
  const database = await testDatabase();
  const partition = { clusterId: 'c', topicId: 't', topic: 's', partition: 0 };
  await projectBatch(database.pool('projector'), partition, 0, events.length, [...events], [], { keys: SEARCH_KEYS });
  const owner = database.pool('owner');
  return { database, owner };
}

describe('the digest of folded timelines', () => {
  const events = HISTORIES.map(event);
  let ledger: { database: TestDatabase; owner: StorePool };
  beforeAll(async () => {
    ledger = await ledgerOf(events);
  }, 60_000);
  afterAll(() => ledger.database.drop());

  it('is of every item, and the same after a rebuild', async () => {
    const before = await digestTimelines(ledger.owner);
    expect(before.items).toBe(new Set(events.flatMap(({ items }) => items)).size);
    expect(before.logSize).toBe(events.length);
    await rebuild(ledger.owner, { indexOf: contentIndex, keys: SEARCH_KEYS });
    expect(await digestTimelines(ledger.owner)).toEqual(before);
  });

  it.each(Object.keys(RULES) as RuleName[])('is another where the fold is without %s', async (name) => {
    const { sha256 } = await digestTimelines(ledger.owner);
    expect((await digestTimelines(ledger.owner, { rules: rulesWithout(name) })).sha256).not.toBe(sha256);
    expect((await digestTimelines(ledger.owner, { rules: RULES })).sha256).toBe(sha256);
  });

  it('is the same of a ledger that took the same events in another order', async () => {
    const other = await ledgerOf([...events].reverse().map((each, offset) => ({ ...each, offset })));
    try {
      expect(await digestTimelines(other.owner)).toEqual(await digestTimelines(ledger.owner));
    } finally {
      await other.database.drop();
    }
  }, 60_000);

  it('is not given where the ledger grew while it was verified: a difference would mean nothing', async () => {
    const own = await ledgerOf(events);
    try {
      expect(await verified(own.owner, null)).toMatchObject({ equal: true, entries: events.length });
      let transactions = 0;
      const late = event({ id: 'late', items: [item('serial:demo:LATE')] }, events.length);
      const partition = { clusterId: 'c', topicId: 't', topic: 's', partition: 0 };
      // As a projector of another process would, behind the first digests.
      const busy: StorePool = {
        ...own.owner,
        async transaction(work) {
          if (++transactions === 2)
            await projectBatch(own.database.pool('projector'), partition, events.length, events.length + 1, [late], [], {
              keys: SEARCH_KEYS,
            });
          return own.owner.transaction(work);
        },
      };
      await expect(verified(busy, null)).rejects.toMatchObject({
        exitCode: 5,
        code: 'rebuild.ledger-grew',
        message: expect.stringContaining(`from ${events.length} to ${events.length + 1} entries`) as string,
      });
    } finally {
      await own.database.drop();
    }
  }, 60_000);

  it('folds a timeline of thousands in parts, each with the word about it that stands far away', async () => {
    const track = Array.from({ length: 1_200 }, (_, n): Given => ({ id: `t${n}`, items: [item('imo:9074729')] }));
    const far: Given = {
      id: 'far',
      kind: 'retraction',
      items: [item('imo:9074729')],
      occurred: on('2031-01-01'),
      relations: { target: 'alpha/t0' },
    };
    const [plain, withdrawn] = [await ledgerOf(track.map(event)), await ledgerOf([...track, far].map(event))];
    try {
      const digests = [await digestTimelines(plain.owner), await digestTimelines(withdrawn.owner)];
      expect(digests.map(({ items }) => items)).toEqual([1, 1]);
      const without = await digestTimelines(withdrawn.owner, { rules: rulesWithout('onlyStandingPlaces') });
      expect(new Set([...digests, without].map(({ sha256 }) => sha256)).size).toBe(3);
    } finally {
      await plain.database.drop();
      await withdrawn.database.drop();
    }
  }, 60_000);
});
