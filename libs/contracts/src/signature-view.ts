/** What an agency's signature over a list says of one of the events in it. */
import Type, { type Static } from 'typebox';
import { SIGNATURE_VERDICTS } from '#lib/domain';
import { closed, index } from './view-parts.ts';

export const SignatureView = Type.Object(
  {
    agency: Type.String(),
    id: Type.Optional(Type.String({ description: 'Of the event with the signed list. Absent: not-judged.' })),
    logIndex: index(),
    vkey: Type.Optional(Type.String({ description: 'The key that it names. Absent: not-judged.' })),
    verdict: Type.Enum([...SIGNATURE_VERDICTS], {
      description:
        "valid: the key signed this list, with this hash of this event in it, and was the agency's at `logIndex`. revoked: it was not any more there. unknown-key: it was not, or not yet. other-bytes: the list has another hash for this id. bad: not signed by this key for this log, or the list is none. not-judged: so many lists name the event that those from `logIndex` on which say nothing new are not told.",
    }),
    more: Type.Optional(Type.Integer({ minimum: 0, description: 'Of not-judged: how many lists, at least, beside this one.' })),
  },
  closed,
);
export type SignatureView = Static<typeof SignatureView>;
