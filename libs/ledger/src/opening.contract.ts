/** What the suites of openings share: documents, and trees that nobody honest would commit to. */
import { readFileSync } from 'node:fs';
import { toHex } from './bytes.ts';
import { elementLeafHash, LEAF_TAGS, slotLeafHash, type LeafTags } from './field-leaves.ts';
import {
  encodeOpening,
  openSlots,
  SLOTS,
  type Envelope,
  type JsonValue,
  type Opening,
  type OpeningChoice,
  type SightingDocumentLike,
} from './index.ts';
import { pick, seeded, type Mutable } from './mutants.contract.ts';
import { siblingHashes, subtreeRoot } from './sibling-hashes.ts';
import { ELEMENT_SLOTS } from './slots.ts';

export interface FieldTreeVector {
  readonly about: string;
  readonly envelope: Envelope;
  readonly document: SightingDocumentLike;
  readonly secret: string;
  readonly commitment: string;
}
export interface OpeningVector {
  readonly about: string;
  /** `about` of a vector in field-tree.json. */
  readonly document: string;
  readonly choice: OpeningChoice;
  readonly commitment: string;
  readonly opening: string;
}

const published = <T>(name: string): readonly T[] =>
  (JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), 'utf8')) as { vectors: T[] }).vectors;
export const trees = published<FieldTreeVector>('field-tree.json');
export const openings = published<OpeningVector>('opening.json');
export const treeOf = ({ document }: OpeningVector) => trees.find(({ about }) => about === document) as FieldTreeVector;

/** Of each document, beside the published ones. */
const MORE_OF_EACH = 12;

/** Openings of the published documents with slots and elements drawn at random, always the same ones: a class that changes few places needs many to start from. */
export function moreOpenings(): readonly OpeningVector[] {
  const random = seeded(MORE_OF_EACH);
  const optional = SLOTS.slice(MANDATORY.length).filter((name) => !ELEMENT_SLOTS.some((list) => list === name));
  return trees.flatMap(({ about, envelope, document, secret, commitment }) =>
    Array.from({ length: MORE_OF_EACH }, () => {
      const slots = optional.filter(() => random(3) === 0);
      const elements = Object.fromEntries(
        ELEMENT_SLOTS.filter(() => random(2) === 0).map((list) => [list, pick(['all' as const, [0], [0, 1], [random(4)]], random)]),
      );
      const choice: OpeningChoice = { slots, elements };
      const opening = Buffer.from(encodeOpening(openSlots(envelope, document, Buffer.from(secret, 'hex'), choice))).toString('utf8');
      return { about: `${about}, at random`, document: about, choice, commitment, opening };
    }),
  );
}

/** The values of the mandatory slots, as capture would have made them. */
export const MANDATORY: readonly JsonValue[] = [
  { agency: 'local', captured: '2026-01-01T00:00:00.000000Z', id: 'e-1', principal: 'operator', v: 1 },
  { kind: 'observation' },
  { tlp: 'CLEAR' },
];

/** A list's tree of any number of leaves, and which of them are shown. */
export interface ForgedList {
  readonly leaves: readonly (JsonValue | undefined)[];
  readonly shown: readonly number[];
}

const salt = (slot: number, n = 255) => new Uint8Array(16).fill(slot).fill(n, 8);
const leaf = (saltBytes: Uint8Array, value: JsonValue | undefined) => ({
  salt: toHex(saltBytes),
  ...(value === undefined ? { absent: true } : { value }),
});

/**
 * A commitment to whatever is given, and its opening, correct in every hash: what a submitter could commit to who keeps to no format.
 * @param slots values by the numbers of their slots, beside MANDATORY
 * @param lists trees by the numbers of their slots
 */
export function forge(
  slots: Readonly<Record<number, JsonValue>>,
  lists: Readonly<Record<number, ForgedList>> = {},
  shown: readonly number[] = [],
  tags: LeafTags = LEAF_TAGS,
): { opening: Mutable; commitment: string } {
  const values: (JsonValue | undefined)[] = SLOTS.map((_, slot) => slots[slot] ?? MANDATORY[slot]);
  const elements: Record<number, unknown> = {};
  for (const [name, list] of Object.entries(lists)) {
    const slot = Number(name);
    const hashes = list.leaves.map((value, n) => elementLeafHash(slot, n, salt(slot, n), value, tags));
    values[slot] = toHex(subtreeRoot(hashes));
    const opened = list.shown.map((n) => ({ n, ...leaf(salt(slot, n), list.leaves[n]) }));
    elements[slot] = { count: hashes.length, opened, siblings: siblingHashes(hashes, list.shown).map(toHex) };
  }
  const numbers = SLOTS.map((_, slot) => slot).filter(
    (slot) => (shown.length > 0 ? shown.includes(slot) : slot < 3) || slots[slot] !== undefined || elements[slot] !== undefined,
  );
  const hashes = values.map((value, slot) => slotLeafHash(slot, salt(slot), value, tags));
  const opening = {
    siblings: siblingHashes(hashes, numbers).map(toHex),
    slots: numbers.map((slot) => ({
      slot,
      ...leaf(salt(slot), values[slot]),
      ...(elements[slot] === undefined ? {} : { elements: elements[slot] }),
    })),
    v: 1,
  } as unknown as Opening;
  return { opening: opening as unknown as Mutable, commitment: toHex(subtreeRoot(hashes)) };
}
