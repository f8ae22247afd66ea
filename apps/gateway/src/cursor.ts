/**
 * Opaque cursors: a position in an order, bound to the question that it belongs to. The text is base64url of canonical JSON with a check
 * of the question, so that a cursor used with another item, basis or log is refused instead of silently answering something else.
 */
import { canonicalize, sha256Hex, type JsonValue } from '#lib/ledger';
import { DomainError } from '#lib/runtime';

const VERSION = 1;
const CURSOR_BYTES_MAX = 1024;

/** @param question everything that fixes the answer but the position: log origin, route, item, basis and log size */
export function encodeCursor(question: string, position: JsonValue): string {
  return Buffer.from(canonicalize([VERSION, digest(question), position]), 'utf8').toString('base64url');
}

/** Whether a decoded value is a position of its order: the text may come from anyone. */
export type IsPosition<Position> = (value: unknown) => value is Position;

/** The position in `text`; throws `cursor.malformed` for anything that is no position of this question. */
export function decodeCursor<Position>(question: string, text: string, isPosition: IsPosition<Position>): Position {
  if (text.length <= CURSOR_BYTES_MAX && /^[A-Za-z0-9_-]+$/.test(text)) {
    try {
      const parts = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown;
      if (Array.isArray(parts) && parts.length === 3 && parts[0] === VERSION && parts[1] === digest(question) && isPosition(parts[2]))
        return parts[2];
    } catch {
      // Not JSON: refused below like every other text that is no cursor of ours.
    }
  }
  throw new DomainError('cursor.malformed', 'The cursor is not one that this question gave: start again without it.');
}

/** A whole number that a log index, a sequence or a count can be. */
export const isCount: IsPosition<number> = (value): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Text that an identifier or agency can be. */
export const isWord: IsPosition<string> = (value): value is string => typeof value === 'string' && value.length <= CURSOR_BYTES_MAX;

/** An object with exactly these members. */
export function isRecord<Position>(members: { readonly [Name in keyof Position]: IsPosition<Position[Name]> }): IsPosition<Position> {
  const names = Object.keys(members) as (keyof Position & string)[];
  return (value): value is Position =>
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).length === names.length &&
    names.every((name) => Object.hasOwn(value, name) && members[name]((value as Record<string, unknown>)[name]));
}

function digest(question: string): string {
  return sha256Hex(Buffer.from(question, 'utf8')).slice(0, 16);
}
