/** Why a text was not taken as JSON: a value, never thrown. */

/** Stable; each stands in the error catalogue. The first two: the text is not JSON. The others: it is, and is refused. */
export const JSON_FAULT_CODES = [
  'json.syntax',
  'json.encoding',
  'json.too-large',
  'json.depth',
  'json.duplicate-key',
  'json.reserved-key',
  'json.too-many-keys',
  'json.lone-surrogate',
  'json.nul',
  'json.number',
] as const;
/** One of JSON_FAULT_CODES. */
export type JsonFaultCode = (typeof JSON_FAULT_CODES)[number];

/** One fault: what, and where. */
export interface JsonFault {
  readonly code: JsonFaultCode;
  /** For a person. Quotes nothing of the content. */
  readonly detail: string;
  /** Byte offset of what cannot stand there; the length of the text where it ends too early. Present where the text is not JSON. */
  readonly offset?: number;
  /** RFC 6901. Present where the text is JSON and is refused, or is too long to be looked at. The empty pointer is the whole document. */
  readonly pointer?: string;
}

/** A hostile document has keys of a megabyte: a longer pointer stops at the last ancestor that fits. */
export const POINTER_LENGTH_MAX = 2048;

/** @param path from the root: member names and indexes */
export function pointerOf(path: readonly (string | number)[]): string {
  let pointer = '';
  for (const token of path) {
    const next = `${pointer}/${String(token).replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (next.length > POINTER_LENGTH_MAX) break;
    pointer = next;
  }
  return pointer;
}
