/**
 * Identifiers: scheme + value. Two ids are one item exactly when they are equal; nothing here ever merges near matches. The normalised form
 * is versioned, because it stands in hashed bytes: a later version may read more, and must leave what this one normalised as it is.
 */
import { refusalOfCharacters } from './identifiers/characters.ts';
import { readDigitalLink } from './identifiers/gs1-digital-link.ts';
import { readEpcUri } from './identifiers/gs1-epc.ts';
import { RULES, ruleOfName, ruleOfScheme, splitLabel } from './identifiers/rules.ts';
import {
  IDENTIFIER_TEXT_LENGTH_MAX,
  printable,
  refuse,
  type CheckVerdict,
  type Identifier,
  type Refusal,
  type SchemeRule,
} from './identifiers/scheme.ts';

export { canonicalDigitalLink } from './identifiers/gs1-digital-link.ts';
export {
  aliasKeys,
  ALIAS_LENGTH_MAX,
  aliasText,
  readAliasText,
  readSearch,
  searchKeys,
  SEARCH_LENGTH_MIN,
  type Alias,
  type SearchMatch,
  type SearchText,
} from './identifiers/search.ts';
export { IDENTIFIER_TEXT_LENGTH_MAX, SCHEMES, type CheckVerdict, type Identifier, type Scheme } from './identifiers/scheme.ts';

/**
 * Raised when a value that was accepted before would get another normal form; nothing short of that. 2: a GIAI or GINC with a dot where an
 * EPC URI has one; hull numbers whose first letters are no country. 3: the lot of an ITIP is kept, as `litip` (before, each lot was `itip`).
 */
export const NORMALISER_VERSION = 3;

/** What reading a text as an identifier gives: the identifier with the verdict of its check, or why it is none. */
export type ParsedIdentifier =
  | {
      readonly ok: true;
      readonly identifier: Identifier;
      readonly check: CheckVerdict;
      readonly display: string;
      readonly facts: Readonly<Record<string, string>>;
    }
  | Refusal;

/**
 * Reads `scheme:value` as people write it (`vin:WDD SYNTH-9JA000001`, `iso6346:` for `container:`), an EPC URI or a GS1 Digital Link URI,
 * with or without a scheme before it. A failing check digit is no refusal but a verdict. Refusals: identifier.malformed, .lookalike,
 * .character, .length, .scheme-unknown, .scheme-mismatch; `position` counts UTF-16 units of `text`.
 */
export function parseIdentifier(text: string): ParsedIdentifier {
  const refusal = refusalOfText(text);
  if (refusal !== undefined) return refusal;
  if (URI.test(text)) return readUri(text);
  const colon = text.indexOf(':');
  if (colon < 0) return refuse('malformed', 'An identifier is scheme:value, such as vin:1M8GDM9AXKP042788.');
  return shifted(parseIdentifierValue(text.slice(0, colon), text.slice(colon + 1)), colon + 1);
}

/**
 * As `parseIdentifier`, of a scheme or alias and a value; `position` counts from the start of `value`. A URI says its scheme itself: the one
 * beside it is that one, or `epc`, or the two are refused.
 */
export function parseIdentifierValue(scheme: string, value: string): ParsedIdentifier {
  const rule = ruleOfName(scheme);
  const isUri = URI.test(value);
  if (rule === undefined && !(isUri && ANY_EPC.test(scheme)))
    return refuse('scheme-unknown', `"${clip(scheme)}" is not a scheme. Schemes: ${RULES.map((known) => known.scheme).join(', ')}.`);
  const refusal = refusalOfText(value);
  if (refusal !== undefined) return refusal;
  return isUri ? readUri(value, rule) : read(rule as SchemeRule, value);
}

/** A maker may be called `http` or `urn` (`serial:urn:5`): a URI has more behind it. */
const URI = /^\s*(?:https?:\/\/|urn:[^:]*:)/i;
/** What people call the scheme of any EPC URI. */
const ANY_EPC = /^[ \t\r\n]*epc[ \t\r\n]*$/i;

