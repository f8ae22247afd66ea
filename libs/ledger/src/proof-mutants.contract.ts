/**
 * What a lying server may answer instead of the truth under an honest seal: an honest answer changed in one place. A mutation gives null
 * where an answer has nothing of the kind to change.
 */
import { concatBytes } from './bytes.ts';
import type { MapProof, MapTerminal } from './item-map.ts';
import type { ItemEntry } from './item-tree.ts';
import { encodeMapProof } from './map-proof.ts';
import { flipped, near, type Answer, type ProofWorld, type Random } from './proof-world.contract.ts';

/** A change of an honest answer out of `world`; `fork` has the same items with their last entry gone, some of them wholly. */
export type Mutation = (honest: Answer, random: Random, world: ProofWorld, fork: ProofWorld) => Answer | null;

/** A change of a part; null where there is nothing of the kind to change. */
export type Change<T> = (value: T, random: Random) => T | null;

/** What can be done to a list of hashes: siblings of a path, hashes of a stretch. */
function listChanges<T extends Uint8Array | null>(another: (random: Random) => T): Record<string, Change<readonly T[]>> {
  const at = (list: readonly T[], random: Random): number => random(list.length);
  return {
    'a bit flipped': (list, random) => {
      const n = at(list, random);
      const hash = list[n];
      return hash === undefined || hash === null ? null : list.with(n, flipped(hash, random(256)) as unknown as T);
    },
    dropped: (list, random) => (list.length === 0 ? null : list.toSpliced(at(list, random), 1 + random(2))),
    swapped: (list, random) => {
      const [a, b] = [at(list, random), at(list, random)];
      if (a === b) return null;
      return list.with(a, list[b] as T).with(b, list[a] as T);
    },
    duplicated: (list, random) => {
      if (list.length === 0) return null;
      const n = at(list, random);
      return list.toSpliced(n, 0, list[n] as T);
    },
    extended: (list, random) =>
      list.toSpliced(random(list.length + 1), 0, random(3) === 0 && list.length > 0 ? random.pick(list) : another(random)),
    'of another length': (list, random) => {
      const n = at(list, random);
      const hash = list[n];
      if (hash === undefined || hash === null) return null;
      return list.with(n, (random(2) === 0 ? hash.subarray(1) : Buffer.concat([hash, random.bytes(1)])) as unknown as T);
    },
  };
}

/** What can be done to the siblings of a path. */
export const siblingChanges: Record<string, Change<readonly (Uint8Array | null)[]>> = {
  ...listChanges<Uint8Array | null>((random) => random.pick([null, Buffer.alloc(32), random.bytes(32)])),
  emptied: (list, random) => (list.length === 0 ? null : list.with(random(list.length), null)),
  'zeros for nothing': (list, random) => {
    const empty = list.flatMap((sibling, n) => (sibling === null ? [n] : []));
    return empty.length === 0 ? null : list.with(random.pick(empty), Buffer.alloc(32));
  },
  filled: (list, random) => {
    const empty = list.flatMap((sibling, n) => (sibling === null ? [n] : []));
    return empty.length === 0 ? null : list.with(random.pick(empty), random.bytes(32));
  },
};

/** Of an answer whose proof is not encoded. */
export const proofOf = ({ proof }: Answer): MapProof => proof as MapProof;
const encoded = (answer: Answer): Buffer => Buffer.from(encodeMapProof(proofOf(answer)));
/** The answer with parts of its proof changed. */
export const withProof = (answer: Answer, change: Partial<MapProof>): Answer => ({ ...answer, proof: { ...proofOf(answer), ...change } });
/** Header and bits of an encoded proof. */
const headBits = (answer: Answer): number => 8 * (4 + Math.ceil(proofOf(answer).siblings.length / 8));

