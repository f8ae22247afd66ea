/** A log as suites grow it: checkpoints of any size, requests with proofs, and forks. */
import {
  consistencyNodes,
  foldNodes,
  formatCheckpoint,
  formatNote,
  leafHash,
  merkleRoot,
  signingKey,
  signText,
  toBase64,
  utf8,
  type SigningKey,
} from '#lib/ledger';

export interface TestLog {
  readonly key: SigningKey<'log'>;
  note(size: number): Uint8Array;
  /** The body of a request from one size to another. */
  request(old: number, size: number): Uint8Array;
}

/** @param fork other leaves from the sixth on */
export function testLog(name = 'log.example/demo', fork = '', leafCount = 200): TestLog {
  const key = signingKey('log', name, utf8(name.padEnd(32, '.')).subarray(0, 32));
  const leaves = Array.from({ length: leafCount }, (_, n) => leafHash(utf8(`${n < 5 ? '' : fork}${n}`)));
  const hashOf = ({ level, index }: { level: number; index: bigint }): Uint8Array =>
    merkleRoot(leaves.slice(Number(index) * 2 ** level, (Number(index) + 1) * 2 ** level));
  const note = (size: number): Uint8Array => {
    const root = merkleRoot(leaves.slice(0, size));
    const text = formatCheckpoint({ origin: name, size: BigInt(size), root, extension: [] });
    return formatNote(text, [signText(key, text)]);
  };
  return {
    key,
    note,
    request(old, size) {
      const proof = old === 0 || old > size ? [] : consistencyNodes(BigInt(old), BigInt(size)).map((nodes) => foldNodes(nodes.map(hashOf)));
      return Buffer.concat([utf8(`old ${old}\n${proof.map((hash) => `${toBase64(hash)}\n`).join('')}\n`), note(size)]);
    },
  };
}
