/** Map keys, remembered: an item comes again and again, and finding a key costs a third of hashing it. */
import { HASH_BYTES, mapKey } from '#lib/ledger';

export interface ReaderGroup {
  readonly id: number;
  readonly name: string;
}

/** 1.6 MB of keys and some more of names. Then all are forgotten at once: the items that are seen now come back with their next event. */
const KEYS_MAX = 50_000;

export class MapKeys {
  /** One key after the other: a Buffer for each would lie anywhere in memory. */
  readonly bytes = Buffer.allocUnsafeSlow(KEYS_MAX * HASH_BYTES);
  private readonly salt: Uint8Array;
  private readonly byGroup = new Map<number, Map<string, number>>();
  private count = 0;

  constructor(salt: Uint8Array) {
    this.salt = salt;
  }

  /** Where in `bytes` the key stands, until the next call. */
  offsetOf(group: ReaderGroup, item: string): number {
    const known = this.byGroup.get(group.id)?.get(item);
    if (known !== undefined) return known;
    if (this.count >= KEYS_MAX) {
      this.byGroup.clear();
      this.count = 0;
    }
    let keys = this.byGroup.get(group.id);
    if (keys === undefined) this.byGroup.set(group.id, (keys = new Map()));
    const offset = this.count * HASH_BYTES;
    this.bytes.set(mapKey(this.salt, group.name, item), offset);
    keys.set(item, offset);
    this.count += 1;
    return offset;
  }
}
