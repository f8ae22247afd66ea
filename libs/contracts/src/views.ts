/**
 * What the API answers: schemas for OpenAPI and the types that follow from them. Two things hold for every answer. Who submitted a sighting
 * (proved by the ledger) stands apart from who reported it (the author's word). And both coordinates are named: the log size whose entries
 * are folded, and the policy applied.
 */
import { Coordinates } from './coordinates-view.ts';
import { EvidenceListView, EvidencePart, EvidenceUploaded, EvidenceView } from './evidence-views.ts';
import { PatternsView } from './patterns-view.ts';
import { PolicyView } from './policy-view.ts';
import { ConsistencyView, ProofView, ReadProofView } from './proof-views.ts';
import { SessionsView } from './session-views.ts';
import { sightingsView } from './sightings-view.ts';
import Type, { type Static, type TSchema } from 'typebox';
import { KINDS, type OpenQuestion } from '#lib/domain';
import { AskedTimeView, AtView } from './at-view.ts';
import { AuditView } from './audit-views.ts';
import { ERROR_CODES } from './errors.ts';
import { CasesView, CaseView } from './case-views.ts';
import { Check, EventView } from './event-view.ts';
import { DeadLettersView, DeadLetterView, HealthView, RetriedView } from './operation-views.ts';
import { Explanation } from './explanation.ts';
import { ReceiptStatus } from './receipt-views.ts';
import { DiffView } from './diff-view.ts';
import { IdentityView } from './identity-view.ts';
import { JourneyView } from './journey-view.ts';
import { StoredView } from './stored-view.ts';
import { StreamedEvent, StreamEnd } from './stream-views.ts';
import { closed, EventRefView, every, hash, index, orNull, ref, SubmittedBy } from './view-parts.ts';
import { QuestionsView } from './questions-view.ts';
import { AlertsView, WatchesView } from './watch-views.ts';

export type { EventView };

const QUESTIONS = every<OpenQuestion['code']>({
  'check-digit': true,
  disputed: true,
  contradiction: true,
  'future-dated': true,
  'incomplete-correction': true,
  'relation-cycle': true,
});

/** Of answers to `explain=1`. */
const explanation = Type.Optional(ref<Explanation>('Explanation'));

export const EventsView = Type.Object(
  {
    coordinates: Coordinates,
    events: Type.Array(ref<StoredView>('StoredView'), { description: 'In the order of the log.' }),
    withoutReported: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Of basis reported: events of this page left out because their author states no time.' }),
    ),
    next: orNull(Type.String()),
    explanation,
  },
  closed,
);
export type EventsView = Static<typeof EventsView>;

const Waiting = Type.Object({ agency: Type.String(), id: Type.String(), kind: Type.Enum(KINDS), target: EventRefView }, closed);
const Question = Type.Object({ code: Type.Enum(QUESTIONS), refs: Type.Array(EventRefView), display: Type.String() }, closed);

const Item = Type.Object(
  {
    id: Type.String({ description: '`scheme:value`, normalised.' }),
    scheme: Type.String(),
    display: Type.String(),
    check: Check,
    facts: Type.Array(Type.Object({ name: Type.String(), value: Type.String() }, closed), {
      description: "What the identifier itself says, such as a VIN's maker.",
    }),
  },
  closed,
);

export const ItemView = Type.Object(
  {
    item: Item,
    coordinates: Coordinates,
    events: orNull(
      Type.Integer({
        minimum: 0,
        description:
          'Sightings that concern it, that the reader may see and that were there at these coordinates; null: too many to read for basis reported.',
      }),
    ),
    withoutReported: Type.Optional(
      orNull(Type.Integer({ minimum: 0, description: 'Of basis reported: sightings not counted because their author states no time.' })),
    ),
    lastPlacedBy: Type.Union([ref<EventView>('EventView'), Type.Null()], {
      description:
        'Of the dated sightings that place it, the last in the order of the timeline: of the latest begin, then of the latest end. Another may be later all the same, where its time reaches beyond that begin or it has no date. null: none, or see lastPlacedByNotFound.',
    }),
    lastPlacedByNotFound: Type.Optional(
      Type.Literal(true, {
        description:
          'The latest 500 records place nothing, and no earlier one was looked at: whether one of them does is for the timeline.',
      }),
    ),
    links: Type.Object({ timeline: Type.String() }, closed),
    at: Type.Optional(ref<AtView>('AtView')),
    explanation,
  },
  closed,
);
export type ItemView = Static<typeof ItemView>;

