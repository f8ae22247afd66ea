/**
 * What a lying sealer may put under a seal: maps and trees that no honest one makes, and answers that fit them. Every hash fits; the form
 * alone is wrong.
 */
import { mapKeyBit, mapRootOf, MAP_PROOF_RULES, type MapProofRules } from './item-map.ts';
import { itemLeafHash, type ItemEntry } from './item-tree.ts';
import { entryChanges, present, proofOf, siblingChanges, withProof, type Change, type Mutation } from './proof-mutants.contract.ts';
import type { Answer, Random } from './proof-world.contract.ts';
import { rootOfStretch, STRETCH_RULES, type StretchRules } from './stretch.ts';

const none = <T extends object>(rules: T): Record<keyof T, false> =>
  Object.fromEntries(Object.keys(rules).map((name) => [name, false])) as Record<keyof T, false>;
const NO_MAP_RULES: MapProofRules = none(MAP_PROOF_RULES);
const NO_STRETCH_RULES: StretchRules = none(STRETCH_RULES);

/** The answer under the seal of a map that has exactly this path. */
function sealed(answer: Answer): Answer {
  const said = mapRootOf(proofOf(answer), answer.key, NO_MAP_RULES);
  return said.ok ? { ...answer, seal: { ...answer.seal, mapRoot: said.root } } : answer;
}

/** The answer under the seal of a map whose only item has the tree that these entries and hashes give. */
function sealedTree(answer: Answer, n: bigint): Answer {
  const leaves = answer.entries.map(({ index, leafHash }) => itemLeafHash(index, leafHash));
  const made = rootOfStretch(leaves, answer.from, n, answer.stretch, NO_STRETCH_RULES);
  if (!made.ok) return answer;
  return sealed({ ...answer, proof: { siblings: [], terminal: { kind: 'own', n, root: made.root } } });
}

const treeOf = (answer: Answer, change: Change<readonly ItemEntry[]>, random: Random): Answer | null => {
  const entries = present(answer) ? change(answer.entries, random) : null;
  return entries && sealedTree({ ...answer, from: 0n, entries, stretch: [] }, BigInt(entries.length));
};

/** What a lying sealer may put under a seal: a map or a tree that no honest one makes. Every hash fits; the form alone is wrong. */
export const SEALER_MUTATIONS: Readonly<Record<string, Mutation>> = {
  'map, deeper than a key': (honest, random) => {
    const { siblings, terminal } = proofOf(honest);
    const depth = (terminal.kind === 'own' ? 257 : 256) + random(3);
    const below = Array<Buffer>(depth - siblings.length).fill(random.bytes(32));
    const end = terminal.kind === 'other' ? ({ kind: 'empty' } as const) : terminal;
    return sealed(withProof(honest, { siblings: [...siblings, ...below], terminal: end }));
  },
  'map, a leaf below where it is first alone': (honest, random) => {
    const { siblings, terminal } = proofOf(honest);
    const below = Array<null>(1 + random(3)).fill(null);
    if (siblings.length + below.length > 255 || terminal.kind === 'other') return null;
    return sealed(withProof(honest, { siblings: [...siblings, ...below] }));
  },
  'map, an item without entries': (honest) => {
    const { terminal } = proofOf(honest);
    return terminal.kind === 'other' ? sealed(withProof(honest, { terminal: { ...terminal, n: 0n } })) : null;
  },
  'map, a leaf on the path of another': (honest, random, world) => {
    const { siblings } = proofOf(honest);
    const other = random.pick(world.items).key;
    if (siblings.every((_, depth) => mapKeyBit(other, depth) === mapKeyBit(honest.key, depth))) return null;
    return sealed(withProof(honest, { terminal: { kind: 'other', key: other, n: 1n + BigInt(random(9)), root: random.bytes(32) } }));
  },
  'map, a hash of another length': (honest, random) => {
    const siblings = siblingChanges['of another length']?.(proofOf(honest).siblings, random);
    return siblings ? sealed(withProof(honest, { siblings })) : null;
  },
  'tree, entries out of order': (honest, random) => treeOf(honest, entryChanges['swapped'] as Change<readonly ItemEntry[]>, random),
  'tree, an entry twice': (honest, random) => treeOf(honest, entryChanges['duplicated'] as Change<readonly ItemEntry[]>, random),
  'tree, an entry behind what the seal covers': (honest, random) =>
    treeOf(honest, (list) => [...list, { index: honest.seal.covers + BigInt(random(9)), leafHash: random.bytes(32) }], random),
  'tree, a leaf hash of another length': (honest, random) =>
    treeOf(
      honest,
      (list) => [...list.slice(0, -1), { ...(list.at(-1) as ItemEntry), leafHash: random.bytes(random.pick([0, 31, 33])) }],
      random,
    ),
  'tree, a stretch hash of another length': (honest, random) => {
    const { terminal } = proofOf(honest);
    if (terminal.kind !== 'own' || honest.stretch.length === 0) return null;
    const stretch = honest.stretch.with(random(honest.stretch.length), random.bytes(random.pick([0, 31, 33, 64])));
    return sealedTree({ ...honest, stretch }, terminal.n);
  },
};
