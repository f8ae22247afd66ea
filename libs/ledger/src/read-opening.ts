/** What an opening (opening.ts) proves, by the commitment alone. */
import { equalBytes, fromHex, toHex } from './bytes.ts';
import { elementLeafHash, ELEMENTS_MAX, ELEMENTS_PADDED_MIN, LEAF_TAGS, SALT_BYTES, slotLeafHash, type LeafTags } from './field-leaves.ts';
import { JSON_BYTES_MAX, JSON_DEPTH_MAX, parseStrict } from './json.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { ALWAYS_OPENED, hasElements, OPENING_VERSION } from './opening.ts';
import { OPENING_RULES, type OpeningRules } from './opening-rules.ts';
import { accept, refuse, type ProofResult, type Refusal } from './proof-fault.ts';
import { rootFromSiblings } from './sibling-hashes.ts';
import { SLOTS, type Envelope, type SlotName } from './slots.ts';

/** One element; undefined: the list has none of this number. */
export interface OpenedElement {
  readonly n: number;
  readonly value: JsonValue | undefined;
}

/** One slot that was opened. */
export type OpenedSlot = { readonly slot: SlotName } & (
  | { readonly state: 'absent' }
  | { readonly state: 'value'; readonly value: JsonValue }
  | {
      readonly state: 'list';
      readonly elements: readonly OpenedElement[];
      /** How many elements the list has; undefined: the opening does not show it, the list may have more than are opened. */
      readonly length: number | undefined;
    }
);

/** What an opening proves of the event behind a commitment. */
export interface OpenedEvent {
  readonly envelope: Envelope;
  readonly kind: JsonObject;
  readonly handling: JsonObject;
  /** Those three and all other opened slots, in the order of their numbers. A slot that is not here was withheld. */
  readonly slots: readonly OpenedSlot[];
}

/** A megabyte of content, and for each of 32,768 elements a salt and two siblings. */
export const OPENING_BYTES_MAX = 8 * JSON_BYTES_MAX;
/** A value as deep as capture takes it, inside slots, slot, elements, opened, element. */
const OPENING_DEPTH_MAX = JSON_DEPTH_MAX + 5;

/** What a control hashes where it leaves the tags out. */
const ONE_TAG: LeafTags = { slot: LEAF_TAGS.slot, element: LEAF_TAGS.slot, absent: LEAF_TAGS.slot };

/**
 * What the opening's bytes prove of the event with this commitment, or the first fault: `opening.json` (strict JSON, see parseStrict),
 * `opening.not-canonical`, and what checkOpening finds. Never throws. Cost: reading the JSON, and a hash for each
 * leaf and sibling: 0.1 to 0.2 ms for six slots and an item.
 * @param commitment 64 lower-case hex digits, from an entry that the reader has found in the log
 */
export function readOpening(bytes: Uint8Array, commitment: string, rules: OpeningRules = OPENING_RULES): ProofResult<OpenedEvent> {
  const parsed = parseStrict(bytes, { bytesMax: OPENING_BYTES_MAX, depthMax: OPENING_DEPTH_MAX });
  if (!parsed.ok) return refuse('opening.json', parsed.fault.detail, parsed.fault.pointer);
  if (rules.canonicalText && !equalBytes(parsed.canonical, bytes))
    return refuse('opening.not-canonical', 'The opening is not the canonical JSON (RFC 8785) of what it says.');
  return checkOpening(parsed.value, commitment, rules);
}

/**
 * The same for an opening that was read as part of canonical JSON.
 * Faults: `opening.form`, `opening.unknown-member`, `opening.version`, `opening.slot`, `opening.order`, `opening.salt`, `opening.list`,
 * `opening.elements`, `opening.count`, `opening.element`, `opening.hole`, `opening.padding`, `opening.siblings`, `opening.sub-root`,
 * `opening.root`, `opening.withheld`, `opening.envelope`, `opening.mandatory`, `opening.reserved`; the pointer says where.
 * @param opening from parseStrict
 */
