/**
 * The ledger's bytes and hashes: pure, no I/O. Strict JSON (json.ts), canonical JSON (canonical.ts), the field tree and its commitment
 * (field-tree.ts), entries and their tree (entry.ts, merkle.ts), the item map (map-key.ts, item-map.ts, map-proof.ts) and its trees (item-tree.ts,
 * stretch.ts), the event-log value (record.ts).
 * Published vectors of every format are in ../vectors.
 */
export {
  accessCommitment,
  accessLogName,
  encodeAccessRecord,
  readAccessRecord,
  type AccessRecord,
  type ReaderDetails,
} from './access-record.ts';
export { encodeReadProof, isReadProof, READ_PROOF_RULES, verifyReadProof, type ReadProof, type ReadProofRules } from './read-proof.ts';
export { concatBytes, equalBytes, fromBase64, fromHex, toBase64, toHex, uint64Bytes, utf8, utf8Text } from './bytes.ts';
export { canonicalize } from './canonical.ts';
export { capturedMicros } from './captured.ts';
export { encodeEntry } from './entry.ts';
export { commit } from './field-tree.ts';
export { JSON_BYTES_MAX, JSON_DEPTH_MAX, JSON_KEYS_MAX, parseStrict, type JsonLimits, type ParsedJson } from './json.ts';
export { JSON_FAULT_CODES, type JsonFault, type JsonFaultCode } from './json-fault.ts';
export type { JsonObject, JsonValue } from './json-value.ts';
export {
  consistencyNodes,
  type Continuity,
  continuityOf,
  foldNodes,
  inclusionNodes,
  rootOfInclusion,
  verifyConsistency,
  verifyInclusion,
  type ProofHash,
} from './log-tree.ts';
export { mapKey } from './map-key.ts';
export { leafHash, merkleRoot, nodeHash } from './merkle.ts';
export {
  encodeFreeze,
  encodeGenesis,
  encodeKeyNotice,
  encodeSeal,
  logEnd,
  mapSaltHash,
  readNotice,
  type Freeze,
  type Genesis,
  type KeyNotice,
  type KeyUse,
  type LogEnd,
  type Notice,
  type Seal,
} from './notices.ts';
export { keyNoticeOf, keysAt, KEYS_TREE, namedForReceipts, receiptKeyName, type HeldKeys, type PlacedKeyNotice } from './log-keys.ts';
export { arena, equalInConstantTime, HASH_BYTES, randomSecret, sha256Hex, type Arena } from './primitives.ts';
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

// Proof bundles as a zip.
export { BUNDLE_LIMITS } from './bundle-files.ts';
export { ABSENT_EVIDENCE, encodeAbsentEvidence, type AbsentEvidence } from './absent-evidence.ts';
export { encodeSaidSignatures, SAID_SIGNATURES, type SaidSignature, type SaidSignatures } from './said-signatures.ts';
export { citedBy } from './verify-events.ts';
export { bundleOf, type BundleExtras } from './bundle-of.ts';
export { readBundleZip, verifyBundleZip, verifyBundleZipSteps, writeBundleZip } from './bundle-zip.ts';
export { ZIP_FAULT_CODES, type ZipFault, type ZipFaultCode, type ZipResult } from './zip-fault.ts';

// Openings of the field tree.
export { checkWhole } from './check-whole.ts';
export { ELEMENTS_MAX, type ElementSlotName } from './field-leaves.ts';
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
export { PROOF_FAULT_CODES, type ProofFault, type ProofFaultCode, type ProofResult } from './proof-fault.ts';
export { checkOpening, OPENING_BYTES_MAX, readOpening, type OpenedElement, type OpenedEvent, type OpenedSlot } from './read-opening.ts';

export {
  decodeBundle,
  encodeBundle,
  hashFromHeap,
  hashFromTile,
  parseTilePath,
  TILE_WIDTH,
  tileHeap,
  tileOf,
  tilePath,
  tileWidth,
  type TileAddress,
  type TileId,
} from './tiles.ts';

// Receipts.
export {
  checkSubject,
  DETAIL_LENGTH_MAX,
  detailLine,
  formatReceipt,
  formatRejection,
  openReceipt,
  openRejection,
  parseReceipt,
  parseRejection,
  SEALED_WITHIN_SECONDS,
  signReceipt,
  signRejection,
  type CaptureReceipt,
  type ReceiptKeys,
  type Rejection,
  type Signed,
} from './receipt.ts';
export {
  RECEIPT_RULES,
  receiptRulesWithout,
  SEALED_RULES,
  sealedRulesWithout,
  type ReceiptRuleName,
  type ReceiptRules,
  type SealedRuleName,
  type SealedRules,
} from './receipt-rules.ts';
export {
  checkPlaceKept,
  checkPlaces,
  checkPromiseKept,
  checkSealedContent,
  encodeSealedReceipt,
  openSealedReceipt,
  SEALED_RECEIPT_BYTES_MAX,
  type ItemPlace,
  type ItemStretch,
  type ItemTreeName,
  type OpenedSealedReceipt,
  type SealedReceipt,
} from './sealed-receipt.ts';

