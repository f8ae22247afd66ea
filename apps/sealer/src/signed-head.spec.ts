/** The file of the last head that was signed. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepSignedHead, readSignedHead } from './signed-head.ts';

const root = new Uint8Array(32).fill(7);
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'custody-head-'));
  path = join(folder, 'sealed.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('is nothing before the first, then the last one, with nothing beside it', () => {
  expect(readSignedHead(path)).toBeNull();
  for (const size of [3, 3, 20]) {
    keepSignedHead(path, { size, root });
    expect(readSignedHead(path)).toEqual({ size, root });
  }
  expect(readdirSync(folder)).toEqual(['sealed.json']);
});

test('is never put back by a sealer that slept while another one signed', () => {
  keepSignedHead(path, { size: 120, root });
  expect(() => keepSignedHead(path, { size: 100, root })).toThrow(expect.objectContaining({ code: 'seal.fenced' }) as Error);
  expect(readSignedHead(path)?.size).toBe(120);
});

test.each(['', '{}', '{"size":-1}', '{"size":1,"root":"00"}'])('is never guessed from %j', (text) => {
  writeFileSync(path, text);
  expect(() => readSignedHead(path)).toThrow();
  expect(() => keepSignedHead(path, { size: 5, root })).toThrow();
});
