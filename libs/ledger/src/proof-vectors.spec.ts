/**
 * The published vectors of what a server shows under one head (../vectors: item-tree, item-map, notice, proof), which an independent reference
 * made: the library makes the same hashes and paths, and says of each whole document what is published of it.
 */
import { readFileSync } from 'node:fs';
import { bytesOf, keyOf } from './receipt.contract.ts';
import {
  decodeMapProof,
  encodeMapProof,
  encodeProofDocument,
  itemLeafHash,
  itemRootOf,
  leafHash,
  mapKey,
  mapLeafHash,
  mapRootOf,
  mapSaltHash,
  parseWitnessPolicy,
  readNotice,
  readProofDocument,
  rootOfStretch,
  toHex,
  utf8,
  verifyConsistency,
  verifyInclusion,
  verifyProof,
  type ItemEntry,
  type Question,
  type Trust,
  type WitnessPolicy,
} from './index.ts';
import { fromBase64 } from './bytes.ts';
import { MapBuilder } from './map-builder.ts';
import { encodeFreeze, encodeGenesis, encodeKeyNotice, encodeSeal, type Notice } from './notices.ts';

interface ItemTreeVector {
  readonly entries: readonly { readonly index: number; readonly leafHash: string }[];
  readonly leaves: readonly string[];
  readonly root: string;
  readonly inclusion: readonly (readonly string[])[];
  readonly stretches: readonly { readonly from: number; readonly to: number; readonly hashes: readonly string[] }[];
  readonly consistency: readonly { readonly size: number; readonly root: string; readonly hashes: readonly string[] }[];
}
interface ItemMapVector {
  readonly about: string;
  readonly entries: readonly { readonly key: string; readonly n: number; readonly root: string; readonly leaf: string }[];
  readonly root: string;
  readonly proofs: readonly { group: string; item: string; key: string; n: number | null; proof: string }[];
}
interface NoticeVector {
  readonly about: string;
  readonly kind: Notice['kind'] | null;
  readonly value?: unknown;
  readonly entry: string;
  readonly leaf: string;
}
interface ProofVector {
  readonly about: string;
  readonly key: string;
  readonly witnesses?: unknown;
  readonly kept?: { readonly size: number; readonly root: string; readonly consistency: readonly string[] };
  readonly question: Omit<Question, 'stretch'> & { readonly stretch?: { readonly from: number; readonly to: number } };
  readonly document: string;
  readonly verdict: string;
  readonly code: string | null;
}

const published = <T>(name: string): readonly T[] =>
  (JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), 'utf8')) as { vectors: T[] }).vectors;
const SALT = bytesOf((published<{ salt: string }>('map-key.json')[0] as { salt: string }).salt);
const base64 = (text: string): Uint8Array => fromBase64(text) ?? new Uint8Array();

test.each(published<ItemTreeVector>('item-tree.json'))('an item tree: leaves, root, inclusion, stretches, growth %#', (vector) => {
  const entries: ItemEntry[] = vector.entries.map(({ index, leafHash: hash }) => ({ index: BigInt(index), leafHash: bytesOf(hash) }));
  expect(entries.map(({ index, leafHash: hash }) => toHex(itemLeafHash(index, hash)))).toEqual(vector.leaves);
  const [n, root, leaves] = [BigInt(entries.length), bytesOf(vector.root), vector.leaves.map(bytesOf)];
  expect(itemRootOf(entries, 1_000n)).toEqual({ ok: true, n, root });
  for (const [at, hashes] of vector.inclusion.entries())
    expect(verifyInclusion(leaves[at] as Uint8Array, BigInt(at), n, root, hashes.map(bytesOf))).toBe(true);
  for (const { from, to, hashes } of vector.stretches)
    expect(rootOfStretch(leaves.slice(from, to), BigInt(from), n, hashes.map(bytesOf))).toEqual({ ok: true, root });
  for (const { size, root: before, hashes } of vector.consistency)
    expect(verifyConsistency(BigInt(size), bytesOf(before), n, root, hashes.map(bytesOf))).toBe(true);
});

