/**
 * The ledger's bytes and hashes: pure, no I/O. Strict JSON (json.ts), canonical JSON (canonical.ts), the field tree and its commitment
 * (field-tree.ts), entries and their tree (entry.ts, merkle.ts), the item map's keys (map-key.ts), the event-log value (record.ts).
 * Published vectors of every format are in ../vectors.
 */
export { concatBytes, equalBytes, fromBase64, fromHex, toBase64, toHex, uint64Bytes, utf8, utf8Text } from './bytes.ts';
export { canonicalize } from './canonical.ts';
export { capturedMicros } from './captured.ts';
export { encodeEntry } from './entry.ts';
export { commit, ELEMENTS_MAX } from './field-tree.ts';
export { JSON_BYTES_MAX, JSON_DEPTH_MAX, JSON_KEYS_MAX, parseStrict, type JsonLimits, type ParsedJson } from './json.ts';
export { JSON_FAULT_CODES, type JsonFault, type JsonFaultCode } from './json-fault.ts';
export type { JsonObject, JsonValue } from './json-value.ts';
export {
  consistencyNodes,
  foldNodes,
  inclusionNodes,
  rangeNodes,
  rootOfInclusion,
  verifyConsistency,
  verifyInclusion,
  type NodeId,
  type ProofHash,
} from './log-tree.ts';
export { mapKey } from './map-key.ts';
export { leafHash, merkleRoot, nodeHash } from './merkle.ts';
export { encodeGenesis, encodeSeal, mapSaltHash, readNotice, type Genesis, type Notice, type Seal } from './notices.ts';
export { equalInConstantTime, HASH_BYTES, randomSecret, sha256Hex } from './primitives.ts';
export {
  checkRecordMac,
  decodeRecord,
  encodeRecord,
  PRINCIPAL_LENGTH_MAX,
  recordMac,
  type DecodedRecord,
  type RecordHeader,
} from './record.ts';
export { ELEMENT_SLOTS, SLOTS, slotValues, type Envelope, type SightingDocumentLike, type SlotName } from './slots.ts';
export {
  decodeBundle,
  encodeBundle,
  hashFromTile,
  parseTilePath,
  TILE_WIDTH,
  tileOf,
  tilePath,
  tileWidth,
  type TileAddress,
  type TileId,
} from './tiles.ts';
