/** What may stand in a log line: never content, identifiers or secrets, and nothing that a terminal would obey. */
import { SCHEMES } from '#lib/domain';

/** Every scheme of identifiers, and what sources write in the place of one. */
const WORDS = [...SCHEMES, 'iso6346', 'bic', 'imovn', 'urn:epc:[a-z:]+'].join('|');
const IDENTIFIER = new RegExp(`\\b(?:${WORDS})(?::|%3A)[^\\s"',;)\\]}]+`, 'gi');
const URL_PASSWORD = /(\/\/[^\s/:@]*:)[^\s/@]+@/g;
/** API keys, whoever's they are. */
const API_KEY = /custody_[a-z0-9]{8,32}_[A-Za-z0-9_-]{43}/g;
/** Tokens of an OpenID provider: header and claims begin with what `{"` is in base64url. */
const TOKEN = /eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?/g;
/** Controls, line and paragraph separators, and invisible marks such as those that turn the direction of writing around. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/** Enough for a sentence or a stack frame; a longer text is somebody's document. */
const TEXT_MAX = 500;

export type Redact = (text: string) => string;

/** @param secrets values to cut out wherever they appear, longest first (`secretsOf`). */
export function redactor(secrets: readonly string[]): Redact {
  return (text) => {
    let safe = text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}...` : text;
    for (const secret of secrets) if (safe.includes(secret)) safe = safe.replaceAll(secret, '[secret]');
    return safe
      .replace(URL_PASSWORD, '$1[secret]@')
      .replace(API_KEY, '[secret]')
      .replace(TOKEN, '[secret]')
      .replace(IDENTIFIER, '[identifier]')
      .replace(UNPRINTABLE, escaped);
  };
}

const escaped = (character: string): string => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`;
