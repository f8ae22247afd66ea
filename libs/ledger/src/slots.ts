/** Which member of a sighting document stands in which slot of the field tree, version 1. */
import type { JsonObject, JsonValue } from './json-value.ts';

/** The slots of version 1; the position is the slot's number, for ever. */
export const SLOTS = [
  'envelope',
  'kind',
  'handling',
  'occurred',
  'place',
  'items',
  'conveyance',
  'parties',
  'source',
  'evidence',
  'grade',
  'statement',
  'relations',
  'reported',
  'extension',
  'reserved',
] as const;
/** One of SLOTS. */
export type SlotName = (typeof SLOTS)[number];

/** The slots whose elements can be opened one by one. */
export const ELEMENT_SLOTS = ['items', 'parties', 'evidence'] as const satisfies readonly SlotName[];

/** The members that share slot `kind`. */
const KIND_MEMBERS = ['kind', 'as', 'action', 'modality', 'subtype'] as const;
/** Part of slot `envelope`, where capture's choice stands when the submitter made none. */
const ID_MEMBER = 'id';
/** Slots that are a member of their own name. */
const MEMBER_SLOTS = SLOTS.slice(2, -1);

/** What capture adds to a document; hashed, and no part of the content. */
export interface Envelope {
  readonly agency: string;
  readonly id: string;
  readonly principal: string;
  /** RFC 3339 UTC with six decimals. */
  readonly captured: string;
}

/** A sighting document of version 1: validated, or as parsed by a verifier. */
export type SightingDocumentLike = JsonObject;

/**
 * The value of each slot, in order; undefined: absent. Lists are lists here, not yet roots.
 * Throws RangeError for what the commitment would not cover: a member that has no slot, an element slot that is no list, an id other
 * than the envelope's.
 */
export function slotValues(envelope: Envelope, document: SightingDocumentLike): (JsonValue | undefined)[] {
  const { agency, id, principal, captured } = envelope;
  let covered = 0;
  if (document[ID_MEMBER] !== undefined) {
    if (document[ID_MEMBER] !== id) throw new RangeError("the document's id is the envelope's");
    covered++;
  }
  const kind: Record<string, JsonValue> = {};
  for (const name of KIND_MEMBERS) {
    const value = document[name];
    if (value === undefined) continue;
    kind[name] = value;
    covered++;
  }
  const values: (JsonValue | undefined)[] = [{ agency, captured, id, principal, v: 1 }, kind];
  for (const name of MEMBER_SLOTS) {
    const value = document[name];
    values.push(value);
    if (value !== undefined) covered++;
  }
  values.push(undefined);
  for (const slot of ELEMENT_SLOTS) {
    const value = document[slot];
    if (value !== undefined && !Array.isArray(value)) throw new RangeError(`slot ${slot} is a list`);
  }
  if (Object.keys(document).length !== covered) checkCovered(document);
  return values;
}

/** The slow look, where the count of members does not agree: members that are undefined are absent. */
function checkCovered(document: SightingDocumentLike): void {
  const known: readonly string[] = [ID_MEMBER, ...KIND_MEMBERS, ...MEMBER_SLOTS];
  const extra = Object.keys(document).find((name) => document[name] !== undefined && !known.includes(name));
  if (extra !== undefined) throw new RangeError('the document has a member without a slot');
}
