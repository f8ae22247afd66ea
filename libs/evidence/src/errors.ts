/** What whoever calls the store can act on; everything else that it throws is broken infrastructure. */
export type EvidenceErrorCode =
  /** There is no room for the bytes. Nothing of them was kept. */
  'evidence.disk-full';

/** Throws of the store. */
export class EvidenceError extends Error {
  override readonly name = 'EvidenceError';
  readonly code: EvidenceErrorCode;

  constructor(code: EvidenceErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}
