/** The stream of map keys as `/log/links` serves it: u64 index behind the last entry that is answered for, then u64 log index and 32 bytes of map key each. */

const INDEX_BYTES = 8;
const KEY_BYTES = 32;
const LINK_BYTES = INDEX_BYTES + KEY_BYTES;

/** Links of entries from one index up to another. Views of what was read. */
export interface MapLinks {
  /** Index behind the last entry that is answered for. */
  readonly to: number;
  readonly length: number;
  logIndex(n: number): number;
  /** 32 bytes. */
  key(n: number): Buffer;
}

/**
 * Links of entries from `from` on; `null` for bytes that are none: of another form, for no entry, for more than were asked for, with an index
 * out of range, or not rising strictly by index and key.
 */
export function readMapLinks(bytes: Uint8Array, from: number, to: number): MapLinks | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (buffer.length < INDEX_BYTES || (buffer.length - INDEX_BYTES) % LINK_BYTES !== 0) return null;
  const answered = Number(buffer.readBigUInt64BE());
  if (answered <= from || answered > to) return null;
  const at = (n: number): number => INDEX_BYTES + n * LINK_BYTES;
  const links: MapLinks = {
    to: answered,
    length: (buffer.length - INDEX_BYTES) / LINK_BYTES,
    logIndex: (n) => Number(buffer.readBigUInt64BE(at(n))),
    key: (n) => buffer.subarray(at(n) + INDEX_BYTES, at(n) + LINK_BYTES),
  };
  for (let n = 0; n < links.length; n++) {
    const index = links.logIndex(n);
    if (index < from || index >= answered) return null;
    // Index and key stand side by side, so one comparison of bytes orders both.
    if (n > 0 && Buffer.compare(buffer.subarray(at(n - 1), at(n)), buffer.subarray(at(n), at(n + 1))) >= 0) return null;
  }
  return links;
}

/** Those of entries from one index up to another. */
export function linksBetween(links: MapLinks, from: number, to: number): MapLinks {
  const [first, end] = [firstAt(links, from), firstAt(links, to)];
  return { to, length: end - first, logIndex: (n) => links.logIndex(first + n), key: (n) => links.key(first + n) };
}

/** The first link of an entry at or above the index. */
function firstAt(links: MapLinks, index: number): number {
  let [low, high] = [0, links.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (links.logIndex(middle) < index) low = middle + 1;
    else high = middle;
  }
  return low;
}
