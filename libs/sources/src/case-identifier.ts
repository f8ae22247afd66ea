/** Identifiers of a case file: a scheme and a value as written, normalised by the domain. */
import { parseIdentifier } from '#lib/domain';
import type { LineReader } from './line-reader.ts';

export interface CaseIdentifier {
  readonly id: string;
  readonly scheme: string;
  /** Where the line writes it in another way. */
  readonly written: string | undefined;
}

/** Schemes that case files call by their standard's number or an everyday name. */
const SCHEME_NAMES: Readonly<Record<string, string>> = { iso6346: 'container', bic: 'container' };

/** Notes a fault at the member `name` and gives `undefined` where the domain knows no such identifier. */
export function mapIdentifier(line: LineReader, name: string, written: string, stated: string | undefined, maker?: string): CaseIdentifier | undefined {
  const text = stated === undefined ? written : `${schemeOf(stated)}:${maker === undefined ? '' : `${maker}:`}${written}`;
  const parsed = parseIdentifier(text);
  if (!parsed.ok) {
    line.malformed(name, parsed.detail);
    return undefined;
  }
  const { id, scheme } = parsed.value;
  return { id, scheme, written: id === `${scheme}:${written}` || id === written ? undefined : written };
}

const schemeOf = (stated: string): string => {
  const name = stated.trim().toLowerCase().replace(/[\s_-]/g, '');
  return SCHEME_NAMES[name] ?? name;
};
