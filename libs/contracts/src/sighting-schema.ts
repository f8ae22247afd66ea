/**
 * The sighting document, version 1 (ARCHITECTURE.md, Formats): one JSON Schema 2020-12 per kind, and the type that follows from them.
 * Members that a kind has no use for are refused, so that no later version has to guess what an old writer meant by one.
 */
import Type, { type Static, type TSchema } from 'typebox';
import {
  INDEX_ROWS_MAX,
  KINDS,
  MODALITIES,
  PLACING_KINDS,
  PRECISIONS,
  ROLES,
  SOURCE_FAMILIES,
  SPEAKING_KINDS,
  TLP_LABELS,
  type Kind,
} from '#lib/domain';
import { batchExtension } from './batch-schema.ts';
import { caseActExtension, caseActHandling, caseActRules, caseExtension } from './case-schema.ts';
import { evidenceExtension, evidenceRules } from './evidence-schema.ts';
import { policyExtension, policyRules } from './policy-schema.ts';
import { alertExtension, ownHandlingRule, watchExtension, watchRules } from './watch-schema.ts';

/** Longest text in code points: 64 KiB of ASCII holds any statement; more is evidence and belongs in a file of its own. */
export const TEXT_LENGTH_MAX = 65_536;
/** Longest vocabulary word (role, type, media type, voyage number): far above any code list in use. */
export const WORD_LENGTH_MAX = 256;
/** Longest identifier: four UTF-8 bytes each still fit an index row of Postgres (2,704 bytes) beside the other columns. */
export const IDENTIFIER_LENGTH_MAX = 512;
/** Most items of one sighting (design: Words). A longer packing list is several sightings. */
export const ITEMS_MAX = 256;
/** Most parties, evidence entries, references, named agencies: bounds the work that one document can ask for. */
export const LIST_LENGTH_MAX = 256;

const EVENT_ID = '[A-Za-z0-9._:-]{1,128}';
const closed = { additionalProperties: false } as const;

const text = () => Type.String({ minLength: 1, maxLength: TEXT_LENGTH_MAX });
const word = () => Type.String({ minLength: 1, maxLength: WORD_LENGTH_MAX });
const country = () => Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2.' });
const name = (description: string) => Type.String({ minLength: 1, maxLength: 128, description });

const reference = () =>
  Type.String({ pattern: `^(${EVENT_ID}/)?${EVENT_ID}$`, description: 'An event: `id` of the same agency, or `agency/id`.' });
const references = (minItems = 0) => Type.Array(reference(), { minItems, maxItems: LIST_LENGTH_MAX });

const Handling = Type.Object(
  {
    tlp: Type.Enum(TLP_LABELS, { description: 'Traffic Light Protocol 2.0.' }),
    community: Type.Optional(name('Of GREEN: the community that it is limited to.')),
    agencies: Type.Optional(
      Type.Array(name('An agency that it is shared with.'), {
        maxItems: LIST_LENGTH_MAX,
        description: `The reader groups (these and the own agency) times the items, the aliases or the references are at most ${INDEX_ROWS_MAX}, of a correction twice as many.`,
      }),
    ),
    principals: Type.Optional(Type.Array(name('Of RED: a person that may read it.'), { maxItems: LIST_LENGTH_MAX })),
  },
  closed,
);

/** Written in RFC 3339, cut to the precision; domain rules (order, calendar) are checked by readSighting. */
const time = () => Type.String({ minLength: 4, maxLength: 40 });

const Occurred = Type.Object(
  {
    from: Type.Optional(time()),
    to: Type.Optional(time()),
    precision: Type.Enum(PRECISIONS),
    extent: Type.Optional(Type.Enum(['within', 'throughout'])),
  },
  closed,
);

const Place = Type.Object(
  {
    name: Type.Optional(text()),
    unlocode: Type.Optional(Type.String({ pattern: '^[A-Z]{2}[A-Z2-9]{3}$', description: 'UN/LOCODE without the space.' })),
    country: Type.Optional(country()),
    lat: Type.Optional(Type.Number({ minimum: -90, maximum: 90 })),
    lon: Type.Optional(Type.Number({ minimum: -180, maximum: 180 })),
    radiusMetres: Type.Optional(Type.Number({ minimum: 0, maximum: 20_037_509, description: 'At most half of the equator.' })),
    text: Type.Optional(text()),
  },
  { ...closed, minProperties: 1 },
);

const itemMembers = {
  id: Type.String({
    pattern: '^[a-z][a-z0-9]{0,31}:',
    minLength: 3,
    maxLength: IDENTIFIER_LENGTH_MAX,
    description: '`scheme:value`, normalised.',
  }),
  role: Type.Enum(ROLES),
  written: Type.Optional(text()),
  aliases: Type.Optional(
    Type.Object(
      { name: Type.Optional(text()), mmsi: Type.Optional(word()), callSign: Type.Optional(word()) },
      { ...closed, minProperties: 1 },
    ),
  ),
};
const Item = Type.Object(itemMembers, closed);
const TransformedItem = Type.Object({ ...itemMembers, part: Type.Optional(Type.Enum(['input', 'output'])) }, closed);

