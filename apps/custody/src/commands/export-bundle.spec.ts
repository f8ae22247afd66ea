import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeProofDocument, readBundleZip, sha256Hex, utf8, utf8Text, verifyBundleZip } from '#lib/ledger';
import { CAR, grownWorld, logKey } from '../../../../libs/ledger/src/ledger-world.contract.ts';
import type { Client } from '../client.ts';
import { exportBundle } from './export-bundle.ts';

const world = grownWorld();
const asked: string[] = [];
const serverOf = (answer: Uint8Array): Client => ({
  base: 'http://127.0.0.1:1',
  get: () => Promise.reject(new Error('not asked')),
  post: () => Promise.reject(new Error('not asked')),
  text: () => Promise.reject(new Error('not asked')),
  open: () => Promise.resolve(new Response(null, { status: 404 })),
  head: () => Promise.reject(new Error('not asked')),
  put: () => Promise.reject(new Error('not asked')),
  bytes: (path) => {
    asked.push(path);
    return Promise.resolve(answer);
  },
});
const honest = serverOf(world.encode(CAR));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  asked.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);

test('a bundle is everything about the item, verified by whoever has the key of the log', async () => {
  expect(await exportBundle(honest, `item:${CAR}`, { output: path('a.zip') })).toBe(0);
  expect(asked).toEqual([`/v1/items/${encodeURIComponent(CAR)}/proof?events=true&inclusion=true`]);
  const zip = readFileSync(path('a.zip'));
  expect(verifyBundleZip(zip, { log: [logKey] }).verdict).toBe('verified');
  const files = readBundleZip(zip);
  const text = (name: string): string => (files.ok && utf8Text(files.value.get(name) ?? new Uint8Array())) || '';
  expect(text('README.txt')).toContain(`Item:    ${CAR}\nLog:     ledger.example/log\n`);
  expect(text('verify.html')).toContain("default-src 'none'");
});

test('written twice it is the same to the byte, with or without the word item; an earlier head is asked for by its size', async () => {
  await exportBundle(honest, `item:${CAR}`, { output: path('a.zip') });
  await exportBundle(honest, CAR, { output: path('b.zip'), size: '12' });
  expect(asked[1]).toMatch(/&size=12$/);
  expect(sha256Hex(readFileSync(path('a.zip')))).toBe(sha256Hex(readFileSync(path('b.zip'))));
});

test('what was there stays until the whole bundle can take its place, and nothing else is left', async () => {
  writeFileSync(path('a.zip'), 'before');
  await expect(exportBundle(serverOf(utf8('{}')), CAR, { output: path('a.zip') })).rejects.toMatchObject({ code: 'server.answer' });
  expect(readFileSync(path('a.zip'), 'utf8')).toBe('before');
  mkdirSync(path('b.zip'));
  await expect(exportBundle(honest, CAR, { output: path('b.zip') })).rejects.toMatchObject({ code: 'EISDIR' });
  await exportBundle(honest, CAR, { output: path('a.zip') });
  expect(readdirSync(folder).sort()).toEqual(['a.zip', 'b.zip']);
  expect(readFileSync(path('a.zip')).length).toBeGreaterThan(1_000);
});

test('an item that is none, and a bundle without a name, are refused before anything is asked', async () => {
  await expect(exportBundle(honest, 'item:nothing', { output: path('a.zip') })).rejects.toMatchObject({
    exitCode: 2,
    code: 'identifier.malformed',
  });
  await expect(exportBundle(honest, CAR, {})).rejects.toMatchObject({ exitCode: 2, code: 'usage' });
  expect(asked).toEqual([]);
  expect(existsSync(path('a.zip'))).toBe(false);
});

test('a proof that says more than its form is not packed', async () => {
  const more = JSON.stringify({ ...(JSON.parse(utf8Text(encodeProofDocument(world.prove(CAR))) as string) as object), more: 1 });
  await expect(exportBundle(serverOf(utf8(more)), CAR, { output: path('a.zip') })).rejects.toMatchObject({ code: 'server.answer' });
});
