/** The primitives of the build for browsers against the vectors of their standards, and against Node's on whatever else is tried. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { concatBytes, fromHex, toHex } from './bytes.ts';
import type { JsonValue } from './json-value.ts';
import * as browser from './primitives.browser.ts';
import * as node from './primitives.ts';
import { overSharedData } from './shared-data.contract.ts';

const hex = (text: string): Uint8Array => fromHex(text) as Uint8Array;
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

test('both files export the same names: one can stand in the place of the other', () => {
  // `Arena` is a type in Node, where it is a Buffer, and a class here.
  const names = Object.keys(browser).filter((name) => name !== 'Arena');
  expect(names.sort()).toEqual(Object.keys(node).sort());
  expect(browser.HASH_BYTES).toBe(node.HASH_BYTES);
});

test('SHA-256 of the message of FIPS 180-4, AES-256 of FIPS 197, HMAC-SHA-256 of RFC 4231', () => {
  expect(browser.sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  const block = '00112233445566778899aabbccddeeff';
  const encrypted = browser.encryptBlocks(hex('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'), hex(block + block));
  expect(toHex(encrypted)).toBe('8ea2b7ca516745bfeafc49904b496089'.repeat(2));
  expect(browser.hmacSha256Hex(browser.latin1Bytes('Jefe'), 'what do ya want for nothing?')).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  );
});

test('hashes, MACs, ciphers and bytes are those of Node, whatever they are made from', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), bytes(32), fc.string({ unit: 'binary', maxLength: 100 }), (data, key, text) => {
      expect(toHex(browser.sha256(data))).toBe(toHex(node.sha256(data)));
      expect(browser.sha256Hex(text)).toBe(node.sha256Hex(text));
      expect(browser.sha256Latin1(data)).toBe(node.sha256Latin1(data));
      expect(toHex(browser.latin1Bytes(browser.sha256Latin1(data)))).toBe(toHex(node.latin1Bytes(node.sha256Latin1(data))));
      expect(browser.hmacSha256Hex(data, text)).toBe(node.hmacSha256Hex(data, text));
      const blocks = data.subarray(0, data.length - (data.length % 16));
      expect(toHex(browser.encryptBlocks(key, blocks))).toBe(toHex(node.encryptBlocks(key, blocks)));
      expect(browser.equalInConstantTime(text, toHex(data))).toBe(node.equalInConstantTime(text, toHex(data)));
    }),
  );
  expect(browser.equalInConstantTime('00ff', '00ff')).toBe(true);
});

test('an arena is written and read as in Node, to its end and not beyond', () => {
  const latin1 = fc.uint8Array({ maxLength: 20 }).map((units) => String.fromCharCode(...units));
  fc.assert(
    fc.property(latin1, fc.string({ unit: 'grapheme', maxLength: 20 }), fc.nat(30), (narrow, wide, at) => {
      const [here, there] = [browser.arena(40), node.arena(40)];
      expect(here.latin1Write(narrow, at)).toBe(there.latin1Write(narrow, at));
      expect(toHex(here)).toBe(toHex(there));
      expect(here.latin1Slice(at, 40)).toBe(there.latin1Slice(at, 40));
      expect(here.utf8Write(wide, at)).toBe(there.utf8Write(wide, at));
      expect(toHex(here)).toBe(toHex(there));
      expect(here.subarray(2, 9)).toHaveLength(7);
    }),
  );
});

test('no secret is given twice', () => {
  const secrets = Array.from({ length: 100 }, () => toHex(browser.randomSecret()));
  expect(new Set(secrets).size).toBe(100);
  expect(secrets.every((secret) => secret.length === 64)).toBe(true);
});

describe('Ed25519', () => {
  test('keys and signatures are those of Node, and each file takes what the other signed and nothing near it', () => {
    fc.assert(
      fc.property(bytes(32), fc.uint8Array({ maxLength: 80 }), fc.nat(511), (seed, message, bit) => {
        const key = browser.ed25519PublicKey(seed);
        expect(toHex(key)).toBe(toHex(node.ed25519PublicKey(seed)));
        const signature = browser.ed25519Sign(seed, message);
        expect(toHex(signature)).toBe(toHex(node.ed25519Sign(seed, message)));
        expect(browser.ed25519Verify(key, message, signature)).toBe(true);
        const changed = Uint8Array.from(signature);
        changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(browser.ed25519Verify(key, message, changed)).toBe(false);
        expect(browser.ed25519Verify(key, concatBytes(message, Uint8Array.of(0)), signature)).toBe(false);
      }),
      { numRuns: 10 },
    );
  });

  test('a signature that holds only with the cofactor is refused, as Node does; the library itself takes it', () => {
    const { Point } = ed25519;
    // One of the four points of order 8.
    const torsion = Point.fromBytes(hex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'));
    expect(torsion.isSmallOrder()).toBe(true);
    const [seed, message] = [new Uint8Array(32).fill(7), browser.latin1Bytes('checkpoint')];
    const key = browser.ed25519PublicKey(seed);
    const { scalar } = ed25519.utils.getExtendedPublicKey(seed);
    const nonce = 12_345n;
    const r = Point.BASE.multiply(nonce).add(torsion).toBytes();
    const k = [...sha512(concatBytes(r, key, message))].reduceRight((n, byte) => (n << 8n) | BigInt(byte), 0n);
    const s = Point.Fn.toBytes(Point.Fn.create(nonce + k * scalar));
    const signature = concatBytes(r, s);
    expect(ed25519.verify(signature, message, key, { zip215: false })).toBe(true);
    expect(node.ed25519Verify(key, message, signature)).toBe(false);
    expect(browser.ed25519Verify(key, message, signature)).toBe(false);
  });
});

/** Every module of the ledger loaded anew, with this file where primitives.ts would be, as the build for browsers does it. */
jest.unstable_mockModule(join(import.meta.dirname, 'primitives.ts'), () => ({ ...browser }));
const ledger = await import('./index.ts');
const published = <T>(name: string): T[] =>
  (JSON.parse(readFileSync(join(import.meta.dirname, '../vectors', name), 'utf8')) as { vectors: T[] }).vectors;

