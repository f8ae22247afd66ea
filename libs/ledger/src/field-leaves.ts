/**
 * The leaves of the field tree as plainly as they can be hashed, over Uint8Array: for whoever opens a few slots or checks what was
 * opened. Capture commits with the fast ones of field-tree.ts, where the layouts are described; suites hold the two together.
 */
import { concatBytes, utf8 } from './bytes.ts';
import { canonicalize } from './canonical.ts';
import type { JsonValue } from './json-value.ts';
import { encryptBlocks, HASH_BYTES, sha256 } from './primitives.ts';
import { ELEMENT_SLOTS, SLOTS, type SlotName } from './slots.ts';

/** One of ELEMENT_SLOTS. */
export type ElementSlotName = (typeof ELEMENT_SLOTS)[number];

/** An AES block. */
export const SALT_BYTES = 16;
/** Elements of one list: a power of two, so that padded they still have a salt each. Sightings have at most 256. */
export const ELEMENTS_MAX = 32_768;
/** A list is padded to a power of two, to at least this many: up to four elements show nothing of their number. */
export const ELEMENTS_PADDED_MIN = 4;
const BLOCKS_PER_SLOT = 65_536;
const LEAF_TAG = Uint8Array.of(0x00);
const NODE_TAG = 0x01;

/** The tags of leaves, by what a leaf says. */
export const LEAF_TAGS = { slot: 'custody/field/v1', element: 'custody/element/v1', absent: 'custody/absent/v1' } as const;
/** LEAF_TAGS, or others in a control. */
export type LeafTags = Readonly<Record<keyof typeof LEAF_TAGS, string>>;

/** Whether the elements of this slot can be opened one by one. */
export const isElementSlot = (name: SlotName | undefined): name is ElementSlotName =>
  (ELEMENT_SLOTS as readonly (SlotName | undefined)[]).includes(name);

/** Leaves of the tree of `length` elements. Throws RangeError above ELEMENTS_MAX. */
export function paddedLength(length: number): number {
  if (length > ELEMENTS_MAX) throw new RangeError(`a slot has at most ${ELEMENTS_MAX} elements`);
  let padded = ELEMENTS_PADDED_MIN;
  while (padded < length) padded *= 2;
  return padded;
}

/** 32 bytes. @param value undefined: absent */
export function slotLeafHash(slot: number, salt: Uint8Array, value: JsonValue | undefined, tags: LeafTags = LEAF_TAGS): Uint8Array {
  return leafHash(value === undefined ? tags.absent : tags.slot, Uint8Array.of(slot), salt, value);
}

/** 32 bytes. @param value undefined: absent */
export function elementLeafHash(
  slot: number,
  n: number,
  salt: Uint8Array,
  value: JsonValue | undefined,
  tags: LeafTags = LEAF_TAGS,
): Uint8Array {
  return leafHash(value === undefined ? tags.absent : tags.element, Uint8Array.of(slot, n >> 8, n), salt, value);
}

/** `0x00 || tag`, by the tag. */
const prefixes = new Map([...Object.values(LEAF_TAGS)].map((tag) => [tag as string, concatBytes(LEAF_TAG, utf8(tag))]));

function leafHash(tag: string, position: Uint8Array, salt: Uint8Array, value: JsonValue | undefined): Uint8Array {
  const prefix = prefixes.get(tag) ?? concatBytes(LEAF_TAG, utf8(tag));
  const text = utf8(value === undefined ? '' : canonicalize(value));
  const input = new Uint8Array(prefix.length + position.length + salt.length + text.length);
  input.set(prefix);
  input.set(position, prefix.length);
  input.set(salt, prefix.length + position.length);
  input.set(text, input.length - text.length);
  return sha256(input);
}

const node = new Uint8Array(1 + 2 * HASH_BYTES);
node[0] = NODE_TAG;

/** The inner node of RFC 9162, section 2.1.1. @param left 32 bytes, as is `right` */
export function innerHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  node.set(left, 1);
  node.set(right, 1 + HASH_BYTES);
  return sha256(node);
}

/** The salts of one event: what its secret gives to each leaf. Throws RangeError for a secret of another length. */
export interface Salts {
  readonly slot: (slot: number) => Uint8Array;
  /** Of all leaves of a list's tree, in one cipher call. */
  readonly elements: (slot: number, padded: number) => readonly Uint8Array[];
}

/** @param secret 32 bytes, the event's own */
export function saltsOf(secret: Uint8Array): Salts {
  if (secret.length !== HASH_BYTES) throw new RangeError('the secret of an event has 32 bytes');
  const slots = blocks(
    secret,
    SLOTS.map((_, slot) => slot * BLOCKS_PER_SLOT),
  );
  return {
    slot: (slot) => slots[slot] as Uint8Array,
    elements: (slot, padded) =>
      blocks(
        secret,
        Array.from({ length: padded }, (_, n) => slot * BLOCKS_PER_SLOT + n + 1),
      ),
  };
}

/** AES-256 of each number as a 128-bit big-endian integer. */
function blocks(secret: Uint8Array, numbers: readonly number[]): Uint8Array[] {
  const plain = new Uint8Array(numbers.length * SALT_BYTES);
  const view = new DataView(plain.buffer);
  for (const [at, number] of numbers.entries()) view.setUint32((at + 1) * SALT_BYTES - 4, number);
  const encrypted = encryptBlocks(secret, plain);
  return numbers.map((_, at) => encrypted.subarray(at * SALT_BYTES, (at + 1) * SALT_BYTES));
}
