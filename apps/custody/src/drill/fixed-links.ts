/** Links of entries and items, a stretch at a time, one of them left out. */
import type { ItemLinks } from '#lib/store';

interface Link {
  readonly logIndex: number;
  readonly mapKey: Buffer;
}

export class FixedLinks {
  private readonly links: Link[] = [];

  constructor(rows: ItemLinks, leaveOut?: Link) {
    for (let n = 0; n < rows.length; n++) {
      const link = { logIndex: rows.logIndex(n), mapKey: Buffer.from(rows.hash(n)) };
      const isLeftOut = leaveOut?.logIndex === link.logIndex && leaveOut.mapKey.equals(link.mapKey);
      if (!isLeftOut) this.links.push(link);
    }
  }

  /** Those of the entries from one index up to another, as they are read from the database. */
  between(from: number, to: number): Pick<ItemLinks, 'length' | 'logIndex' | 'hash'> {
    const some = this.links.filter(({ logIndex }) => logIndex >= from && logIndex < to);
    return { length: some.length, logIndex: (n) => (some[n] as Link).logIndex, hash: (n) => (some[n] as Link).mapKey };
  }
}