export function checkOpening(opening: JsonValue, commitment: string, rules: OpeningRules = OPENING_RULES): ProofResult<OpenedEvent> {
  const form = readMembers(opening, ['siblings', 'slots', 'v'], '', rules);
  if (!form.ok) return form;
  const { v, slots, siblings } = form.value;
  if (rules.versionKnown && v !== OPENING_VERSION) return refuse('opening.version', 'Only openings of version 1 can be read.', '/v');
  if (!Array.isArray(slots)) return refuse('opening.form', 'slots is a list.', '/slots');

  const hashes = new Map<number, Uint8Array>();
  const opened: OpenedSlot[] = [];
  let last = -1;
  for (const [at, given] of (slots as readonly JsonValue[]).entries()) {
    const read = readSlot(given, `/slots/${at}`, rules);
    if (!read.ok) return read;
    const { number, hash, slot } = read.value;
    if (rules.slotsAscend && number <= last) return refuse('opening.order', 'Each slot stands once, by its number.', `/slots/${at}/slot`);
    last = number;
    hashes.set(number, hash);
    opened.push(slot);
  }
  const root = readRoot(SLOTS.length, hashes, siblings, '/siblings', rules);
  if (!root.ok) return root;
  if (rules.slotsGiveCommitment && root.value !== commitment)
    return refuse('opening.root', 'What is opened does not belong to this commitment.');
  return readMandatory(opened, rules);
}

/** A slot, what its leaf hashes to, and its number in the tree. */
interface ReadSlot {
  readonly number: number;
  readonly hash: Uint8Array;
  readonly slot: OpenedSlot;
}

function readSlot(given: JsonValue, pointer: string, rules: OpeningRules): ProofResult<ReadSlot> {
  const leaf = readLeaf(given, 'slot', ['elements'], pointer, rules);
  if (!leaf.ok) return leaf;
  const { number, salt, value, members } = leaf.value;
  if (rules.slotInTree && !(Number.isInteger(number) && number >= 0 && number < SLOTS.length))
    return refuse('opening.slot', `A slot has a number from 0 to ${SLOTS.length - 1}.`, `${pointer}/slot`);
  const hash = slotLeafHash(number, salt, value, rules.leafTags ? LEAF_TAGS : ONE_TAG);
  const name = SLOTS[number] as SlotName;
  const { elements } = members;
  if (value === undefined) {
    if (elements !== undefined) return refuse('opening.elements', 'An absent slot has no elements.', `${pointer}/elements`);
    return accept({ number, hash, slot: { slot: name, state: 'absent' } });
  }
  if (hasElements(number) && rules.listHoldsRoot && !isHash(value))
    return refuse('opening.list', 'The value of a list is the root of its tree, 64 hex digits.', `${pointer}/value`);
  if (elements === undefined) {
    if (hasElements(number)) return accept({ number, hash, slot: { slot: name, state: 'list', elements: [], length: undefined } });
    return accept({ number, hash, slot: { slot: name, state: 'value', value } });
  }
  if (rules.elementsInListsOnly && !hasElements(number))
    return refuse('opening.elements', 'Only items, parties and evidence have elements.', `${pointer}/elements`);
  const list = readElements(elements, number, `${pointer}/elements`, rules);
  if (!list.ok) return list;
  if (rules.elementsGiveValue && list.value.root !== value)
    return refuse('opening.sub-root', "The elements do not give the root that is the slot's value.", `${pointer}/elements`);
  return accept({ number, hash, slot: { slot: name, state: 'list', elements: list.value.opened, length: list.value.length } });
}

/** Elements of a list, and what their tree's root is. */
interface ReadElements {
  readonly opened: readonly OpenedElement[];
  readonly root: string;
  readonly length: number | undefined;
}