/** What is run in a browser must not know Node's Buffer. */
function withoutBuffer(run: () => void): void {
  const { Buffer: kept } = globalThis;
  Reflect.deleteProperty(globalThis, 'Buffer');
  try {
    run();
  } finally {
    globalThis.Buffer = kept;
  }
}

describe('the ledger over these primitives, and without Buffer', () => {
  test('finds the published commitments', () => {
    const vectors = published<{ envelope: never; document: never; secret: string; commitment: string }>('field-tree.json');
    expect(vectors.length).toBeGreaterThan(5);
    for (const { envelope, document, secret, commitment } of vectors)
      withoutBuffer(() => {
        const content = ledger.utf8(ledger.canonicalize(document));
        expect(ledger.checkWhole(envelope, content, hex(secret), commitment)).toMatchObject({ ok: true });
        expect(
          ledger.checkWhole(
            envelope,
            content,
            hex(secret),
            commitment.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
          ),
        ).toMatchObject({
          fault: { code: 'whole.root' },
        });
      });
  });

  test('finds the published map keys', () => {
    for (const vector of published<Record<'salt' | 'group' | 'identifier' | 'key', string>>('map-key.json'))
      withoutBuffer(() => expect(toHex(ledger.mapKey(hex(vector.salt), vector.group, vector.identifier))).toBe(vector.key));
  });

  test('hashes entries, leaves and nodes as RFC 9162 says', () => {
    withoutBuffer(() => {
      const leaf = ledger.leafHash(ledger.encodeEntry('ab'.repeat(32)));
      expect(toHex(leaf)).toBe(node.sha256Hex(`\0{"commitment":"${'ab'.repeat(32)}","v":1}`));
      expect(toHex(ledger.merkleRoot([leaf, leaf]))).toBe(toHex(ledger.nodeHash(leaf, leaf)));
      expect(toHex(ledger.merkleRoot([]))).toBe(node.sha256Hex(''));
    });
  });

  test('reads JSON, and says where what is none stops being it', () => {
    withoutBuffer(() => {
      const parsed = ledger.parseStrict(ledger.utf8('{"b":1, "a":"ü"}'));
      expect(parsed.ok && ledger.utf8Text(parsed.canonical)).toBe('{"a":"ü","b":1}');
      expect(ledger.parseStrict(ledger.utf8('{"ü":}'))).toMatchObject({ fault: { code: 'json.syntax', offset: 6 } });
    });
  });
});

overSharedData('tlog/ed25519/wycheproof-ed25519-half.json', 'Ed25519 of Wycheproof over these primitives', (file) => {
  interface Group {
    readonly publicKey: { readonly pk: string };
    readonly tests: readonly Record<'msg' | 'sig' | 'result', string>[];
  }
  const { testGroups } = JSON.parse(readFileSync(file, 'utf8')) as { testGroups: Group[] };

  test.each(testGroups)('by the key $publicKey.pk', ({ publicKey, tests }) => {
    for (const { msg, sig, result } of tests) expect(ledger.verifyEd25519(hex(publicKey.pk), hex(msg), hex(sig))).toBe(result === 'valid');
  });
});

overSharedData('json/jcs', 'RFC 8785 without Buffer', (folder) => {
  test.each(['french', 'structures', 'values'])('the vector %s, to the byte', (name) => {
    const [input, output] = ['input', 'output'].map((kind) => readFileSync(join(folder, kind, `${name}.json`)));
    withoutBuffer(() => {
      const value = JSON.parse(ledger.utf8Text(input as Uint8Array) as string) as JsonValue;
      expect(toHex(ledger.utf8(ledger.canonicalize(value)))).toBe(toHex(output as Uint8Array));
    });
  });
});
