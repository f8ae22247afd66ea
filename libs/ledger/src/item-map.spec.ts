import fc from 'fast-check';
import * as reference from '../vectors/reference.mjs';
import { MAP_EMPTY, MAP_PROOF_RULES, mapRootOf, type MapEntry, type MapProof, type MapProofRules } from './item-map.ts';
import { decodeMapProof, encodeMapProof } from './map-proof.ts';

type Item = MapEntry & { readonly key: Uint8Array };

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const entry = { n: fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }), root: bytes32 };
/** Keys of which some share the first bits of three, up to all but the last one. */
const keys = fc.tuple(fc.nat(2), fc.nat(255), bytes32).map(([base, shared, rest]) => withPrefix(Buffer.alloc(32, base * 85), shared, rest));
const items = fc.uniqueArray(fc.record({ key: keys, ...entry }), {
  maxLength: 24,
  selector: ({ key }) => Buffer.from(key).toString('hex'),
});

/** The first bits of `base`, then one that differs, then those of `rest`. */
function withPrefix(base: Buffer, shared: number, rest: Uint8Array): Buffer {
  const key = Buffer.from(rest);
  for (let at = 0; at <= shared; at++) {
    const mask = 0x80 >> (at & 7);
    const set = (((base[at >> 3] as number) & mask) !== 0) !== (at === shared);
    key[at >> 3] = set ? (key[at >> 3] as number) | mask : (key[at >> 3] as number) & ~mask;
  }
  return key;
}

