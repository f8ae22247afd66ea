/**
 * What is checked of a signed head, by name. All of it holds; one check is left out only to show, in a control, that without it something
 * else would be accepted.
 */
export const HEAD_RULES = {
  /** Of each known key that is said to have signed, the signature is over this text. */
  headSigned: true,
  /** Only keys that were registered for a log are asked: a key signs one kind of message. */
  logKeysOnly: true,
  /** A key is believed for the log of its own name only. */
  ownLogKeys: true,
  /** Only keys that were registered for a witness cosign: the log's own key is no witness of itself. */
  witnessKeysOnly: true,
  /** A tree without leaves has the one root that it can have. */
  emptyRoot: true,
} as const satisfies Record<string, boolean>;

/** The name of one check of a head. */
export type HeadRuleName = keyof typeof HEAD_RULES;
/** Which checks are made of a head. */
export type HeadRules = Readonly<Record<HeadRuleName, boolean>>;
