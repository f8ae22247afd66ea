/** What an agency's signature over a list says of one of the events in it. */
import Type, { type Static } from 'typebox';
import { closed, index } from './view-parts.ts';

/** In the order in which they are judged: the first that is so is said. */
export const SIGNATURE_VERDICTS = ['bad', 'other-bytes', 'unknown-key', 'revoked', 'valid'] as const;
export type SignatureVerdict = (typeof SIGNATURE_VERDICTS)[number];

export const SignatureView = Type.Object(
  {
    agency: Type.String(),
    id: Type.String({ description: 'Of the event with the signed list.' }),
    logIndex: index(),
    vkey: Type.String({ description: 'The key that it names.' }),
    verdict: Type.Enum([...SIGNATURE_VERDICTS], {
      description:
        "valid: the key signed this list, with this hash of this event in it, and was the agency's at `logIndex`. revoked: it was not any more there. unknown-key: it was not, or not yet. other-bytes: the list has another hash for this id. bad: not signed by this key, or the list is none.",
    }),
  },
  closed,
);
export type SignatureView = Static<typeof SignatureView>;