export const TimelineView = Type.Object(
  {
    item: Item,
    coordinates: Coordinates,
    entries: Type.Array(ref<EventView>('EventView'), {
      description:
        'Those that name the item, or what it is by another name then (`identity`), by (start of occurred, end, agency, id), undated last; right behind each those that do not name it and of which it is the first that they speak about. Pages of any size one after the other are the whole.',
    }),
    waiting: Type.Array(Waiting, { description: 'Speak about a sighting that is not there yet.' }),
    openQuestions: Type.Array(Question, {
      description: 'Each with the first entry that it is about; of a failing check digit the entries of this page.',
    }),
    notes: Type.Array(Type.String(), {
      description: 'What this answer does not follow, such as the movements of a container that the item was put into.',
    }),
    withoutReported: Type.Optional(
      Type.Integer({
        minimum: 0,
        description: 'Of basis reported: sightings of this page, naming the item, left out because their author states no time.',
      }),
    ),
    at: Type.Optional(AskedTimeView),
    identity: Type.Optional(ref<IdentityView>('IdentityView')),
    next: orNull(
      Type.String({
        description:
          'Cursor of the next page; null: this is the last. Of answers to `at`, and of a thing with several names, a page may have few entries, or none, and go on.',
      }),
    ),
    explanation,
  },
  closed,
);
export type TimelineView = Static<typeof TimelineView>;

/** An id that was given to more contents than this is some program's mistake; /v1/conflicts has all of them. */
export const EVENT_CONFLICTS_MAX = 10;

export const EventAnswer = Type.Object(
  {
    coordinates: Coordinates,
    event: ref<EventView>('EventView'),
    about: Type.Array(ref<EventView>('EventView')),
    waiting: Type.Array(Waiting),
    openQuestions: Type.Array(Question),
    conflicts: Type.Optional(
      Type.Array(
        Type.Object(
          {
            contentHash: hash('Of the bytes that were not stored as an event.'),
            captured: Type.String({ description: 'When capture took them, by its clock.' }),
          },
          closed,
        ),
        {
          minItems: 1,
          maxItems: EVENT_CONFLICTS_MAX,
          description:
            'Other bytes that the same agency submitted under this id: the event is not made of them. Told to its submitter alone, and only without asOf: they are no part of the log, and may come while it does not grow.',
        },
      ),
    ),
    moreConflicts: Type.Optional(Type.Literal(true, { description: 'There are more than are shown: /v1/conflicts lists all.' })),
    explanation,
  },
  closed,
);
export type EventAnswer = Static<typeof EventAnswer>;

export const SearchView = Type.Object(
  {
    query: Type.String(),
    coordinates: Coordinates,
    results: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          scheme: Type.String(),
          display: Type.String(),
          match: Type.Enum(['exact', 'partial', 'look-alike', 'alias'], {
            description:
              'look-alike: equal but for letters that scanners confuse, such as O and 0. alias: the identifier does not have the text.',
          }),
          alias: Type.Optional(
            Type.Object(
              {
                kind: Type.Enum(['name', 'mmsi', 'callSign']),
                value: Type.String({ description: 'As its author wrote it; at most its first 64 characters.' }),
                rule: Type.Optional(
                  Type.String({
                    description:
                      'Where either is not in plain Latin letters: by which table of romanisation it has the text; letters: but for marks.',
                  }),
                ),
              },
              { ...closed, description: 'Of match alias: what an author stated beside the identifier, and has the text.' },
            ),
          ),
        },
        closed,
      ),
    ),
    complete: Type.Boolean({
      description: 'false: more items share these characters than are looked at, and some may be missing; see notes.',
    }),
    notes: Type.Array(Type.String(), { description: 'In words, what the answer does not cover, and how to ask for less.' }),
    next: orNull(Type.String()),
  },
  closed,
);
export type SearchView = Static<typeof SearchView>;

export const SightingsView = sightingsView<EventView>();
export type SightingsView = Static<typeof SightingsView>;

