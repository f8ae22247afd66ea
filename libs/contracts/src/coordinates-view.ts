/** The two coordinates of every answer: the log size whose entries are folded, and the policy applied. */
import Type, { type Static } from 'typebox';
import { closed, time } from './view-parts.ts';

export const Coordinates = Type.Object(
  {
    asOf: Type.Object(
      {
        basis: Type.Enum(['log', 'recorded', 'reported'], {
          description:
            'log: what the ledger held at that size; recorded: what it had recorded by that time, as its seals prove; reported: what authors say they had written down by that time.',
        }),
        logSize: Type.Integer({ minimum: 0, description: 'Entries folded: those with a log index below it.' }),
        recorded: Type.Optional(
          Type.String({
            description:
              'Of basis recorded: the time as asked, included; a bare date is its end in UTC. logSize is what the last seal at or before it covers.',
          }),
        ),
        sealed: Type.Optional(
          time(
            'Of basis recorded: the time of that seal; absent where there is none, and nothing was recorded by then. A time that is not over yet, asked again later, may be answered by a later seal, and says so here.',
          ),
        ),
        reported: Type.Optional(Type.String({ description: 'Of basis reported: the time, included; a bare date is its end in UTC.' })),
      },
      closed,
    ),
    policy: Type.Integer({
      minimum: 0,
      description:
        'P: the log size from which on the grants and markings hold by which this was shown; 0: none. Always those of now, whatever asOf says.',
    }),
  },
  closed,
);
export type Coordinates = Static<typeof Coordinates>;
