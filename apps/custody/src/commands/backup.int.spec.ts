/** The commands of whoever keeps backups and of the auditor, on databases that DATABASE_URL names: what they say, refuse, and leave. */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { formatVerifierKey, signingKey, toHex } from '#lib/ledger';
import { testDatabase, type TestDatabase } from '../../../../libs/store/test-database.ts';
import { drilledLedger, type DrilledLedger } from '../drill/drilled-ledger.contract.ts';
import { audit } from './audit.ts';
import { backup, restore } from './backup.ts';

let ledger: DrilledLedger;
let empty: TestDatabase;
let folder: string;
let said: string;
const path = (name: string): string => join(folder, name);

beforeAll(async () => {
  ledger = await drilledLedger(3, 8);
  empty = await testDatabase();
  folder = mkdtempSync(join(tmpdir(), 'backup-command-'));
  mkdirSync(path('machine'));
  mkdirSync(path('elsewhere'));
  writeFileSync(path('machine/checkpoint.key'), `${toHex(ledger.copy.key.seed)}\n`);
  const { rows } = await ledger.copy.pool.query<{ note: string }>('select note from proof.checkpoints order by size');
  for (const [n, { note }] of rows.entries()) writeFileSync(path(`pin-${n}.txt`), note);
}, 60_000);
afterAll(async () => {
  await ledger.copy.close();
  await empty.drop();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  said = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
  for (const name of ['DATABASE_URL', 'CUSTODY_DATA_DIR', 'CUSTODY_LOG_LEVEL', 'CUSTODY_SEALER_STATE_FILE']) delete process.env[name];
});

/** From here on commands work on this database, and on this machine's files. */
function on(database: TestDatabase, machine: 'machine' | 'elsewhere', more: Readonly<Record<string, string>> = {}): void {
  Object.assign(process.env, { DATABASE_URL: database.url, CUSTODY_DATA_DIR: path(machine), CUSTODY_LOG_LEVEL: 'silent', ...more });
}
const entries = async (database: TestDatabase): Promise<number> =>
  (await database.pool('owner').query('select from ledger.entries')).rowCount;

/** A backup that somebody changed, with a manifest that says so of each file. */
function changed(): string {
  cpSync(path('backup'), path('changed'), { recursive: true });
  const file = path('changed/ledger.entries.tsv');
  const text = readFileSync(file, 'utf8').replace(/\\\\x([0-9a-f])/, (_, digit: string) => `\\\\x${digit === '0' ? '1' : '0'}`);
  writeFileSync(file, text);
  const manifest = JSON.parse(readFileSync(path('changed/manifest.json'), 'utf8')) as { tables: { name: string; sha256: string }[] };
  for (const table of manifest.tables) if (table.name === 'ledger.entries') table.sha256 = createHash('sha256').update(text).digest('hex');
  writeFileSync(path('changed/manifest.json'), JSON.stringify(manifest));
  return path('changed');
}

test('a backup holds no private key unless it is asked for, and says which it is', async () => {
  on(ledger.database, 'machine');
  expect(await backup({ output: path('backup') })).toBe(0);
  expect(said).toContain('The private keys are not in it');
  expect(existsSync(path('backup/keys'))).toBe(false);
  expect(JSON.parse(readFileSync(path('backup/manifest.json'), 'utf8'))).toMatchObject({ logKey: formatVerifierKey(ledger.copy.key) });
  await expect(backup({ output: path('backup') })).rejects.toMatchObject({ code: 'backup.exists' });
  said = '';
  expect(await backup({ output: path('with-keys'), withKeys: true, json: true })).toBe(0);
  expect(JSON.parse(said)).toMatchObject({ keys: true, signed: true, size: 29 });
  expect(statSync(path('with-keys/keys/checkpoint.key')).mode & 0o777).toBe(0o600);
});

