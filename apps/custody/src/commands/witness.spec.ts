import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatVerifierKey, signingKey } from '#lib/ledger';
import { witness } from './witness.ts';

const seed = new Uint8Array(32).fill(1);
const vkey = formatVerifierKey(signingKey('log', 'log.example/demo', seed));
let parent: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'custody-witness-command-'));
});
afterEach(() => rmSync(parent, { recursive: true }));

test.each([
  ['a log key that is none', ['nonsense'], '0'],
  ['a key of a witness where one of a log belongs', [formatVerifierKey(signingKey('witness', 'w.example', seed))], '0'],
  ['a second log key that is none', [vkey, `${vkey}=`], '0'],
  ['a port that is none', [vkey], '65536'],
  ['a port with a sign', [vkey], '-1'],
])('%s is wrong usage, and makes no folder', async (_what, log, port) => {
  const dir = join(parent, 'witness');
  await expect(witness({ dir, log, name: 'w.example', host: '127.0.0.1', port })).rejects.toMatchObject({ code: 'usage', exitCode: 2 });
  expect(existsSync(dir)).toBe(false);
});
