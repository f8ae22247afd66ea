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

/** The position in `text`; throws `cursor.malformed` for anything that encodeCursor did not make for this question. */
export function decodeCursor(question: string, text: string): JsonValue {
  if (text.length <= CURSOR_BYTES_MAX && /^[A-Za-z0-9_-]+$/.test(text)) {
    try {
      const parts = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown;
      if (Array.isArray(parts) && parts.length === 3 && parts[0] === VERSION && parts[1] === digest(question)) return parts[2] as JsonValue;
    } catch {
      // Not JSON: refused below like every other text that is no cursor of ours.
    }
  }
  throw new DomainError('cursor.malformed', 'The cursor is not one that this question gave: start again without it.');
}

function digest(question: string): string {
  return sha256Hex(Buffer.from(question, 'utf8')).slice(0, 16);
}
