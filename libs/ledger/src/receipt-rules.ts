/**
 * What is checked of receipts, rejections and sealed receipts, by name. All of it holds; one check is left out only to show, in a
 * control, that without it something else would be accepted.
 */
export const RECEIPT_RULES = {
  /** Only keys that were registered for receipts are asked: a key signs one kind of message. */
  receiptKeysOnly: true,
  /** The first line says what the text is, and its version. */
  headerKnown: true,
  /** There are as many lines as the text has, and no more. */
  linesKnown: true,
  /** Each line begins with its name. */
  linesNamed: true,
  /** The log could be the name of a key. */
  logForm: true,
  /** It is the log whose keys were given. */
  ownLog: true,
  /** An agency's and an event's identifiers have their form. */
  agencyForm: true,
  idForm: true,
  /** A content hash is 64 lower-case hex digits: one text for each. */
  contentForm: true,
  /** Capture's time is RFC 3339 in UTC with six decimals, of a day that exists. */
  capturedForm: true,
  /** The promise is the one of version 1. */
  promiseMade: true,
  /** The durability is one of two. */
  durabilityKnown: true,
  /** A fault's code has the form of one. */
  codeForm: true,
  /** A fault's detail is a line of at most DETAIL_LENGTH_MAX. */
  detailForm: true,
  /** It is about this event. */
  sameEvent: true,
  /** It is about these bytes. */
  sameContent: true,
} as const satisfies Record<string, boolean>;

/** The name of one check. */
export type ReceiptRuleName = keyof typeof RECEIPT_RULES;
/** Which checks are made. */
export type ReceiptRules = Readonly<Record<ReceiptRuleName, boolean>>;

/** The checks with one left out. */
export const receiptRulesWithout = (name: ReceiptRuleName): ReceiptRules => ({ ...RECEIPT_RULES, [name]: false });

/** The same for a sealed receipt. */
export const SEALED_RULES = {
  /** The bytes are the canonical text of their value. */
  canonicalText: true,
  /** Nothing stands beside the members that the format has. */
  knownMembers: true,
  /** The version is 1. */
  versionKnown: true,
  /** The envelope is `{agency, captured, id, principal}`, all of them texts. */
  envelopeForm: true,
  /** The secret has 32 bytes. */
  secretForm: true,
  /** The index is the one of the proof. */
  indexAgrees: true,
  /** The proof carries no extra data, which nothing would authenticate. */
  noExtra: true,
  /** The checkpoint's root holds the entry with this commitment at this index. */
  included: true,
  /** Places stand in the order of (group, item), each once. */
  placesAscend: true,
  /** A place has a number that is not above the index: no item tree is longer than the log. */
  placeInTree: true,
  /** The content gives the commitment. */
  wholeEvent: true,
  /** Each item tree that the event belongs to has its place, and no other has one. */
  placesCover: true,
  /** The item tree has the entry in its place. */
  placeKept: true,
  /** It is of the log that gave the receipt. */
  sameLog: true,
  /** It is about the receipt's event. */
  sameEvent: true,
  /** It is about the receipt's bytes. */
  sameContent: true,
} as const satisfies Record<string, boolean>;

/** The name of one check. */
export type SealedRuleName = keyof typeof SEALED_RULES;
/** Which checks are made. */
export type SealedRules = Readonly<Record<SealedRuleName, boolean>>;

/** The checks with one left out. */
export const sealedRulesWithout = (name: SealedRuleName): SealedRules => ({ ...SEALED_RULES, [name]: false });
