/** Map keys and the numbers that items get for them, in the order of their first sight: open addressing over one arena of keys. */
import { arena, HASH_BYTES, type Arena } from './primitives.ts';

const WORDS = HASH_BYTES / 4;
const CAPACITY_MIN = 1024;
/** Slots for each key that there is room for, at least; a power of two. Keys are hashes, so runs of full slots stay short. */
const SLOTS_PER_KEY = 2;

/**
 * 41 to 80 bytes a key. Looking one up costs about 0.3 µs at 10^6 keys: a cache miss or two.
 */
export class KeyTable {
  private capacity = CAPACITY_MIN;
  private keys: Arena = arena(CAPACITY_MIN * HASH_BYTES);
  private words = new Int32Array(this.keys.buffer);
  /** Number + 1; 0 is free. The first is that of the key's first word. */
  private slots = new Int32Array(CAPACITY_MIN * SLOTS_PER_KEY);
  private readonly probe = new Int32Array(WORDS);
  private readonly probeBytes = new Uint8Array(this.probe.buffer);
  private count = 0;

  /** How many keys have a number: they are 0 to size - 1. */
  get size(): number {
    return this.count;
  }

  /** The key's number, a new one at its first sight. Throws RangeError for a key that does not have 32 bytes. */
  numberOf(key: Uint8Array): number {
    const slot = this.slotOf(key);
    const known = this.slots[slot] as number;
    if (known !== 0) return known - 1;
    const number = this.count++;
    this.words.set(this.probe, number * WORDS);
    this.slots[slot] = number + 1;
    if (this.count === this.capacity) this.grow();
    return number;
  }

  /** The key's number, or -1. Throws RangeError for a key that does not have 32 bytes. */
  find(key: Uint8Array): number {
    return (this.slots[this.slotOf(key)] as number) - 1;
  }

  /** A view of the key of a number; not kept when the table grows. */
  keyOf(number: number): Buffer {
    return this.keys.subarray(number * HASH_BYTES, (number + 1) * HASH_BYTES);
  }

  /** Whether the key of a number is the 32 bytes at `at`. In a loop, which for so few costs less than a view. */
  isKeyAt(number: number, bytes: Uint8Array, at: number): boolean {
    for (let n = 0, from = number * HASH_BYTES; n < HASH_BYTES; n++) if (this.keys[from + n] !== bytes[at + n]) return false;
    return true;
  }

  /** The first 32 bits of a key, as a number of that order. */
  prefixOf(number: number): number {
    return this.keys.readUInt32BE(number * HASH_BYTES);
  }

  /** Bit `depth` of a key, from the most significant one. */
  bitOf(number: number, depth: number): number {
    return ((this.keys[number * HASH_BYTES + (depth >> 3)] as number) >> (7 - (depth & 7))) & 1;
  }

  /** Copies a key into `target`, from word `at` on. */
  copyWords(number: number, target: Int32Array, at: number): void {
    for (let word = 0, from = number * WORDS; word < WORDS; word++) target[at + word] = this.words[from + word] as number;
  }

  /** Where the key stands, or could stand; leaves it in `probe`. */
  private slotOf(key: Uint8Array): number {
    if (key.length !== HASH_BYTES) throw new RangeError('a map key has 32 bytes');
    for (let at = 0; at < HASH_BYTES; at++) this.probeBytes[at] = key[at] as number;
    const mask = this.slots.length - 1;
    let slot = (this.probe[0] as number) & mask;
    for (;;) {
      const known = this.slots[slot] as number;
      if (known === 0 || this.holds((known - 1) * WORDS)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  private holds(from: number): boolean {
    for (let word = 0; word < WORDS; word++) if (this.words[from + word] !== this.probe[word]) return false;
    return true;
  }

  private grow(): void {
    this.capacity *= 2;
    const keys = arena(this.capacity * HASH_BYTES);
    keys.set(this.keys);
    this.keys = keys;
    this.words = new Int32Array(keys.buffer);
    this.slots = new Int32Array(this.capacity * SLOTS_PER_KEY);
    const mask = this.slots.length - 1;
    for (let number = 0; number < this.count; number++) {
      let slot = (this.words[number * WORDS] as number) & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = number + 1;
    }
  }
}
