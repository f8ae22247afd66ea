/** What the sealer's map shows of itself in tiles: the nodes at one depth. */
import type { MapNodes } from './map-nodes.ts';
import { HASH_BYTES } from './primitives.ts';

/** Nodes at one depth, by the bits of their path. */
export interface TileNodes {
  /** The path's first bits as a number, rising. */
  readonly prefixes: Uint32Array;
  /** For each: 1 where one leaf alone lies below (its hash moves up beside an empty side), 2 for an inner node. */
  readonly kinds: Uint8Array;
  /** 32 bytes for each. */
  readonly hashes: Buffer;
}

/** What stands at each path of one depth, and which of them changed. */
export class TileIndex {
  private readonly refs: Int32Array;
  private readonly changed: Uint8Array;
  private changes: number[] = [];

  constructor(depth: number) {
    this.refs = new Int32Array(1 << depth);
    this.changed = new Uint8Array(1 << depth);
  }

  set(prefix: number, ref: number): void {
    this.refs[prefix] = ref;
    if (this.changed[prefix] === 1) return;
    this.changed[prefix] = 1;
    this.changes.push(prefix);
  }

  /** What changed since the last time. */
  take(nodes: MapNodes): TileNodes {
    const prefixes = Uint32Array.from(this.changes).sort();
    for (const prefix of prefixes) this.changed[prefix] = 0;
    this.changes = [];
    return this.nodesAt(prefixes, nodes);
  }

  /** Whatever stands at [from, to). */
  range(from: number, to: number, nodes: MapNodes): TileNodes {
    const prefixes: number[] = [];
    for (let prefix = from; prefix < to; prefix++) if (this.refs[prefix] !== 0) prefixes.push(prefix);
    return this.nodesAt(Uint32Array.from(prefixes), nodes);
  }

  private nodesAt(prefixes: Uint32Array, nodes: MapNodes): TileNodes {
    const kinds = new Uint8Array(prefixes.length);
    const hashes = Buffer.allocUnsafe(prefixes.length * HASH_BYTES);
    prefixes.forEach((prefix, n) => {
      const ref = this.refs[prefix] as number;
      kinds[n] = ref < 0 ? 1 : 2;
      nodes.copyHash(ref, hashes, n * HASH_BYTES);
    });
    return { prefixes, kinds, hashes };
  }
}
