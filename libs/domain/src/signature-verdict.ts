/** What an agency's signature over a list is worth for one of the events in it. */

/** In the order in which they are judged: the first that is so is said. The last is of lists that were not. */
export const SIGNATURE_VERDICTS = ['bad', 'other-bytes', 'unknown-key', 'revoked', 'valid', 'not-judged'] as const;
/** One of `SIGNATURE_VERDICTS`. */
export type SignatureVerdict = (typeof SIGNATURE_VERDICTS)[number];
