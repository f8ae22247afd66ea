/** One event as it stands at the coordinates of an answer. */
import Type, { type Static } from 'typebox';
import { APPROVALS, KINDS, ROLES, type Mark, type Standing, type WhyNot } from '#lib/domain';
import { COVERS } from './at-view.ts';
import type { SightingDocument } from './sighting-schema.ts';
import { storedMembers } from './stored-view.ts';
import { closed, EventRefView, every, Evidence, FLAGS, STANDINGS, ThroughView } from './view-parts.ts';
const MARKS = every<Mark>({
  observed: true,
  statement: true,
  assessment: true,
  identification: true,
  planned: true,
  negative: true,
  relation: true,
});
const WHYS = every<WhyNot>({
  corrected: true,
  withdrawn: true,
  superseded: true,
  void: true,
  waiting: true,
  'kind-unknown': true,
  kind: true,
  modality: true,
  background: true,
  'not-named': true,
  'no-place': true,
  'future-dated': true,
  disputed: true,
});
const approval = () =>
  Type.Optional(
    Type.Enum([...APPROVALS], {
      description:
        'Of a marking that needs an approver, and of now, as the handling in effect is. awaited: what it opens waits for another admin of its agency, and is not open. approved: one approved it; what of it is in effect, the handling says. undoing-awaited: it was withdrawn or corrected, and takes away as before until that is approved. void: it opens nothing, whoever approves it: it was withdrawn or corrected, a later one was approved, it would open its target to more than that may have rows for, or it is not weighed. Absent: it takes away at once and needs nobody, or is of another agency, or waits for its target.',
    }),
  );

const Link = Type.Object(
  {
    agency: Type.String(),
    id: Type.String(),
    standing: Type.Enum([...STANDINGS, 'absent'] as (Standing | 'absent')[]),
    inForce: Type.Optional(Type.Boolean()),
    upheld: Type.Optional(Type.Boolean()),
    approval: approval(),
  },
  closed,
);
const links = () => Type.Array(Link);

export const Check = Type.Object(
  {
    verdict: Type.Enum(['valid', 'invalid', 'not-checkable']),
    reason: Type.Optional(Type.String()),
    expected: Type.Optional(Type.String()),
  },
  closed,
);

const Party = Type.Object(
  {
    role: Type.String(),
    name: Type.Optional(Type.String()),
    lei: Type.Optional(Type.String()),
    country: Type.Optional(Type.String()),
    address: Type.Optional(Type.String()),
    check: Type.Optional(Check),
  },
  { ...closed, description: 'As stated; check: of its LEI (ISO 17442), which is kept as written where it fails.' },
);

export const EventView = Type.Object(
  {
    ...storedMembers,
    evidence: Type.Array(Evidence),
    parties: Type.Array(Party),
    kind: Type.Optional(
      Type.Enum(KINDS, { description: 'What it counts as: of a correction, what it puts in place; absent while that is unknown.' }),
    ),
    roles: Type.Array(Type.Enum(ROLES), { description: 'Of the item in it.' }),
    standing: Type.Enum(STANDINGS),
    by: Type.Optional(EventRefView),
    inPlace: Type.Optional(EventRefView),
    places: Type.Boolean({
      description:
        'It says where the item was: a place, or what it was put into or taken out of. Statements, plans, negative findings and assessments never do.',
    }),
    mark: Type.Enum(MARKS),
    why: Type.Optional(Type.Enum(WHYS, { description: 'Why it places nothing.' })),
    flags: Type.Array(Type.Enum(FLAGS)),
    relations: Type.Object(
      {
        targets: links(),
        correctedBy: links(),
        withdrawnBy: links(),
        supersededBy: links(),
        disputedBy: links(),
        resolvedBy: links(),
        markedBy: links(),
        contradicts: links(),
        contradictedBy: links(),
      },
      closed,
    ),
    moreContradictions: Type.Optional(
      Type.Literal(true, {
        description:
          'More records contradict it than are read (1,000, or a MiB of them): the first of the log are shown, and there may be more.',
      }),
    ),
    handling: Type.Unsafe<SightingDocument['handling']>({
      type: 'object',
      description: 'In effect: as markings leave it that take away, and those that open and were approved.',
    }),
    approval: approval(),
    cover: Type.Optional(
      Type.Enum(COVERS, {
        description:
          'Of answers to `at`: whether it is of that time; absent: it does not name the item, or only speaks about other records.',
      }),
    ),
    through: Type.Optional(ThroughView),
  },
  closed,
);
export type EventView = Static<typeof EventView>;
