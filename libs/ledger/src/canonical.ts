/**
 * Canonical JSON (RFC 8785, JCS): one text for each value. Numbers and escapes are ECMAScript's own, which the RFC took over; what is
 * ours is the order of members, by UTF-16 code units, and that what UTF-8 cannot carry is refused.
 */
import type { JsonValue } from './json-value.ts';

/** What does not stand for itself in a JSON text, or may be half a character. */
const SPECIAL = /["\\\u0000-\u001f\ud800-\udfff]/;
const LONE_SURROGATE = /\p{Surrogate}/u;
/** Objects of sightings have few members: up to here insertion sort beats the engine's sort, and members mostly stand in order. */
const INSERTION_SORT_MAX = 16;
/** Names come from submitters: the cache takes this many and no more. All schemas together have about a hundred. */
const NAMES_CACHED_MAX = 1024;
const NAME_CACHED_LENGTH_MAX = 64;
const names = new Map<string, string>();

/**
 * The canonical text; its UTF-8 is what is hashed. A member that is undefined is absent, as in JSON.stringify.
 * Throws TypeError for what JSON has no form for (NaN, infinities, functions, undefined) and for lone surrogates: parseStrict refuses
 * them first. Depth is bounded by whoever made the value (parseStrict: 32). About 5 ns a byte.
 */
export function canonicalize(value: JsonValue): string {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`canonical JSON has no ${value}`);
      return String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value)
        ? elements(value as readonly JsonValue[])
        : members(value as Readonly<Record<string, JsonValue | undefined>>);
    default:
      throw new TypeError(`canonical JSON has no ${typeof value}`);
  }
}

function elements(values: readonly JsonValue[]): string {
  let text = '[';
  for (let n = 0; n < values.length; n++)
    text += n === 0 ? canonicalize(values[n] as JsonValue) : `,${canonicalize(values[n] as JsonValue)}`;
  return `${text}]`;
}

function members(object: Readonly<Record<string, JsonValue | undefined>>): string {
  let text = '';
  for (const name of sort(Object.keys(object))) {
    const value = object[name];
    if (value !== undefined) text += (text === '' ? '{' : ',') + quoteName(name) + canonicalize(value);
  }
  return text === '' ? '{}' : `${text}}`;
}

/** By UTF-16 code units, which is how ECMAScript compares strings. */
function sort(keys: string[]): string[] {
  if (keys.length > INSERTION_SORT_MAX) return keys.sort();
  for (let n = 1; n < keys.length; n++) {
    const key = keys[n] as string;
    let at = n - 1;
    for (; at >= 0 && (keys[at] as string) > key; at--) keys[at + 1] = keys[at] as string;
    keys[at + 1] = key;
  }
  return keys;
}

function quote(text: string): string {
  if (!SPECIAL.test(text)) return `"${text}"`;
  if (LONE_SURROGATE.test(text)) throw new TypeError('canonical JSON has no lone surrogates');
  return JSON.stringify(text);
}

function quoteName(name: string): string {
  const known = names.get(name);
  if (known !== undefined) return known;
  const quoted = `${quote(name)}:`;
  if (names.size < NAMES_CACHED_MAX && name.length <= NAME_CACHED_LENGTH_MAX) names.set(name, quoted);
  return quoted;
}