const encodingMutations: Record<string, Mutation> = {
  'map proof, its header and bits': (honest, random) => ({ ...honest, proof: flipped(encoded(honest), random(headBits(honest))) }),
  'map proof, the kind of its terminal': (honest, random) => {
    const bytes = encoded(honest);
    bytes[1] = random(256);
    return { ...honest, proof: bytes };
  },
  'map proof, its hashes and numbers': (honest, random) => {
    const bytes = encoded(honest);
    const bits = 8 * bytes.length - headBits(honest);
    return bits === 0 ? null : { ...honest, proof: flipped(bytes, headBits(honest) + random(bits)) };
  },
  'map proof, cut or extended': (honest, random) => {
    const bytes = encoded(honest);
    const proof = random(2) === 0 ? bytes.subarray(0, random(bytes.length)) : Buffer.concat([bytes, random.bytes(1 + random(40))]);
    return { ...honest, proof };
  },
};

const siblingMutations: Record<string, Mutation> = Object.fromEntries(
  Object.entries(siblingChanges).map(([name, change]): [string, Mutation] => [
    `siblings, ${name}`,
    (honest, random) => {
      const siblings = change(proofOf(honest).siblings, random);
      return siblings && withProof(honest, { siblings });
    },
  ]),
);

const terminalMutations: Record<string, Mutation> = {
  'terminal, absence behind the own leaf': (honest) => {
    const { terminal } = proofOf(honest);
    if (terminal.kind !== 'own') return null;
    return withProof(honest, { terminal: { ...terminal, kind: 'other', key: honest.key } });
  },
  'terminal, absence behind another leaf or nothing': (honest, random, world) => {
    const other = random.pick(world.items);
    const leaf = proofOf(world.answer(other.key)).terminal;
    const terminal: MapTerminal = leaf.kind === 'own' && random(4) > 0 ? { ...leaf, kind: 'other', key: other.key } : { kind: 'empty' };
    return withProof(honest, { terminal });
  },
  'terminal, presence of what is another leaf or nothing': (honest, random, world) => {
    const { terminal } = proofOf(honest);
    const { terminal: leaf } = proofOf(world.answer(random.pick(world.items).key));
    if (terminal.kind === 'own') return withProof(honest, { terminal: leaf });
    return withProof(honest, { terminal: terminal.kind === 'other' ? { kind: 'own', n: terminal.n, root: terminal.root } : leaf });
  },
  'terminal, n': (honest, random) => {
    const { terminal } = proofOf(honest);
    if (terminal.kind === 'empty') return null;
    const n = random.pick([
      terminal.n + 1n,
      terminal.n - 1n,
      0n,
      BigInt(random(100)),
      terminal.n << 8n,
      terminal.n + 2n ** 64n,
      -terminal.n,
    ]);
    return withProof(honest, { terminal: { ...terminal, n } });
  },
  'terminal, root': (honest, random, world) => {
    const { terminal } = proofOf(honest);
    if (terminal.kind === 'empty') return null;
    const { terminal: leaf } = proofOf(world.answer(random.pick(world.items).key));
    const root = random(2) === 0 || leaf.kind !== 'own' ? flipped(terminal.root, random(256)) : leaf.root;
    return withProof(honest, { terminal: { ...terminal, root } });
  },
  'terminal, the key of the other leaf': (honest, random, world) => {
    const { terminal } = proofOf(honest);
    if (terminal.kind !== 'other') return null;
    const key = random(3) === 0 ? random.pick([honest.key, random.pick(world.items).key]) : flipped(terminal.key, random(256));
    return withProof(honest, { terminal: { ...terminal, key } });
  },
  'terminal, bytes moved between its parts': (honest, random) => {
    const { terminal } = proofOf(honest);
    if (terminal.kind === 'empty') return null;
    const own = terminal.kind === 'own' ? honest.key : terminal.key;
    const leaf = Buffer.from(concatBytes(own, new Uint8Array(8), terminal.root));
    leaf.writeBigUInt64BE(terminal.n, 32);
    const end = 32 + random.pick([-2, -1, 1, 2]);
    const n = leaf.readBigUInt64BE(end);
    return withProof(honest, { terminal: { kind: 'other', key: leaf.subarray(0, end), n, root: leaf.subarray(end + 8) } });
  },
};

