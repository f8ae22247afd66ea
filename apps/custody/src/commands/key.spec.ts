import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { formatVerifierKey, signingKey, type VerifierKey } from '#lib/ledger';
import { readConfig } from '#lib/runtime';
import { declaredKeys } from '../log-key.ts';
import { revoke, rotate } from './key.ts';

const LOG = 'ledger.example/log';
let dataDir: string;
let printed: string[];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'keys-'));
  process.env['CUSTODY_DATA_DIR'] = dataDir;
  printed = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
});
afterEach(() => {
  jest.restoreAllMocks();
  delete process.env['CUSTODY_DATA_DIR'];
  rmSync(dataDir, { recursive: true });
});

async function declared(env: Readonly<Record<string, string>> = {}) {
  const read = readConfig({ env: { CUSTODY_DATA_DIR: dataDir, ...env }, cwd: dataDir });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const { key, formerKeys = [], receiptKeys = [], revokedKeys = [] } = await declaredKeys(read.config, LOG);
  return { key: formatVerifierKey(key), former: formerKeys.map(text), receipts: receiptKeys.map(text), revoked: revokedKeys };
}
const text = (key: VerifierKey): string => formatVerifierKey(key);
const modeOf = (file: string): string => (statSync(join(dataDir, file)).mode & 0o777).toString(8);

describe('the keys of the embedded default', () => {
  it('are made at the first start, one for each kind of message, and stay', async () => {
    const first = await declared();
    expect([first.former, first.receipts.length, first.revoked]).toEqual([[], 1, []]);
    expect(first.receipts[0]).toMatch(/^ledger\.example\/log\/receipt\+/);
    expect(['checkpoint.key', 'receipt.key'].map(modeOf)).toEqual(['600', '600']);
    expect(readFileSync(join(dataDir, 'receipt.key'), 'utf8')).not.toBe(readFileSync(join(dataDir, 'checkpoint.key'), 'utf8'));
    expect(await declared()).toEqual(first);
  });

  it('for checkpoints rotate: the former one signs as well, until it is revoked', async () => {
    const first = await declared();
    await rotate('checkpoint', {});
    const rotated = await declared();
    expect([rotated.key === first.key, rotated.former, rotated.receipts]).toEqual([false, [first.key], first.receipts]);
    expect(modeOf('keys.json')).toBe('600');
    await revoke(first.key, {});
    expect(await declared()).toEqual({ ...rotated, former: [], revoked: [first.key] });
    expect(readdirSync(dataDir).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  it('for receipts rotate: the log goes on standing by receipts of the former one, until it is revoked', async () => {
    const first = await declared();
    await rotate('receipt', {});
    const rotated = await declared();
    expect([rotated.key, rotated.receipts.length, rotated.receipts[1]]).toEqual([first.key, 2, first.receipts[0]]);
    await revoke(first.receipts[0] ?? '', {});
    expect(await declared()).toEqual({ ...rotated, receipts: rotated.receipts.slice(0, 1), revoked: first.receipts });
  });

  it('that sign now are not revoked, and what is no key is not either', async () => {
    const { key, receipts } = await declared();
    for (const vkey of [key, ...receipts]) await expect(revoke(vkey, {})).rejects.toMatchObject({ code: 'key.revoked', exitCode: 5 });
    for (const none of ['none', key.slice(0, -4)]) await expect(revoke(none, {})).rejects.toMatchObject({ code: 'usage', exitCode: 2 });
    await expect(rotate('witness', {})).rejects.toMatchObject({ code: 'usage' });
    expect(await declared()).toMatchObject({ key, receipts, revoked: [] });
    expect(printed).toEqual([]);
  });

  it('are not doubled by a rotation that broke off before the new key was made', async () => {
    const first = await declared();
    const seed = readFileSync(join(dataDir, 'checkpoint.key'), 'utf8').trim();
    writeFileSync(join(dataDir, 'keys.json'), JSON.stringify({ v: 1, formerKeys: [seed], receiptKeys: [], revokedKeys: [] }));
    expect(await declared()).toEqual(first);
  });

  it('are not forgotten where the file about them is damaged', async () => {
    for (const damaged of [
      '',
      '{}',
      '{"v":2,"formerKeys":[],"receiptKeys":[],"revokedKeys":[]}',
      '{"v":1,"formerKeys":["ab"],"receiptKeys":[],"revokedKeys":[]}',
    ]) {
      writeFileSync(join(dataDir, 'keys.json'), damaged);
      await expect(declared()).rejects.toThrow('keys.json');
    }
  });

  it('that are settings are settings alone', async () => {
    const seeds = ['11', '22', '33'].map((hex) => hex.repeat(32)) as [string, string, string];
    const log = seeds.map((hex) => text(signingKey('log', LOG, Buffer.from(hex, 'hex'))));
    const receipt = text(signingKey('receipt', 'elsewhere.example/receipt', Buffer.from(seeds[2], 'hex')));
    const env = {
      CUSTODY_ROLES: 'sealer',
      CUSTODY_SEALER_KEY: seeds[0],
      CUSTODY_SEALER_FORMER_KEYS: seeds[1],
      CUSTODY_SEALER_RECEIPT_KEYS: receipt,
      CUSTODY_SEALER_REVOKED_KEYS: log[2] ?? '',
    };
    expect(await declared(env)).toEqual({ key: log[0], former: [log[1]], receipts: [receipt], revoked: [log[2]] });
    expect(readdirSync(dataDir)).toEqual([]);
    await expect(declared({ ...env, CUSTODY_SEALER_REVOKED_KEYS: receipt.replace(/\+[0-9a-f]{8}\+/, '+00000000+') })).rejects.toMatchObject(
      { code: 'config.invalid' },
    );
    process.env['CUSTODY_SEALER_KEY'] = seeds[0];
    await expect(rotate('checkpoint', {})).rejects.toMatchObject({ code: 'usage' });
    delete process.env['CUSTODY_SEALER_KEY'];
  });
});