test.each(published<ItemMapVector>('item-map.json'))(
  'an item map of $about: keys, leaves, root, what it shows',
  ({ entries, root, proofs }) => {
    const map = new MapBuilder();
    const changes = entries.map(({ key, n, root: tree }) => ({ key: Buffer.from(key, 'hex'), n, root: Buffer.from(tree, 'hex') }));
    expect(toHex(map.update(changes).root)).toBe(root);
    for (const { key, n, root: tree, leaf } of entries) expect(toHex(mapLeafHash(bytesOf(key), BigInt(n), bytesOf(tree)))).toBe(leaf);
    for (const { group, item, key, n, proof } of proofs) {
      expect(toHex(mapKey(SALT, group, item))).toBe(key);
      const decoded = decodeMapProof(base64(proof));
      if (!decoded.ok) throw new Error(decoded.fault.detail);
      const said = mapRootOf(decoded.proof, bytesOf(key));
      expect(said.ok && [toHex(said.root), said.found === null ? null : Number(said.found.n)]).toEqual([root, n]);
      expect(Buffer.from(encodeMapProof(map.prove(bytesOf(key)))).toString('base64')).toBe(proof);
    }
  },
);

/** A notice as the vectors say it: hashes in hex, numbers as JSON has them. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, member: unknown) =>
      typeof member === 'bigint' ? Number(member) : member instanceof Uint8Array ? toHex(member) : member,
    ),
  );
const memberOf = (notice: Notice): unknown => (notice as unknown as Record<string, unknown>)[notice.kind];
const encoded = (notice: Notice): Uint8Array => {
  if (notice.kind === 'genesis') return encodeGenesis(notice.genesis);
  if (notice.kind === 'seal') return encodeSeal(notice.seal);
  return notice.kind === 'key' ? encodeKeyNotice(notice.key) : encodeFreeze(notice.freeze);
};

test.each(published<NoticeVector>('notice.json'))('an entry of the operator: $about', ({ kind, value, entry, leaf }) => {
  const notice = readNotice(utf8(entry));
  expect(toHex(leafHash(utf8(entry)))).toBe(leaf);
  expect(notice?.kind ?? null).toBe(kind);
  if (notice === null) return;
  expect(plain(memberOf(notice))).toEqual(value);
  expect(encoded(notice)).toEqual(utf8(entry));
  if (notice.kind === 'genesis') expect(notice.genesis.mapSalt).toEqual(mapSaltHash(SALT));
});

const policyOf = (witnesses: unknown): WitnessPolicy => {
  const policy = parseWitnessPolicy(utf8(JSON.stringify(witnesses)));
  if (!policy.ok) throw new Error(policy.fault.detail);
  return policy.value;
};

const trustOf = ({ key, witnesses, kept }: ProofVector): Trust => ({
  log: [keyOf(key, 'log')],
  ...(witnesses === undefined ? {} : { witnesses: policyOf(witnesses) }),
  ...(kept === undefined
    ? {}
    : { kept: { size: BigInt(kept.size), root: bytesOf(kept.root), mapSalt: null, trees: [], consistency: kept.consistency.map(base64) } }),
});

const questionOf = ({ question: { stretch, ...asked } }: ProofVector): Question => ({
  ...asked,
  ...(stretch === undefined ? {} : { stretch: { from: BigInt(stretch.from), to: BigInt(stretch.to) } }),
});

describe('a whole proof document', () => {
  const vectors = published<ProofVector>('proof.json');

  it.each(vectors)('$about: $verdict', (vector) => {
    const { report } = verifyProof(utf8(vector.document), trustOf(vector), questionOf(vector));
    const first = report.statements.find(({ state, verdict }) => state === 'failed' || verdict !== undefined);
    expect([report.verdict, first?.code ?? null]).toEqual([vector.verdict, vector.code]);
  });

  it('is written by the library to the same byte', () => {
    for (const { document } of vectors.filter(({ verdict }) => verdict === 'verified')) {
      const read = readProofDocument(utf8(document));
      expect(read.ok && encodeProofDocument(read.value)).toEqual(utf8(document));
    }
  });

  it('control: there are honest ones and lies, and what is found of a lie is another thing each time', () => {
    const lies = vectors.filter(({ verdict }) => verdict !== 'verified').map(({ code }) => code);
    expect([vectors.length - lies.length >= 8, new Set(lies).size >= 12]).toEqual([true, true]);
  });
});
