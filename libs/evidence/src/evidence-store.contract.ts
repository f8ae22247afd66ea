/**
 * What every adapter of the port keeps. Each claim is a function, so that the adapters' specs run them all, and the control
 * (evidence-store.contract.spec.ts) can show that a claim goes red on a store that breaks it.
 */
import { createHash, randomBytes } from 'node:crypto';
import { type Readable } from 'node:stream';
import { HASH_PATTERN, type ByteRange, type EvidenceStat, type EvidenceStore, type PutOptions } from './port.ts';

export type OpenStore = () => Promise<EvidenceStore>;

export const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
export const OWN: PutOptions = { owner: 'local', bytesMax: 1 << 24 };

/** In pieces of odd sizes. */

export async function* pieces(bytes: Uint8Array, size = 1_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export class BrokeOff extends Error {}

/** The first bytes, and then the connection is gone. */
export async function* brokenOff(bytes: Uint8Array, at: number): AsyncGenerator<Uint8Array> {
  yield* pieces(bytes.subarray(0, at));
  throw new BrokeOff('gone');
}

export async function contentOf(store: EvidenceStore, sha256: string, range?: ByteRange): Promise<Buffer | null> {
  const stream: Readable | null = await store.open(sha256, range);
  if (stream === null) return null;
  const read: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) read.push(chunk);
  return Buffer.concat(read);
}

export async function listed(store: EvidenceStore): Promise<EvidenceStat[]> {
  const all: EvidenceStat[] = [];
  for await (const each of store.list()) all.push(each);
  return all;
}

const other = (bytes: Uint8Array): Uint8Array => Buffer.concat([bytes.subarray(0, -1), Buffer.from([(bytes.at(-1) as number) ^ 1])]);

