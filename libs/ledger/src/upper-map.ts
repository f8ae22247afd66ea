/**
 * The upper part of an item map at one seal, for whoever proves from what a sealer stored: the nodes at depth 16 and all above them. What
 * lies below is made again from the few items that share 16 bits (proveBelow). The formats are those of item-map.ts. Server side.
 */
import { MAP_EMPTY, mapKeyBit, mapLeafHash, mapNodeHash, type MapEntry, type MapTerminal } from './item-map.ts';
import { HASH_BYTES } from './primitives.ts';

/** Depth of the stored nodes. */
export const UPPER_DEPTH = 16;
const LEAVES = 2 ** UPPER_DEPTH;
const TILE_CHILDREN = 256;

/** What is below a node: nothing, one leaf alone (whose hash the node then has), or more. */
export const NODE_KINDS = { empty: 0, leaf: 1, inner: 2 } as const;

/** Some of the 256 nodes at depth 16 that share their first 8 bits. */
export interface UpperTile {
  /** Those 8 bits. */
  readonly prefix: number;
  /** A bit for each node that is given, most significant first: 32 bytes. */
  readonly changed: Uint8Array;
  /** For each of those, one of NODE_KINDS. */
  readonly kinds: Uint8Array;
  /** For each of those 32 bytes. */
  readonly hashes: Uint8Array;
}

/** Where a key's path ends in the upper part, and what stands beside it. */
export interface UpperPath {
  readonly siblings: readonly (Uint8Array | null)[];
  /** Of the node where it ends; `inner` at UPPER_DEPTH alone. */
  readonly kind: keyof typeof NODE_KINDS;
  /** Bits of the key that lead there. */
  readonly depth: number;
  readonly hash: Uint8Array;
}

/** 4.3 MB; never changed once it is given out: `with` copies. */
export class UpperMap {
  private readonly kinds: Uint8Array;
  private readonly hashes: Uint8Array;

  private constructor(kinds: Uint8Array, hashes: Uint8Array) {
    this.kinds = kinds;
    this.hashes = hashes;
  }

  static empty(): UpperMap {
    return new UpperMap(new Uint8Array(2 * LEAVES), new Uint8Array(2 * LEAVES * HASH_BYTES));
  }

  /** A map with these nodes changed: of several tiles that give a node the last one counts. Cost: 1 ms, and 0.8 µs for each node above a changed one. */
  with(tiles: Iterable<UpperTile>): UpperMap {
    const map = new UpperMap(this.kinds.slice(), this.hashes.slice());
    let above = new Set<number>();
    for (const tile of tiles) for (const node of map.put(tile)) above.add(node >> 1);
    while (above.size > 0) {
      const next = new Set<number>();
      for (const node of above) {
        map.combine(node);
        if (node > 1) next.add(node >> 1);
      }
      above = next;
    }
    return map;
  }

  root(): Uint8Array {
    return this.hashOf(1);
  }

  path(key: Uint8Array): UpperPath {
    const siblings: (Uint8Array | null)[] = [];
    let [node, depth] = [1, 0];
    for (; depth < UPPER_DEPTH && this.kinds[node] === NODE_KINDS.inner; depth++) {
      const side = 2 * node + mapKeyBit(key, depth);
      const other = side ^ 1;
      siblings.push(this.kinds[other] === NODE_KINDS.empty ? null : this.hashOf(other));
      node = side;
    }
    const kind = (['empty', 'leaf', 'inner'] as const)[this.kinds[node] as number] ?? 'empty';
    return { siblings, kind, depth, hash: this.hashOf(node) };
  }

  private *put({ prefix, changed, kinds, hashes }: UpperTile): Generator<number> {
    let given = 0;
    for (let child = 0; child < TILE_CHILDREN; child++) {
      if (((changed[child >> 3] as number) & (0x80 >> (child & 7))) === 0) continue;
      const node = LEAVES + prefix * TILE_CHILDREN + child;
      this.kinds[node] = kinds[given] as number;
      this.hashes.set(hashes.subarray(given * HASH_BYTES, (given + 1) * HASH_BYTES), node * HASH_BYTES);
      given++;
      yield node;
    }
  }

