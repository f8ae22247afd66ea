import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { equalInConstantTime, randomSecret, sha256Hex } from './index.ts';
import { encryptBlocks, hmacSha256Hex, sha256Latin1 } from './primitives.ts';

const hex = (text: string) => Buffer.from(text, 'hex');

test('SHA-256 of the message of FIPS 180-4, as hex and as bytes', () => {
  const digest = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  expect(sha256Hex('abc')).toBe(digest);
  expect(sha256Hex(Buffer.from('abc'))).toBe(digest);
  expect(Buffer.from(sha256Latin1(Buffer.from('abc')), 'latin1').toString('hex')).toBe(digest);
});

test('HMAC-SHA-256 of RFC 4231, cases 2 and 6', () => {
  expect(hmacSha256Hex(Buffer.from('Jefe'), 'what do ya want for nothing?')).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  );
  expect(hmacSha256Hex(Buffer.alloc(131, 0xaa), 'Test Using Larger Than Block-Size Key - Hash Key First')).toBe(
    '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  );
});

test('AES-256 of FIPS 197, appendix C.3, each block by itself', () => {
  const key = hex('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f');
  const block = '00112233445566778899aabbccddeeff';
  const encrypted = '8ea2b7ca516745bfeafc49904b496089';
  expect(encryptBlocks(key, hex(block + block)).toString('hex')).toBe(encrypted + encrypted);
});

test('no secret is given twice, and a secret is not changed by the next', () => {
  const secrets = Array.from({ length: 1_000 }, randomSecret);
  expect(new Set(secrets.map((secret) => secret.toString('hex'))).size).toBe(1_000);
  expect(secrets.filter((secret) => secret.length !== 32 || secret.every((byte) => byte === 0))).toEqual([]);
  // Memory of its own: nobody who holds one secret can reach another through its buffer.
  expect(secrets.filter((secret) => secret.buffer.byteLength !== 32)).toEqual([]);
});

test('HMAC-SHA-256 is the one of the engine, for any key and message, one after the other by one key', () => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  fc.assert(
    fc.property(bytes, fc.array(fc.string({ unit: 'binary', maxLength: 1_500 }), { maxLength: 4 }), (key, messages) => {
      for (const message of messages) expect(hmacSha256Hex(key, message)).toBe(createHmac('sha256', key).update(message).digest('hex'));
    }),
  );
});

test('texts are equal in every character and in length, or not', () => {
  expect(equalInConstantTime('00ff', '00ff')).toBe(true);
  expect(equalInConstantTime('00ff', '00fe')).toBe(false);
  expect(equalInConstantTime('00ff', '00ff00')).toBe(false);
  expect(equalInConstantTime('', '')).toBe(true);
});

test('one file alone knows where the primitives come from', () => {
  const folder = new URL('./', import.meta.url);
  const sources = readdirSync(folder).filter((name) => name.endsWith('.ts') && !/\.(spec|contract)\.ts$/.test(name));
  const importers = sources.filter((name) => /from 'node:/.test(readFileSync(new URL(name, folder), 'utf8')));
  expect(importers).toEqual(['primitives.ts']);
});