export const CLAIMS: Readonly<Record<string, (open: OpenStore) => Promise<void>>> = {
  'what is put under its hash is there, byte for byte, with its size': async (open) => {
    const store = await open();
    for (const bytes of [Buffer.alloc(0), Buffer.from('a'), randomBytes(70_001)]) {
      const sha256 = hashOf(bytes);
      expect(await store.stat(sha256)).toBeNull();
      expect(await store.open(sha256)).toBeNull();
      expect(await store.put(sha256, pieces(bytes), OWN)).toEqual({ outcome: 'stored', bytes: bytes.length });
      expect(await store.stat(sha256)).toMatchObject({ sha256, bytes: bytes.length });
      expect(await contentOf(store, sha256)).toEqual(bytes);
    }
  },
  'the same bytes again are known, and change nothing': async (open) => {
    const store = await open();
    const bytes = randomBytes(5_000);
    await store.put(hashOf(bytes), pieces(bytes), OWN);
    const before = await store.stat(hashOf(bytes));
    expect(await store.put(hashOf(bytes), pieces(bytes), { ...OWN, owner: 'other' })).toEqual({ outcome: 'known', bytes: bytes.length });
    expect(await store.stat(hashOf(bytes))).toEqual(before);
  },
  'bytes of another hash are told and not kept, whether or not the right ones are there': async (open) => {
    const store = await open();
    const bytes = randomBytes(5_000);
    const sha256 = hashOf(bytes);
    const refused = { outcome: 'mismatch', sha256: hashOf(other(bytes)), bytes: bytes.length };
    expect(await store.put(sha256, pieces(other(bytes)), OWN)).toEqual(refused);
    expect([await store.stat(sha256), await store.offset(sha256, 'local'), await listed(store)]).toEqual([null, 0, []]);
    await store.put(sha256, pieces(bytes), OWN);
    expect(await store.put(sha256, pieces(other(bytes)), OWN)).toEqual(refused);
    expect(await contentOf(store, sha256)).toEqual(bytes);
  },
  'an upload that broke off goes on where it was, and its owner alone sees it': async (open) => {
    const store = await open();
    const bytes = randomBytes(9_000);
    const sha256 = hashOf(bytes);
    await expect(store.put(sha256, brokenOff(bytes, 4_000), OWN)).rejects.toThrow(BrokeOff);
    expect([await store.offset(sha256, 'local'), await store.offset(sha256, 'other'), await store.stat(sha256)]).toEqual([4_000, 0, null]);
    const rest = { ...OWN, from: 4_000, whole: bytes.length };
    expect(await store.put(sha256, pieces(bytes.subarray(4_000)), { ...rest, owner: 'other' })).toEqual({ outcome: 'offset', offset: 0 });
    expect(await store.put(sha256, pieces(bytes.subarray(3_000)), { ...rest, from: 3_000 })).toEqual({ outcome: 'offset', offset: 4_000 });
    expect(await store.put(sha256, pieces(bytes.subarray(4_000)), rest)).toEqual({ outcome: 'stored', bytes: bytes.length });
    expect([await contentOf(store, sha256), await store.offset(sha256, 'local')]).toEqual([bytes, 0]);
  },
  'an upload may come in parts that say so, and break off in any of them': async (open) => {
    const store = await open();
    const bytes = randomBytes(9_000);
    const sha256 = hashOf(bytes);
    const part = (from: number, to: number) => store.put(sha256, pieces(bytes.subarray(from, to)), { ...OWN, from, whole: bytes.length });
    expect(await part(0, 2_000)).toEqual({ outcome: 'part', offset: 2_000 });
    expect(await part(2_000, 5_000)).toEqual({ outcome: 'part', offset: 5_000 });
    const rest = { ...OWN, from: 5_000, whole: bytes.length };
    await expect(store.put(sha256, brokenOff(bytes.subarray(5_000), 1_000), rest)).rejects.toThrow(BrokeOff);
    expect(await part(6_000, 9_000)).toEqual({ outcome: 'stored', bytes: 9_000 });
    expect(await contentOf(store, sha256)).toEqual(bytes);
  },
  'what was kept of other bytes does not become the right ones': async (open) => {
    const store = await open();
    const bytes = randomBytes(9_000);
    const sha256 = hashOf(bytes);
    await expect(store.put(sha256, brokenOff(other(bytes.subarray(0, 4_000)), 4_000), OWN)).rejects.toThrow(BrokeOff);
    const rest = { ...OWN, from: 4_000, whole: bytes.length };
    expect(await store.put(sha256, pieces(bytes.subarray(4_000)), rest)).toMatchObject({ outcome: 'mismatch', bytes: 9_000 });
    // Nothing is left of it: the upload begins anew.
    expect(await store.put(sha256, pieces(bytes), OWN)).toMatchObject({ outcome: 'stored' });
  },
  'more bytes than may be are refused, also over several parts, and not kept': async (open) => {
    const store = await open();
    const bytes = randomBytes(9_000);
    const sha256 = hashOf(bytes);
    expect(await store.put(sha256, pieces(bytes), { ...OWN, bytesMax: 8_999 })).toEqual({ outcome: 'too-large' });
    await store.put(sha256, pieces(bytes.subarray(0, 5_000)), { ...OWN, whole: 9_000 });
    const rest = { ...OWN, from: 5_000, whole: 9_000, bytesMax: 8_999 };
    expect(await store.put(sha256, pieces(bytes.subarray(5_000)), rest)).toEqual({ outcome: 'too-large' });
    expect([await store.stat(sha256), await store.offset(sha256, 'local')]).toEqual([null, 0]);
    expect(await store.put(sha256, pieces(bytes), { ...OWN, bytesMax: 9_000 })).toMatchObject({ outcome: 'stored' });
  },
  'a range gives exactly its bytes': async (open) => {
    const store = await open();
    const bytes = randomBytes(5_000);
    await store.put(hashOf(bytes), pieces(bytes), OWN);
    for (const [from, to] of [
      [0, 0],
      [10, 99],
      [4_999, 4_999],
      [0, 4_999],
      [4_000, 9_999],
    ] as const)
      // prettier-ignore
      expect(await contentOf(store, hashOf(bytes), { from, to })).toEqual(bytes.subarray(from, to + 1));
  },
  'many uploads at once, some of the same bytes, all end well': async (open) => {
    const store = await open();
    const all = Array.from({ length: 6 }, () => randomBytes(20_000));
    const outcomes = await Promise.all([...all, ...all, ...all].map((bytes) => store.put(hashOf(bytes), pieces(bytes), OWN)));
    const first = outcomes.filter(({ outcome }) => outcome === 'stored');
    expect([first.length, outcomes.every(({ outcome }) => outcome === 'stored' || outcome === 'known')]).toEqual([all.length, true]);
    for (const bytes of all) expect(await contentOf(store, hashOf(bytes))).toEqual(bytes);
  },
  'the list has all that is there, in the order of the names, and nothing else': async (open) => {
    const store = await open();
    const hashes: string[] = [];
    for (let n = 0; n < 20; n++) {
      const bytes = Buffer.from(`evidence ${n}`);
      hashes.push(hashOf(bytes));
      await store.put(hashOf(bytes), pieces(bytes), OWN);
    }
    await expect(store.put(hashOf(Buffer.from('x')), brokenOff(Buffer.from('x'), 1), OWN)).rejects.toThrow(BrokeOff);
    expect((await listed(store)).map(({ sha256 }) => sha256)).toEqual(hashes.sort());
    expect(hashes.every((hash) => HASH_PATTERN.test(hash))).toBe(true);
    const strays: string[] = [];
    for await (const each of store.strays()) strays.push(each);
    expect(strays).toEqual([]);
  },
  'what is there is verified by its hash': async (open) => {
    const store = await open();
    const bytes = randomBytes(5_000);
    expect(await store.verify(hashOf(bytes))).toEqual({ verdict: 'missing' });
    await store.put(hashOf(bytes), pieces(bytes), OWN);
    expect(await store.verify(hashOf(bytes))).toEqual({ verdict: 'whole', bytes: 5_000 });
  },
  'what is no name of evidence, or of an owner, is refused at once': async (open) => {
    const store = await open();
    const hash = hashOf(Buffer.from('a'));
    for (const name of ['', 'a'.repeat(63), hash.toUpperCase(), `../${hash.slice(3)}`, `${hash}\n`]) {
      expect(() => store.stat(name)).toThrow(RangeError);
      expect(() => store.open(name)).toThrow(RangeError);
      expect(() => store.verify(name)).toThrow(RangeError);
      expect(() => store.put(name, pieces(Buffer.from('a')), OWN)).toThrow(RangeError);
    }
    for (const owner of ['', '..', 'a/b', 'A', 'a'.repeat(65)]) {
      expect(() => store.offset(hash, owner)).toThrow(RangeError);
      expect(() => store.put(hash, pieces(Buffer.from('a')), { ...OWN, owner })).toThrow(RangeError);
    }
  },
};

export function evidenceStoreContract(name: string, open: OpenStore): void {
  describe(`evidence ${name}`, () => {
    it.each(Object.keys(CLAIMS))('%s', async (claim) => {
      await CLAIMS[claim]?.(open);
    });
  });
}
