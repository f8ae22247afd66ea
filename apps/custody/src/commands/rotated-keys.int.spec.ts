/** A log whose key was rotated and then revoked, as its auditor and whoever keeps backups find it: healthy, whichever of its keys they know. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { openSealer } from '#app/sealer';
import { formatNote, formatVerifierKey, parseNote, signingKey, type SigningKey, signText, toHex, utf8, utf8Text } from '#lib/ledger';
import type { AuditReport } from '#app/audit';
import { testDatabase, type TestDatabase } from '../../../../libs/store/test-database.ts';
import { drilledLedger, type DrilledLedger } from '../drill/drilled-ledger.contract.ts';
import { audit } from './audit.ts';
import { backup, restore } from './backup.ts';

let ledger: DrilledLedger;
let empty: TestDatabase;
let folder: string;
let said: string;
let former: SigningKey<'log'>;
let present: SigningKey<'log'>;
const path = (name: string): string => join(folder, name);
const vkey = formatVerifierKey;

/** Of one checkpoint: its size and note; the newest without a size. */
async function noteOf(size?: number): Promise<{ size: number; note: string }> {
  const { rows } = await ledger.copy.pool.query<{ size: number; note: string }>(
    `select size, note from proof.checkpoints ${size === undefined ? '' : `where size = ${size}`} order by size desc limit 1`,
  );
  return rows[0] as { size: number; note: string };
}
/** Signed by these alone. */
async function signAgain(size: number, ...keys: readonly SigningKey<'log'>[]): Promise<void> {
  const parsed = parseNote(utf8((await noteOf(size)).note));
  if (!parsed.ok) throw new Error(parsed.fault.detail);
  const { text } = parsed.value;
  const note = utf8Text(
    formatNote(
      text,
      keys.map((key) => signText(key, text)),
    ),
  );
  await ledger.copy.pool.query('update proof.checkpoints set note = $2 where size = $1::bigint', [size, note]);
}
function machine(name: string, key: SigningKey<'log'> | null, kept: object = {}): void {
  mkdirSync(path(name));
  if (key === null) return;
  writeFileSync(path(`${name}/checkpoint.key`), `${toHex(key.seed)}\n`, { mode: 0o600 });
  writeFileSync(path(`${name}/keys.json`), JSON.stringify({ v: 1, formerKeys: [], receiptKeys: [], revokedKeys: [], ...kept }), {
    mode: 0o600,
  });
}
function on(database: TestDatabase, name: string): void {
  Object.assign(process.env, { DATABASE_URL: database.url, CUSTODY_DATA_DIR: path(name), CUSTODY_LOG_LEVEL: 'silent' });
}
async function audited(flags: Parameters<typeof audit>[0] = {}): Promise<AuditReport & { exit: number }> {
  said = '';
  const exit = await audit({ full: true, json: true, ...flags });
  return { ...(JSON.parse(said) as AuditReport), exit };
}

beforeAll(async () => {
  ledger = await drilledLedger(5, 8);
  empty = await testDatabase();
  folder = mkdtempSync(join(tmpdir(), 'rotated-'));
  former = ledger.copy.key;
  present = signingKey('log', ledger.copy.origin, new Uint8Array(32).fill(9));
  machine('rotated', present, { formerKeys: [toHex(former.seed)] });
  machine('revoked', present, { revokedKeys: [vkey(former)] });
  machine('elsewhere', null);
  machine('stranger', signingKey('log', ledger.copy.origin, new Uint8Array(32).fill(66)));
  writeFileSync(path('pin.txt'), (await noteOf()).note);
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
  for (const name of ['DATABASE_URL', 'CUSTODY_DATA_DIR', 'CUSTODY_LOG_LEVEL']) delete process.env[name];
});

/** With these keys the sealer says what it has to say of them, and seals it. */
async function sealBy(keys: Pick<Parameters<typeof openSealer>[0], 'key' | 'formerKeys' | 'revokedKeys'>): Promise<number> {
  const pool = ledger.database.pool('sealer');
  const sealer = await openSealer({ ...keys, pool, origin: ledger.copy.origin, signedHeadFile: path('head.json') });
  while ((await sealer.seal()) !== null);
  return (await noteOf()).size;
}

test('between rotation and the next start its audit and its backup know it by the former key', async () => {
  on(ledger.database, 'rotated');
  const { size } = await noteOf();
  expect(await audited()).toMatchObject({ exit: 0, verdict: 'verified', signed: size });
  expect(await backup({ output: path('before'), withKeys: true })).toBe(0);
  expect(JSON.parse(readFileSync(path('before/manifest.json'), 'utf8'))).toMatchObject({ logKey: vkey(former) });
});

test('rotated, and then revoked, it is what was signed: by this machine, by either key, with a pin of before', async () => {
  for (const [name, keys] of [
    ['rotated', { key: present, formerKeys: [former] }],
    ['revoked', { key: present, revokedKeys: [vkey(former)] }],
  ] as const) {
    const size = await sealBy(keys);
    on(ledger.database, name);
    expect(await audited({ pin: [path('pin.txt')] })).toMatchObject({ exit: 0, verdict: 'verified', signed: size, counts: {} });
    for (const key of [former, present]) expect(await audited({ key: [vkey(key)] })).toMatchObject({ exit: 0, signed: size });
  }
});

test('its backup has what became of the keys, and is restored by who knows none of them', async () => {
  on(ledger.database, 'revoked');
  expect(await backup({ output: path('backup'), withKeys: true })).toBe(0);
  expect(statSync(path('backup/keys/keys.json')).mode & 0o777).toBe(0o600);
  on(empty, 'elsewhere');
  expect(await restore(path('backup'), { verify: true, pin: [path('pin.txt')] })).toBe(0);
  expect(readFileSync(path('elsewhere/keys.json'), 'utf8')).toBe(readFileSync(path('revoked/keys.json'), 'utf8'));
  expect(await audited()).toMatchObject({ exit: 0, verdict: 'verified' });
  // Without being asked for them a backup has neither.
  on(ledger.database, 'revoked');
  await backup({ output: path('bare') });
  expect(existsSync(path('bare/keys'))).toBe(false);
});

test('a head that the revoked key alone signed behind its revocation does not count', async () => {
  on(ledger.database, 'revoked');
  const { size, note } = await noteOf();
  await signAgain(size, former);
  try {
    for (const key of [undefined, [vkey(former)], [vkey(former), vkey(present)]])
      expect(await audited(key === undefined ? {} : { key })).toMatchObject({
        exit: 10,
        counts: { 'audit.checkpoint': 1 },
        first: { key: { size } },
      });
  } finally {
    await ledger.copy.pool.query('update proof.checkpoints set note = $2 where size = $1::bigint', [size, note]);
  }
});

test('a log that only names its keys itself is not believed: somebody else could have written it anew', async () => {
  on(ledger.database, 'stranger');
  const { verdict, exit, signed, counts } = await audited();
  expect([verdict, exit, signed]).toEqual(['altered', 10, 0]);
  expect(counts['audit.checkpoint']).toBeGreaterThan(1);
  on(ledger.database, 'elsewhere');
  rmSync(path('elsewhere/checkpoint.key'));
  rmSync(path('elsewhere/keys.json'));
  expect(await audited()).toMatchObject({ verdict: 'unchecked', exit: 20 });
});