  /** A leaf alone moves up beside an empty side. */
  private combine(node: number): void {
    const [left, right] = [2 * node, 2 * node + 1];
    const [kindLeft, kindRight] = [this.kinds[left] as number, this.kinds[right] as number];
    const lone = kindLeft === NODE_KINDS.empty ? right : kindRight === NODE_KINDS.empty ? left : 0;
    if (lone > 0 && this.kinds[lone] !== NODE_KINDS.inner) {
      this.kinds[node] = this.kinds[lone] as number;
      this.hashes.copyWithin(node * HASH_BYTES, lone * HASH_BYTES, (lone + 1) * HASH_BYTES);
      return;
    }
    this.kinds[node] = NODE_KINDS.inner;
    this.hashes.set(mapNodeHash(this.hashOf(left), this.hashOf(right)), node * HASH_BYTES);
  }

  private hashOf(node: number): Uint8Array {
    return this.hashes.subarray(node * HASH_BYTES, (node + 1) * HASH_BYTES);
  }
}

/** An item below a node of the map. */
export interface MapLeaf extends MapEntry {
  readonly key: Uint8Array;
}

/** What a node over these leaves is, and how a key's path goes on below it. */
export interface BelowPath {
  /** Of the node itself: to be compared with the one that is stored. */
  readonly hash: Uint8Array;
  readonly siblings: readonly (Uint8Array | null)[];
  readonly terminal: MapTerminal;
}

/**
 * The path of a key below a node at `depth`, made from all leaves below it, in any order. Cost: two hashes a leaf.
 * @param leaves those whose keys share the first `depth` bits with `key`, and no others
 */
export function proveBelow(leaves: readonly MapLeaf[], key: Uint8Array, depth: number): BelowPath {
  const [only] = leaves;
  if (only === undefined) return { hash: MAP_EMPTY, siblings: [], terminal: { kind: 'empty' } };
  if (leaves.length === 1) {
    const { n, root } = only;
    const isOwn = only.key.every((byte, at) => byte === key[at]);
    return {
      hash: mapLeafHash(only.key, n, root),
      siblings: [],
      terminal: isOwn ? { kind: 'own', n, root } : { kind: 'other', key: only.key, n, root },
    };
  }
  const [left, right] = halves(leaves, depth);
  const goesRight = mapKeyBit(key, depth) === 1;
  const [own, other] = goesRight ? [right, left] : [left, right];
  const below = proveBelow(own, key, depth + 1);
  const sibling = hashOver(other, depth + 1);
  const beside = sibling ?? MAP_EMPTY;
  return {
    hash: goesRight ? mapNodeHash(beside, below.hash) : mapNodeHash(below.hash, beside),
    siblings: [sibling, ...below.siblings],
    terminal: below.terminal,
  };
}

/** `null`: nothing is there. */
function hashOver(leaves: readonly MapLeaf[], depth: number): Uint8Array | null {
  const [only] = leaves;
  if (only === undefined) return null;
  if (leaves.length === 1) return mapLeafHash(only.key, only.n, only.root);
  const [left, right] = halves(leaves, depth).map((half) => hashOver(half, depth + 1) ?? MAP_EMPTY);
  return mapNodeHash(left as Uint8Array, right as Uint8Array);
}

function halves(leaves: readonly MapLeaf[], depth: number): [MapLeaf[], MapLeaf[]] {
  const [left, right]: [MapLeaf[], MapLeaf[]] = [[], []];
  for (const leaf of leaves) (mapKeyBit(leaf.key, depth) === 1 ? right : left).push(leaf);
  return [left, right];
}