function readElements(given: JsonValue, slot: number, pointer: string, rules: OpeningRules): ProofResult<ReadElements> {
  const form = readMembers(given, ['count', 'opened', 'siblings'], pointer, rules);
  if (!form.ok) return form;
  const { count, opened: list, siblings } = form.value;
  if (typeof count !== 'number' || count < 1) return refuse('opening.form', 'count is a number of leaves.', `${pointer}/count`);
  if (rules.countIsPadded && !isPaddedCount(count))
    return refuse('opening.count', `A list has a power of two of leaves, ${ELEMENTS_PADDED_MIN} to ${ELEMENTS_MAX}.`, `${pointer}/count`);
  if (!Array.isArray(list)) return refuse('opening.form', 'opened is a list.', `${pointer}/opened`);
  if (rules.elementsShown && list.length === 0)
    return refuse('opening.elements', 'A list of which no element is opened has no elements.', pointer);

  const hashes = new Map<number, Uint8Array>();
  const opened: OpenedElement[] = [];
  for (const [at, element] of (list as readonly JsonValue[]).entries()) {
    const here = `${pointer}/opened/${at}`;
    const leaf = readLeaf(element, 'n', [], here, rules);
    if (!leaf.ok) return leaf;
    const { number: n, salt, value } = leaf.value;
    const fault = checkElement(n, value, opened[at - 1], count, rules);
    if (fault !== undefined) return { ok: false, fault: { ...fault.fault, pointer: here } };
    hashes.set(n, elementLeafHash(slot, n, salt, value, rules.leafTags ? LEAF_TAGS : ONE_TAG));
    opened.push({ n, value });
  }
  const root = readRoot(count, hashes, siblings, `${pointer}/siblings`, rules);
  return root.ok ? accept({ opened, root: root.value, length: provedLength(opened, count) }) : root;
}

/** What an element may be after the one opened before it, in a list's tree of `count` leaves. */
function checkElement(
  n: number,
  value: JsonValue | undefined,
  before: OpenedElement | undefined,
  count: number,
  rules: OpeningRules,
): Refusal | undefined {
  if (rules.elementInTree && !(Number.isInteger(n) && n >= 0 && n < count))
    return refuse('opening.element', 'An element has a number below the count.');
  if (before !== undefined) {
    if (rules.elementsAscend && n <= before.n) return refuse('opening.order', 'Each element stands once, by its number.');
    if (rules.absentLast && before.value === undefined && value !== undefined)
      return refuse('opening.hole', 'After an absent element there is no other.');
  }
  if (rules.paddedLeast && value === undefined && count > ELEMENTS_PADDED_MIN && n <= count / 2)
    return refuse('opening.padding', 'The list would have fitted half as many leaves.');
  return undefined;
}

const isPaddedCount = (count: number): boolean =>
  Number.isInteger(count) && count >= ELEMENTS_PADDED_MIN && count <= ELEMENTS_MAX && (count & (count - 1)) === 0;

/** The list's length, where all leaves after its last element are opened as absent. */
function provedLength(opened: readonly OpenedElement[], count: number): number | undefined {
  let length = count;
  for (const { n, value } of [...opened].reverse()) {
    if (n !== length - 1) return undefined;
    if (value !== undefined) return length;
    length = n;
  }
  return length === 0 ? 0 : undefined;
}

/** A leaf as it stands in the opening, and the other members beside it. */
interface ReadLeaf {
  readonly number: number;
  readonly salt: Uint8Array;
  /** Undefined: absent. */
  readonly value: JsonValue | undefined;
  readonly members: JsonObject;
}

/** @param numberName the member that holds the leaf's number */
function readLeaf(
  given: JsonValue,
  numberName: string,
  others: readonly string[],
  pointer: string,
  rules: OpeningRules,
): ProofResult<ReadLeaf> {
  const form = readMembers(given, [numberName, 'salt'], pointer, rules, ['absent', 'value', ...others]);
  if (!form.ok) return form;
  const { [numberName]: number, salt: saltText, absent, value } = form.value;
  if (typeof number !== 'number') return refuse('opening.form', `${numberName} is a number.`, `${pointer}/${numberName}`);
  const salt = typeof saltText === 'string' ? fromHex(saltText) : null;
  if (salt === null || (rules.saltLength && salt.length !== SALT_BYTES))
    return refuse('opening.salt', `A salt has ${2 * SALT_BYTES} lower-case hex digits.`, `${pointer}/salt`);
  if (absent !== undefined && absent !== true) return refuse('opening.form', 'absent is true or is not there.', `${pointer}/absent`);
  if (absent === undefined && value === undefined) return refuse('opening.form', 'A leaf has a value or is absent.', pointer);
  if (rules.valueOrAbsent && absent !== undefined && value !== undefined)
    return refuse('opening.form', 'A leaf has a value or is absent, not both.', pointer);
  return accept({ number, salt, value: absent === true ? undefined : value, members: form.value });
}

