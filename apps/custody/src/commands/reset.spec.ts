/** The one command that deletes: never unasked, and never what is not this program's. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reset } from './reset.ts';

const folder = mkdtempSync(join(tmpdir(), 'custody-reset-'));
const before = { ...process.env };
beforeEach(() => {
  process.env['CUSTODY_DATA_DIR'] = folder;
  writeFileSync(join(folder, 'FORMAT'), '1');
});
afterEach(() => {
  process.env = { ...before };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('deletes nothing that was not confirmed', async () => {
  await expect(reset({})).rejects.toMatchObject({ exitCode: 2, code: 'reset.unconfirmed' });
  expect(existsSync(join(folder, 'FORMAT'))).toBe(true);
});

it('deletes nothing where the ledger lies in a database of somebody else', async () => {
  process.env['DATABASE_URL'] = 'postgresql://someone@127.0.0.1:9/ledger';
  await expect(reset({ yes: true })).rejects.toMatchObject({ exitCode: 2, code: 'reset.external' });
  expect(existsSync(join(folder, 'FORMAT'))).toBe(true);
});

it('deletes what the program made, keys and signed heads with it, and nothing else', async () => {
  const own = ['publisher.key', 'checkpoint.key', 'sealed-custody-ledger.invalid-d56fedaf.json', 'passwords.json'];
  for (const name of [...own, 'notes.txt', 'other.key', 'unsealed.json']) writeFileSync(join(folder, name), 'x');
  expect(await reset({ yes: true })).toBe(0);
  expect(readdirSync(folder).sort()).toEqual(['notes.txt', 'other.key', 'unsealed.json']);
});