const Party = Type.Object(
  {
    role: word(),
    name: Type.Optional(text()),
    lei: Type.Optional(Type.String({ pattern: '^[A-Z0-9]{18}[0-9]{2}$', description: 'ISO 17442.' })),
    country: Type.Optional(country()),
    address: Type.Optional(text()),
  },
  closed,
);

const Evidence = Type.Object(
  {
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    bytes: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
    mediaType: Type.Optional(word()),
    type: Type.Optional(word()),
    ref: Type.Optional(text()),
    locator: Type.Optional(word()),
    synthetic: Type.Optional(Type.Boolean()),
  },
  closed,
);

const Source = Type.Object(
  { kind: word(), family: Type.Optional(Type.Enum(SOURCE_FAMILIES)), title: Type.Optional(text()), url: Type.Optional(text()) },
  closed,
);

/** The author's own relations, open to every kind. */
const freeRelations = {
  contradicts: Type.Optional(references()),
  links: Type.Optional(references()),
  basis: Type.Optional(references()),
  reason: Type.Optional(text()),
};

const members = {
  id: Type.Optional(
    Type.String({
      pattern: `^${EVENT_ID}$`,
      description: 'Chosen by the submitter; not . or .., which no URL can name. Capture makes a UUIDv7 where it is absent.',
    }),
  ),
  kind: Type.Enum(KINDS),
  modality: Type.Optional(Type.Enum(MODALITIES, { description: 'Default: actual.' })),
  subtype: Type.Optional(word()),
  handling: Handling,
  occurred: Type.Optional(Occurred),
  place: Type.Optional(Place),
  items: Type.Optional(Type.Array(Item, { maxItems: ITEMS_MAX })),
  conveyance: Type.Optional(
    Type.Object(
      { voyage: Type.Optional(word()), loading: Type.Optional(Place), discharge: Type.Optional(Place) },
      { ...closed, minProperties: 1 },
    ),
  ),
  parties: Type.Optional(Type.Array(Party, { maxItems: LIST_LENGTH_MAX })),
  source: Source,
  evidence: Type.Optional(Type.Array(Evidence, { maxItems: LIST_LENGTH_MAX })),
  grade: Type.Optional(Type.String({ pattern: '^[A-F][1-6]$', description: 'Admiralty code: source A-F, information 1-6.' })),
  statement: Type.Optional(Type.Union([text(), Type.Object({ text: text(), lang: word() }, closed)])),
  relations: Type.Optional(Type.Object(freeRelations, closed)),
  reported: Type.Optional(Type.Object({ at: time(), by: Type.Optional(text()), agency: Type.Optional(text()) }, closed)),
  extension: Type.Optional(
    Type.Object(
      { case: Type.Optional(Type.Unknown()), x: Type.Optional(Type.Unknown()) },
      { description: 'Free members; the only place for them.' },
    ),
  ),
};

const ACTIONS = ['ADD', 'DELETE'] as const;
/** What a correction can put in place. */
const REPLACING_KINDS = [...PLACING_KINDS, ...SPEAKING_KINDS] as const;
const action = () => Type.Enum(ACTIONS);
const as = () => Type.Enum(REPLACING_KINDS);
const target = () => ({ target: reference(), ...freeRelations });
const settled = () => ({ resolves: references(1), upholds: Type.Optional(references()), ...freeRelations });

/** Every member that some kind has, as optional as the most permissive kind makes it: the type that code works with. */
const _AnyKind = Type.Object({
  ...members,
  as: Type.Optional(as()),
  action: Type.Optional(action()),
  items: Type.Optional(Type.Array(TransformedItem)),
  extension: Type.Optional(
    Type.Object({
      case: Type.Optional(Type.Unknown()),
      x: Type.Optional(Type.Unknown()),
      policy: Type.Optional(Type.Unknown()),
      evidence: Type.Optional(Type.Unknown()),
      watch: Type.Optional(Type.Unknown()),
      title: Type.Optional(Type.Unknown()),
      act: Type.Optional(Type.Unknown()),
    }),
  ),
  relations: Type.Optional(
    Type.Object({
      ...freeRelations,
      target: Type.Optional(reference()),
      handling: Type.Optional(Handling),
      resolves: Type.Optional(references()),
      upholds: Type.Optional(references()),
    }),
  ),
});
export type SightingDocument = Static<typeof _AnyKind>;
export type ItemDocument = NonNullable<SightingDocument['items']>[number];
export type HandlingDocument = Static<typeof Handling>;
export type PlaceDocument = Static<typeof Place>;
export type OccurredDocument = Static<typeof Occurred>;
export type EvidenceDocument = Static<typeof Evidence>;
export type PartyDocument = Static<typeof Party>;

