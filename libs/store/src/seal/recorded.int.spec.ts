import { testDatabase, type TestDatabase } from '../../test-database.ts';
import { firstSeal, insertSeal, lastSealBy, recordedTimes, sealCovering, type StorePool } from '../index.ts';

const EVERYTHING = { below: Number.MAX_SAFE_INTEGER, coversMax: Number.MAX_SAFE_INTEGER };

describe('recorded times', () => {
  let database: TestDatabase;
  let gateway: StorePool;
  beforeAll(async () => {
    database = await testDatabase();
    gateway = database.pool('gateway');
  }, 60_000);
  afterAll(() => database.drop());

  test('are none, and nothing was recorded by any time, before the first seal', async () => {
    expect([...(await recordedTimes(gateway, [0, 1], EVERYTHING))]).toEqual([]);
    expect([await lastSealBy(gateway, 1_000), await firstSeal(gateway), await sealCovering(gateway, 0)]).toEqual([null, null, null]);
  });

  describe('of a log with seals', () => {
    // Entries 2 and 3 came while the first was made; the last two were made at one moment.
    const seals = [
      { logIndex: 4, covers: 2, time: 100 },
      { logIndex: 6, covers: 6, time: 200 },
      { logIndex: 8, covers: 8, time: 200 },
    ];
    beforeAll(async () => {
      await database.pool('sealer').transaction(async (client) => {
        for (const seal of seals) await insertSeal(client, { ...seal, mapRoot: new Uint8Array(32), mapSize: 0 });
      });
    });
    const timesOf = async (indexes: readonly number[], bounds = EVERYTHING): Promise<(number | undefined)[]> => {
      const times = await recordedTimes(gateway, indexes, bounds);
      return indexes.map((index) => times.get(index));
    };

    test('are those of the first seal that covers the entry, and of none where none does', async () => {
      expect(await timesOf([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])).toEqual([100, 100, 200, 200, 200, 200, 200, 200, undefined, undefined]);
      expect([...(await recordedTimes(gateway, [], EVERYTHING))]).toEqual([]);
      // In any order, and an index that is asked for twice.
      expect(await timesOf([3, 0, 3])).toEqual([200, 100, 200]);
    });

    test('beyond a bound are not there, and no later seal takes the place of the one that is left out', async () => {
      expect(await timesOf([0, 3, 7], { ...EVERYTHING, below: 8 })).toEqual([100, 200, undefined]);
      expect(await timesOf([0, 3], { ...EVERYTHING, below: 4 })).toEqual([undefined, undefined]);
      expect(await timesOf([0, 3, 7], { ...EVERYTHING, coversMax: 2 })).toEqual([100, undefined, undefined]);
      expect(await timesOf([3, 7], { ...EVERYTHING, coversMax: 6 })).toEqual([200, undefined]);
    });

    test('say how far the log was recorded at a time, that time included; of equal times the last seal', async () => {
      const by = async (time: number): Promise<number | undefined> => (await lastSealBy(gateway, time))?.covers;
      expect(await Promise.all([99, 100, 199, 200, Number.MAX_SAFE_INTEGER].map(by))).toEqual([undefined, 2, 2, 8, 8]);
      expect(await firstSeal(gateway)).toEqual({ ...seals[0], accessSize: null });
      expect([await sealCovering(gateway, 6), await sealCovering(gateway, 7)]).toEqual([{ ...seals[1], accessSize: null }, null]);
    });
  });
});
