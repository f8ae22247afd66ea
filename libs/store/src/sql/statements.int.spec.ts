import { createHash } from 'node:crypto';
import { KINDS } from '#lib/domain';
import { testDatabase, type TestDatabase } from '../../test-database.ts';
import {
  countDeadLetters,
  eventById,
  eventsByRef,
  eventsFrom,
  firstEvents,
  itemCount,
  knownEvents,
  knownItems,
  eventConflicts,
  listConflicts,
  listDeadLetters,
  listOffsets,
  logSize,
  markRetried,
  projectBatch,
  readDeadLetter,
  ReaderContext,
  readerGroupIds,
  relationsAbout,
  ITEMS_PER_KEY_MAX,
  search,
  timelineEnd,
  timelinePage,
  type PartitionId,
  type ProjectedEvent,
  type SearchHit,
  type SearchKeys,
  type ReaderPool,
  type StorePool,
  type TimelineKey,
  type TimelineRow,
} from '../index.ts';

const SUBMITTER = { agency: 'local', principal: 'p' };
const partition: PartitionId = { clusterId: 'c', topicId: 't', topic: 'sightings', partition: 0 };
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function event(id: string, more: Partial<ProjectedEvent> = {}): ProjectedEvent {
  const content = more.content ?? Buffer.from(JSON.stringify({ id }));
  return {
    agency: 'local',
    id,
    principal: 'operator',
    commitment: sha256(`c ${id}`),
    contentHash: createHash('sha256').update(content).digest('hex'),
    secret: sha256(`s ${id}`),
    capturedMicros: 1,
    content,
    // Who speaks about others is a correction, and may itself be corrected.
    kind: KINDS.indexOf(more.targets === undefined ? 'aggregation' : 'correction'),
    starts: null,
    ends: null,
    items: [],
    groups: ['clear'],
    targets: [],
    word: null,
    offset: 0,
    raw: content,
    ...more,
  };
}

const keys: SearchKeys = {
  ofItem: (item) => Array.from({ length: item.length - 2 }, (_, n) => item.slice(n, n + 3)),
  ofAlias: (alias) => ['MV A', alias],
};

