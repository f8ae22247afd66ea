/** Map links as bytes: u64 index behind the last entry that is answered for, then for each link u64 log index and 32 bytes of map key. */
import type { ItemLinks } from '#lib/store';

const INDEX_BYTES = 8;
const KEY_BYTES = 32;
const LINK_BYTES = INDEX_BYTES + KEY_BYTES;

/** Integers big-endian. Links rise by index, then key. @param to links of entries at or above it are left out */
export function encodeLinks(links: ItemLinks, to: number): Buffer {
  let count = links.length;
  while (count > 0 && links.logIndex(count - 1) >= to) count--;
  const bytes = Buffer.allocUnsafe(INDEX_BYTES + count * LINK_BYTES);
  bytes.writeBigUInt64BE(BigInt(to));
  for (let n = 0; n < count; n++) {
    const at = INDEX_BYTES + n * LINK_BYTES;
    bytes.writeBigUInt64BE(BigInt(links.logIndex(n)), at);
    links.hash(n).copy(bytes, at + INDEX_BYTES);
  }
  return bytes;
}
