/**
 * Kinds `watch` and `alert`: an act on a watch stands under `extension.watch`, what the ledger says of one that was met under `extension.alert`, both
 * closed. Neither may name another agency: what somebody watches, and that it was met, is his agency's.
 */
import Type, { type Static, type TSchema } from 'typebox';
import { ALERT_STATES, BECAUSE_MAX, CONDITION_MEMBERS, WATCH_ACTS, type Kind, type WatchActName } from '#lib/domain';
import { ConditionSchema } from './condition-schema.ts';
import { closed, index } from './view-parts.ts';

const WORDS_LENGTH_MAX = 1_024;
const words = (description: string) => Type.String({ minLength: 1, maxLength: WORDS_LENGTH_MAX, description });
const eventId = (description: string) => Type.String({ pattern: '^[A-Za-z0-9._:-]{1,128}$', description });

const MEMBERS = {
  watch: eventId('Which watch: the id of the event that added it.'),
  title: words('For people.'),
  condition: ConditionSchema,
  reason: words('Why.'),
} as const satisfies Record<string, TSchema>;
type Member = keyof typeof MEMBERS;

const BY_ACT: Record<WatchActName, { readonly needs: readonly Member[]; readonly may: readonly Member[] }> = {
  added: { needs: ['condition'], may: ['title'] },
  changed: { needs: ['watch', 'condition'], may: ['title'] },
  removed: { needs: ['watch'], may: ['reason'] },
};

/** The slot extension of kind `watch`; which members an act has, the rules say. */
export const watchExtension = (): TSchema =>
  Type.Object({ watch: Type.Object({ act: Type.Enum(WATCH_ACTS) }, { description: 'The act.' }) }, closed);

const Because = Type.Object(
  {
    member: Type.Enum(CONDITION_MEMBERS),
    at: Type.Integer({ minimum: 0, description: 'Which of its values.' }),
    certain: Type.Optional(Type.Literal(false, { description: 'The place may lie in the circle, or may not.' })),
  },
  closed,
);

const Alert = Type.Object(
  {
    watch: eventId('Of the same agency.'),
    index: { ...index(), description: 'Log index of what met it.' },
    n: { ...index(), description: 'Which of this watch and this entry.' },
    state: Type.Enum(ALERT_STATES, { description: 'recalled: the agency, or some whom it was told, may not see it any more.' }),
    act: Type.Optional({ ...index(), description: 'Of one that is raised: log index of the act by which the watch waits for it.' }),
    because: Type.Optional(
      Type.Array(Because, {
        minItems: 1,
        maxItems: CONDITION_MEMBERS.length * BECAUSE_MAX,
        description: 'By which words of that act.',
      }),
    ),
  },
  closed,
);
export type AlertDocument = Static<typeof Alert>;

/** The slot extension of kind `alert`. */
export const alertExtension = () => Type.Object({ alert: Alert }, closed);

/** Its agency's own: no label that opens to others, and no other agency. */
export const ownHandlingRule = (): object => ({
  properties: { handling: { properties: { tlp: { enum: ['AMBER', 'AMBER+STRICT', 'RED'] }, agencies: false } } },
});

/** One rule an act, at the document itself, where the validator can explain it. */
export const watchRules = (): readonly object[] => [
  ownHandlingRule(),
  ...WATCH_ACTS.map((act) => ({
    if: within({ properties: { act: { const: act } }, required: ['act'] }),
    then: within(membersOf(act)),
  })),
];

const within = (watch: object): object => ({
  properties: { extension: { properties: { watch }, required: ['watch'] } },
  required: ['extension'],
});

function membersOf(act: WatchActName): object {
  const { needs, may } = BY_ACT[act];
  return {
    properties: Object.fromEntries([['act', { const: act }], ...[...needs, ...may].map((name) => [name, MEMBERS[name]] as const)]),
    required: needs,
    ...closed,
  };
}

/** What a document of kind alert says; `undefined` for every other. */
export function alertOf({ kind, extension }: { readonly kind: Kind; readonly extension?: object }): AlertDocument | undefined {
  return kind === 'alert' ? (extension as { readonly alert: AlertDocument } | undefined)?.alert : undefined;
}
