/** GS1 keys as schemes of identifiers: one rule per row of gs1-keys.ts. */
import { gs1CheckDigit } from './check-digits.ts';
import { formatDigitalLink } from './gs1-digital-link.ts';
import { readEpcBody, type SchemeValue } from './gs1-epc.ts';
import { GS1_KEYS, normalisedKey, shortestGtin, wholeGtin, type Gs1Key } from './gs1-keys.ts';
import {
  accept,
  compareCheck,
  notCheckable,
  printable,
  refuse,
  type CheckVerdict,
  type Reading,
  type Refusal,
  type SchemeRule,
} from './scheme.ts';

export const gs1Rules: readonly SchemeRule[] = GS1_KEYS.map((key) => ({
  scheme: key.scheme,
  normalised: key.form,
  // Long numbers are too common to take every one for a GS1 key.
  guess: key.scheme === 'gtin' || key.scheme === 'sscc' ? 'valid' : 'never',
  display: (value) => displayGs1(key, value),
  read: (raw) => readGs1(key, raw),
}));

/** The key that an element string names (`(01)80614141123458(21)6789`), of `scheme` where that is stated; undefined where it names none. */
export function readElementString(text: string, scheme?: string): SchemeValue | undefined {
  const [, ai] = /^\(([0-9]{2,4})\)/.exec(text) ?? [];
  for (const key of GS1_KEYS) {
    if (key.ai !== ai || key.scheme !== (scheme ?? key.scheme)) continue;
    const read = readGs1(key, text);
    if (read.ok) return { scheme: key.scheme, value: read.value };
  }
  return undefined;
}

/** Schemes whose value is digits alone: people write those with blanks and hyphens. */
const NUMERIC: readonly string[] = ['gtin', 'sscc', 'pgln', 'gsrn', 'gsrnp', 'gsin', 'sgcn'];

/**
 * Takes the normalised form, the body of an EPC URI of the same name (`0614141.812345.6789`), an element string
 * (`(00)106141412345678908`, `(01)80614141123458(21)6789`), and a GTIN without its leading zeros before its qualifier. Where a value could
 * be a body it is one, as for every other scheme, so that it and the URI are one item. Case matters: GS1 serials tell a from A.
 */
function readGs1(key: Gs1Key, raw: string): Reading | Refusal {
  const written = raw.trim();
  const text = NUMERIC.includes(key.scheme) ? written.replace(/[\s-]/g, '') : written;
  const element = text.startsWith(`(${key.ai})`) ? text.slice(key.ai.length + 2) : undefined;
  const further = element === undefined || key.form.test(text) ? undefined : furtherElement(key, element);
  if (further !== undefined)
    return refuse('malformed', `${article(key)} is one element string; this one goes on with ${further}. Leave that and what follows out.`);
  const stated = element === undefined ? text : normalisedKey(key, qualified(key, element));
  const value = key.scheme === 'gtin' && wholeGtin(stated).length === 14 ? shortestGtin(stated) : stated;
  if (key.form.test(value)) return acceptGs1(key, value);
  const epc = readEpcBody(key.scheme, text);
  if (epc !== undefined && epc.scheme === key.scheme) return acceptGs1(key, epc.value);
  const padded = key.ai === '01' ? stated.replace(/^[^.]*/, wholeGtin) : stated;
  return key.form.test(padded) ? acceptGs1(key, padded) : refusalOf(key, raw, text);
}

/** The application identifier of another element behind the key and its qualifier: what that says is no part of a serial. */
const furtherElement = ({ qualifier }: Gs1Key, element: string): string | undefined =>
  /\([0-9]{2,4}\)/.exec(qualifier === undefined ? element : element.replace(`(${qualifier.ai})`, ' '))?.[0];

/** What follows the first application identifier of an element string, with a dot where that of the key's qualifier is. */
function qualified({ qualifier }: Gs1Key, element: string): string {
  const [, primary = '', rest] = /^([^(]*)\(([0-9]+\).*)$/.exec(element) ?? [];
  return qualifier === undefined || rest?.startsWith(`${qualifier.ai})`) !== true
    ? element
    : `${primary}.${rest.slice(qualifier.ai.length + 1)}`;
}

function acceptGs1(key: Gs1Key, value: string): Reading {
  const [, primary = '', qualifier] = key.form.exec(value) ?? [];
  const facts = {
    ai: key.ai,
    key: primary,
    ...(qualifier === undefined || key.qualifier === undefined ? {} : { [key.qualifier.label]: qualifier }),
  };
  return accept(value, checkOf(key, primary), { ...facts, digitalLink: formatDigitalLink({ scheme: key.scheme, value }) });
}

function checkOf(key: Gs1Key, primary: string): CheckVerdict {
  const checked = key.scheme === 'gtin' ? { start: 0, length: primary.length } : key.checked;
  if (checked === undefined) return notCheckable(`${article(key)} has no check digit.`);
  const end = checked.start + checked.length - 1;
  return compareCheck('The check digit', gs1CheckDigit(primary.slice(checked.start, end)), primary.charAt(end));
}

function refusalOf(key: Gs1Key, raw: string, text: string): Refusal {
  const odd = (NUMERIC.includes(key.scheme) ? /[^0-9\s.-]/ : /[^!"%&'()*+,./0-9:;<=>?A-Z_a-z#-]/).exec(raw.trim());
  if (odd !== null)
    return refuse('character', `${article(key)} has no "${printable(odd[0])}".`, raw.length - raw.trimStart().length + odd.index);
  if (NUMERIC.includes(key.scheme) && /^[0-9]+$/.test(text))
    return refuse('length', `${article(key)} does not have ${text.length} digits.`);
  const beside = key.qualifier === undefined ? '' : ` and, after a dot, its ${key.qualifier.label}`;
  return refuse('malformed', `${article(key)} is the value of application identifier ${key.ai}${beside}, or the body of its EPC URI.`);
}

const article = ({ label }: Gs1Key): string => `${/^[SLMHIU]/.test(label) && !label.startsWith('U') ? 'An' : 'A'} ${label}`;

function displayGs1(key: Gs1Key, value: string): string {
  const [, primary = value, qualifier] = key.form.exec(value) ?? [];
  return qualifier === undefined || key.qualifier === undefined
    ? `${key.label} ${value}`
    : `${key.label} ${primary} ${key.qualifier.label} ${qualifier}`;
}