function readMembers(
  given: JsonValue,
  names: readonly string[],
  pointer: string,
  rules: OpeningRules,
  optional: readonly string[] = [],
): ProofResult<JsonObject> {
  if (!isObject(given)) return refuse('opening.form', 'An object stands here.', pointer);
  const missing = names.find((name) => !Object.hasOwn(given, name));
  if (missing !== undefined) return refuse('opening.form', `The member ${missing} is missing.`, pointer);
  if (rules.knownMembers && Object.keys(given).some((name) => !names.includes(name) && !optional.includes(name)))
    return refuse('opening.unknown-member', 'There is a member that openings do not have.', pointer);
  return accept(given);
}

/** The tree's root as hex. */
function readRoot(
  size: number,
  shown: ReadonlyMap<number, Uint8Array>,
  given: JsonValue | undefined,
  pointer: string,
  rules: OpeningRules,
): ProofResult<string> {
  if (!Array.isArray(given) || !given.every(isHash))
    return refuse('opening.form', 'siblings is a list of hashes, each of 64 lower-case hex digits.', pointer);
  // Before any is decoded: whoever sends a million hashes has not earned the work.
  if (rules.siblingsUsed && given.length > size) return refuse('opening.siblings', 'There are more sibling hashes than leaves.', pointer);
  const { root, left } = rootFromSiblings(
    size,
    shown,
    given.map((hash) => fromHex(hash) as Uint8Array),
  );
  if (root === undefined) return refuse('opening.siblings', 'There are fewer sibling hashes than the tree needs.', pointer);
  if (rules.siblingsUsed && left > 0) return refuse('opening.siblings', 'There are more sibling hashes than the tree needs.', pointer);
  return accept(toHex(root));
}

function readMandatory(slots: readonly OpenedSlot[], rules: OpeningRules): ProofResult<OpenedEvent> {
  const valueOf = (name: SlotName): JsonValue | undefined => {
    const found = slots.find(({ slot }) => slot === name);
    return found?.state === 'value' ? found.value : undefined;
  };
  const [envelope, kind, handling] = ALWAYS_OPENED.map(valueOf) as [envelope: JsonValue, kind: JsonValue, handling: JsonValue];
  const withheld = ALWAYS_OPENED.find((name) => valueOf(name) === undefined);
  if (rules.mandatoryOpened && withheld !== undefined) return refuse('opening.withheld', `Slot ${withheld} is always opened.`, '/slots');
  if (rules.envelopeForm && envelope !== undefined && !isEnvelope(envelope))
    return refuse('opening.envelope', 'The envelope is not one of version 1.', '/slots');
  const formless = [kind, handling].some((value) => value !== undefined && !isObject(value));
  if (rules.mandatoryForm && formless) return refuse('opening.mandatory', 'Kind and handling are objects.', '/slots');
  if (rules.reservedAbsent && slots.some(({ slot, state }) => slot === 'reserved' && state !== 'absent'))
    return refuse('opening.reserved', 'The reserved slot is absent in version 1.', '/slots');
  return accept({ envelope: envelope as unknown as Envelope, kind: kind as JsonObject, handling: handling as JsonObject, slots });
}

function isEnvelope(value: JsonValue): boolean {
  if (!isObject(value) || value['v'] !== 1) return false;
  const names = ['agency', 'captured', 'id', 'principal'];
  return Object.keys(value).length === names.length + 1 && names.every((name) => typeof value[name] === 'string');
}

const isObject = (value: JsonValue): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

const HASH = /^[0-9a-f]{64}$/;

const isHash = (value: JsonValue): value is string => typeof value === 'string' && HASH.test(value);
