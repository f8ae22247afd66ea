/** What operators are answered: dead letters, health. */
import Type, { type Static } from 'typebox';
import { ERROR_CODES } from './errors.ts';

const closed = { additionalProperties: false } as const;
const index = () => Type.Integer({ minimum: 0 });
const orNull = <S extends ReturnType<typeof Type.String>>(schema: S) => Type.Union([schema, Type.Null()]);
const position = { topic: Type.String(), partition: index(), offset: index() };

const deadLetter = {
  seq: index(),
  ...position,
  code: Type.Enum([...ERROR_CODES]),
  detail: Type.String(),
  bytes: index(),
  retried: Type.Boolean(),
};
export const DeadLetterView = Type.Object(
  {
    ...deadLetter,
    key: orNull(Type.String({ description: 'Base64.' })),
    headers: Type.Array(Type.Object({ name: Type.String(), value: Type.String({ description: 'Base64.' }) }, closed)),
    value: Type.String({ description: 'The raw bytes, base64.' }),
  },
  closed,
);
export type DeadLetterView = Static<typeof DeadLetterView>;
export const DeadLettersView = Type.Object(
  { deadLetters: Type.Array(Type.Object(deadLetter, closed)), next: orNull(Type.String()) },
  closed,
);
export type DeadLettersView = Static<typeof DeadLettersView>;
export const RetriedView = Type.Object({ seq: index(), retried: Type.Literal(true) }, closed);
export type RetriedView = Static<typeof RetriedView>;

export const HealthView = Type.Object(
  {
    status: Type.Enum(['ok', 'failing']),
    checks: Type.Array(Type.Object({ name: Type.String(), status: Type.Enum(['ok', 'failing']), detail: Type.String() }, closed)),
  },
  closed,
);
export type HealthView = Static<typeof HealthView>;
