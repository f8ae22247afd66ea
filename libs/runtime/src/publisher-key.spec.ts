import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ANY_AGENCY, loadPublisherKeys } from './publisher-key.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'keys-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const load = (publisherKey: string | null = null, publisherKeysAccepted: string[] = []): ReturnType<typeof loadPublisherKeys> =>
  loadPublisherKeys({ dataDir, publisherKey, publisherKeysAccepted }, 'local');

test('a key is made at first use, readable by its owner alone, and kept', async () => {
  const first = await load();
  expect(first.own).toHaveLength(32);
  expect((await load()).own).toEqual(first.own);
  expect(statSync(join(dataDir, 'publisher.key')).mode & 0o777).toBe(0o600);
});

test('processes that start at once end up with one key', async () => {
  const keys = await Promise.all(Array.from({ length: 20 }, () => load()));
  expect(new Set(keys.map(({ own }) => Buffer.from(own).toString('hex'))).size).toBe(1);
});

test('a damaged key file is never replaced', async () => {
  writeFileSync(join(dataDir, 'publisher.key'), 'abc');
  await expect(load()).rejects.toThrow('holds no publisher key');
});

test('a configured key stands before the kept one, and further keys are accepted beside it, each for its agency alone or for any', async () => {
  const further = ['bb'.repeat(32), `customs=${'cc'.repeat(32)}`, `customs=${'dd'.repeat(32)}`, `*=${'ee'.repeat(32)}`];
  const keys = await load('aa'.repeat(32), further);
  expect([...keys.accepted].map(([agency, of]) => [agency, of.map((key) => key[0])])).toEqual([
    [ANY_AGENCY, [0xaa, 0xee]],
    ['local', [0xbb]],
    ['customs', [0xcc, 0xdd]],
  ]);
  expect(keys.own[0]).toBe(0xaa);
});