const askedMutations: Record<string, Mutation> = {
  'key, that of another item, or near': (honest, random, world) => {
    const key = random.pick([
      random.pick(world.items).key,
      flipped(honest.key, random(256)),
      near(Buffer.from(honest.key), random(256), random),
    ]);
    return { ...honest, key };
  },
  'map proof, that of another key': (honest, random, world) => {
    const { key } = random.pick(world.items);
    return { ...honest, proof: proofOf(world.answer(random(2) === 0 ? key : near(key, random(256), random))) };
  },
  'stretch, where it begins': (honest, random) => ({ ...honest, from: honest.from + random.pick([-2n, -1n, 1n, 2n, BigInt(random(40))]) }),
  'stretch, one of no entry': (honest, random) => {
    const { terminal } = proofOf(honest);
    if (terminal.kind !== 'own') return null;
    return { ...honest, from: random.pick([0n, 0n, honest.from, terminal.n]), entries: [], stretch: [terminal.root] };
  },
};

/** Whether the answer shows an item, with entries. */
export const present = (answer: Answer): boolean => proofOf(answer).terminal.kind === 'own';

const stretchMutations: Record<string, Mutation> = Object.fromEntries(
  Object.entries(listChanges<Uint8Array>((random) => random.bytes(32))).map(([name, change]): [string, Mutation] => [
    `stretch hashes, ${name}`,
    (honest, random) => {
      const stretch = present(honest) ? change(honest.stretch, random) : null;
      return stretch && { ...honest, stretch };
    },
  ]),
);

/** What can be done to a list of entries. */
export const entryChanges: Record<string, Change<readonly ItemEntry[]>> = {
  'an index changed': (list, random) => {
    const n = random(list.length);
    const entry = list[n] as ItemEntry;
    return list.with(n, { ...entry, index: entry.index + random.pick([-1n, 1n, 2n ** 32n, BigInt(random(1_000))]) });
  },
  'a bit of a leaf hash flipped': (list, random) => {
    const n = random(list.length);
    const entry = list[n] as ItemEntry;
    return list.with(n, { ...entry, leafHash: flipped(entry.leafHash, random(256)) });
  },
  dropped: (list, random) => list.toSpliced(random(list.length), 1 + random(2)),
  swapped: (list, random) => {
    const [a, b] = [random(list.length), random(list.length)];
    if (a === b) return null;
    return list.with(a, list[b] as ItemEntry).with(b, list[a] as ItemEntry);
  },
  duplicated: (list, random) => {
    const n = random(list.length);
    return list.toSpliced(n, 0, list[n] as ItemEntry);
  },
};

const entryMutations: Record<string, Mutation> = {
  ...Object.fromEntries(
    Object.entries(entryChanges).map(([name, change]): [string, Mutation] => [
      `entries, ${name}`,
      (honest, random) => {
        const entries = present(honest) ? change(honest.entries, random) : null;
        return entries && { ...honest, entries };
      },
    ]),
  ),
  'entries, one more before or behind': (honest, random) => {
    if (!present(honest)) return null;
    const { entries, from, seal } = honest;
    const [first, last] = [entries[0] as ItemEntry, entries.at(-1) as ItemEntry];
    if (random(2) === 0 && first.index > 0n)
      return { ...honest, from: from - 1n, entries: [{ index: first.index - 1n, leafHash: random.bytes(32) }, ...entries] };
    const index = last.index + 1n < seal.covers ? last.index + 1n : last.index;
    return { ...honest, entries: [...entries, { index, leafHash: random.bytes(32) }] };
  },
};

/** A server that keeps another ledger beside the sealed one. */
const forkMutations: Record<string, Mutation> = {
  'fork, the whole answer': (honest, _, __, fork) => ({ ...fork.answer(honest.key), seal: honest.seal }),
  'fork, the item tree alone': (honest, _, world, fork) => {
    if (fork.item(honest.key) === undefined) return null;
    return { ...fork.answer(honest.key), proof: world.answer(honest.key).proof, seal: honest.seal };
  },
  'fork, the map alone': (honest, _, __, fork) => ({ ...honest, proof: fork.answer(honest.key).proof }),
};

/** What a lying server may do under an honest seal. */
export const SERVER_MUTATIONS: Readonly<Record<string, Mutation>> = {
  ...encodingMutations,
  ...siblingMutations,
  ...terminalMutations,
  ...askedMutations,
  ...entryMutations,
  ...stretchMutations,
  ...forkMutations,
};
