/** What an agency watches, and what it was told. */
import Type, { type Static } from 'typebox';
import { ALERT_STATES, CONDITION_MEMBERS, KINDS, MODALITIES, TLP_LABELS } from '#lib/domain';
import { ConditionSchema } from './condition-schema.ts';
import { Coordinates } from './coordinates-view.ts';
import { closed, index, orNull, time } from './view-parts.ts';

const Handling = Type.Object({ tlp: Type.Enum(TLP_LABELS), principals: Type.Optional(Type.Array(Type.String())) }, closed);

export const WatchView = Type.Object(
  {
    id: Type.String({ description: 'Of the event that added it.' }),
    title: orNull(Type.String()),
    condition: orNull(ConditionSchema),
    display: Type.String({ description: 'The condition in words; of one that was removed, its last.' }),
    handling: Handling,
    addedBy: Type.String({ description: 'Principal of the agency.' }),
    added: index(),
    changedBy: Type.String({ description: 'Principal that said the last of it.' }),
    changed: { ...index(), description: 'Log index since which it waits for this.' },
    removed: Type.Boolean(),
  },
  closed,
);
export type WatchView = Static<typeof WatchView>;

export const WatchesView = Type.Object(
  {
    coordinates: Coordinates,
    watches: Type.Array(WatchView, { description: 'Of your agency that you may see, in the order in which they were added.' }),
    flagged: Type.Array(Type.Object({ logIndex: index(), reason: Type.Enum(['absent', 'removed', 'not-shown', 'too-many']) }, closed), {
      description: 'Acts without effect.',
    }),
  },
  closed,
);
export type WatchesView = Static<typeof WatchesView>;

const AlertedEvent = Type.Object(
  {
    agency: Type.String(),
    id: Type.String(),
    logIndex: index(),
    recorded: orNull(time('When it was sealed.')),
    kind: Type.Enum(KINDS),
    modality: Type.Enum(MODALITIES),
    items: Type.Array(Type.String(), { description: 'That it concerns, each once.' }),
    occurred: Type.String({ description: 'In words, as given.' }),
    place: Type.String({ description: 'In words.' }),
    grade: orNull(Type.String()),
    tlp: Type.Enum(TLP_LABELS, { description: 'In effect.' }),
  },
  closed,
);

export const AlertView = Type.Object(
  {
    id: Type.String({ description: 'Of the alert, an event of your agency.' }),
    logIndex: index(),
    recorded: orNull(time('When the alert was sealed.')),
    watch: Type.String(),
    title: orNull(Type.String()),
    state: Type.Enum(ALERT_STATES),
    n: { ...index(), description: 'Which of this watch and this entry.' },
    tlp: Type.Enum(TLP_LABELS, { description: 'The stricter of the watch and of what met it, of your agency alone.' }),
    because: Type.Array(
      Type.Object(
        {
          member: Type.Enum(CONDITION_MEMBERS),
          certain: Type.Boolean(),
          display: Type.String({ description: 'In the words of the watch.' }),
        },
        closed,
      ),
    ),
    event: orNull(
      Type.Object(AlertedEvent.properties, {
        ...closed,
        description: 'What met it; null: it is not, or not any more, for you to see. Then no reason is told either.',
      }),
    ),
  },
  closed,
);
export type AlertView = Static<typeof AlertView>;

export const AlertsView = Type.Object(
  {
    coordinates: Coordinates,
    alerts: Type.Array(AlertView, { description: 'Newest first. A page may have few or none and still go on.' }),
    next: orNull(Type.String()),
  },
  closed,
);
export type AlertsView = Static<typeof AlertsView>;
