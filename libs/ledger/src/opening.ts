/**
 * The opening of a field tree, version 1: some slots of one event, and some elements of its lists, shown to a reader who does not have
 * the event's secret. Canonical JSON (RFC 8785), hashes and salts as lower-case hex:
 *
 *   {"siblings": [hash, ...], "slots": [slot, ...], "v": 1}
 *   slot      {"salt", "slot", "value"}, {"elements", "salt", "slot", "value"}, or {"absent": true, "salt", "slot"}
 *   elements  {"count", "opened": [element, ...], "siblings": [hash, ...]}
 *   element   {"n", "salt", "value"}, or {"absent": true, "n", "salt"}
 *
 * `slot` is the slot's number, `n` the element's, both ascending. `count` is the number of leaves of the list's tree, padding included;
 * the `value` of a list's slot is that tree's root, as field-tree.ts says; `opened` is never empty: a list of which nothing is shown
 * has no `elements`. Siblings are the fewest there can be, in the order of sibling-hashes.ts. So one choice of slots and elements has
 * one text. Slots envelope, kind and handling are always opened.
 *
 * What is withheld shows its slot's number, for which no name is needed, and nothing else: not its value, its length, nor whether the
 * event has it. An opened list shows the power of two to which it was padded.
 */
import { toHex, utf8 } from './bytes.ts';
import { canonicalize } from './canonical.ts';
import { elementLeafHash, isElementSlot, paddedLength, saltsOf, slotLeafHash, type ElementSlotName, type Salts } from './field-leaves.ts';
import type { JsonValue } from './json-value.ts';
import { siblingHashes, subtreeRoot } from './sibling-hashes.ts';
import { ELEMENT_SLOTS, SLOTS, slotValues, type Envelope, type SightingDocumentLike, type SlotName } from './slots.ts';

/** The version that is written and read here. */
export const OPENING_VERSION = 1;
/** Without these nobody knows whose event it is, what it says of what it shows, and who may see it. */
export const ALWAYS_OPENED = ['envelope', 'kind', 'handling'] as const satisfies readonly SlotName[];

/** Salt (16 bytes in hex) and value of a leaf, or that it is absent. */
export type LeafOpening = { readonly salt: string } & ({ readonly value: JsonValue } | { readonly absent: true });
/** One element of a list. */
export type ElementOpening = { readonly n: number } & LeafOpening;
/** Some elements of a list, at least one. */
export interface ElementsOpening {
  readonly count: number;
  readonly opened: readonly ElementOpening[];
  readonly siblings: readonly string[];
}
/** One slot; `elements` stands beside a value alone. */
export type SlotOpening = { readonly slot: number; readonly elements?: ElementsOpening } & LeafOpening;
/** What a reader is given; see the top of this file. */
export interface Opening {
  readonly siblings: readonly string[];
  readonly slots: readonly SlotOpening[];
  readonly v: typeof OPENING_VERSION;
}

/** What to open beside ALWAYS_OPENED. */
export interface OpeningChoice {
  /** Of a list: that it is there or not, and none of its elements. */
  readonly slots?: readonly SlotName[];
  /** Elements by their numbers, or `all`: every leaf of the list's tree, padding included, so that its length is proved. */
  readonly elements?: Readonly<Partial<Record<ElementSlotName, readonly number[] | 'all'>>>;
}

/**
 * Opens slots and elements of an event. A list that the document does not have is opened as absent; so is an element in the padding.
 * Throws RangeError for what commit refuses, a document without handling, and an element that the list's tree has no leaf for.
 * Cost: that of checkWhole.
 * @param secret 32 bytes, the event's own; no salt of a leaf that stays closed is given away
 */
export function openSlots(envelope: Envelope, document: SightingDocumentLike, secret: Uint8Array, choice: OpeningChoice = {}): Opening {
  const salts = saltsOf(secret);
  const values = slotValues(envelope, document);
  if (document['handling'] === undefined) throw new RangeError('a document without handling cannot be opened');
  const elements = new Map<SlotName, ElementsOpening>();
  for (const name of ELEMENT_SLOTS) {
    const slot = SLOTS.indexOf(name);
    const list = values[slot] as readonly JsonValue[] | undefined;
    if (list === undefined) continue;
    const tree = openList(slot, list, salts, choice.elements?.[name] ?? []);
    values[slot] = tree.root;
    if (tree.elements.opened.length > 0) elements.set(name, tree.elements);
  }
  const leaves = values.map((value, slot) => slotLeafHash(slot, salts.slot(slot), value));
  const names: readonly string[] = [...ALWAYS_OPENED, ...(choice.slots ?? []), ...Object.keys(choice.elements ?? {})];
  const unknown = names.find((name) => !(SLOTS as readonly string[]).includes(name));
  if (unknown !== undefined) throw new RangeError('there is no slot of that name');
  const opened = SLOTS.filter((name) => names.includes(name));
  return {
    siblings: siblingHashes(
      leaves,
      opened.map((name) => SLOTS.indexOf(name)),
    ).map(toHex),
    slots: opened.map((name) => openSlot(name, salts, values, elements)),
    v: OPENING_VERSION,
  };
}

/** The opening's bytes: canonical JSON, the only text that readOpening takes. */
export const encodeOpening = (opening: Opening): Uint8Array => utf8(canonicalize(opening as unknown as JsonValue));

function openSlot(
  name: SlotName,
  salts: Salts,
  values: readonly (JsonValue | undefined)[],
  elements: ReadonlyMap<SlotName, ElementsOpening>,
): SlotOpening {
  const slot = SLOTS.indexOf(name);
  const inside = elements.get(name);
  return { slot, ...openLeaf(salts.slot(slot), values[slot]), ...(inside === undefined ? {} : { elements: inside }) };
}

const openLeaf = (salt: Uint8Array, value: JsonValue | undefined): LeafOpening =>
  value === undefined ? { absent: true, salt: toHex(salt) } : { salt: toHex(salt), value };

/** @returns the root of the list's tree as hex, and what is opened of it */
function openList(
  slot: number,
  list: readonly JsonValue[],
  salts: Salts,
  chosen: readonly number[] | 'all',
): { root: string; elements: ElementsOpening } {
  const count = paddedLength(list.length);
  const elementSalts = salts.elements(slot, count);
  const leaves = elementSalts.map((salt, n) => elementLeafHash(slot, n, salt, list[n]));
  const numbers = chosen === 'all' ? leaves.map((_, n) => n) : [...new Set(chosen)].sort((a, b) => a - b);
  if (numbers.some((n) => leaves[n] === undefined)) throw new RangeError(`the list's tree has the elements 0 to ${count - 1}`);
  return {
    root: toHex(subtreeRoot(leaves)),
    elements: {
      count,
      opened: numbers.map((n) => ({ n, ...openLeaf(elementSalts[n] as Uint8Array, list[n]) })),
      siblings: siblingHashes(leaves, numbers).map(toHex),
    },
  };
}

/** Whether elements of the slot with this number can be opened. */
export const hasElements = (slot: number): boolean => isElementSlot(SLOTS[slot]);
