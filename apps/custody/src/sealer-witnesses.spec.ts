import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHealth, createLog } from '#lib/runtime';
import { formatVerifierKey, signingKey } from '#lib/ledger';
import { readPolicy, sealerWitnesses } from './sealer-witnesses.ts';

const vkey = formatVerifierKey(signingKey('witness', 'w.example', new Uint8Array(32).fill(1)));
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'custody-policy-'));
  path = join(folder, 'witnesses.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a policy file is read at the start', async () => {
  writeFileSync(path, JSON.stringify({ witnesses: [{ vkey, url: 'https://w.example/' }], threshold: 1 }));
  expect(await readPolicy(path)).toMatchObject({ threshold: 1, witnesses: [{ url: 'https://w.example', key: { name: 'w.example' } }] });
});

test.each([
  ['no JSON', '{', 'policy.json'],
  ['a key that is none', JSON.stringify({ witnesses: [{ vkey: 'x' }], threshold: 1 }), 'policy.vkey'],
  ['another scheme than http', JSON.stringify({ witnesses: [{ vkey, url: 'file:///etc/passwd' }], threshold: 1 }), 'policy.url'],
  [
    'a threshold that nobody can be asked to meet',
    JSON.stringify({ witnesses: [{ vkey }], threshold: 1 }),
    '1 witnesses have to cosign, and 0 have a url',
  ],
])('%s stops the start with what is wrong with the file', async (_what, text, why) => {
  writeFileSync(path, text);
  await expect(readPolicy(path)).rejects.toMatchObject({ code: 'config.invalid', exitCode: 2, message: expect.stringContaining(why) });
});

test('so does a file that is not there', async () => {
  await expect(readPolicy(path)).rejects.toMatchObject({ code: 'config.invalid', message: expect.stringContaining('ENOENT') });
});

test('without a policy nobody is asked; with one, health says how far the log is witnessed', async () => {
  const log = createLog({ level: 'silent', secrets: [] });
  const health = createHealth();
  const key = signingKey('log', 'log.example', new Uint8Array(32).fill(2));
  const parts = (witnesses: string | null) => ({ config: { sealer: { witnesses } } as never, log, health });
  const { signal } = new AbortController();
  expect(await sealerWitnesses(parts(null), null as never, { origin: key.name, key }, signal)).toBeNull();
  writeFileSync(path, JSON.stringify({ witnesses: [{ vkey, url: 'https://w.example/' }], threshold: 1 }));
  expect(await sealerWitnesses(parts(path), null as never, { origin: key.name, key }, signal)).not.toBeNull();
  await health.look();
  expect(health.components()).toMatchObject([{ name: 'witnesses', ready: true, detail: 'nothing was offered' }]);
});