/** @param beside the scheme that was stated with the URI, if one was */
function readUri(text: string, beside?: SchemeRule): ParsedIdentifier {
  const uri = text.trim();
  const named = readEpcUri(uri) ?? readDigitalLink(uri);
  const rule = named === undefined ? undefined : ruleOfScheme(named.scheme);
  if (named === undefined || rule === undefined)
    return refuse('malformed', 'The URI is no EPC URI and no GS1 Digital Link URI of a known key.');
  if (beside !== undefined && beside !== rule)
    return refuse('scheme-mismatch', `The scheme says ${beside.scheme}, the URI names ${named.scheme}:${clip(named.value)}.`);
  // The values that can still be refused are the ends of their URIs as they were written (containers, ships).
  return shifted(read(rule, named.value), text.trimEnd().length - named.value.length);
}

const shifted = (parsed: ParsedIdentifier, by: number): ParsedIdentifier =>
  parsed.ok || parsed.position === undefined ? parsed : { ...parsed, position: parsed.position + by };

function read(rule: SchemeRule, value: string): ParsedIdentifier {
  const reading = rule.read(value);
  if (!reading.ok) return reading;
  const identifier = { scheme: rule.scheme, value: reading.value, id: `${rule.scheme}:${reading.value}` };
  return { ok: true, identifier, check: reading.check, display: rule.display(reading.value), facts: reading.facts };
}

function refusalOfText(text: string): Refusal | undefined {
  if (text.length > IDENTIFIER_TEXT_LENGTH_MAX)
    return refuse('length', `An identifier has at most ${IDENTIFIER_TEXT_LENGTH_MAX} characters, this has ${text.length}.`);
  return refusalOfCharacters(text);
}

const clip = (text: string): string => Array.from(text.slice(0, 40), printable).join('');

/**
 * Whether the text is exactly what `parseIdentifier` gives back as `id`: true where it is well formed and normalised, whatever its check
 * digit says. One map look-up and one regular expression (below 1 µs): for the hot path.
 */
export function isNormalised(id: string): boolean {
  const colon = id.indexOf(':');
  return (
    colon > 0 && id.length <= IDENTIFIER_TEXT_LENGTH_MAX && ruleOfScheme(id.slice(0, colon))?.normalised.test(id.slice(colon + 1)) === true
  );
}

/** One line for a person: `container SYNU 000001 4`, `IMO 0000048`. A text that is not normalised comes back as it is. */
export function displayIdentifier(id: string): string {
  if (!isNormalised(id)) return id;
  const colon = id.indexOf(':');
  return ruleOfScheme(id.slice(0, colon))?.display(id.slice(colon + 1)) ?? id;
}

const RANK = { valid: 0, 'not-checkable': 1, invalid: 2 } as const;

/**
 * What a text without a scheme could be, likeliest first: those whose check digit agrees, those that have none, those that fail. Reads
 * displayed forms too (`container SYNU 000001 4`). A look-alike character makes the list that one refusal; nothing fitting makes it empty.
 */
export function guessIdentifiers(text: string): ParsedIdentifier[] {
  const refusal = refusalOfText(text);
  if (refusal !== undefined) return refusal.code === 'identifier.lookalike' ? [refusal] : [];
  const stated = parseIdentifier(text);
  if (stated.ok) return [stated];
  const labelled = splitLabel(text);
  const named = labelled === undefined ? undefined : read(labelled.rule, labelled.value);
  if (named?.ok === true) return [named];
  const readings = RULES.filter((rule) => rule.guess !== 'never').map((rule) => ({ rule, parsed: read(rule, text) }));
  return readings
    .flatMap(({ rule, parsed }) => (parsed.ok && likely(rule, parsed.check, text) ? [parsed] : []))
    .sort((a, b) => RANK[a.check.verdict] - RANK[b.check.verdict]);
}

/** Short words read as registrations or hexadecimal numbers: those count only where they are written as such. */
function likely(rule: SchemeRule, check: CheckVerdict, text: string): boolean {
  if (rule.guess === 'valid') return check.verdict === 'valid';
  if (rule.scheme === 'aircraft') return check.verdict !== 'invalid' && AIRCRAFT_AS_WRITTEN.test(text.trim());
  if (rule.scheme === 'icao24') return /[0-9]/.test(text);
  return true;
}

/** A hyphen after the mark, or one of the marks that are written without and go on with digits. */
const AIRCRAFT_AS_WRITTEN = /^(?:[A-Z0-9]{1,4}-[A-Z0-9]{2,5}|N[1-9][0-9A-Z]{0,4}|HL[0-9]{4}|JA[0-9A-Z]{4}|YV[0-9]{3,4}|HI[0-9]{3,4})$/i;
