/**
 * What a reader checks of an opening, by name. All of it holds; one check is left out only to show, in a control, that without it
 * something else than what was committed to would be accepted.
 */
export const OPENING_RULES = {
  /** The bytes are the canonical text of their value: one opening has one text. */
  canonicalText: true,
  /** Nothing stands beside the members that the format has. */
  knownMembers: true,
  /** The version is 1. */
  versionKnown: true,
  /** A slot has a number from 0 to 15: another would stand in no tree. */
  slotInTree: true,
  /** Slots stand in the order of their numbers, so none has two values. */
  slotsAscend: true,
  /** A leaf is said to be absent or has a value, not both. */
  valueOrAbsent: true,
  /** A salt has 16 bytes: a longer one would take the beginning of the value into itself. */
  saltLength: true,
  /** A leaf is hashed under the tag of what it says: slot, element, or absent. */
  leafTags: true,
  /** A list's slot holds a root, 64 hex digits, and no list. */
  listHoldsRoot: true,
  /** Only items, parties and evidence have elements. */
  elementsInListsOnly: true,
  /** `elements` shows at least one: nothing binds a count that stands alone. */
  elementsShown: true,
  /** A list's tree has a power of two of leaves, 4 to 32,768. */
  countIsPadded: true,
  /** An element's number is below the count. */
  elementInTree: true,
  /** Elements stand in the order of their numbers, so none has two values. */
  elementsAscend: true,
  /** After the first absent element all are absent: a list has no holes. */
  absentLast: true,
  /** A list is padded to the least power of two that holds it. */
  paddedLeast: true,
  /** No sibling hash is left over. */
  siblingsUsed: true,
  /** The elements give the root that their slot holds. */
  elementsGiveValue: true,
  /** The slots give the commitment. */
  slotsGiveCommitment: true,
  /** Envelope, kind and handling are opened and present. */
  mandatoryOpened: true,
  /** The envelope is `{agency, captured, id, principal, v: 1}`, all of them texts. */
  envelopeForm: true,
  /** Kind and handling are objects. */
  mandatoryForm: true,
  /** The reserved slot is absent in version 1. */
  reservedAbsent: true,
} as const satisfies Record<string, boolean>;

/** The name of one check. */
export type OpeningRuleName = keyof typeof OPENING_RULES;
/** Which checks are made. */
export type OpeningRules = Readonly<Record<OpeningRuleName, boolean>>;

/** The checks with one left out. */
export const openingRulesWithout = (name: OpeningRuleName): OpeningRules => ({ ...OPENING_RULES, [name]: false });
