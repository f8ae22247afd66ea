import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BATCH_SIZE, batchAt, PARTITION } from '../test-processes/test-events.ts';
import { testDatabase, type TestDatabase } from '../test-database.ts';
import { digestDerived, dumpFixture, openFixture, projectBatch } from './index.ts';

describe('a database kept as a folder', () => {
  let database: TestDatabase;
  let folder: string;
  beforeAll(async () => {
    database = await testDatabase();
    folder = mkdtempSync(join(tmpdir(), 'custody-fixture-'));
    await projectBatch(database.pool('projector'), PARTITION, 0, BATCH_SIZE, batchAt(0), []);
    await dumpFixture(database.pool('owner'), folder);
  }, 60_000);
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await database.drop();
  });

  const emptyDatabase = async (): Promise<string> => {
    const name = `fixture_${Math.random().toString(36).slice(2)}`;
    await database.pool('owner').query(`create database ${name}`);
    return database.url.replace(/[^/]*$/, name);
  };

  test('opens again with the same digests, goes on where it stood, and defends its rows', async () => {
    const url = await emptyDatabase();
    expect(await openFixture(url, folder)).toEqual({ applied: [] });
    const copy = database.pool('owner', { url });
    expect(await digestDerived(copy)).toEqual(await digestDerived(database.pool('owner')));
    const next = batchAt(BATCH_SIZE);
    for (const pool of [copy, database.pool('owner')]) {
      expect(await projectBatch(pool, PARTITION, BATCH_SIZE, 2 * BATCH_SIZE, next, [])).toMatchObject({ outcome: 'committed' });
    }
    expect(await digestDerived(copy)).toEqual(await digestDerived(database.pool('owner')));
    await expect(copy.query('delete from ledger.entries')).rejects.toThrow('ledger.append-only');
  }, 60_000);

  test('of a later version is refused, and a changed row is seen', async () => {
    const changed = mkdtempSync(join(tmpdir(), 'custody-fixture-'));
    cpSync(folder, changed, { recursive: true });
    expect(readdirSync(changed)).toContain('ledger.timeline.tsv');
    const timeline = join(changed, 'ledger.timeline.tsv');
    writeFileSync(timeline, readFileSync(timeline, 'utf8').replace('imo:1', 'imo:9'));
    const url = await emptyDatabase();
    await openFixture(url, changed);
    const fresh = await testDatabase();
    try {
      await projectBatch(fresh.pool('projector'), PARTITION, 0, BATCH_SIZE, batchAt(0), []);
      const portable = { portable: true };
      expect(await digestDerived(database.pool('owner', { url }), portable)).not.toEqual(
        await digestDerived(fresh.pool('owner'), portable),
      );
    } finally {
      await fresh.drop();
    }
    writeFileSync(join(changed, 'migrations.json'), '{"migrations":["later-0000000000099"]}');
    await expect(openFixture(await emptyDatabase(), changed)).rejects.toMatchObject({ code: 'data.newer' });
    rmSync(changed, { recursive: true });
  }, 60_000);
});
