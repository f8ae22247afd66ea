/** What else an item is, by which claims: a part of answers about an item. */
import Type, { type Static } from 'typebox';
import type { WhyUnjoined } from '#lib/domain';
import { Graded } from './journey-members.ts';
import { closed, EventRefView, every, Identifier, index, orNull, time } from './view-parts.ts';

const WHYS = every<WhyUnjoined>({
  'one-of': true,
  denies: true,
  planned: true,
  'some-time': true,
  disputed: true,
  contradicted: true,
  rejected: true,
  unclear: true,
  denied: true,
  'two-things': true,
});

const span = () => ({
  since: orNull(time('From; null: without a bound.')),
  until: orNull(time('Not included; null: without a bound.')),
});

const Name = Type.Object(
  {
    ...Identifier.properties,
    scheme: Type.String(),
    ...span(),
    claims: Type.Array(EventRefView, {
      minItems: 1,
      description: 'The chain of claims, from the item to this. Of several the one that is open to most, then the shortest.',
    }),
    ...Graded,
  },
  closed,
);

const Unjoined = Type.Object(
  {
    claim: EventRefView,
    items: Type.Array(Identifier, { minItems: 2 }),
    ...span(),
    why: Type.Enum(WHYS, {
      description:
        'one-of: one of these is meant, and nobody says which. denies: it says that they are not one. planned. some-time: they were one at some time within its interval, which its author does not call throughout. disputed, contradicted: by a word in force that nothing settles. rejected: a resolution in force does not uphold it. unclear: it says neither same nor one-of. denied: `against` says that what hangs together by it is not one. two-things: with `against` it makes one of two things, such as two hulls of one MMSI.',
    }),
    against: Type.Array(EventRefView),
    grade: Type.Optional(Type.String({ description: 'Admiralty code of the claim; absent: not graded.' })),
    tlp: Graded.tlp,
  },
  closed,
);

/** At most so many of each are told. */
export const IDENTITY_TOLD_MAX = 100;

export const IdentityView = Type.Object(
  {
    names: Type.Array(Name, {
      description: 'Other identifiers of the thing, each while it is its name: what they are in then is in this answer. At most 100.',
    }),
    moreNames: index(),
    unjoined: Type.Array(Unjoined, {
      description: 'Claims that stand and join nothing, for all of their time or a part of it. At most 100.',
    }),
    moreUnjoined: index(),
    isPartial: Type.Boolean({
      description: 'More says what else it is than is followed: nothing is joined, and there may be other claims.',
    }),
  },
  { ...closed, description: 'What else it is, by claims that stand (identifications). Absent: nobody claims anything.' },
);
export type IdentityView = Static<typeof IdentityView>;
