/**
 * Kinds `case` and `case-act`: a case is opened by one document, whose handling says who may see it, and is what its acts come to. An act stands under
 * `extension.act`, closed, with the members of its kind of act alone. (`extension.case` is the line of a case file, which is another thing.)
 */
import Type, { type TSchema } from 'typebox';
import { CASE_ACTS, type CaseActName } from '#lib/domain';

const closed = { additionalProperties: false } as const;
const EVENT = '[A-Za-z0-9._:-]{1,128}';
/** What names an act or the case, both of the own agency. */
const own = (description: string) => Type.String({ pattern: `^${EVENT}$`, description });
/** Longest title: it stands in lists. */
export const CASE_TITLE_LENGTH_MAX = 256;

const MEMBERS = {
  act: Type.Enum(CASE_ACTS),
  of: own('Id of the document that opened the case, of the same agency.'),
  sighting: Type.String({
    pattern: `^(${EVENT}/)?${EVENT}$`,
    description: 'The sighting that is chosen: `id` of the same agency, or `agency/id`.',
  }),
  entry: own('Which entry: the id of the act that added it. Of a removal it may name a note.'),
  after: own('The entry behind which it stands from now on.'),
  first: Type.Literal(true, { description: 'It stands before all others. Neither this nor `after`: at the end.' }),
} as const satisfies Record<string, TSchema>;
type Member = keyof typeof MEMBERS;

const ALWAYS = ['act', 'of'] as const satisfies readonly Member[];
/** Whether something is said with it: a note, a reason. */
type Says = 'may' | 'must' | 'not';
const BY_ACT: Record<CaseActName, { readonly needs: readonly Member[]; readonly may: readonly Member[]; readonly says: Says }> = {
  added: { needs: ['sighting'], may: ['after', 'first'], says: 'may' },
  moved: { needs: ['entry'], may: ['after', 'first'], says: 'not' },
  removed: { needs: ['entry'], may: [], says: 'may' },
  noted: { needs: [], may: ['entry'], says: 'must' },
  closed: { needs: [], may: [], says: 'may' },
};

/** The slot extension of kind `case`. */
export const caseExtension = (): TSchema =>
  Type.Object({ title: Type.String({ minLength: 1, maxLength: CASE_TITLE_LENGTH_MAX, description: 'What the case is called.' }) }, closed);

/** The slot extension of kind `case-act`. */
export function caseActExtension(): TSchema {
  const members = Object.fromEntries(
    Object.entries(MEMBERS).map(([name, schema]) => [name, (ALWAYS as readonly string[]).includes(name) ? schema : Type.Optional(schema)]),
  );
  return Type.Object({ act: Type.Object(members, closed) }, closed);
}

/**
 * As an event an act is its agency's alone, or for persons of it: what it says is told to whoever may see the case. A wider handling of its own would be
 * believed to open it, and names of agencies to keep it from others.
 */
export const caseActHandling = (): TSchema =>
  Type.Object(
    {
      tlp: Type.Enum(['AMBER+STRICT', 'RED'], { description: 'Of an act: of its agency alone. Who may see the case sees what it says.' }),
      principals: Type.Optional(
        Type.Array(Type.String({ minLength: 1, maxLength: 128 }), {
          maxItems: 256,
          description: 'Of RED: for whom alone it is, of those who may see the case.',
        }),
      ),
    },
    closed,
  );

/** What each act needs and may have, as rules at the document itself, where faults of them are explained. */
export function caseActRules(): readonly object[] {
  const acts = Object.entries(BY_ACT).map(([name, { needs, may, says }]) => {
    const allowed: readonly string[] = [...ALWAYS, ...needs, ...may];
    const others = Object.keys(MEMBERS).filter((member) => !allowed.includes(member));
    return {
      if: atAct({ properties: { act: { const: name } }, required: ['act'] }),
      then: withStatement(atAct({ required: needs, properties: Object.fromEntries(others.map((member) => [member, false])) }), says),
    };
  });
  return [...acts, { if: atAct({ required: ['after'] }), then: atAct({ properties: { first: false } }) }];
}

interface AtDocument {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required: readonly string[];
}

const atAct = (act: object): AtDocument => ({
  properties: { extension: { properties: { act }, required: ['act'] } },
  required: ['extension'],
});

function withStatement({ properties, required }: AtDocument, says: Says): AtDocument {
  if (says === 'must') return { properties, required: [...required, 'statement'] };
  return { properties: says === 'not' ? { ...properties, statement: false } : properties, required };
}