// Signed notes and what is made of them.
export {
  type Checkpoint,
  type CheckpointKeys,
  checkEmptyRoot,
  type Cosignature,
  formatCheckpoint,
  openCheckpoint,
  type OpenedCheckpoint,
  parseCheckpoint,
  TREE_SIZE_MAX,
} from './checkpoint.ts';
export { HEAD_RULES, type HeadRuleName, type HeadRules } from './head-rules.ts';
export { cosign, cosignatureTime } from './cosignature.ts';
export { checkPublicKey, verifyEd25519 } from './ed25519.ts';
export { NOTE_FAULT_CODES, type NoteFault, type NoteFaultCode, type NoteResult } from './note-fault.ts';
export {
  formatSigningKey,
  formatVerifierKey,
  type KeyKind,
  type NoteSignature,
  isKeyName,
  parseSigningKey,
  parseVerifierKey,
  type SigningKey,
  signingKey,
  verifierKey,
  type VerifierKey,
} from './note-key.ts';
export { formatNote, formatSignatureLine, type OpenedNote, openNote, parseNote, signText, type VerifiedSignature } from './signed-note.ts';
export { formatTlogProof, parseTlogProof, type TlogProof } from './tlog-proof.ts';
export { entryLeafLatin1, TileBuilder, type GrownTile } from './tile-builder.ts';

// The item map and item trees: proofs and their checks, which run in a browser as well.
export {
  faultOfMapProof,
  MAP_DEPTH_MAX,
  MAP_EMPTY,
  MAP_PROOF_FAULT_CODES,
  MAP_PROOF_RULES,
  mapLeafHash,
  mapNodeHash,
  mapRootOf,
  type MapEntry,
  type MapProof,
  type MapProofFault,
  type MapProofRules,
  type MapStatement,
  type MapTerminal,
} from './item-map.ts';
export {
  ITEM_TREE_RULES,
  itemLeafData,
  itemLeafHash,
  itemLeafHashes,
  itemRootOf,
  type ItemEntry,
  type ItemTreeFault,
  type ItemTreeRules,
} from './item-tree.ts';
export { decodeMapProof, encodeMapProof, type DecodedMapProof } from './map-proof.ts';
export { rootOfStretch, STRETCH_RULES, stretchNodes, stretchProof, type StretchFault, type StretchRules } from './stretch.ts';
export { edgeNodes, rangeNodes, splitOf, storedAt, type NodeId } from './tree-nodes.ts';

// The same for a sealer: fast, in Node.
export { itemLeaf, itemLeafTo, ItemTrees, type Appended } from './item-trees.ts';
export { type KeyTable } from './key-table.ts';
export { proveBelow, UPPER_DEPTH, UpperMap, type BelowPath, type MapLeaf, type UpperPath, type UpperTile } from './upper-map.ts';
export { MapBuilder, type MapChange, type MapUpdate, type TileNodes } from './map-builder.ts';
export {
  addCheckpoint,
  badRequest,
  originHash,
  parseAddCheckpoint,
  refusal,
  signedBy,
  unsigned,
  type AddCheckpoint,
  type WitnessAnswer,
  type WitnessHead,
  type WitnessView,
} from './witness.ts';
export { meetsPolicy, parseWitnessPolicy, type PolicyWitness, witnessing, type Witnessing, type WitnessPolicy } from './witness-policy.ts';

// Whole proofs, and what a check of one says.
export { BUNDLE_PROOF, eventFile, verifyBundle, verifyBundleSteps, type BundleFiles, type BundleQuestion } from './bundle.ts';
export {
  encodeProofDocument,
  openingJson,
  PROOF_BYTES_MAX,
  PROOF_FORMAT,
  PROOF_GROUPS_MAX,
  readProofDocument,
  type EventPart,
  type GroupPart,
  type PlacedEntry,
  type ProofDocument,
  type ShownEvent,
  type TreePart,
} from './proof-document.ts';
export { PROOF_RULES, proofRulesWithout, type ProofRuleName, type ProofRules } from './proof-rules.ts';
export {
  established,
  failure,
  leftOpen,
  notChecked,
  reportOf,
  STEPS,
  VERDICTS,
  type CheckedHead,
  type Report,
  type Statement,
  type Step,
  type Verdict,
} from './report.ts';
export { timeOf, type SeenBy } from './head-times.ts';
export { treesOf } from './trees-of.ts';
export type { FilesBeside, Kept, KeptTree, Question, Trust } from './proof-question.ts';
export type { ReportSubject } from './report-subject.ts';
export { MAP_WITNESS_SUFFIX, verifyHead, verifyProof, verifySteps, type Verified } from './verify-proof.ts';
export { verifyTimes } from './verify-times.ts';
export {
  canonicalContent,
  isReceipt,
  noteOfSealed,
  promisedContent,
  sealedNotAsked,
  type ReceiptTrust,
  verifyReceiptAlone,
} from './verify-receipt.ts';
export { formatAddCheckpoint, readCosignatures, readWitnessSize } from './witness-request.ts';
export { BATCH_SIGNATURE_HEADER, batchText, signBatch, verifyBatch, type SignedList } from './batch-signature.ts';
export { isClosedTo, personsOf, WITHHOLDS, withholdingJson, withholdingOf, type AskedBy, type Withholding } from './withholding.ts';
