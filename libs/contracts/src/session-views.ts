/** GET /v1/sessions: who is logged in by a browser. */
import Type, { type Static } from 'typebox';

const closed = { additionalProperties: false } as const;
const time = (description: string) => Type.String({ description: `RFC 3339 UTC: ${description}` });

export const SessionsView = Type.Object(
  {
    sessions: Type.Array(
      Type.Object(
        {
          id: Type.String({ description: 'By which it is ended. No secret.' }),
          agency: Type.String(),
          principal: Type.String(),
          login: Type.Optional(
            Type.Object(
              { issuer: Type.String(), subject: Type.String() },
              { ...closed, description: 'The account by which it began; absent: the one-time link of the machine.' },
            ),
          ),
          begun: time('when it began.'),
          seen: time('when it was last used, to the minute.'),
          expires: time('when it ends, if nobody ends it before and it is used.'),
        },
        closed,
      ),
      { description: 'Those that hold, the newest first, at most 1,000: of the agency for its admins, for everybody else his own.' },
    ),
  },
  closed,
);
export type SessionsView = Static<typeof SessionsView>;
