/**
 * Keys as the ledger stores them: a text is a whole number of 32 bits. Two texts may have one number: what an index gives for it are candidates, and
 * each is decided by its document. Kept for ever in stored rows, as what keys are made of (words.ts): who changes it says that `custody rebuild` is due.
 */
const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

/** FNV-1a over UTF-16 units, stirred as MurmurHash3 ends, signed. Some 2 ns a character. */
export function keyNumber(text: string): number {
  let hash = OFFSET;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), PRIME);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
