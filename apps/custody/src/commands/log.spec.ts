import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { formatCheckpoint, formatNote, formatVerifierKey, logEnd, signingKey, signText } from '#lib/ledger';
import { previousLog } from '../previous-log.ts';
import { freeze, succeed } from './log.ts';

const LOG = 'ledger.example/log';
const keyOf = (n: number) => signingKey('log', LOG, new Uint8Array(32).fill(n));
const checkpoint = { origin: LOG, size: 7n, root: new Uint8Array(32).fill(5), extension: [] };
const text = formatCheckpoint(checkpoint);
let folder: string;
let note: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-'));
  note = join(folder, 'last.checkpoint');
  writeFileSync(note, formatNote(text, [signText(keyOf(1), text)]));
  process.env['CUSTODY_DATA_DIR'] = join(folder, 'data');
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterEach(() => {
  jest.restoreAllMocks();
  delete process.env['CUSTODY_DATA_DIR'];
  rmSync(folder, { recursive: true });
});

describe('the log in the place of another', () => {
  const dataDir = (): string => join(folder, 'data');
  const vkey = (n: number): string => formatVerifierKey(keyOf(n));

  it('is prepared with the checkpoint at which that one ended, once', async () => {
    expect(await previousLog(dataDir())).toBeUndefined();
    expect(await succeed(note, { key: vkey(1) })).toBe(0);
    expect(readFileSync(join(dataDir(), 'previous.checkpoint'))).toEqual(readFileSync(note));
    expect(await previousLog(dataDir())).toEqual(logEnd(checkpoint, text));
    await expect(succeed(note, { key: vkey(1) })).rejects.toMatchObject({ code: 'EEXIST' });
  });

  it('is not prepared with what the old log did not sign, nor where there is a log', async () => {
    for (const key of [vkey(2), 'none']) await expect(succeed(note, { key })).rejects.toMatchObject({ code: 'usage', exitCode: 2 });
    expect(existsSync(dataDir())).toBe(false);
    await succeed(note, { key: vkey(1) });
    rmSync(join(dataDir(), 'previous.checkpoint'));
    writeFileSync(join(dataDir(), 'FORMAT'), '1');
    await expect(succeed(note, { key: vkey(1) })).rejects.toMatchObject({ code: 'log.other-beginning', exitCode: 5 });
    expect(existsSync(join(dataDir(), 'previous.checkpoint'))).toBe(false);
  });

  it('does not begin as if it were the first where its checkpoint is damaged', async () => {
    await succeed(note, { key: vkey(1) });
    writeFileSync(join(dataDir(), 'previous.checkpoint'), 'damaged');
    await expect(previousLog(dataDir())).rejects.toThrow('no checkpoint');
  });
});

test('a log is not ended without a reason, nor where there is none', async () => {
  await expect(freeze({ reason: ' \n ' })).rejects.toMatchObject({ code: 'usage', exitCode: 2 });
  await expect(freeze({ reason: 'a drill' })).rejects.toMatchObject({ code: 'data.none', exitCode: 3 });
});