/** Undefined: the kind has no such member. */
type Members = Record<string, TSchema | undefined>;
const hasRole = (roles: readonly string[], counts: object) => ({
  properties: { items: { contains: { required: ['role'], properties: { role: { enum: roles } } }, ...counts } },
  required: ['items'],
});
const hasSubject = hasRole(['subject'], { minContains: 1 });
/** An aggregation says what goes into what; an unloading may leave open out of what. */
const aggregates = {
  required: ['action'],
  ...{
    allOf: [
      hasSubject,
      {
        if: { properties: { action: { const: 'ADD' } }, required: ['action'] },
        then: hasRole(['container', 'conveyance'], { minContains: 1, maxContains: 1 }),
      },
    ],
  },
};
const whenAs = (kind: Kind, then: object, otherwise?: object) => ({
  if: { properties: { as: { const: kind } }, required: ['as'] },
  then,
  ...(otherwise === undefined ? {} : { else: otherwise }),
});

const plain = (changes: Members = {}, rules: readonly object[] = []): { changes: Members; rules: readonly object[] } => ({
  changes,
  rules,
});
const targeted = () => ({ relations: Type.Object(target(), closed) });

/** An act concerns no item and no place, and speaks about no sighting: what it says stands in the extension alone. */
const withoutItems = {
  modality: undefined,
  subtype: undefined,
  occurred: undefined,
  place: undefined,
  items: undefined,
  conveyance: undefined,
  parties: undefined,
  evidence: undefined,
  grade: undefined,
  relations: undefined,
} as const satisfies Members;

/** The file that was imported. A signed list need not: the bytes of the file would be open to all for whom the list is. */
const citesItsFile = {
  if: { properties: { extension: { properties: { batch: { required: ['signature'] } } } } },
  else: { required: ['evidence'] },
};

const byKind: Record<Kind, { changes: Members; rules: readonly object[] }> = {
  observation: plain(),
  aggregation: plain({ action: action() }, [aggregates]),
  transfer: plain(),
  transformation: plain({ items: Type.Optional(Type.Array(TransformedItem, { maxItems: ITEMS_MAX })) }),
  registration: plain(),
  declaration: plain(),
  statement: plain({ statement: Type.Union([text(), Type.Object({ text: text(), lang: word() }, closed)]) }),
  assessment: plain({ subtype: word() }),
  identification: plain({ subtype: Type.Enum(['same', 'one-of']), items: Type.Array(Item, { minItems: 2, maxItems: ITEMS_MAX }) }),
  correction: plain(
    {
      ...targeted(),
      as: Type.Optional(as()),
      action: Type.Optional(action()),
      items: Type.Optional(Type.Array(TransformedItem, { maxItems: ITEMS_MAX })),
    },
    [
      whenAs('aggregation', aggregates, { properties: { action: false } }),
      whenAs('statement', { required: ['statement'] }),
      whenAs('assessment', { required: ['subtype'] }),
      whenAs('identification', {
        required: ['subtype', 'items'],
        properties: { subtype: { enum: ['same', 'one-of'] }, items: { minItems: 2 } },
      }),
    ],
  ),
  retraction: plain(targeted()),
  dispute: plain(targeted()),
  resolution: plain({ relations: Type.Object(settled(), closed) }),
  marking: plain({ relations: Type.Object({ ...target(), handling: Handling }, closed) }),
  policy: plain({ ...withoutItems, extension: policyExtension() }, policyRules()),
  // When it was done, where it was not when it was said; and what supports it, such as the form that both signed.
  evidence: plain(
    { ...withoutItems, occurred: members.occurred, evidence: members.evidence, extension: evidenceExtension() },
    evidenceRules(),
  ),
  batch: plain(
    { ...withoutItems, evidence: Type.Optional(Type.Array(Evidence, { minItems: 1, maxItems: 1 })), extension: batchExtension() },
    [citesItsFile],
  ),
  watch: plain({ ...withoutItems, extension: watchExtension() }, watchRules()),
  alert: plain({ ...withoutItems, extension: alertExtension() }, [ownHandlingRule()]),
  case: plain({ ...withoutItems, extension: caseExtension() }),
  'case-act': plain({ ...withoutItems, handling: caseActHandling(), extension: caseActExtension() }, caseActRules()),
};

/** Where the schema of a kind is published. */
export const schemaId = (kind: Kind): string => `/schemas/sighting/1/${kind}`;

const schemas = new Map<Kind, TSchema>(KINDS.map((kind) => [kind, buildSchema(kind)]));

function buildSchema(kind: Kind): TSchema {
  const { changes, rules } = byKind[kind];
  const own = Object.entries<TSchema | undefined>({ ...members, ...changes, kind: Type.Literal(kind) });
  return Type.Object(Object.fromEntries(own.filter((member): member is [string, TSchema] => member[1] !== undefined)), {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: schemaId(kind),
    title: `Sighting, version 1: ${kind}`,
    ...closed,
    ...(rules.length > 0 ? { allOf: rules } : {}),
  });
}

/** The JSON Schema 2020-12 of one kind: plain data, frozen in meaning for version 1. */
export function schemaOf(kind: Kind): TSchema {
  return schemas.get(kind) as TSchema;
}
