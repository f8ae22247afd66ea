/** An RFC 9162 tree that is only ever extended: the hashes of the complete subtrees at its right edge, and no more. */
import { foldNodes, nodeHash } from '#lib/ledger';

/** At most 64 hashes. A copy goes on by itself. */
export class LogFrontier {
  /** Of the subtrees that make up the leaves (edgeNodes), the largest first. */
  private readonly edge: Uint8Array[];
  private leaves: number;

  constructor(from?: LogFrontier) {
    this.edge = from === undefined ? [] : [...from.edge];
    this.leaves = from?.leaves ?? 0;
  }

  get size(): number {
    return this.leaves;
  }

  /** @param hash of the leaf, 32 bytes. Cost: one hash, averaged over many leaves. */
  append(hash: Uint8Array): void {
    let node = hash;
    // A subtree is complete for each one at the end of the number before.
    for (let count = this.leaves; count % 2 === 1; count = Math.floor(count / 2)) node = nodeHash(this.edge.pop() as Uint8Array, node);
    this.edge.push(node);
    this.leaves++;
  }

  root(): Uint8Array {
    return foldNodes(this.edge);
  }
}
