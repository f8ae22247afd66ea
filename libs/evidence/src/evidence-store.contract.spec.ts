/** The contract notices a store that breaks it: each of these is the one in memory with one fault. */
import { CLAIMS } from './evidence-store.contract.ts';
import { evidenceInMemory } from './memory.ts';
import type { EvidenceStore, PutOptions } from './port.ts';

type Breaking = (store: EvidenceStore) => Partial<EvidenceStore>;

async function gathered(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of bytes) all.push(Buffer.from(chunk));
  return Buffer.concat(all);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

const FAULTS: readonly [string, string, Breaking][] = [
  [
    'that does not hash',
    'bytes of another hash are told and not kept, whether or not the right ones are there',
    () => ({ put: async (_sha256, bytes) => ({ outcome: 'stored', bytes: (await gathered(bytes)).length }) }),
  ],
  [
    'that shows uploads to everybody',
    'an upload that broke off goes on where it was, and its owner alone sees it',
    (store) => ({
      put: (sha256, bytes, options) => store.put(sha256, bytes, { ...options, owner: 'all' }),
      offset: (sha256) => store.offset(sha256, 'all'),
    }),
  ],
  [
    'that forgets what broke off',
    'an upload may come in parts that say so, and break off in any of them',
    (store) => ({ put: async (sha256, bytes, options) => store.put(sha256, once(await gathered(bytes)), options) }),
  ],
  [
    'that bounds each part and not the whole',
    'more bytes than may be are refused, also over several parts, and not kept',
    (store) => ({
      put: (sha256, bytes, options: PutOptions) =>
        store.put(sha256, bytes, { ...options, bytesMax: options.bytesMax + (options.from ?? 0) }),
    }),
  ],
  ['whose ranges leave the last byte out', 'a range gives exactly its bytes', (store) => ({
    open: (sha256, range) => store.open(sha256, range === undefined ? undefined : { from: range.from, to: range.to - 1 }),
  })], // prettier-ignore
  ['that lists nothing', 'the list has all that is there, in the order of the names, and nothing else', (store) => ({
    list: () => evidenceInMemory().list(), strays: () => store.strays(),
  })], // prettier-ignore
  ['that takes everything for whole', 'what is there is verified by its hash', () => ({
    verify: () => Promise.resolve({ verdict: 'whole', bytes: 5_000 }),
  })], // prettier-ignore
  ['that takes any name', 'what is no name of evidence, or of an owner, is refused at once', () => ({ stat: () => Promise.resolve(null) })],
];

describe('the contract of evidence stores', () => {
  test.each(FAULTS)('goes red on a store %s', async (_what, claim, breaking) => {
    const broken = (): Promise<EvidenceStore> => {
      const store = evidenceInMemory();
      return Promise.resolve({ ...store, ...breaking(store) });
    };
    await expect(CLAIMS[claim]?.(broken)).rejects.toThrow();
    await CLAIMS[claim]?.(() => Promise.resolve(evidenceInMemory()));
  });
});
