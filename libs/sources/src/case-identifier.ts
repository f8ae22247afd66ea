/** Identifiers of a case file: a scheme and a value as written, normalised by the domain. */
import { asciiLower, asciiTrim, parseIdentifier, parseIdentifierValue } from '#lib/domain';
import type { LineReader } from './line-reader.ts';

export interface CaseIdentifier {
  readonly id: string;
  readonly scheme: string;
  /** Where the line writes it in another way. */
  readonly written: string | undefined;
}

/** @param text `scheme:value`, or a URI. Notes a fault at the member `name`, or the entry of it, where the domain knows no such identifier. */
export function mapIdentifierText(line: LineReader, name: string, text: string, index?: number): CaseIdentifier | undefined {
  return accepted(line, name, text, parseIdentifier(text), index);
}

/**
 * Of an object: `scheme` by any name that the domain knows (`iso6346`, `container`), `value` as written, `maker` of a serial number (beside
 * another identifier it is a free member); `written` where the source wrote something that does not read as the value.
 */
export function mapIdentifier(line: LineReader): CaseIdentifier | undefined {
  const identifier = mapValue(line);
  const written = line.text('written');
  return identifier === undefined || written === undefined ? identifier : { ...identifier, written };
}

function mapValue(line: LineReader): CaseIdentifier | undefined {
  const written = line.text('value');
  if (written === undefined) {
    line.missing('value', 'An identifier needs a value; where none is known, describe the thing under itemDescription.');
    return undefined;
  }
  const scheme = line.text('scheme');
  if (scheme === undefined) return mapIdentifierText(line, 'value', written);
  const maker = asciiLower(asciiTrim(scheme)) === 'serial' ? line.text('maker') : undefined;
  return accepted(line, 'value', written, parseIdentifierValue(scheme, maker === undefined ? written : `${maker}:${written}`));
}

function accepted(
  line: LineReader,
  name: string,
  written: string,
  parsed: ReturnType<typeof parseIdentifier>,
  index?: number,
): CaseIdentifier | undefined {
  if (parsed.ok) {
    const { id, scheme, value } = parsed.identifier;
    return { id, scheme, written: written === value || written === id ? undefined : written };
  }
  const unknown = parsed.code === 'identifier.scheme-unknown';
  const ofScheme = unknown || parsed.code === 'identifier.scheme-mismatch';
  line.refuse(
    unknown ? 'import.scheme-unknown' : 'import.member-malformed',
    ofScheme && name === 'value' ? 'scheme' : name,
    parsed.detail,
    index,
  );
  return undefined;
}
