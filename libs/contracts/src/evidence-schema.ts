/**
 * Kind `evidence`: an act stands under `extension.evidence`, closed. Each act has its own members and no other, so that nobody believes a
 * hold to have an authority, or a transfer a receiver, where there is none.
 */
import Type, { type TSchema } from 'typebox';
import { EVIDENCE_ACTS, TRANSFER_STEPS, type EvidenceActName, type TransferStep } from '#lib/domain';

const closed = { additionalProperties: false } as const;
/** Longest purpose or authority. */
const WORDS_LENGTH_MAX = 1_024;
const words = (description: string) => Type.String({ minLength: 1, maxLength: WORDS_LENGTH_MAX, description });
const hash = (description: string) => Type.String({ pattern: '^[0-9a-f]{64}$', description });
const EVENT = '[A-Za-z0-9._:-]{1,128}';

const MEMBERS = {
  act: Type.Enum(EVIDENCE_ACTS),
  sha256: hash('The evidence whose custody this is about.'),
  before: hash('What it hashed to before the act, as measured by whoever acted. Another one than `sha256` is kept and flagged.'),
  after: hash('What it hashed to after; of a redaction: the other evidence that came of it.'),
  purpose: words('What it was done for.'),
  authority: words('By what right: a warrant, an agreement, an order.'),
  step: Type.Enum(TRANSFER_STEPS, { description: 'Of a transfer. Only what its receiver says (accepted, rejected) decides it.' }),
  to: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,63}$', description: 'The agency that it is offered or provided to.' }),
  of: Type.String({
    pattern: `^(${EVENT}/)?${EVENT}$`,
    description: 'The act that this one answers: the offer, or the hold. `id` of the same agency, or `agency/id`.',
  }),
  bytes: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'Of what was received: its size.' }),
  mediaType: Type.String({ minLength: 1, maxLength: 256, description: 'Of what was received: its type by its own bytes.' }),
} as const satisfies Record<string, TSchema>;
type Member = keyof typeof MEMBERS;

const ALWAYS = ['act', 'sha256', 'after', 'purpose'] as const satisfies readonly Member[];
interface ActMembers {
  readonly needs: readonly Member[];
  readonly may?: readonly Member[];
}
/** Beside those that every act has. */
const BY_ACT: Record<Exclude<EvidenceActName, 'transferred'>, ActMembers> = {
  collected: { needs: [], may: ['authority', 'bytes', 'mediaType'] },
  received: { needs: [], may: ['before', 'authority', 'bytes', 'mediaType'] },
  accessed: { needs: ['before'], may: ['authority'] },
  copied: { needs: ['before'], may: ['authority'] },
  exported: { needs: ['before'], may: ['authority'] },
  redacted: { needs: ['before'], may: ['authority'] },
  held: { needs: ['before', 'authority'] },
  released: { needs: ['before', 'authority', 'of'] },
};
const BY_STEP: Record<TransferStep, ActMembers> = {
  offered: { needs: ['before', 'to'], may: ['authority'] },
  provided: { needs: ['before'], may: ['to', 'of', 'authority'] },
  accepted: { needs: ['before', 'of'], may: ['authority'] },
  rejected: { needs: ['before', 'of'], may: ['authority'] },
};

/** The slot extension of the kind. */
export function evidenceExtension(): TSchema {
  const optional = Object.fromEntries(
    Object.entries(MEMBERS).map(([name, schema]) => [name, (ALWAYS as readonly string[]).includes(name) ? schema : Type.Optional(schema)]),
  );
  return Type.Object({ evidence: Type.Object(optional, closed) }, closed);
}

/** What each act needs and may have, as rules at the document itself, where faults of them are explained. */
export function evidenceRules(): readonly object[] {
  const acts = Object.entries(BY_ACT).map(([act, members]) => rule({ act: { const: act } }, ['act'], [], members));
  const steps = Object.entries(BY_STEP).map(([step, members]) =>
    rule({ act: { const: 'transferred' }, step: { const: step } }, ['act', 'step'], ['step'], members),
  );
  return [
    ...acts,
    ...steps,
    within({ if: { properties: { act: { const: 'transferred' } }, required: ['act'] }, then: { required: ['step'] } }),
    // Provided to somebody, or for an offer that names him.
    within({
      if: {
        properties: { act: { const: 'transferred' }, step: { const: 'provided' } },
        required: ['act', 'step'],
        not: { required: ['of'] },
      },
      then: { required: ['to'] },
    }),
  ];
}

function rule(when: object, required: readonly string[], own: readonly Member[], { needs, may = [] }: ActMembers): object {
  const allowed: readonly string[] = [...ALWAYS, ...own, ...needs, ...may];
  const others = Object.keys(MEMBERS).filter((name) => !allowed.includes(name));
  return within({
    if: { properties: when, required },
    then: { required: needs, properties: Object.fromEntries(others.map((name) => [name, false])) },
  });
}

/** Of the act, said at the document. */
function within({ if: condition, then }: { readonly if: object; readonly then: object }): object {
  const atAct = (schema: object) => ({
    properties: { extension: { properties: { evidence: schema }, required: ['evidence'] } },
    required: ['extension'],
  });
  return { if: atAct(condition), then: atAct(then) };
}
