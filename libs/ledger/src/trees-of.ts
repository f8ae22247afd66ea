/** Which item trees an event belongs to: by its own bytes alone. */
import { parseHandling, readerGroups, type HandlingText } from '#lib/domain';
import type { JsonObject, JsonValue } from './json-value.ts';
import type { ItemTreeName } from './sealed-receipt.ts';

/**
 * Each unique identifier of the document with each of its reader groups; of a marking also the groups that it opens its target to. `null` for
 * a document that capture would not have taken: one without a handling that is one, or with items that have no text for an id.
 */
export function treesOf(agency: string, document: JsonObject): readonly ItemTreeName[] | null {
  const groups = groupsOf(agency, document);
  const items = itemsOf(document);
  if (groups === null || items === null) return null;
  return groups.flatMap((group) => items.map((item) => ({ group, item })));
}

function groupsOf(agency: string, document: JsonObject): readonly string[] | null {
  const own = readerGroupsOf(document['handling'], agency);
  if (own === null || document['kind'] !== 'marking') return own;
  const relations = document['relations'];
  const given = isObject(relations) ? relations['handling'] : undefined;
  if (given === undefined) return own;
  const opened = readerGroupsOf(given, agency);
  return opened === null ? null : [...new Set([...own, ...opened])].sort();
}

function readerGroupsOf(handling: JsonValue | undefined, agency: string): readonly string[] | null {
  if (!isObject(handling)) return null;
  const { agencies, principals, community } = handling;
  const wellFormed = isTexts(agencies) && isTexts(principals) && (community === undefined || typeof community === 'string');
  const parsed = wellFormed ? parseHandling(handling as unknown as HandlingText) : null;
  return parsed?.ok === true ? readerGroups(parsed.value, agency) : null;
}

function itemsOf({ items = [] }: JsonObject): readonly string[] | null {
  if (!Array.isArray(items)) return null;
  const ids = (items as readonly JsonValue[]).map((item) => (isObject(item) ? item['id'] : undefined));
  return ids.every((id) => typeof id === 'string') ? [...new Set(ids)] : null;
}

const isTexts = (value: JsonValue | undefined): boolean =>
  value === undefined || (Array.isArray(value) && (value as readonly JsonValue[]).every((text) => typeof text === 'string'));

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
