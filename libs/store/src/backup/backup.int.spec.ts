/** A backup and what becomes of it, in real databases: whole or not at all. */
import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase, type TestDatabase } from '../../test-database.ts';
import { BATCH_SIZE, batchAt, PARTITION } from '../../test-processes/test-events.ts';
import { digestDerived, projectBatch, readManifest, restoreBackup, writeBackup } from '../index.ts';

let source: TestDatabase;
/** Empty, and left so. */
let empty: TestDatabase;
let folder: string;
const path = (name: string): string => join(folder, name);
const owner = (database: TestDatabase) => database.pool('owner');
const written = (name: string, of = source) => writeBackup(owner(of), { folder: path(name), logKey: null });
const restored = (name: string, to = empty, verify?: () => Promise<void>) =>
  restoreBackup(to.url, { folder: path(name), ...(verify === undefined ? {} : { verify }) });
const entriesIn = async (database: TestDatabase): Promise<number> => (await owner(database).query('select from ledger.entries')).rowCount;

beforeAll(async () => {
  [source, empty] = [await testDatabase(), await testDatabase()];
  for (let at = 0; at < 3 * BATCH_SIZE; at += BATCH_SIZE)
    await projectBatch(source.pool('projector'), PARTITION, at, at + BATCH_SIZE, batchAt(at), []);
  folder = mkdtempSync(join(tmpdir(), 'backup-'));
  await written('a');
}, 60_000);
afterAll(async () => {
  await source.drop();
  await empty.drop();
  rmSync(folder, { recursive: true });
});

/** Another copy of the backup, to be damaged. */
function copied(name: string): string {
  cpSync(path('a'), path(name), { recursive: true });
  return path(name);
}

/** Of both schemas, by way of another backup: what is equal there is equal to the byte. */
function filesOf(name: string): Record<string, string> {
  return Object.fromEntries(readdirSync(path(name)).map((file) => [file, readFileSync(join(path(name), file), 'latin1')]));
}

test('holds the whole ledger: restored and backed up again it is the same bytes', async () => {
  const manifest = readManifest(path('a'));
  expect(manifest.tables.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['event_log.records', 'ledger.content', 'ledger.entries', 'ledger.notices', 'proof.items', 'proof.tiles']),
  );
  expect(manifest.tables.find(({ name }) => name === 'ledger.entries')?.rows).toBe(manifest.size);
  await written('again');
  expect(filesOf('again')).toEqual(filesOf('a'));
  const target = await testDatabase();
  try {
    await restored('a', target);
    await written('b', target);
    expect(filesOf('b')).toEqual(filesOf('a'));
    expect(await digestDerived(owner(target))).toEqual(await digestDerived(owner(source)));
    await expect(restored('a', target)).rejects.toMatchObject({ code: 'restore.not-empty' });
    // The restored ledger goes on: the next number of what counts by itself is a new one.
    const at = 3 * BATCH_SIZE;
    const next = await projectBatch(target.pool('projector'), PARTITION, at, at + BATCH_SIZE, batchAt(at), []);
    expect(next).toMatchObject({ outcome: 'committed' });
  } finally {
    await target.drop();
  }
}, 60_000);

test('is not written over anything', async () => {
  await expect(written('a')).rejects.toMatchObject({ code: 'backup.exists' });
});

test('of which one byte changed, or a file is missing, restores nothing', async () => {
  appendFileSync(join(copied('changed'), 'ledger.entries.tsv'), '\n');
  await expect(restored('changed')).rejects.toMatchObject({ code: 'restore.damaged' });
  rmSync(join(copied('less'), 'proof.tiles.tsv'));
  await expect(restored('less')).rejects.toMatchObject({ code: 'restore.damaged' });
  expect(await entriesIn(empty)).toBe(0);
});

test('whose check does not agree leaves nothing of itself', async () => {
  let seen = 0;
  const behind = async (): Promise<void> => {
    seen += 1;
    throw new Error('behind');
  };
  await expect(restored('a', empty, behind)).rejects.toThrow('behind');
  expect(seen).toBe(1);
  expect(await entriesIn(empty)).toBe(0);
  expect((await owner(empty).query<{ size: number }>('select size from ledger.head')).rows).toEqual([{ size: 0 }]);
});

test.each([
  ['no JSON', '{'],
  ['another format', '{"format": "custody-backup/9"}'],
  ['without tables', '{"format": "custody-backup/1", "migrations": ["a"], "origin": "x", "size": 1}'],
  [
    'one with a table that would be SQL',
    '{"format": "custody-backup/1", "migrations": ["a"], "origin": "x", "size": 1, "tables": [{"name": "a; drop", "columns": [], "rows": 0, "bytes": 0, "sha256": ""}]}',
  ],
])('whose manifest is %s is none', async (name, manifest) => {
  writeFileSync(join(copied(name), 'manifest.json'), manifest);
  await expect(restored(name)).rejects.toMatchObject({ code: 'restore.manifest' });
  rmSync(join(path(name), 'manifest.json'));
  await expect(restored(name)).rejects.toMatchObject({ code: 'restore.manifest' });
});
