/**
 * The item map, version 1: a compressed sparse Merkle tree from map keys (map-key.ts) to the size and root of item trees. A leaf sits
 * at the first depth where no other leaf shares its path, so the root is a function of the set alone. Integers big-endian:
 *
 *   leaf        SHA-256("custody/node/v1" || 0x00 || key || u64 n || root)
 *   inner node  SHA-256("custody/node/v1" || 0x01 || left || right)
 *   empty       32 zero bytes, an empty map's root too
 *
 * The path of a key is its bits from the most significant one, 0 to the left. Leaves and inner nodes are hashed apart, so one root and
 * one key have one path, one terminal and therefore one proof: whatever a server does, it cannot show an item and its absence under
 * the same root.
 */
import { concatBytes, equalBytes, uint64Bytes, utf8 } from './bytes.ts';
import { HASH_BYTES, sha256 } from './primitives.ts';

/** A path is as long as a key at most: two keys that differ in their last bit alone. */
export const MAP_DEPTH_MAX = 256;
/** What stands where no leaf is: 32 zero bytes. The root of an empty map. */
export const MAP_EMPTY: Uint8Array = new Uint8Array(HASH_BYTES);

const LEAF = concatBytes(utf8('custody/node/v1'), Uint8Array.of(0x00));
const INNER = concatBytes(utf8('custody/node/v1'), Uint8Array.of(0x01));
const COUNT_END = 1n << 64n;

/** What the map says of one item in one reader group: its item tree has n leaves and this root. */
export interface MapEntry {
  /** 1 to 2^64 - 1. */
  readonly n: bigint;
  readonly root: Uint8Array;
}

/** Where a path ends: at the key's own leaf, at another key's (the key is absent), or at nothing (absent as well). */
export type MapTerminal =
  ({ readonly kind: 'own' } & MapEntry) | ({ readonly kind: 'other'; readonly key: Uint8Array } & MapEntry) | { readonly kind: 'empty' };

/** The path of one key. What it proves is a matter of the key: the proof does not name it. */
export interface MapProof {
  /** From the root down, one for each depth above the terminal; null: that side is empty. */
  readonly siblings: readonly (Uint8Array | null)[];
  readonly terminal: MapTerminal;
}

/**
 * The checks of a proof, by name. All of them hold; one is switched off only to show that a suite notices. Without one of those up to
 * lengthIsExact a lying server gets something past an honest root; the last four matter where the root itself was made wrongly: they
 * keep one map from having two shapes.
 */
export const MAP_PROOF_RULES = {
  /** A hash and a key have 32 bytes: else bytes move between the parts of a leaf, and a present key is shown absent behind "another". */
  hashesHave32Bytes: true,
  /** The other leaf of an absence is another: else every item could be shown absent behind its own leaf. */
  otherKeyDiffers: true,
  /** An empty side is said by null: else one path would have two proofs. */
  emptyIsNull: true,
  /** The encoding is of version 1. */
  versionIsKnown: true,
  /** The encoding names one of three terminals. */
  terminalIsKnown: true,
  /** Bits after the last depth are zero. */
  paddingIsZero: true,
  /** The encoding ends where the proof does. */
  lengthIsExact: true,
  /** An item in the map has 1 to 2^64 - 1 entries. */
  itemsHaveEntries: true,
  /** A leaf is at depth 256 at most, any other terminal above that: no two keys are left to be told apart below depth 255. */
  depthFits: true,
  /** A leaf sits where it is first alone: beside the terminal of a path there is something. */
  deepestIsNotEmpty: true,
  /** The other leaf of an absence lies on the key's path. */
  otherKeySharesPath: true,
} as const satisfies Record<string, boolean>;

/** Which checks hold. */
export type MapProofRules = Readonly<Record<keyof typeof MAP_PROOF_RULES, boolean>>;

/** Why a proof is none; each code for one thing. */
export const MAP_PROOF_FAULT_CODES = [
  'map-proof.version',
  'map-proof.terminal',
  'map-proof.truncated',
  'map-proof.trailing-bytes',
  'map-proof.padding',
  'map-proof.depth',
  'map-proof.hash-length',
  'map-proof.zero-sibling',
  'map-proof.deepest-empty',
  'map-proof.count',
  'map-proof.same-key',
  'map-proof.other-path',
] as const;

/** A refusal. */
export interface MapProofFault {
  readonly ok: false;
  readonly fault: { readonly code: (typeof MAP_PROOF_FAULT_CODES)[number]; readonly detail: string };
}

/** What a proof says: under `root`, the key has this entry, or (null) none. */
export interface MapStatement {
  readonly ok: true;
  readonly root: Uint8Array;
  readonly found: MapEntry | null;
}

