/** All schemes, in the order in which a text without a scheme is taken for one of them. */
import { asciiLower, asciiTrim } from '../ascii.ts';
import { aircraftRule, icao24Rule } from './aircraft.ts';
import { containerRule } from './container.ts';
import { gs1Rules } from './gs1.ts';
import { hinRule } from './hin.ts';
import { imeiRule } from './imei.ts';
import { leiRule } from './lei.ts';
import type { SchemeRule } from './scheme.ts';
import { serialRule } from './serial.ts';
import { imoRule, mmsiRule } from './ship.ts';
import { vinRule } from './vin.ts';

export const RULES: readonly SchemeRule[] = [
  vinRule,
  containerRule,
  imoRule,
  mmsiRule,
  imeiRule,
  hinRule,
  leiRule,
  aircraftRule,
  icao24Rule,
  ...gs1Rules,
  serialRule,
];

const byScheme = new Map<string, SchemeRule>(RULES.map((rule) => [rule.scheme, rule]));

/** Other names of schemes: the standard's for containers, as case files have it, and those of EPC URIs. */
const ALIASES: Readonly<Record<string, string>> = { iso6346: 'container', bic: 'container', imovn: 'imo' };

/** The rule of a normalised scheme; undefined for others, aliases too. */
export const ruleOfScheme = (scheme: string): SchemeRule | undefined => byScheme.get(scheme);

/** The rule of a scheme as people write it: any case, aliases. */
export function ruleOfName(name: string): SchemeRule | undefined {
  const lower = asciiLower(asciiTrim(name));
  return byScheme.get(Object.hasOwn(ALIASES, lower) ? (ALIASES[lower] ?? lower) : lower);
}

/** Labels that stand before digits without anything between: `IMO9319466`. */
const GLUED = /^\s*(IMO|MMSI|IMEI)\s*([0-9].*)$/is;
/** A name, then blanks, `#`, `:` or `.`, perhaps `no.` */
const LABELLED = /^\s*([A-Za-z0-9]+)[\s#:.]+(?:no\.?\s+)?(.*)$/is;
const ICAO_ADDRESS = /^\s*ICAO(?: 24-bit address)?[\s:]+(.*)$/is;
const MAKERS_SERIAL = /^\s*(\S.*?)\s+(?:serial|s\/n)[\s:#]+(.+)$/is;

/** The scheme that a text names before its value, as displays and documents do: `VIN WDD...`, `IMO9319466`, `bosch serial 12`, `iso6346:...`. */
export function splitLabel(text: string): { readonly rule: SchemeRule; readonly value: string } | undefined {
  const [, label = '', value = ''] = GLUED.exec(text) ?? LABELLED.exec(text) ?? [];
  const rule = ruleOfName(label);
  if (rule !== undefined) return { rule, value };
  const [, address] = ICAO_ADDRESS.exec(text) ?? [];
  if (address !== undefined) return { rule: icao24Rule, value: address };
  const [, maker, number] = MAKERS_SERIAL.exec(text) ?? [];
  return maker === undefined || number === undefined ? undefined : { rule: serialRule, value: `${maker}:${number}` };
}