export const Receipt = Type.Object(
  {
    log: Type.String({ description: 'Origin of the log.' }),
    agency: Type.String(),
    id: Type.String(),
    contentHash: hash('SHA-256 of the canonical bytes as submitted.'),
    captured: Type.String({ description: 'When capture took it, by its clock; of a duplicate: when it took the first.' }),
    duplicate: Type.Boolean({
      description:
        'true: the same bytes were in the ledger, or earlier in this request; nothing was appended, the first stands. false: appended; if the same bytes were sent before and the ledger has not taken them up yet, the first of them stands once it does, with its own time, and this receipt is good for it too.',
    }),
    durability: Type.Enum(['single-node', 'replicated'], { description: 'Whether more than one machine has it.' }),
    signature: orNull(
      Type.String({
        description:
          'The same once more as a signed note (C2SP signed-note; docs/proofs.md), by the key for receipts that the log certifies: to be kept. null: of a list or a stream without `receipts=true`, and of a dry run.',
      }),
    ),
  },
  closed,
);
export type Receipt = Static<typeof Receipt>;

export const FaultView = Type.Object(
  {
    code: Type.String(),
    pointer: Type.Optional(Type.String({ description: 'RFC 6901.' })),
    offset: Type.Optional({ ...index(), description: 'Byte of the text or body, where it is not JSON or where reading stopped.' }),
    header: Type.Optional(Type.String({ description: 'The header that is refused, in lower case.' })),
    parameter: Type.Optional(Type.String({ description: 'The query parameter that is refused.' })),
    row: Type.Optional(index()),
    detail: Type.String(),
    expected: Type.Optional(Type.String()),
  },
  closed,
);

export const SubmittedRow = Type.Object(
  {
    row: index(),
    status: Type.Enum(['accepted', 'duplicate', 'refused'], { description: 'duplicate: the same bytes were there; nothing changed.' }),
    id: Type.Optional(Type.String()),
    receipt: Type.Optional(ref<Receipt>('Receipt')),
    errors: Type.Optional(Type.Array(FaultView)),
  },
  closed,
);
export type SubmittedRow = Static<typeof SubmittedRow>;
export const SubmittedRows = Type.Object({ results: Type.Array(ref<SubmittedRow>('SubmittedRow')) }, closed);
export type SubmittedRows = Static<typeof SubmittedRows>;
export const SubmittedOne = Type.Object({ status: Type.Enum(['accepted', 'duplicate']), ...Receipt.properties }, closed);
export type SubmittedOne = Static<typeof SubmittedOne>;

const position = { topic: Type.String(), partition: index(), offset: index() };

export const ConflictsView = Type.Object(
  {
    conflicts: Type.Array(
      Type.Object(
        {
          agency: Type.String(),
          id: Type.String(),
          contentHash: hash('Of the bytes that were not stored as an event.'),
          standing: Type.Object({ logIndex: index(), contentHash: hash('Of the bytes that stand.') }, closed),
          submittedBy: SubmittedBy,
          captured: Type.String(),
          ...position,
        },
        closed,
      ),
    ),
    next: orNull(Type.String()),
  },
  closed,
);
export type ConflictsView = Static<typeof ConflictsView>;

export const ProblemView = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    instance: Type.String(),
    code: Type.Enum([...ERROR_CODES]),
    remedy: Type.String(),
    requestId: Type.String(),
    errors: Type.Optional(Type.Array(FaultView)),
  },
  closed,
);

/** Schemas that answers name, by the name in OpenAPI's components. */
export const NAMED_VIEWS = {
  IdentityView,
  AtView,
  DiffView,
  JourneyView,
  AuditView,
  Explanation,
  StoredView,
  EventsView,
  StreamedEvent,
  StreamEnd,
  EventView,
  EventAnswer,
  ItemView,
  TimelineView,
  CaseView,
  CasesView,
  SearchView,
  SightingsView,
  PatternsView,
  Receipt,
  ReceiptStatus,
  SubmittedOne,
  SubmittedRow,
  SubmittedRows,
  ConflictsView,
  WatchesView,
  AlertsView,
  QuestionsView,
  DeadLetterView,
  DeadLettersView,
  RetriedView,
  HealthView,
  Problem: ProblemView,
  Proof: ProofView,
  ReadProof: ReadProofView,
  Consistency: ConsistencyView,
  PolicyView,
  SessionsView,
  EvidenceView,
  EvidenceListView,
  EvidenceUploaded,
  EvidencePart,
} as const satisfies Record<string, TSchema>;