describe('reading the ledger', () => {
  let database: TestDatabase;
  let writer: StorePool;
  let gateway: ReaderPool;
  let clear: number[];
  let all: number[];
  let size: number;
  const ship = 'imo:0000048';

  beforeAll(async () => {
    database = await testDatabase();
    writer = database.pool('projector');
    const readers = database.pool('gateway');
    const events = [
      event('late', { items: [ship], starts: 50, ends: 60 }),
      event('early', { items: [ship], starts: 10, ends: 20 }),
      event('undated', { items: [ship], aliases: [{ item: ship, alias: 'name:MV ALIAS' }] }),
      event('both', { items: [ship], starts: 30, ends: 31, groups: ['clear', 'agency:x'] }),
      event('hidden', { items: [ship], starts: 40, ends: 41, groups: ['agency:x'] }),
      event('tie', { items: [ship], starts: 10, ends: 20, agency: 'other' }),
      event('alone', { starts: 1, ends: 2 }),
      event('fix', { items: [ship], starts: 55, ends: 56, targets: [{ agency: 'local', id: 'late' }] }),
      event('unfix', {
        targets: [
          { agency: 'local', id: 'fix' },
          { agency: 'local', id: 'unfix-too' },
        ],
      }),
      event('secret-fix', { targets: [{ agency: 'local', id: 'late' }], groups: ['agency:x'] }),
      event('circle-a', { targets: [{ agency: 'local', id: 'circle-b' }] }),
      event('circle-b', { targets: [{ agency: 'local', id: 'circle-a' }] }),
      event('late', { agency: 'other' }),
    ];
    await projectBatch(
      writer,
      partition,
      0,
      events.length,
      events,
      [
        {
          offset: 99,
          code: 'record.malformed',
          detail: 'no header',
          key: Buffer.from('k'),
          headers: { ['__proto__']: '\0\xff' },
          value: Buffer.from('junk'),
        },
      ],
      { keys },
    );
    clear = await readerGroupIds(readers, ['clear', 'never used', 'nul\0']);
    all = await readerGroupIds(readers, ['clear', 'agency:x']);
    gateway = readers.as(new ReaderContext('local', all));
    size = await logSize(gateway);
  }, 60_000);
  afterAll(() => database.drop());

  const ids = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id);
  const asking = (groups: readonly number[]) => ({ agency: 'local', principal: 'operator', breaksGlass: false, groups });

  test('a timeline is ordered by start, end, agency and id, undated last, each event once', async () => {
    expect(size).toBe(13);
    const rows = await timelinePage(gateway, { item: ship, reader: asking(all), logSize: size, limit: 100 });
    expect(ids(rows)).toEqual(['early', 'tie', 'both', 'hidden', 'late', 'fix', 'undated']);
    expect(rows[0]).toMatchObject({
      starts: 10,
      ends: 20,
      kind: 1,
      agency: 'local',
      principal: 'operator',
      capturedMicros: 1,
      content: Buffer.from('{"id":"early"}'),
    });
    expect(rows.at(-1)).toMatchObject({ starts: null, ends: null });
    expect(await timelineEnd(gateway, { item: ship, reader: asking(all), logSize: size, limit: 100 })).toEqual([...rows].reverse());
    expect(
      ids(await timelineEnd(gateway, { item: ship, reader: asking(all), logSize: size, before: rows[3] as TimelineRow, limit: 2 })),
    ).toEqual(['both', 'tie']);
  });

  test('a reader sees the events of his groups alone, and hidden ones are as if absent', async () => {
    const rows = await timelinePage(gateway, { item: ship, reader: asking(clear), logSize: size, limit: 100 });
    expect(ids(rows)).toEqual(['early', 'tie', 'both', 'late', 'fix', 'undated']);
    expect(await itemCount(gateway, ship, clear, size)).toBe(6);
    expect(await itemCount(gateway, ship, all, size)).toBe(7);
    for (const groups of [[], [12_345]]) {
      expect(await timelinePage(gateway, { item: ship, reader: asking(groups), logSize: size, limit: 100 })).toEqual([]);
      expect(await itemCount(gateway, ship, groups, size)).toBe(0);
      expect(await eventById(gateway, 'early', undefined, groups)).toEqual([]);
    }
    expect(await eventById(gateway, 'hidden', 'local', clear)).toEqual([]);
    expect(await eventById(gateway, 'hidden', undefined, clear)).toEqual([]);
    expect(ids(await eventById(gateway, 'hidden', undefined, all))).toEqual(['hidden']);
  });

  test('pages of any size, put together, are the whole timeline', async () => {
    const whole = await timelinePage(gateway, { item: ship, reader: asking(all), logSize: size, limit: 100 });
    for (let limit = 1; limit <= 8; limit += 1) {
      const rows: TimelineRow[] = [];
      for (let after: TimelineKey | undefined; ; after = rows.at(-1)) {
        const page = await timelinePage(gateway, { item: ship, reader: asking(all), logSize: size, after, limit });
        rows.push(...page);
        if (page.length < limit) break;
      }
      expect(rows).toEqual(whole);
    }
  });

  test('pages of any size in bytes go as far as the document that exceeds it, and no further', async () => {
    const whole = await timelinePage(gateway, { item: ship, reader: asking(all), logSize: size, limit: 100 });
    const log = await eventsFrom(gateway, 0, asking(all), size, 100);
    const fitting = (rows: readonly { readonly content: Buffer }[], most: number): number => {
      let bytes = 0;
      return rows.filter(({ content }) => (bytes += content.length) - content.length <= most).length;
    };
    for (const contentBytesMax of [0, 13, 14, 15, 27, 28, 50, 1_000]) {
      const page = await timelinePage(gateway, { item: ship, reader: asking(all), logSize: size, limit: 100, contentBytesMax });
      expect(page).toEqual(whole.slice(0, fitting(whole, contentBytesMax)));
      const events = await eventsFrom(gateway, 0, asking(all), size, 100, contentBytesMax);
      expect(events).toEqual(log.slice(0, fitting(log, contentBytesMax)));
    }
    expect(fitting(whole, 14)).toBe(2);
    expect(fitting(whole, 1_000)).toBe(whole.length);
  });

  test('an earlier log size shows what was there then', async () => {
    expect(ids(await timelinePage(gateway, { item: ship, reader: asking(all), logSize: 2, limit: 100 }))).toEqual(['early', 'late']);
    expect(await itemCount(gateway, ship, all, 2)).toBe(2);
    expect(ids(await relationsAbout(gateway, [{ agency: 'local', id: 'late' }], all, 8, 10))).toEqual(['fix']);
    expect(await eventsByRef(gateway, [{ agency: 'local', id: 'fix' }], all, 7)).toEqual([]);
  });

  test("an event without items is found by its id, and is on nobody's timeline", async () => {
    const [alone] = await eventById(gateway, 'alone', 'local', clear);
    expect(alone).toMatchObject({ id: 'alone', logIndex: 6 });
    expect(await knownItems(database.pool('capture'), [{ agency: 'local', id: 'alone' }], SUBMITTER)).toEqual(
      new Map([['local/alone', []]]),
    );
  });

  test('an id that several agencies used is answered with all of them', async () => {
    expect((await eventById(gateway, 'late', undefined, clear)).map(({ agency }) => agency)).toEqual(['local', 'other']);
    expect((await eventById(gateway, 'late', 'other', clear)).map(({ agency }) => agency)).toEqual(['other']);
  });

  test('whoever speaks about an event is found, and whoever speaks about that, through circles too', async () => {
    const about = (id: string, groups: number[]): Promise<string[]> =>
      relationsAbout(gateway, [{ agency: 'local', id }], groups, size, 100).then(ids);
    expect(await about('late', clear)).toEqual(['fix', 'unfix']);
    expect(await about('late', all)).toEqual(['fix', 'unfix', 'secret-fix']);
    expect(await about('circle-a', clear)).toEqual(['circle-a', 'circle-b']);
    expect(await about('undated', clear)).toEqual([]);
  });

  test('who contradicts an event is given, and who contradicts that one is not: a chain of them is read one step', async () => {
    const own = await testDatabase();
    try {
      const chain = ['a', 'b', 'c'].map((id, at) =>
        event(id, {
          kind: KINDS.indexOf('statement'),
          offset: at,
          ...(at === 0 ? {} : { targets: [{ agency: 'local', id: 'abc'[at - 1] as string }] }),
        }),
      );
      const withdrawal = event('w', { kind: KINDS.indexOf('retraction'), offset: 3, targets: [{ agency: 'local', id: 'b' }] });
      await projectBatch(own.pool('projector'), partition, 0, 4, [...chain, withdrawal], []);
      const groups = await readerGroupIds(own.pool('gateway'), ['clear']);
      const reader = own.pool('gateway').as(new ReaderContext('local', groups));
      expect(ids(await relationsAbout(reader, [{ agency: 'local', id: 'a' }], groups, 4, 100))).toEqual(['b', 'w']);
    } finally {
      await own.drop();
    }
  });

  test('capture learns the hash, the time and the items of events that are there', async () => {
    const capture = database.pool('capture');
    const refs = [
      { agency: 'local', id: 'fix' },
      { agency: 'local', id: 'not there' },
      { agency: 'other', id: 'tie' },
    ];
    expect(await knownEvents(capture, refs)).toEqual(
      new Map([
        ['local/fix', event('fix').contentHash],
        ['other/tie', event('tie').contentHash],
      ]),
    );
    expect(await firstEvents(capture, refs, SUBMITTER)).toEqual(
      new Map([
        ['local/fix', { contentHash: event('fix').contentHash, capturedMicros: 1 }],
        ['other/tie', { contentHash: event('tie').contentHash, capturedMicros: 1 }],
      ]),
    );
    // The time that a receipt names, and nothing else of the content.
    await expect(capture.query('select secret from ledger.content')).rejects.toThrow('permission denied');
    expect(await knownItems(capture, refs, SUBMITTER)).toEqual(
      new Map([
        ['local/fix', [ship]],
        ['other/tie', [ship]],
      ]),
    );
  });

  test('questions with NUL are answered with nothing', async () => {
    const bad = { agency: 'local', id: '\0' };
    expect(await timelinePage(gateway, { item: '\0', reader: asking(all), logSize: size, limit: 1 })).toEqual([]);
    expect(await itemCount(gateway, '\0', all, size)).toBe(0);
    expect(await eventById(gateway, '\0', undefined, all)).toEqual([]);
    expect(await eventsByRef(gateway, [bad], all, size)).toEqual([]);
    expect(await relationsAbout(gateway, [bad], all, size, 1)).toEqual([]);
    expect(await knownEvents(gateway, [bad])).toEqual(new Map());
    expect(await search(gateway, { alternatives: [['\0'], []], groups: all })).toEqual({ hits: [], complete: true });
  });

  describe('search', () => {
    const found = async (groups: readonly number[], ...alternatives: string[][]): Promise<Omit<SearchHit, 'grps'>[]> =>
      (await search(gateway, { alternatives, groups })).hits.map(({ item, alias }) => ({ item, alias }));

    test("finds what has the rarest key of a list, and by which alias, in the reader's groups", async () => {
      expect(await found(clear, ['imo', 'mo:', '048'])).toEqual([{ item: ship, alias: '' }]);
      expect(await found(clear, ['imo', 'xyz'])).toEqual([]);
      expect(await found(clear, ['xyz'], ['048'])).toEqual([{ item: ship, alias: '' }]);
      expect(await found(clear, ['MV A'])).toEqual([{ item: ship, alias: 'name:MV ALIAS' }]);
      expect(await found([], ['imo'])).toEqual([]);
      const { hits } = await search(gateway, { alternatives: [['imo', 'mo:', '048']], groups: clear });
      expect(hits.map(({ grps }) => grps)).toEqual([clear]);
    });

    test('says that it is not complete where even the rarest key is shared by more than it looks at', async () => {
      const owner = database.pool('owner');
      await owner.query(
        `insert into ledger.search_keys select $1::integer, case n % 2 when 0 then 'PLUS' else 'MOST' end, 'vin:' || n, ''
          from generate_series(1, $2::integer * 2 + 1) n`,
        [clear[0], ITEMS_PER_KEY_MAX],
      );
      const whole = await search(gateway, { alternatives: [['PLUS', 'MOST'], ['048']], groups: clear });
      expect([whole.complete, whole.hits.length]).toEqual([true, ITEMS_PER_KEY_MAX + 1]);
      const cut = await search(gateway, { alternatives: [['MOST']], groups: clear });
      expect([cut.complete, cut.hits.length]).toEqual([false, ITEMS_PER_KEY_MAX]);
    });
  });

  test('dead letters are listed, shown as they were, and retried once', async () => {
    const operator = database.pool('operator');
    const OPERATORS = { agency: 'local', unproved: true };
    const [head] = await listDeadLetters(operator, OPERATORS, { limit: 5 });
    expect(head).toMatchObject({
      topic: 'sightings',
      partition: 0,
      offset: 99,
      code: 'record.malformed',
      detail: 'no header',
      valueBytes: 4,
      retriedMicros: null,
    });
    const seq = head?.seq ?? -1;
    const letter = await readDeadLetter(operator, seq, OPERATORS);
    expect(letter).toMatchObject({ key: Buffer.from('k'), value: Buffer.from('junk') });
    expect(Object.entries(letter?.headers ?? {})).toEqual([['__proto__', Buffer.from([0, 255])]]);
    expect(await countDeadLetters(database.pool('operator'))).toBe(1);
    expect((await Promise.all([1, 2, 3].map(() => markRetried(operator, seq)))).filter(Boolean)).toHaveLength(1);
    expect(await listDeadLetters(operator, OPERATORS, { limit: 5 })).toEqual([{ ...head, retriedMicros: expect.any(Number) }]);
    expect(await listDeadLetters(operator, OPERATORS, { before: seq, limit: 5 })).toEqual([]);
    expect(await countDeadLetters(database.pool('operator'))).toBe(0);
    expect(await readDeadLetter(operator, seq + 1)).toBeNull();
    // Nobody signed it: it is no agency's.
    for (const owner of [
      { agency: 'local', unproved: false },
      { agency: 'police', unproved: false },
    ]) {
      expect(await listDeadLetters(operator, owner, { limit: 5 })).toEqual([]);
      expect(await readDeadLetter(operator, seq, owner)).toBeNull();
    }
  });

  test('conflicts are listed for their agency, and offsets for lag', async () => {
    const LOCAL = { agency: 'local', principal: 'p', breaksGlass: false };
    const from = partition.partition;
    const other = Buffer.from('other bytes');
    const at = (await listOffsets(database.pool('gateway')))[0]?.next ?? 0;
    await projectBatch(writer, partition, at, at + 1, [event('early', { content: other, offset: at })], []);
    const [early] = await eventById(gateway, 'early', 'local', all);
    const conflicts = await listConflicts(gateway, LOCAL, { limit: 10, groups: all });
    expect(conflicts).toEqual([
      {
        agency: 'local',
        id: 'early',
        contentHash: createHash('sha256').update(other).digest(),
        principal: 'operator',
        capturedMicros: 1,
        topic: 'sightings',
        partition: from,
        offset: at,
        standingLogIndex: early?.logIndex,
        standingHash: early?.contentHash,
      },
    ]);
    const { contentHash, capturedMicros } = conflicts[0] as (typeof conflicts)[0];
    expect(await eventConflicts(gateway, LOCAL, 'early', 10)).toEqual([{ contentHash, capturedMicros }]);
    expect(await eventConflicts(gateway, LOCAL, 'early', 0)).toEqual([]);
    expect(await eventConflicts(gateway, { ...LOCAL, agency: 'other' }, 'early', 10)).toEqual([]);
    expect(await listConflicts(gateway, LOCAL, { limit: 10, groups: [] })).toEqual([]);
    expect(await listConflicts(gateway, LOCAL, { after: conflicts[0] as (typeof conflicts)[0], limit: 10, groups: all })).toEqual([]);
    expect(await listConflicts(gateway, { ...LOCAL, agency: 'other' }, { limit: 10, groups: all })).toEqual([]);
    expect(await listOffsets(database.pool('gateway'))).toEqual([{ ...partition, next: at + 1 }]);
  });
});
