/** From a place in the document made of a case line to the place in the line, as its author wrote it: that is what he can mend. */
import { isJsonObject, type JsonObject, type JsonValue, pointerToken } from '#lib/contracts';
import { itemPointers } from './case-items.ts';

/** Members of the document that a line has under other names: the first that is there, else the first of all. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  '/reported/at': ['recordedAt'],
  '/reported/by': ['recordedBy'],
  '/reported/agency': ['agency'],
  '/relations/target': ['corrects', 'target', 'targets'],
  '/relations/resolves': ['resolves', 'corrects', 'target', 'targets'],
  '/relations/links': ['links', 'corrects', 'target', 'targets'],
  '/relations/reason': ['correctionReason', 'reason'],
  '/relations/contradicts': ['contradicts'],
  '/relations/basis': ['basis'],
  '/relations/upholds': ['upholds'],
  '/subtype': ['assessment', 'subtype'],
  '/items': ['item', 'items', 'parent', 'vessel', 'corrects', 'target'],
  '/evidence': ['evidence', 'track'],
  '/parties': ['party', 'parties'],
  '/handling/tlp': ['tlp', 'handling'],
  '/handling/community': ['community', 'handling'],
  '/handling/agencies': ['agencies', 'handling'],
  '/handling/principals': ['principals', 'handling'],
  '/relations/handling': ['handling', 'tlp'],
};

/**
 * RFC 6901, both ways. What the line has in another shape (one text for an object, an item of the corrected line) is pointed to as far as it
 * is there; a member that is missing is pointed to where it belongs.
 */
export function pointerIntoLine(line: JsonObject, pointer: string): string {
  const [, ...tokens] = pointer.split('/');
  const [first, second] = tokens;
  if (second !== undefined && (first === 'items' || first === 'evidence' || first === 'parties')) {
    const places = first === 'items' ? itemPointers(line) : entryPointers(line, NAMES[`/${first}`] ?? []);
    const place = places[Number(second)];
    if (place === undefined) return pointerIntoLine(line, `/${first}`);
    return within(line, place, first === 'items' && tokens[2] === 'id' ? ['value'] : tokens.slice(2));
  }
  for (const length of [2, 1]) {
    const names = NAMES[`/${tokens.slice(0, length).join('/')}`];
    if (names === undefined || tokens.length < length) continue;
    const name = names.find((known) => Object.hasOwn(line, known)) ?? names[0] ?? '';
    return within(line, pointerToken(name), Array.isArray(line[name]) || isJsonObject(line[name]) ? tokens.slice(length) : []);
  }
  return within(line, '', tokens);
}

/** Only a whole list is one whose places are known: of evidence, those without a hash are not in the document. */
function entryPointers(line: JsonObject, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const value = line[name];
    if (!Array.isArray(value)) return isJsonObject(value) ? [pointerToken(name)] : [];
    const hashed = name !== 'evidence' || value.every((entry) => isJsonObject(entry) && typeof entry['sha256'] === 'string');
    return hashed ? value.map((_, index) => `${pointerToken(name)}/${index}`) : [];
  });
}

/** As far as the line goes, and one step further: the member that is missing. */
function within(line: JsonObject, place: string, tokens: readonly string[]): string {
  let at: JsonValue | undefined = line;
  let pointer = '';
  for (const token of [...place.split('/').slice(1), ...tokens]) {
    if (typeof at !== 'object' || at === null) break;
    pointer += `/${token}`;
    at = (at as JsonObject)[token.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return pointer;
}