test('an audit is held against the heads that were kept, and believes the key of this machine or the one that is given', async () => {
  const { newest, key } = ledger.copy;
  on(ledger.database, 'machine', { CUSTODY_SEALER_STATE_FILE: path('signed.json') });
  writeFileSync(path('signed.json'), JSON.stringify({ size: newest.size, root: toHex(newest.root) }));
  expect(await audit({ full: true, pin: [path('pin-0.txt'), path('pin-2.txt')] })).toBe(0);
  expect(said).toMatch(/^Verified: the first 29 entries/);
  expect(said.match(/: agrees/g)).toHaveLength(3);
  writeFileSync(path('signed.json'), JSON.stringify({ size: 99, root: toHex(newest.root) }));
  said = '';
  expect(await audit({ full: true, json: true })).toBe(10);
  expect(JSON.parse(said)).toMatchObject({ verdict: 'altered', first: { code: 'audit.behind' }, anchors: [{ outcome: 'behind' }] });
  on(ledger.database, 'elsewhere', { CUSTODY_SEALER_STATE_FILE: path('none.json') });
  expect(await audit({ full: true })).toBe(20);
  expect(await audit({ full: true, key: [formatVerifierKey(key)] })).toBe(0);
});

test('an audit under a policy of witnesses is none of a log whose newest head no witness cosigned', async () => {
  on(ledger.database, 'machine');
  const vkey = formatVerifierKey(signingKey('witness', 'w.example', new Uint8Array(32).fill(9)));
  writeFileSync(path('policy.json'), JSON.stringify({ witnesses: [{ vkey }], threshold: 1 }));
  await expect(audit({ full: true, witnesses: path('policy.json') })).rejects.toMatchObject({ exitCode: 13, code: 'audit.unwitnessed' });
});

test.each([
  ['without --full', () => audit({})],
  ['a pin that is no checkpoint', () => audit({ full: true, pin: [path('machine/checkpoint.key')] })],
  ['a key that is none', () => audit({ full: true, key: ['none'] })],
])('an audit that is asked for %s says so', async (_, run) => {
  on(ledger.database, 'machine');
  await expect(run()).rejects.toMatchObject({ exitCode: 2, code: 'usage' });
});

test('a pin that somebody else signed is not held against anything', async () => {
  on(ledger.database, 'machine');
  const note = readFileSync(path('pin-1.txt'), 'utf8');
  writeFileSync(path('forged.txt'), note.replace(/^17$|^(\d+)$/m, '9999'));
  await expect(audit({ full: true, pin: [path('forged.txt')] })).rejects.toMatchObject({ code: 'usage' });
});

test('a backup that is behind what was signed, of another history, or altered is not restored, and nothing is left of it', async () => {
  const { older, newest } = ledger.copy;
  on(empty, 'elsewhere', { CUSTODY_SEALER_STATE_FILE: path('head.json') });
  writeFileSync(path('head.json'), JSON.stringify({ size: newest.size + 1, root: toHex(newest.root) }));
  await expect(restore(path('backup'), {})).rejects.toMatchObject({ exitCode: 5, code: 'restore.behind' });
  writeFileSync(path('head.json'), JSON.stringify({ size: older.size, root: toHex(newest.root) }));
  await expect(restore(path('backup'), {})).rejects.toMatchObject({ exitCode: 5, code: 'restore.fork' });
  rmSync(path('head.json'));
  await expect(restore(changed(), { verify: true })).rejects.toMatchObject({ exitCode: 10, code: 'restore.altered' });
  expect(await entries(empty)).toBe(0);
});

test('one that agrees is restored, its keys where it has them, and named whose word was believed', async () => {
  on(empty, 'elsewhere');
  expect(await restore(path('with-keys'), { verify: true, pin: [path('pin-1.txt')] })).toBe(0);
  expect(said).toContain('29 entries of');
  expect(said).toContain('Checked by the key that the backup itself names');
  expect(await entries(empty)).toBe(24);
  expect(readFileSync(path('elsewhere/checkpoint.key'))).toEqual(readFileSync(path('machine/checkpoint.key')));
  await expect(restore(path('with-keys'), {})).rejects.toMatchObject({ code: 'restore.not-empty' });
  expect(await audit({ full: true, pin: [path('pin-2.txt')] })).toBe(0);
});
