/** `custody log freeze` on a ledger in a database: what it ends, and what it must not end by mistake. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { openCheckpoint, toHex, utf8 } from '#lib/ledger';
import { isFrozen } from '#lib/store';
import { drilledLedger, type DrilledLedger } from '../drill/drilled-ledger.contract.ts';
import { freeze } from './log.ts';

const DAY_MS = 86_400_000;

let ledger: DrilledLedger;
let folder: string;
let said: string;

beforeAll(async () => {
  ledger = await drilledLedger(5, 8);
  folder = mkdtempSync(join(tmpdir(), 'frozen-'));
  writeFileSync(join(folder, 'checkpoint.key'), `${toHex(ledger.copy.key.seed)}\n`, { mode: 0o600 });
}, 60_000);
afterAll(async () => {
  await ledger.copy.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  said = '';
  Object.assign(process.env, { DATABASE_URL: ledger.database.url, CUSTODY_DATA_DIR: folder, CUSTODY_LOG_LEVEL: 'silent' });
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
  for (const name of ['DATABASE_URL', 'CUSTODY_DATA_DIR', 'CUSTODY_LOG_LEVEL']) delete process.env[name];
});

test.each([
  ['behind the newest seal', -DAY_MS, 'seal.clock'],
  ['ahead of the database', DAY_MS, 'seal.clock-unconfirmed'],
])('a clock that is %s ends no log: it is set right, and the log says its end', async (_, wrongMs, code) => {
  const right = Date.now.bind(Date);
  jest.spyOn(Date, 'now').mockImplementation(() => right() + wrongMs);
  await expect(freeze({ reason: 'a drill' })).rejects.toMatchObject({ code });
  expect([await isFrozen(ledger.copy.pool), said]).toEqual([false, '']);
});

test('with a clock that is right it ends by its own word', async () => {
  expect(await freeze({ reason: 'a drill' })).toBe(0);
  expect(openCheckpoint(utf8(said), { log: [ledger.copy.key] }).ok).toBe(true);
  expect(await isFrozen(ledger.copy.pool)).toBe(true);
});
