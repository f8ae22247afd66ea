/** What several views are made of. */
import Type, { type Static, type TSchema } from 'typebox';
import type { Flag, Standing } from '#lib/domain';

export const closed = { additionalProperties: false } as const;
export const ref = <T>(name: string) => Type.Unsafe<T>({ $ref: `#/components/schemas/${name}` });
export const orNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
export const hash = (description: string) => Type.String({ pattern: '^[0-9a-f]{64}$', description });
export const index = () => Type.Integer({ minimum: 0 });
/** RFC 3339 UTC with six decimals, as seals write it. */
export const time = (description: string) => Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{6}Z$', description });

export const EventRefView = Type.Object({ agency: Type.String(), id: Type.String() }, closed);

export const Identifier = Type.Object({ id: Type.String(), display: Type.String() }, closed);

/** The item by another of its names. */
export const ThroughView = Type.Object(
  { ...Identifier.properties, claims: Type.Array(EventRefView, { minItems: 1 }) },
  { ...closed, description: 'It names it by this other name of the thing, and these claims say that it is one. Absent: by its own.' },
);
export type ThroughView = Static<typeof ThroughView>;

export const SubmittedBy = Type.Object({ agency: Type.String(), principal: Type.String(), proved: Type.Literal(true) }, closed);
export const ReportedBy = Type.Object(
  { at: Type.Optional(Type.String()), by: Type.Optional(Type.String()), agency: Type.Optional(Type.String()), proved: Type.Literal(false) },
  closed,
);

export const Evidence = Type.Object(
  {
    sha256: orNull(hash("Of the evidence's bytes; null: cited without one.")),
    bytes: Type.Optional(index()),
    mediaType: Type.Optional(Type.String()),
    type: Type.Optional(Type.String()),
    ref: Type.Optional(Type.String()),
    locator: Type.Optional(Type.String()),
    synthetic: Type.Optional(Type.Boolean()),
    held: Type.Boolean({ description: 'The bytes are here and open to you. Of now, whatever the coordinates.' }),
  },
  closed,
);

/** A list of a domain union that a compiler check keeps complete. */
export const every = <T extends string>(members: Record<T, true>): T[] => Object.keys(members) as T[];
export const STANDINGS = every<Standing>({ stands: true, corrected: true, withdrawn: true, superseded: true, void: true, waiting: true });
export const FLAGS = every<Flag>({
  'check-digit': true,
  disputed: true,
  'foreign-correction': true,
  'foreign-marking': true,
  'foreign-retraction': true,
  'future-dated': true,
  'incomplete-correction': true,
  'relation-cycle': true,
});
