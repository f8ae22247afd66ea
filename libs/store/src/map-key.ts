/** The key of (reader group, item) in the item map (design: Formats, item map). */
import { hash } from 'node:crypto';

const TAG = 'custody/map/v1';
const arena = Buffer.allocUnsafe(4096);

/** SHA-256(tag || salt || u16 length of the group || group || identifier), texts in UTF-8. */
export function mapKey(salt: Uint8Array, group: string, identifier: string): Buffer {
  let at = arena.write(TAG, 0, 'latin1');
  arena.set(salt, at);
  at += salt.length;
  const groupBytes = arena.write(group, at + 2, 'utf8');
  arena.writeUInt16BE(groupBytes, at);
  at += 2 + groupBytes;
  at += arena.write(identifier, at, 'utf8');
  return hash('sha256', arena.subarray(0, at), 'buffer');
}