/** Hash of a leaf, 32 bytes. Lengths are the caller's to check; throws RangeError for an n that has no 64 bits. */
export const mapLeafHash = (key: Uint8Array, n: bigint, root: Uint8Array): Uint8Array =>
  sha256(concatBytes(LEAF, key, uint64Bytes(n), root));

/** Hash of an inner node, 32 bytes. Lengths are the caller's to check. */
export const mapNodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(concatBytes(INNER, left, right));

/** Bit `depth` of a key, from the most significant one: 1 is to the right. */
export const mapKeyBit = (key: Uint8Array, depth: number): number => ((key[depth >> 3] as number) >> (7 - (depth & 7))) & 1;

/**
 * The root that this proof gives for this key, and what it says of it. It proves nothing until the caller finds the root equal to that
 * of a seal. Faults: those of the proof's form (faultOfMapProof), map-proof.same-key, map-proof.other-path.
 * @param key 32 bytes that the verifier made from group and identifier itself; throws RangeError for another length
 * Cost: one hash for each depth (20 at 10^6 items).
 */
export function mapRootOf(proof: MapProof, key: Uint8Array, rules: MapProofRules = MAP_PROOF_RULES): MapStatement | MapProofFault {
  if (key.length !== HASH_BYTES) throw new RangeError('a map key has 32 bytes');
  const fault = faultOfMapProof(proof, rules) ?? faultOfOther(proof, key, rules);
  if (fault !== null) return fault;
  const { siblings, terminal } = proof;
  let hash = terminalHash(terminal, key);
  for (let depth = siblings.length - 1; depth >= 0; depth--) {
    const sibling = siblings[depth] ?? MAP_EMPTY;
    hash = mapKeyBit(key, depth) === 1 ? mapNodeHash(sibling, hash) : mapNodeHash(hash, sibling);
  }
  return { ok: true, root: hash, found: terminal.kind === 'own' ? { n: terminal.n, root: terminal.root } : null };
}

function terminalHash(terminal: MapTerminal, key: Uint8Array): Uint8Array {
  if (terminal.kind === 'empty') return MAP_EMPTY;
  return mapLeafHash(terminal.kind === 'own' ? key : terminal.key, terminal.n, terminal.root);
}

/** What is wrong with a proof whatever its key is, or null. */
export function faultOfMapProof({ siblings, terminal }: MapProof, rules: MapProofRules = MAP_PROOF_RULES): MapProofFault | null {
  const depthMax = terminal.kind === 'own' ? MAP_DEPTH_MAX : MAP_DEPTH_MAX - 1;
  if (rules.depthFits && siblings.length > depthMax) return mapProofFault('depth', `This terminal is at most at depth ${depthMax}.`);
  const hashes = siblings.filter((sibling) => sibling !== null);
  if (terminal.kind !== 'empty') hashes.push(terminal.root);
  if (terminal.kind === 'other') hashes.push(terminal.key);
  if (rules.hashesHave32Bytes && hashes.some(({ length }) => length !== HASH_BYTES))
    return mapProofFault('hash-length', 'A sibling, a root or a key does not have 32 bytes.');
  if (rules.emptyIsNull && siblings.some((sibling) => sibling !== null && equalBytes(sibling, MAP_EMPTY)))
    return mapProofFault('zero-sibling', 'An empty sibling is written as a hash.');
  if (rules.deepestIsNotEmpty && siblings.at(-1) === null)
    return mapProofFault('deepest-empty', 'The path goes on where nothing else is beside its end.');
  if (rules.itemsHaveEntries && terminal.kind !== 'empty' && (terminal.n < 1n || terminal.n >= COUNT_END))
    return mapProofFault('count', 'An item in the map has at least one entry, and fewer than 2^64.');
  return null;
}

function faultOfOther({ siblings, terminal }: MapProof, key: Uint8Array, rules: MapProofRules): MapProofFault | null {
  if (terminal.kind !== 'other') return null;
  if (rules.otherKeyDiffers && equalBytes(terminal.key, key))
    return mapProofFault('same-key', 'The leaf that should show the absence of the key is its own.');
  if (rules.otherKeySharesPath && siblings.some((_, depth) => mapKeyBit(terminal.key, depth) !== mapKeyBit(key, depth)))
    return mapProofFault('other-path', 'The leaf that should show the absence of the key does not lie on its path.');
  return null;
}

type FaultName = (typeof MAP_PROOF_FAULT_CODES)[number] extends `map-proof.${infer Name}` ? Name : never;

/** A refusal by the name after `map-proof.`. */
export const mapProofFault = (name: FaultName, detail: string): MapProofFault => ({
  ok: false,
  fault: { code: `map-proof.${name}`, detail },
});