function proofOf(set: readonly Item[], key: Uint8Array): MapProof {
  const { siblings, end } = reference.mapPath(set, key);
  if (end === null) return { siblings, terminal: { kind: 'empty' } };
  const own = Buffer.compare(end.key, key) === 0;
  return { siblings, terminal: own ? { kind: 'own', n: end.n, root: end.root } : { kind: 'other', ...end } };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('the proof of an item shows its size and root, that of any other key its absence, under the root of the set', () => {
  fc.assert(
    fc.property(items, keys, (set, absent) => {
      const root = hex(reference.mapRoot(set));
      for (const { key, n, root: itemRoot } of set) {
        const said = mapRootOf(proofOf(set, key), key);
        expect(said).toMatchObject({ ok: true, found: { n, root: itemRoot } });
        expect(said.ok && hex(said.root)).toBe(root);
      }
      fc.pre(!set.some(({ key }) => hex(key) === hex(absent)));
      const said = mapRootOf(proofOf(set, absent), absent);
      expect(said).toMatchObject({ ok: true, found: null });
      expect(said.ok && hex(said.root)).toBe(root);
    }),
  );
});

test('a proof comes back from its bytes, and no other bytes give it', () => {
  fc.assert(
    fc.property(items, keys, fc.nat(), fc.integer({ min: 1, max: 255 }), (set, key, at, flip) => {
      const proof = proofOf(set, key);
      const bytes = encodeMapProof(proof);
      const back = decodeMapProof(bytes);
      expect(back.ok && hex(encodeMapProof(back.proof))).toBe(hex(bytes));
      expect(back.ok && back.proof.siblings.length).toBe(proof.siblings.length);
      const changed = Uint8Array.from(bytes);
      changed[at % bytes.length] = (changed[at % bytes.length] as number) ^ flip;
      const other = decodeMapProof(changed);
      // Whatever is taken is written as it was read.
      if (other.ok) expect(hex(encodeMapProof(other.proof))).toBe(hex(changed));
      for (const cut of [bytes.subarray(0, at % bytes.length), Buffer.concat([bytes, Buffer.of(flip)])])
        expect(decodeMapProof(cut).ok).toBe(false);
    }),
  );
});

test('any bytes at all are a proof or have a fault, and never throw', () => {
  const header = fc.tuple(fc.constantFrom(0, 1, 2), fc.nat(2), fc.nat(1), fc.nat(255)).map((bytes) => Uint8Array.from(bytes));
  fc.assert(
    fc.property(fc.oneof(header, fc.constant(new Uint8Array())), fc.uint8Array({ maxLength: 400 }), bytes32, (start, rest, key) => {
      const decoded = decodeMapProof(Buffer.concat([start, rest]));
      if (decoded.ok) mapRootOf(decoded.proof, key);
      else expect(decoded.fault.code).toMatch(/^map-proof\./);
    }),
  );
});

test('an empty map has the root of nothing, and shows any absence in four bytes', () => {
  const proof: MapProof = { siblings: [], terminal: { kind: 'empty' } };
  expect(mapRootOf(proof, Buffer.alloc(32, 1))).toEqual({ ok: true, root: MAP_EMPTY, found: null });
  expect(hex(encodeMapProof(proof))).toBe('01000000');
});

test('the bytes of a proof are those of the format: header, a bit for each depth, the siblings that are there, the leaf', () => {
  const [first, second] = [Buffer.alloc(32, 0xa1), Buffer.alloc(32, 0xb2)];
  const siblings = [null, first, null, null, null, null, null, null, null, second];
  const [key, root] = [Buffer.alloc(32, 0xc3), Buffer.alloc(32, 0xd4)];
  const head = (kind: string) => `01${kind}000a4040`;
  const bytes = (terminal: MapProof['terminal']) => hex(encodeMapProof({ siblings, terminal }));
  const [hashes, entryBytes] = ['a1'.repeat(32) + 'b2'.repeat(32), `0000000000000102${'d4'.repeat(32)}`];
  expect(bytes({ kind: 'empty' })).toBe(head('00') + hashes);
  expect(bytes({ kind: 'own', n: 258n, root })).toBe(head('01') + hashes + entryBytes);
  expect(bytes({ kind: 'other', key, n: 258n, root })).toBe(head('02') + hashes + 'c3'.repeat(32) + entryBytes);
});

test('two keys that differ in their last bit are told apart at depth 256, in 32 bytes and 32 of bits', () => {
  const [left, right] = [Buffer.alloc(32), Buffer.alloc(32)];
  right[31] = 1;
  const set = [left, right].map((key, n) => ({ key, n: BigInt(n + 1), root: Buffer.alloc(32, n) }));
  const proof = proofOf(set, right);
  expect(proof.siblings.filter((sibling) => sibling !== null)).toHaveLength(1);
  expect(encodeMapProof(proof)).toHaveLength(4 + 32 + 32 + 40);
  expect(mapRootOf(proof, right)).toMatchObject({ ok: true, found: { n: 2n } });
});

describe('a proof is refused, and without that check taken,', () => {
  const key = Buffer.alloc(32);
  const near = Buffer.from('01'.padStart(64, '0'), 'hex');
  const far = Buffer.alloc(32, 0xff);
  const some = Buffer.alloc(32, 9);
  const leaf = { n: 3n, root: some };
  const own = { kind: 'own', ...leaf } as const;
  const cases: [keyof MapProofRules, string, string, MapProof][] = [
    ['depthFits', 'depth', 'for a leaf below the last bit of its key', { siblings: Array(257).fill(some) as Buffer[], terminal: own }],
    ['depthFits', 'depth', 'for nothing at depth 256', { siblings: Array(256).fill(some) as Buffer[], terminal: { kind: 'empty' } }],
    ['hashesHave32Bytes', 'hash-length', 'for a short sibling', { siblings: [some.subarray(1)], terminal: own }],
    ['hashesHave32Bytes', 'hash-length', 'for a short root', { siblings: [some], terminal: { ...own, root: some.subarray(1) } }],
    ['emptyIsNull', 'zero-sibling', 'for zeros where nothing is said by null', { siblings: [Buffer.alloc(32), some], terminal: own }],
    ['deepestIsNotEmpty', 'deepest-empty', 'for a leaf below where it is first alone', { siblings: [some, null], terminal: own }],
    ['deepestIsNotEmpty', 'deepest-empty', 'for nothing beside nothing', { siblings: [some, null], terminal: { kind: 'empty' } }],
    ['itemsHaveEntries', 'count', 'for an item without entries', { siblings: [some], terminal: { ...own, n: 0n } }],
    ['otherKeyDiffers', 'same-key', 'for an absence behind the own leaf', { siblings: [some], terminal: { kind: 'other', key, ...leaf } }],
    [
      'otherKeySharesPath',
      'other-path',
      'for a leaf on another path',
      { siblings: [some], terminal: { kind: 'other', key: far, ...leaf } },
    ],
  ];
  test.each(cases)('%s (%s): %s', (rule, name, _, proof) => {
    expect(mapRootOf(proof, key)).toMatchObject({ ok: false, fault: { code: `map-proof.${name}` } });
    expect(mapRootOf(proof, key, { ...MAP_PROOF_RULES, [rule]: false }).ok).toBe(true);
    if (rule.startsWith('otherKey')) expect(encodeMapProof(proof)).toHaveLength(4 + 1 + 32 + 72);
    else expect(() => encodeMapProof(proof)).toThrow(RangeError);
  });

  const good = hex(encodeMapProof({ siblings: [some, null, some], terminal: { kind: 'other', key: near, ...leaf } }));
  const encodings: [keyof MapProofRules, string, string][] = [
    ['versionIsKnown', 'version', `02${good.slice(2)}`],
    ['terminalIsKnown', 'terminal', '01030000'],
    ['paddingIsZero', 'padding', good.replace(/^(.{8})a0/, '$1a1')],
    ['lengthIsExact', 'trailing-bytes', `${good}00`],
    ['deepestIsNotEmpty', 'deepest-empty', '0100000100'],
  ];
  test.each(encodings)('%s (%s), in its bytes', (rule, name, text) => {
    expect(decodeMapProof(Buffer.from(text, 'hex'))).toMatchObject({ ok: false, fault: { code: `map-proof.${name}` } });
    expect(decodeMapProof(Buffer.from(text, 'hex'), { ...MAP_PROOF_RULES, [rule]: false }).ok).toBe(true);
  });

  test('an n of more than 64 bits', () => {
    expect(mapRootOf({ siblings: [some], terminal: { ...own, n: 2n ** 64n } }, key)).toMatchObject({ fault: { code: 'map-proof.count' } });
    expect(mapRootOf({ siblings: [some], terminal: { ...own, n: 2n ** 64n - 1n } }, key).ok).toBe(true);
  });

  test('but a key of another length is a bug of the verifier, which made it', () => {
    expect(() => mapRootOf({ siblings: [], terminal: own }, key.subarray(1))).toThrow(RangeError);
  });
});

test('bytes cannot move from n to the key: a present item is not shown absent behind a key of 33 bytes', () => {
  const item = { key: Buffer.alloc(32, 5), n: 3n, root: Buffer.alloc(32, 9) };
  const root = hex(reference.mapRoot([item]));
  // The leaf's bytes, cut elsewhere: key || first byte of n, the next eight as n, what is left as root.
  const leaf = Buffer.concat([item.key, Buffer.from('0000000000000003', 'hex'), item.root]);
  const posing: MapProof = {
    siblings: [],
    terminal: { kind: 'other', key: leaf.subarray(0, 33), n: leaf.readBigUInt64BE(33), root: leaf.subarray(41) },
  };
  expect(mapRootOf(posing, item.key)).toMatchObject({ fault: { code: 'map-proof.hash-length' } });
  const taken = mapRootOf(posing, item.key, { ...MAP_PROOF_RULES, hashesHave32Bytes: false });
  expect(taken).toMatchObject({ ok: true, found: null });
  expect(taken.ok && hex(taken.root)).toBe(root);
});
