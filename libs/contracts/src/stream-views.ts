/** What `GET /v1/stream` sends: each event of the log that its reader may see, and why a stream ended. */
import Type, { type Static } from 'typebox';
import { Coordinates } from './coordinates-view.ts';
import { ERROR_CODES } from './errors.ts';
import type { StoredView } from './stored-view.ts';
import { closed, ref } from './view-parts.ts';

export const StreamedEvent = Type.Object(
  {
    coordinates: Coordinates,
    event: ref<StoredView>('StoredView'),
  },
  {
    ...closed,
    description:
      'The event as `GET /v1/events` lists it, as the log was when it had just taken it in (no seal covers it then: `recorded` is null). What differs when it is sent again is the policy of that moment: `coordinates.policy`, and the handling in effect of what was marked.',
  },
);
export type StreamedEvent = Static<typeof StreamedEvent>;

/** Not a problem of RFC 9457: the answer has its status already. */
export const StreamEnd = Type.Object(
  {
    code: Type.Enum([...ERROR_CODES]),
    title: Type.String(),
    detail: Type.String(),
    remedy: Type.String(),
  },
  { ...closed, description: 'The last thing that is sent. Where it is missing the connection broke; go on from the last id either way.' },
);
export type StreamEnd = Static<typeof StreamEnd>;
