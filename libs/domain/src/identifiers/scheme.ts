/** What every scheme of identifiers has in common: the words, and the rule that a scheme file fills in. */
import { asciiUpper } from '../ascii.ts';

export const SCHEMES = [
  'vin',
  'imei',
  'container',
  'imo',
  'mmsi',
  'hin',
  'aircraft',
  'icao24',
  'lei',
  'serial',
  'gtin',
  'sgtin',
  'lgtin',
  'sscc',
  'giai',
  'grai',
  'sgln',
  'pgln',
  'gsrn',
  'gsrnp',
  'gdti',
  'cpi',
  'gsin',
  'ginc',
  'upui',
  'itip',
  'litip',
  'sgcn',
] as const;
export type Scheme = (typeof SCHEMES)[number];

export interface Identifier {
  readonly scheme: Scheme;
  readonly value: string;
  /** `${scheme}:${value}`, normalised. */
  readonly id: string;
}

/**
 * What the check digits say. `valid` is said only where there are check digits and they agree; `not-checkable` where the scheme, the
 * form or the region has none, which says nothing against the identifier.
 */
export type CheckVerdict =
  | { readonly verdict: 'valid' }
  | { readonly verdict: 'invalid'; readonly reason: string; readonly expected?: string; readonly actual?: string }
  | { readonly verdict: 'not-checkable'; readonly reason: string };

export interface Refusal {
  readonly ok: false;
  /** identifier.malformed, .lookalike, .character, .length, .scheme-unknown, .scheme-mismatch. */
  readonly code: string;
  readonly detail: string;
  /** UTF-16 index into the text that was given; absent where no single character is to blame. */
  readonly position?: number;
}

/** A value that is well formed. A failing check digit is a verdict and no refusal: sources contain such numbers, and they are evidence. */
export interface Reading {
  readonly ok: true;
  readonly value: string;
  readonly check: CheckVerdict;
  /** What the number tells by itself; keys are stable, values are for people. */
  readonly facts: Readonly<Record<string, string>>;
}

export interface SchemeRule {
  readonly scheme: Scheme;
  /** Matches the normalised values and nothing else: the fast path of `isNormalised`. */
  readonly normalised: RegExp;
  /** Reads a value of printable ASCII and blanks, as people write it. */
  readonly read: (raw: string) => Reading | Refusal;
  /** One line for a person, of a normalised value. */
  readonly display: (value: string) => string;
  /** Whether a text without a scheme is taken for one of these: `form` = when it reads, `valid` = when its check digit agrees too. */
  readonly guess: 'form' | 'valid' | 'never';
}

export const refuse = (
  code: 'malformed' | 'lookalike' | 'character' | 'length' | 'scheme-unknown' | 'scheme-mismatch',
  detail: string,
  position?: number,
): Refusal =>
  position === undefined ? { ok: false, code: `identifier.${code}`, detail } : { ok: false, code: `identifier.${code}`, detail, position };

export const accept = (value: string, check: CheckVerdict, facts: Readonly<Record<string, string | undefined>> = {}): Reading => ({
  ok: true,
  value,
  check,
  facts: Object.fromEntries(Object.entries(facts).filter((entry): entry is [string, string] => entry[1] !== undefined)),
});

export const notCheckable = (reason: string): CheckVerdict => ({ verdict: 'not-checkable', reason });

/** Longest text that is read: what fits into a sighting document; longer ones are no identifiers. */
export const IDENTIFIER_TEXT_LENGTH_MAX = 512;

/** `valid` if the two agree, else `invalid` with both. */
export const compareCheck = (what: string, expected: string, actual: string): CheckVerdict =>
  expected === actual
    ? { verdict: 'valid' }
    : { verdict: 'invalid', reason: `${what} is ${actual}, computed ${expected}.`, expected, actual };

/** What a scheme allows between its characters: people and documents put blanks and hyphens there. */
const SEPARATORS = /[ \t\r\n-]/;

/**
 * The value without blanks and hyphens and in upper case. Refuses the first character that `characters` does not allow (of one
 * character, in upper case) and any length that is not in `lengths`.
 */
export function compact(
  raw: string,
  name: string,
  characters: RegExp,
  lengths: readonly number[],
): { readonly ok: true; readonly value: string } | Refusal {
  let value = '';
  for (let position = 0; position < raw.length; position += 1) {
    const character = asciiUpper(raw.charAt(position));
    if (SEPARATORS.test(character)) continue;
    if (!characters.test(character)) return refuse('character', `${name} has no "${printable(character)}".`, position);
    value += character;
  }
  if (lengths.includes(value.length)) return { ok: true, value };
  return refuse('length', `${name} has ${lengths.join(' or ')} characters, this has ${value.length}.`);
}

export const printable = (character: string): string =>
  /^[ -~]$/.test(character) ? character : `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
