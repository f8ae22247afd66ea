/**
 * The ledger's bytes and hashes: pure, no I/O. Strict JSON (json.ts), canonical JSON (canonical.ts), the field tree and its commitment
 * (field-tree.ts), entries and their tree (entry.ts, merkle.ts), the item map's keys (map-key.ts), the event-log value (record.ts).
 * Published vectors of every format are in ../vectors.
 */
export { canonicalize } from './canonical.ts';
export { capturedMicros } from './captured.ts';
export { encodeEntry } from './entry.ts';
export { commit, ELEMENTS_MAX } from './field-tree.ts';
export { JSON_BYTES_MAX, JSON_DEPTH_MAX, JSON_KEYS_MAX, parseStrict, type JsonLimits, type ParsedJson } from './json.ts';
export { JSON_FAULT_CODES, type JsonFault, type JsonFaultCode } from './json-fault.ts';
export type { JsonObject, JsonValue } from './json-value.ts';
export { mapKey } from './map-key.ts';
export { leafHash, merkleRoot, nodeHash } from './merkle.ts';
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

export { checkWhole } from './check-whole.ts';
export { type ElementSlotName } from './field-leaves.ts';
export {
  ALWAYS_OPENED,
  encodeOpening,
  openSlots,
  OPENING_VERSION,
  type ElementOpening,
  type ElementsOpening,
  type LeafOpening,
  type Opening,
  type OpeningChoice,
  type SlotOpening,
} from './opening.ts';
export { OPENING_RULES, openingRulesWithout, type OpeningRuleName, type OpeningRules } from './opening-rules.ts';
export { checkOpening, OPENING_BYTES_MAX, readOpening, type OpenedElement, type OpenedEvent, type OpenedSlot } from './read-opening.ts';
