/**
 * Cuts a JSON array into its documents; each stands in canonical form, which is what is hashed anyway, but one that is too long. 0.4 s for
 * 16 MiB: work for an accept thread.
 */
import type { Fault } from '#lib/contracts';
import { canonicalize, JSON_BYTES_MAX, JSON_DEPTH_MAX, parseStrict } from '#lib/ledger';

/** A fault inside of a document is told as every other: its row, and where it is in the document. */
function inRow(fault: Fault): Fault {
  const [, row, pointer] = /^\/([0-9]+)(.*)$/s.exec(fault.pointer ?? '') ?? [];
  if (row === undefined || pointer === undefined) return fault;
  // The array is a level of its own.
  const detail = fault.code === 'json.depth' ? `The document is nested more than ${JSON_DEPTH_MAX} levels deep.` : fault.detail;
  return { ...fault, row: Number(row), pointer, detail };
}

export type CutArray = { readonly ok: true; readonly documents: readonly Uint8Array[] } | { readonly ok: false; readonly fault: Fault };

/** @param body a text that starts with a bracket */
export function cutArray(body: Uint8Array, documentsMax: number): CutArray {
  const parsed = parseStrict(body, { bytesMax: Number.MAX_SAFE_INTEGER, depthMax: JSON_DEPTH_MAX + 1 });
  if (!parsed.ok) return { ok: false, fault: inRow({ ...parsed.fault, code: parsed.fault.code as Fault['code'] }) };
  if (!Array.isArray(parsed.value)) throw new Error('a text that starts with a bracket is an array');
  if (parsed.value.length === 0) return { ok: false, fault: { code: 'batch.empty', pointer: '', detail: 'The array holds no document.' } };
  if (parsed.value.length > documentsMax)
    return {
      ok: false,
      fault: { code: 'batch.too-large', pointer: `/${documentsMax}`, detail: `More than ${documentsMax} documents in one array.` },
    };
  // No part of a short text is too long.
  const places = body.length > JSON_BYTES_MAX ? placesIn(body) : [];
  const documents = parsed.value.map((value, index) => {
    const [start, end] = places[index] ?? [0, 0];
    // As it was sent, in which form it is refused as it would be alone, whatever its canonical form leaves of it.
    return end - start > JSON_BYTES_MAX ? Buffer.from(body.subarray(start, end)) : Buffer.from(canonicalize(value), 'utf8');
  });
  return { ok: true, documents };
}

const [QUOTE, BACKSLASH, COMMA, SPACE] = [0x22, 0x5c, 0x2c, 0x20];
const [ARRAY, ARRAY_END, OBJECT, OBJECT_END] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Where each element of an array stands, from its first byte to behind its last. @param array a text that has been read as JSON */
function placesIn(array: Uint8Array): (readonly [start: number, end: number])[] {
  const places: (readonly [number, number])[] = [];
  let [depth, start, end] = [0, -1, -1];
  for (let at = 0; at < array.length; at++) {
    const byte = array[at] as number;
    // Of bytes up to the space JSON has blanks alone.
    if (byte <= SPACE) continue;
    if (depth === 1 && (byte === COMMA || byte === ARRAY_END)) {
      if (start !== -1) places.push([start, end]);
      start = -1;
      continue;
    }
    if (depth === 1 && start === -1) start = at;
    if (byte === QUOTE) at = endOfText(array, at);
    else if (byte === ARRAY || byte === OBJECT) depth++;
    else if (byte === ARRAY_END || byte === OBJECT_END) depth--;
    end = at + 1;
  }
  return places;
}

function endOfText(array: Uint8Array, quote: number): number {
  let at = quote + 1;
  while (at < array.length && array[at] !== QUOTE) at += array[at] === BACKSLASH ? 2 : 1;
  return at;
}
