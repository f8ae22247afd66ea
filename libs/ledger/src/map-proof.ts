/**
 * A map proof as bytes, version 1, one encoding for each proof. Integers big-endian:
 *
 *   u8 version (1) || u8 terminal (0 empty, 1 own leaf, 2 another leaf) || u16 depth
 *   || a bit for each depth from the root down, most significant first, 1 where there is a sibling; zero bits to the next byte
 *   || the siblings that are not empty, 32 bytes each, from the root down
 *   || own leaf: u64 n || root;  another leaf: key || u64 n || root
 *
 * So an empty sibling costs a bit. At 10^6 items a proof has about 690 bytes.
 */
import { concatBytes, uint64Bytes } from './bytes.ts';
import {
  faultOfMapProof,
  MAP_PROOF_RULES,
  mapProofFault,
  type MapProof,
  type MapProofFault,
  type MapProofRules,
  type MapTerminal,
} from './item-map.ts';
import { HASH_BYTES } from './primitives.ts';

const VERSION = 1;
const TERMINALS = ['empty', 'own', 'other'] as const;
const HEADER_BYTES = 4;
const COUNT_BYTES = 8;
const TERMINAL_BYTES = { empty: 0, own: COUNT_BYTES + HASH_BYTES, other: HASH_BYTES + COUNT_BYTES + HASH_BYTES } as const;

/** What decodeMapProof found. */
export type DecodedMapProof = { readonly ok: true; readonly proof: MapProof } | MapProofFault;

/** The bytes of a proof. Throws RangeError for one that decodeMapProof would not take: whoever proves has made it right. */
export function encodeMapProof(proof: MapProof): Uint8Array {
  const refused = faultOfMapProof(proof);
  if (refused !== null) throw new RangeError(refused.fault.detail);
  const { siblings, terminal } = proof;
  const depth = siblings.length;
  const bitmap = new Uint8Array(bitmapBytes(depth));
  siblings.forEach((sibling, n) => {
    if (sibling !== null) bitmap[n >> 3] = (bitmap[n >> 3] as number) | bitAt(n);
  });
  const header = Uint8Array.of(VERSION, TERMINALS.indexOf(terminal.kind), depth >> 8, depth & 0xff);
  return concatBytes(header, bitmap, ...siblings.filter((sibling) => sibling !== null), terminalBytes(terminal));
}

/**
 * The proof that these bytes are; hashes are views of them. Faults: map-proof.version, .terminal, .truncated, .padding,
 * .trailing-bytes, and those of its form (faultOfMapProof). Never throws. Cost: of order of the bytes given.
 */
export function decodeMapProof(bytes: Uint8Array, rules: MapProofRules = MAP_PROOF_RULES): DecodedMapProof {
  if (bytes.length < HEADER_BYTES) return truncated();
  const [version, kind, depthHigh, depthLow] = bytes as unknown as readonly [number, number, number, number];
  if (rules.versionIsKnown && version !== VERSION) return mapProofFault('version', `The version is ${VERSION}.`);
  if (rules.terminalIsKnown && kind >= TERMINALS.length) return mapProofFault('terminal', 'There is no such terminal.');
  const depth = depthHigh * 256 + depthLow;
  const hashesAt = HEADER_BYTES + bitmapBytes(depth);
  if (bytes.length < hashesAt) return truncated();
  const bitmap = bytes.subarray(HEADER_BYTES, hashesAt);
  if (rules.paddingIsZero && depth % 8 !== 0 && ((bitmap.at(-1) as number) & (0xff >> (depth % 8))) !== 0)
    return mapProofFault('padding', 'A bit after the last depth is set.');
  const present = Array.from({ length: depth }, (_, n) => ((bitmap[n >> 3] as number) & bitAt(n)) !== 0);
  const terminalAt = hashesAt + HASH_BYTES * present.filter(Boolean).length;
  const name = TERMINALS[kind] ?? 'empty';
  const end = terminalAt + TERMINAL_BYTES[name];
  if (bytes.length < end) return truncated();
  if (rules.lengthIsExact && bytes.length > end) return mapProofFault('trailing-bytes', 'Bytes follow the proof.');
  let at = hashesAt;
  const siblings = present.map((there) => (there ? bytes.subarray(at, (at += HASH_BYTES)) : null));
  const proof = { siblings, terminal: terminalOf(name, bytes.subarray(terminalAt, end)) };
  return faultOfMapProof(proof, rules) ?? { ok: true, proof };
}

const bitmapBytes = (depth: number): number => Math.ceil(depth / 8);
const bitAt = (n: number): number => 0x80 >> (n & 7);
const truncated = (): MapProofFault => mapProofFault('truncated', 'The bytes end before the proof does.');

function terminalBytes(terminal: MapTerminal): Uint8Array {
  if (terminal.kind === 'empty') return new Uint8Array();
  const entry = concatBytes(uint64Bytes(terminal.n), terminal.root);
  return terminal.kind === 'own' ? entry : concatBytes(terminal.key, entry);
}

/** @param bytes as many as this terminal has */
function terminalOf(kind: MapTerminal['kind'], bytes: Uint8Array): MapTerminal {
  if (kind === 'empty') return { kind };
  const entryAt = kind === 'own' ? 0 : HASH_BYTES;
  const n = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(entryAt);
  const entry = { n, root: bytes.subarray(entryAt + COUNT_BYTES) };
  return kind === 'own' ? { kind, ...entry } : { kind, key: bytes.subarray(0, HASH_BYTES), ...entry };
}
