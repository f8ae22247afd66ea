/** Evidence as bytes: a content-addressed store (port.ts) with its adapters, and what bytes are by themselves (media-type.ts). */
export { EvidenceError, type EvidenceErrorCode } from './errors.ts';
export { openEvidenceFiles, type FileHooks, type FileStep } from './files.ts';
export { imageSizeOf, type ImageSize } from './image-size.ts';
export { HEAD_BYTES, MEDIA_TYPES, mediaTypeOf, type MediaType } from './media-type.ts';
export { evidenceInMemory } from './memory.ts';
export {
  HASH_PATTERN,
  type ByteRange,
  type EvidenceStat,
  type EvidenceStore,
  type PutOptions,
  type PutResult,
  type Verified,
} from './port.ts';
