/** `custody log freeze` on a ledger in a database: what it ends, and what it must not end by mistake. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { cosign, formatCheckpoint, formatNote, formatVerifierKey, openCheckpoint, signText, toHex, utf8 } from '#lib/ledger';
import { isFrozen, lastCheckpoint } from '#lib/store';
import { TestLog, TestWitness } from '../../../sealer/test-processes/test-witness.ts';
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

const policyFile = (witness: TestWitness): string => {
  const file = join(folder, 'policy.json');
  writeFileSync(file, JSON.stringify({ witnesses: [{ vkey: formatVerifierKey(witness.key), url: witness.url }], threshold: 1 }));
  return file;
};

test('a log whose head waited for cosignatures is not ended without the policy, in a head that nobody cosigned', async () => {
  const { pool } = ledger.copy;
  await pool.query('insert into proof.waiting_heads (size, note, published) select size, note, true from proof.checkpoints');
  await expect(freeze({ reason: 'a drill' })).rejects.toMatchObject({ code: 'config.invalid', exitCode: 2 });
  expect([await isFrozen(pool), said]).toEqual([false, '']);
  await pool.query('delete from proof.waiting_heads');
});

test('with a clock that is right it ends by its own word', async () => {
  expect(await freeze({ reason: 'a drill' })).toBe(0);
  expect(openCheckpoint(utf8(said), { log: [ledger.copy.key] }).ok).toBe(true);
  expect(await isFrozen(ledger.copy.pool)).toBe(true);
});

test('a database that is behind what a witness cosigned takes nothing in any more, and signs no second end', async () => {
  const behind = await drilledLedger(6, 8);
  const { key, origin, newest, pool } = behind.copy;
  const machine = join(folder, 'restored');
  mkdirSync(machine);
  writeFileSync(join(machine, 'checkpoint.key'), `${toHex(key.seed)}\n`, { mode: 0o600 });
  Object.assign(process.env, { DATABASE_URL: behind.database.url, CUSTODY_DATA_DIR: machine });
  const witness = await new TestWitness('w.example', Object.assign(new TestLog('', origin), { key })).start();
  try {
    process.env['CUSTODY_SEALER_WITNESSES'] = policyFile(witness);
    const [size, root] = [BigInt(newest.size) + 7n, new Uint8Array(32)];
    const text = formatCheckpoint({ origin, size, root, extension: [] });
    witness.latest = { size, root, note: formatNote(text, [signText(key, text), cosign(witness.key, text, 5n)]) };
    await expect(freeze({ reason: 'a drill' })).rejects.toMatchObject({ code: 'seal.rollback', exitCode: 5 });
    expect([await isFrozen(pool), said, (await lastCheckpoint(pool))?.size]).toEqual([true, '', newest.size]);
  } finally {
    delete process.env['CUSTODY_SEALER_WITNESSES'];
    await witness.stop();
    await behind.copy.close();
  }
});
