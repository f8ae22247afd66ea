import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

test.each([
  ['without a map to audit', undefined, 'custody_0123456789ab_'.padEnd(64, 'A')],
  ['whose file is not there', 'http://127.0.0.1:1/log', null],
  ['that is none', 'http://127.0.0.1:1/log', 'custody_half'],
  ['that would cross a network in clear', 'http://ledger.example/log', 'custody_0123456789ab_'.padEnd(64, 'A')],
])('a key %s is wrong usage, and makes no folder', async (_what, map, text) => {
  const [dir, mapKey] = [join(parent, 'witness'), join(parent, 'key')];
  if (text !== null) writeFileSync(mapKey, text);
  const asked = witness({
    dir,
    log: [vkey],
    name: 'w.example',
    host: '127.0.0.1',
    port: '0',
    mapKey,
    ...(map === undefined ? {} : { map }),
  });
  await expect(asked).rejects.toMatchObject({ code: 'usage', exitCode: 2 });
  expect(existsSync(dir)).toBe(false);
});
