/**
 * What bytes are, by themselves: never by a name or a header that came with them. Only types that are shown are told apart; whatever is none
 * of them is handed out and never looked into.
 */

/** Types that are told apart; `application/octet-stream`: any other. */
export const MEDIA_TYPES = [
  'text/plain',
  'text/csv',
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'application/pdf',
  'application/zip',
  'application/gzip',
  'application/octet-stream',
] as const;
/** One of `MEDIA_TYPES`. */
export type MediaType = (typeof MEDIA_TYPES)[number];

/** Bytes from the beginning that are enough to tell: the size of a JPEG stands behind what its camera says of itself. */
export const HEAD_BYTES = 65_536;

const latin1 = (text: string): readonly number[] => [...Buffer.from(text, 'latin1')];
/** Signature, and where it stands; of two for one type both have to be there. */
const SIGNATURES: readonly (readonly [MediaType, ...(readonly [number, readonly number[]])[]])[] = [
  ['image/png', [0, latin1('\x89PNG\r\n\x1a\n')]],
  ['image/jpeg', [0, [0xff, 0xd8, 0xff]]],
  ['image/gif', [0, latin1('GIF87a')]],
  ['image/gif', [0, latin1('GIF89a')]],
  ['image/webp', [0, latin1('RIFF')], [8, latin1('WEBP')]],
  ['application/pdf', [0, latin1('%PDF-')]],
  ['application/zip', [0, latin1('PK\x03\x04')]],
  ['application/gzip', [0, [0x1f, 0x8b]]],
];

/** @param head the first HEAD_BYTES, or all there are @param isAll whether there are no more */
export function mediaTypeOf(head: Uint8Array, isAll: boolean): MediaType {
  for (const [type, ...parts] of SIGNATURES) if (parts.every(([at, bytes]) => bytes.every((byte, n) => head[at + n] === byte))) return type;
  const text = textOf(head, isAll);
  if (text === null) return 'application/octet-stream';
  return isTable(text, isAll) ? 'text/csv' : 'text/plain';
}

/** Controls that no text has; others are shown as signs. */

const BINARY = /[\0-\x08\x0e-\x1a\x1c-\x1f]/;

/** As UTF-8, strictly; `null`: it is not text. */
function textOf(head: Uint8Array, isAll: boolean): string | null {
  try {
    // A character that the cut went through is no fault.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: !isAll });
    return BINARY.test(text) ? null : text;
  } catch {
    return null;
  }
}

/** Lines that are compared: enough that prose with commas is none. */
const TABLE_LINES = 5;

/** At least two lines, and the first ones of them cut by commas into as many fields, two or more. Fields in quotes may hold commas. */
function isTable(text: string, isAll: boolean): boolean {
  const lines = text.split(/\r?\n/);
  if (!isAll || lines.at(-1) === '') lines.pop();
  const counts = lines.slice(0, TABLE_LINES).map((line) => line.replaceAll(/"(?:[^"]|"")*"/g, '').split(',').length);
  const [first = 0] = counts;
  return counts.length >= 2 && first >= 2 && counts.every((count) => count === first);
}
