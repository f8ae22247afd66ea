/** A backup and what becomes of it, in real databases: whole or not at all. */
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase, type TestDatabase } from '../../test-database.ts';
import { BATCH_SIZE, batchAt, PARTITION } from '../../test-processes/test-events.ts';
import { digestDerived, projectBatch, restoreBackup, writeBackup } from '../index.ts';

let [source, target]: TestDatabase[] = [];
let folder: string;
const path = (name: string): string => join(folder, name);

beforeAll(async () => {
  source = await testDatabase();
  for (let at = 0; at < 3 * BATCH_SIZE; at += BATCH_SIZE)
    await projectBatch(source.pool('projector'), PARTITION, at, at + BATCH_SIZE, batchAt(at), []);
}, 60_000);
afterAll(() => source?.drop());
beforeEach(async () => {
  target = await testDatabase();
  folder = mkdtempSync(join(tmpdir(), 'backup-'));
}, 60_000);
afterEach(async () => {
  await target?.drop();
  rmSync(folder, { recursive: true });
});

const owner = (database: TestDatabase | undefined) => (database as TestDatabase).pool('owner');
const written = (name = 'a') => writeBackup(owner(source), { folder: path(name), logKey: null });
const restored = (name = 'a', verify?: () => Promise<void>) =>
  restoreBackup((target as TestDatabase).url, { folder: path(name), ...(verify === undefined ? {} : { verify }) });

/** Of both schemas, by way of another backup: what is equal there is equal to the byte. */
async function filesOf(name: string): Promise<Record<string, string>> {
  return Object.fromEntries(readdirSync(path(name)).map((file) => [file, readFileSync(join(path(name), file), 'latin1')]));
}

test('holds the whole ledger: restored and backed up again it is the same bytes', async () => {
  const manifest = await written();
  expect(manifest.tables.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['event_log.records', 'ledger.content', 'ledger.entries', 'ledger.notices', 'proof.items', 'proof.tiles']),
  );
  expect(manifest.tables.find(({ name }) => name === 'ledger.entries')?.rows).toBe(manifest.size);
  await written('same');
  expect(await filesOf('same')).toEqual(await filesOf('a'));
  await restored();
  await writeBackup(owner(target), { folder: path('b'), logKey: null });
  expect(await filesOf('b')).toEqual(await filesOf('a'));
  expect(await digestDerived(owner(target))).toEqual(await digestDerived(owner(source)));
  // The restored ledger goes on: the next number of what counts by itself is a new one.
  const at = 3 * BATCH_SIZE;
  expect(await projectBatch((target as TestDatabase).pool('projector'), PARTITION, at, at + BATCH_SIZE, batchAt(at), [])).toMatchObject({
    outcome: 'committed',
  });
}, 60_000);

test('is not written over anything', async () => {
  await written();
  await expect(written()).rejects.toMatchObject({ code: 'backup.exists' });
});

test('of which one byte changed, or a file is missing, restores nothing', async () => {
  await written();
  appendFileSync(path('a/ledger.entries.tsv'), '\n');
  await expect(restored()).rejects.toMatchObject({ code: 'restore.damaged' });
  await written('c');
  rmSync(path('c/proof.tiles.tsv'));
  await expect(restored('c')).rejects.toMatchObject({ code: 'restore.damaged' });
  expect((await owner(target).query('select from ledger.entries')).rowCount).toBe(0);
});

test('is refused by a database that has a ledger, and by one whose check does not agree: there nothing is left of it', async () => {
  await written();
  await expect(restored('a', () => Promise.reject(new Error('behind')))).rejects.toThrow('behind');
  expect((await owner(target).query('select from ledger.entries')).rowCount).toBe(0);
  await restored();
  await expect(restored()).rejects.toMatchObject({ code: 'restore.not-empty' });
}, 60_000);

test.each([
  ['no JSON', '{'],
  ['another format', '{"format": "custody-backup/9"}'],
  ['no tables', '{"format": "custody-backup/1", "migrations": ["a"], "origin": "x", "size": 1}'],
  [
    'a table that would be SQL',
    '{"format": "custody-backup/1", "migrations": ["a"], "origin": "x", "size": 1, "tables": [{"name": "a; drop", "columns": [], "rows": 0, "bytes": 0, "sha256": ""}]}',
  ],
])('whose manifest is %s is none', async (_, manifest) => {
  await written();
  writeFileSync(path('a/manifest.json'), manifest);
  await expect(restored()).rejects.toMatchObject({ code: 'restore.manifest' });
  rmSync(path('a/manifest.json'));
  await expect(restored()).rejects.toMatchObject({ code: 'restore.manifest' });
});
