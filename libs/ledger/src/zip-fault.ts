/** Why a zip was not taken as a bundle: a value, never thrown. */

/** Stable; each stands in the error catalogue. */
export const ZIP_FAULT_CODES = [
  'bundle.zip',
  'bundle.too-large',
  'bundle.too-many-files',
  'bundle.file-name',
  'bundle.duplicate-file',
  'bundle.compression',
  'bundle.damaged',
] as const;
/** One of ZIP_FAULT_CODES. */
export type ZipFaultCode = (typeof ZIP_FAULT_CODES)[number];

/** One fault: what, and in which file. */
export interface ZipFault {
  readonly code: ZipFaultCode;
  /** For a person. */
  readonly detail: string;
  /** Absent: the whole zip is meant. */
  readonly file?: string;
}

/** A refusal. */
export type ZipRefusal = { readonly ok: false; readonly fault: ZipFault };
/** What was asked for, or why it is not there. */
export type ZipResult<T> = { readonly ok: true; readonly value: T } | ZipRefusal;

export const refuseZip = (code: ZipFaultCode, detail: string, file?: string): ZipRefusal => ({
  ok: false,
  fault: file === undefined ? { code, detail } : { code, detail, file },
});
