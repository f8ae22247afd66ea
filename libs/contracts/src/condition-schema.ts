/** The condition of a watch, and of a feed, as a document has it: docs/watches.md. What the schema cannot say, the domain's parseCondition does. */
import Type, { type Static } from 'typebox';
import { CONDITION_KINDS, CONDITION_NAME_LENGTH_MAX, CONDITION_VALUES_MAX, MODALITIES, SCHEMES, SOURCE_FAMILIES } from '#lib/domain';
import { closed } from './view-parts.ts';

const IDENTIFIER_LENGTH_MAX = 512;
const named = (description?: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: CONDITION_NAME_LENGTH_MAX, ...(description === undefined ? {} : { description }) }));
const country = () => Type.Optional(Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2.' }));
const list = <S extends Parameters<typeof Type.Array>[0]>(schema: S, description: string) =>
  Type.Optional(Type.Array(schema, { minItems: 1, maxItems: CONDITION_VALUES_MAX, description }));

const Party = Type.Object(
  {
    name: named('Equal but for letter case and blanks.'),
    lei: Type.Optional(Type.String({ pattern: '^[A-Z0-9]{18}[0-9]{2}$', description: 'ISO 17442.' })),
    country: country(),
    role: named(),
  },
  { ...closed, description: 'All that is said is said of one party.' },
);

const Place = Type.Object(
  {
    unlocode: Type.Optional(Type.String({ pattern: '^[A-Z]{2}[A-Z2-9]{3}$', description: 'UN/LOCODE without the space.' })),
    country: country(),
    name: named('Equal but for letter case and blanks.'),
    within: Type.Optional(
      Type.Object(
        {
          lat: Type.Number({ minimum: -90, maximum: 90 }),
          lon: Type.Number({ minimum: -180, maximum: 180 }),
          radiusMetres: Type.Number({ exclusiveMinimum: 0, maximum: 20_037_509 }),
        },
        { ...closed, description: 'A circle, WGS 84. Met by a place that may lie in it; the reason says whether it certainly does.' },
      ),
    ),
  },
  { ...closed, minProperties: 1, maxProperties: 1 },
);

export const ConditionSchema = Type.Object(
  {
    items: list(Type.String({ minLength: 3, maxLength: IDENTIFIER_LENGTH_MAX }), '`scheme:value`, normalised; in any role.'),
    schemes: list(Type.Enum(SCHEMES), 'An item of one of these schemes.'),
    parties: list(Party, 'A firm or person.'),
    places: list(Place, 'Where it was, by code, country, name or circle.'),
    kinds: list(Type.Enum(CONDITION_KINDS), 'What it is; a correction is also of the kind that it puts in place.'),
    modalities: list(Type.Enum(MODALITIES), 'Whether it happened, is planned, or was looked for and not found.'),
    sources: list(Type.Enum(SOURCE_FAMILIES), 'Family of its source.'),
    gradeAtLeast: Type.Optional(
      Type.String({ pattern: '^[A-F][1-6]$', description: 'Neither letter nor digit is worse. What is not graded is below every floor.' }),
    ),
  },
  { ...closed, minProperties: 1, description: 'All members hold; of the values of one member one is enough. Of one sighting.' },
);
export type ConditionDocument = Static<typeof ConditionSchema>;
