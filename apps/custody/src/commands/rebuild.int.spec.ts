/** The digest of folded timelines on a real ledger: equal where nothing changed, another where any rule of the fold did. */
import { createHash } from 'node:crypto';
import { digestTimelines } from '#app/gateway';
import { contentIndex } from '#app/projector';
import { RULES, rulesWithout, type RuleName } from '#lib/domain';
import { canonicalize } from '#lib/ledger';
import { projectBatch, rebuild, type ProjectedEvent, type StorePool } from '#lib/store';
import { testDatabase, type TestDatabase } from '../../../../libs/store/test-database.ts';
import { HISTORIES } from '../fold-answers/histories.ts';
import { type Given, history, item, on, type Told } from '../fold-answers/told.ts';
import { SEARCH_KEYS } from '../search-keys.ts';
import { verified } from './rebuild.ts';

const CAPTURED_MICROS = Date.UTC(2026, 10, 25) * 1000;

const TOLD = Object.values(HISTORIES).flat();
const plain = (id: string, ...words: Given[]): readonly Told[] => history(id, { items: [item('imo:9074729')] }, ...words);

function event({ agency, id, document }: Told, offset: number): ProjectedEvent {
  const content = Buffer.from(canonicalize(document as never));
  const hash = createHash('sha256').update(content).digest('hex');
  return {
    ...contentIndex(content, agency),
    agency,
    id,
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
  const events = TOLD.map(event);
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

  it('has the handlings in effect, which the projector settled: the rule of the fold decides where there is none alone', async () => {
    const { sha256 } = await digestTimelines(ledger.owner);
    expect((await digestTimelines(ledger.owner, { rules: rulesWithout('lastMarkingApplies') })).sha256).toBe(sha256);
    await ledger.owner.query('delete from ledger.handlings');
    const unsettled = (await digestTimelines(ledger.owner)).sha256;
    expect((await digestTimelines(ledger.owner, { rules: rulesWithout('lastMarkingApplies') })).sha256).not.toBe(unsettled);
    await rebuild(ledger.owner, { indexOf: contentIndex, keys: SEARCH_KEYS });
    expect((await digestTimelines(ledger.owner)).sha256).toBe(sha256);
  });

  const folded = (Object.keys(RULES) as RuleName[]).filter((name) => name !== 'lastMarkingApplies');
  it.each(folded)('is another where the fold is without %s', async (name) => {
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

  it('says nothing of keys of sightings that a ledger of an earlier version never had; of lost ones it does', async () => {
    const own = await ledgerOf(events);
    const lose = (since: number): Promise<unknown> =>
      own.owner.transaction(async (client) => {
        await client.query(`set local custody.rebuild = 'on'`);
        await client.query('truncate ledger.sighting_keys');
        await client.query(`update ledger.head set searched_from = ${since}`);
      });
    const keysOf = ({ derived }: Awaited<ReturnType<typeof verified>>) => derived.find(({ name }) => name === 'sighting_keys');
    try {
      await lose(events.length);
      const first = await verified(own.owner, null, true);
      expect([first.equal, keysOf(first)]).toEqual([true, expect.objectContaining({ before: null, equal: true })]);
      expect((await verified(own.owner, null, true)).equal).toBe(true);
      await lose(0);
      const lost = await verified(own.owner, null, true);
      expect([lost.equal, keysOf(lost)?.equal]).toEqual([false, false]);
    } finally {
      await own.database.drop();
    }
  }, 60_000);

  it('is not given where the ledger grew while it was verified: a difference would mean nothing', async () => {
    const own = await ledgerOf(events);
    try {
      expect(await verified(own.owner, null)).toMatchObject({ equal: true, entries: events.length });
      let transactions = 0;
      const late = event(plain('late')[0] as Told, events.length);
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
    const track = Array.from({ length: 1_200 }, (_, n) => plain(`t${n}`)).flat();
    const [, far] = plain('t0', {
      id: 'far',
      kind: 'retraction',
      target: 'seen',
      items: [item('imo:9074729')],
      occurred: on('2031-01-01'),
    });
    const [all, withdrawn] = [await ledgerOf(track.map(event)), await ledgerOf([...track, far as Told].map(event))];
    try {
      const digests = [await digestTimelines(all.owner), await digestTimelines(withdrawn.owner)];
      expect(digests.map(({ items }) => items)).toEqual([1, 1]);
      const without = await digestTimelines(withdrawn.owner, { rules: rulesWithout('onlyStandingPlaces') });
      expect(new Set([...digests, without].map(({ sha256 }) => sha256)).size).toBe(3);
    } finally {
      await all.database.drop();
      await withdrawn.database.drop();
    }
  }, 60_000);
});
