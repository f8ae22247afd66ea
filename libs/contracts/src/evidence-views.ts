/** What is answered about evidence. */
import Type, { type Static } from 'typebox';
import { Coordinates } from './coordinates-view.ts';
import { EVIDENCE_ACTS, KINDS, TRANSFER_STEPS, type ChainFlag } from '#lib/domain';

const closed = { additionalProperties: false } as const;
const hash = (description: string) => Type.String({ pattern: '^[0-9a-f]{64}$', description });
const index = () => Type.Integer({ minimum: 0 });
const time = (description: string) => Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{6}Z$', description });
/** A view that stands elsewhere in the document. */
const ref = (name: string) => Type.Unsafe<object>({ $ref: `#/components/schemas/${name}` });
const Event = Type.Object({ agency: Type.String(), id: Type.String() }, closed);

const every = <T extends string>(members: Record<T, true>): T[] => Object.keys(members) as T[];
const FLAGS = every<ChainFlag>({
  'hash-mismatch': true,
  withdrawn: true,
  'not-by-receiver': true,
  'not-by-giver': true,
  'never-provided': true,
  'already-answered': true,
  'never-held': true,
  'not-by-holder': true,
});

export const EvidenceUploaded = Type.Object(
  {
    status: Type.Enum(['received', 'known'], { description: 'known: this agency has sent it before.' }),
    sha256: hash('Of the bytes, as they were hashed here.'),
    bytes: index(),
    mediaType: Type.String({ description: 'By the first bytes; application/octet-stream for what is not told apart.' }),
    event: Type.Object({ agency: Type.String(), id: Type.String() }, { ...closed, description: 'The act by which it was received.' }),
    receipt: Type.Union([ref('Receipt'), Type.Null()], { description: 'Of that act; null: it was said before.' }),
  },
  closed,
);
export type EvidenceUploaded = Static<typeof EvidenceUploaded>;

export const EvidencePart = Type.Object(
  { sha256: hash('Of all of it.'), offset: Type.Integer({ minimum: 0, description: 'Bytes that are here: the rest begins there.' }) },
  closed,
);

const Held = { agency: Type.String(), since: time('When the act was captured: a claim of a clock.'), by: Event };
const Act = Type.Object(
  {
    event: Event,
    principal: Type.String(),
    logIndex: index(),
    captured: time('By the clock of capture.'),
    act: Type.Enum([...EVIDENCE_ACTS]),
    sha256: hash('The evidence.'),
    before: Type.Optional(hash('As measured before the act.')),
    after: hash('As measured after it.'),
    purpose: Type.String(),
    authority: Type.Optional(Type.String()),
    step: Type.Optional(Type.Enum([...TRANSFER_STEPS])),
    to: Type.Optional(Type.String()),
    of: Type.Optional(Event),
    bytes: Type.Optional(index()),
    mediaType: Type.Optional(Type.String()),
    counts: Type.Boolean(),
    flags: Type.Array(Type.Enum(FLAGS), { description: 'Why it does not count.' }),
  },
  closed,
);

export const EvidenceView = Type.Object(
  {
    coordinates: Coordinates,
    sha256: hash('The evidence.'),
    held: Type.Boolean({ description: 'The bytes are here, and open to you. Of now, whatever the coordinates.' }),
    bytes: Type.Union([index(), Type.Null()]),
    mediaType: Type.Union([Type.String(), Type.Null()]),
    custodian: Type.Union([Type.Object(Held, closed), Type.Null()], {
      description: 'Who answers for it: the last that accepted it, else the first that has it.',
    }),
    holders: Type.Array(Type.Object(Held, closed)),
    holds: Type.Array(Type.Object({ ...Held, authority: Type.String() }, closed), { description: 'Legal holds that were not released.' }),
    transfers: Type.Array(
      Type.Object({ offer: Event, from: Type.String(), to: Type.String(), state: Type.Enum([...TRANSFER_STEPS]), by: Event }, closed),
    ),
    mismatches: Type.Integer({ minimum: 0, description: 'Acts whose hashes are not what they should be.' }),
    acts: Type.Array(Act, { description: 'In the order of the log.' }),
    citedBy: Type.Array(
      Type.Object(
        {
          event: Event,
          logIndex: index(),
          kind: Type.Enum(KINDS),
          withdrawn: Type.Boolean(),
          locators: Type.Array(Type.String()),
          refs: Type.Array(Type.String(), { description: 'What the author calls it.' }),
        },
        closed,
      ),
    ),
    moreCitedBy: Type.Boolean(),
  },
  closed,
);
export type EvidenceView = Static<typeof EvidenceView>;

export const EvidenceListView = Type.Object(
  {
    evidence: Type.Array(
      Type.Object(
        {
          sha256: hash('The evidence.'),
          bytes: index(),
          mediaType: Type.String(),
          receivedBy: Type.Object({ agency: Type.String(), principal: Type.String() }, closed),
          received: time('By the clock of the store.'),
        },
        closed,
      ),
    ),
    next: Type.Union([Type.String(), Type.Null()]),
  },
  closed,
);
export type EvidenceListView = Static<typeof EvidenceListView>;
