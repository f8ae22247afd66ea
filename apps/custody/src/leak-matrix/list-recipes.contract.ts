/** Operations that tell of much at once, and those that tell of nobody's in particular: what each is asked, and what it tells to whom. */
import type {
  AlertsView,
  AuditView,
  CasesView,
  CaseView,
  ConflictsView,
  DiffView,
  JourneyView,
  QuestionsView,
  EventsView,
  EvidenceListView,
  ItemView,
  PatternsView,
  SearchView,
  SightingsView,
  TimelineView,
  WatchesView,
} from '#lib/contracts';
import type { Question, Recipe } from './question.contract.ts';
import type { Told } from './told-case.contract.ts';
import { ALIAS_PILE, isListed, OPERATING, PILE, SHARED, type Reader, type World } from './world.contract.ts';

/** Every place of a document. */
export const DOCUMENT = [
  ...[
    'id',
    'item',
    'alias',
    'place',
    'voyage',
    'party',
    'source',
    'ref',
    'cited',
    'locator',
    'statement',
    'reporter',
    'reason',
    'extension',
  ],
  'person',
] as const;
/** What is known of it beside. */
const STORED = [...DOCUMENT, 'hash', 'commitment'] as const;
const WHOLE = 'limit=1000';
/** On which everything may have been seen. */
const DAY = '2026-01-05';

export const tellsOf = (told: readonly Told[], places: readonly string[]): Question['tells'] =>
  told.map(({ thing }) => ({ thing, places }));
const files = ({ told }: World, places: readonly string[]): Question['tells'] => told.map(({ evidence: { thing } }) => ({ thing, places }));
const ofOwn = (all: readonly { readonly thing: Question['tells'][number]['thing'] }[], places: readonly string[]): Question['tells'] =>
  all.map(({ thing }) => ({ thing, places }));

const observed = (view: EventsView): number => view.events.filter(({ document }) => document.kind === 'observation').length;
const entered = (view: TimelineView): number => view.entries.filter(({ kind }) => kind === undefined || kind === 'observation').length;
const sighted = (view: SightingsView): number => view.results.filter(({ sighting }) => sighting.document.kind === 'observation').length;
const shared = (view: PatternsView): number => view.patterns.length;
const written = (view: AuditView): number => view.rows.filter(({ action }) => action === 'observation').length;

/** What another reader, who sees most, was given where to go on and by which tag: of no use to anybody else. */
export interface Lent {
  readonly path: string;
  readonly cursor: string;
  readonly tag: string;
}

/** Of these a page is lent. */
export const LENT: Readonly<Record<string, string>> = {
  listEvents: '/v1/events?limit=1',
  getTimeline: `/v1/items/${SHARED}/timeline?limit=1`,
  search: `/v1/search?q=${PILE}&limit=1`,
  searchSightings: '/v1/search/sightings?source=photo&limit=1',
  listEvidence: '/v1/evidence?limit=1',
};
const lentTo = (lent: ReadonlyMap<string, Lent>, operation: string): Question[] => {
  const { path = '', cursor = '', tag = '' } = lent.get(operation) ?? {};
  return [
    { path: `${path}&cursor=${cursor}`, tells: [] },
    { path, headers: { 'if-none-match': tag }, tells: [] },
  ];
};

/** @param lent by a reader who sees more */
export function listRecipes(lent: ReadonlyMap<string, Lent>): Readonly<Record<string, Recipe>> {
  return { ...ofCases(), ...ofEvents(lent), ...ofItems(lent), ...ofPeople(lent), ...ofAgencies(), ...ofTheLog(), ...ofNobody() };
}

/** Of each also what it holds: sightings by the words of their own, and what was said of them. */
function ofCases(): Readonly<Record<string, Recipe>> {
  const listed = (view: CasesView): number => view.cases.length;
  return {
    listCases: {
      whom: 'everybody',
      questions: ({ cases }) => [
        { path: `/v1/cases?${WHOLE}`, tells: ofOwn(cases, ['id', 'title', 'about']), count: listed },
        { path: '/v1/cases', tells: ofOwn(cases, ['id']), count: listed, pages: { limit: 3, lengthOf: listed } },
      ],
    },
    getCase: {
      whom: 'everybody',
      questions: ({ cases }, asker) =>
        cases.flatMap(({ thing, id, owner, entries }) => {
          const isHis = thing.mayBeSeenBy(asker);
          const inIt = isHis ? entries : [];
          const path = `/v1/cases/${id}?agency=${owner}`;
          const held = (view: CaseView | null): number => view?.entries.length ?? 0;
          return [
            { path, tells: ofOwn([{ thing }], ['id', 'title', 'about']), status: isHis ? 200 : 404 },
            { path, tells: ofOwn(inIt, ['id', 'why', 'note']), count: held },
            { path, tells: ofOwn(inIt, ['id']), count: held, pages: { limit: 2, lengthOf: held } },
            {
              path,
              tells: tellsOf(
                inIt.flatMap((entry) => (entry.thing.mayBeSeenBy(asker) ? [entry.told] : [])),
                STORED,
              ),
            },
          ];
        }),
    },
  };
}

function ofEvents(lent: ReadonlyMap<string, Lent>): Readonly<Record<string, Recipe>> {
  return {
    listEvents: {
      whom: 'everybody',
      questions: (world) => [
        { path: `/v1/events?${WHOLE}`, tells: [...tellsOf(world.told, STORED), ...ofOwn(world.batches, ['id', 'mapping'])] },
        { path: `/v1/events?${WHOLE}&explain=1`, tells: tellsOf(world.told, STORED), status: 200, count: observed },
        { path: `/v1/events?${WHOLE}&asOf=log:${world.before}`, tells: tellsOf(world.told, STORED), count: observed },
        { path: `/v1/events?${WHOLE}&asOf=reported:2026-06-01`, tells: tellsOf(world.told, STORED), count: observed },
        {
          path: '/v1/events',
          tells: tellsOf(world.told, ['id']),
          count: observed,
          pages: { limit: 7, lengthOf: (view: EventsView) => view.events.length },
        },
        { path: `/v1/events?${WHOLE}`, method: 'HEAD', tells: [] },
        ...lentTo(lent, 'listEvents'),
      ],
    },
    streamEvents: {
      whom: 'everybody',
      questions: ({ told }) => [
        { path: '/v1/stream?until=now&since=start', tells: tellsOf(told, STORED) },
        { path: `/v1/stream?until=now&since=start&item=${SHARED}&kind=observation`, tells: tellsOf(told, DOCUMENT) },
      ],
    },
  };
}

function ofItems(lent: ReadonlyMap<string, Lent>): Readonly<Record<string, Recipe>> {
  return {
    getTimeline: {
      whom: 'everybody',
      questions: (world) => [
        { path: `/v1/items/${SHARED}/timeline?${WHOLE}&explain=1`, tells: tellsOf(world.told, STORED), count: entered },
        { path: `/v1/items/${SHARED}/timeline?${WHOLE}&asOf=log:${world.before}`, tells: tellsOf(world.told, STORED), count: entered },
        { path: `/v1/items/${SHARED}/timeline?${WHOLE}&asOf=reported:2026-06-01`, tells: tellsOf(world.told, STORED), count: entered },
        { path: `/v1/items/${SHARED}/timeline?${WHOLE}&at=${DAY}`, tells: tellsOf(world.told, STORED), count: entered },
        {
          path: `/v1/items/${SHARED}/timeline`,
          tells: tellsOf(world.told, ['id']),
          count: entered,
          pages: { limit: 3, lengthOf: pageOfEntries },
        },
        ...lentTo(lent, 'getTimeline'),
      ],
    },
    getItem: {
      whom: 'everybody',
      questions: (world) => [
        { path: `/v1/items/${SHARED}?explain=1`, tells: tellsOf(world.told, []), count: (view: ItemView) => view.events ?? -1 },
        {
          path: `/v1/items/${SHARED}?asOf=log:${world.before}`,
          tells: tellsOf(world.told, []),
          count: (view: ItemView) => view.events ?? -1,
        },
        { path: `/v1/items/${SHARED}?at=${DAY}`, tells: tellsOf(world.told, ['id']), count: placedAt },
      ],
    },
    getJourney: {
      whom: 'everybody',
      questions: ({ told, before }) => [
        { path: `/v1/items/${SHARED}/journey`, tells: tellsOf(told, ['id']), count: placed },
        { path: `/v1/items/${SHARED}/journey?asOf=log:${before}`, tells: tellsOf(told, ['id']), count: placed },
        { path: `/v1/items/${SHARED}/journey?at=${DAY}`, tells: tellsOf(told, ['id']), count: placedAt },
      ],
    },
    diffItem: {
      whom: 'everybody',
      questions: ({ told, before }) => [
        { path: `/v1/items/${SHARED}/diff?from=log:0`, tells: tellsOf(told, ['id', 'statement']), count: changed },
        { path: `/v1/items/${SHARED}/diff?from=log:${before}`, tells: [] },
        {
          path: `/v1/items/${SHARED}/diff?from=reported:2026-01-05&to=reported:2026-06-01`,
          tells: tellsOf(told, ['id', 'statement']),
          count: changed,
        },
      ],
    },
    search: {
      whom: 'everybody',
      questions: ({ told }) => [
        { path: `/v1/search?q=${PILE}&${WHOLE}`, tells: tellsOf(told, ['item']), count: found },
        { path: `/v1/search?q=${ALIAS_PILE}&${WHOLE}`, tells: tellsOf(told, ['item', 'alias']), count: found },
        {
          path: `/v1/search?q=${PILE.replace('I', '1')}`,
          tells: tellsOf(told, ['item']),
          count: found,
          pages: { limit: 2, lengthOf: found },
        },
        ...lentTo(lent, 'search'),
      ],
    },
    searchSightings: {
      whom: 'everybody',
      questions: ({ told, before }) => [
        { path: `/v1/search/sightings?source=photo&${WHOLE}`, tells: tellsOf(told, STORED), status: 200, count: sighted },
        {
          path: `/v1/search/sightings?since=${DAY}&until=${DAY}&asOf=log:${before}&${WHOLE}`,
          tells: tellsOf(told, STORED),
          count: sighted,
        },
        { path: `/v1/search/sightings?source=photo&asOf=reported:2026-06-01&${WHOLE}`, tells: tellsOf(told, STORED), count: sighted },
        {
          path: '/v1/search/sightings?source=photo',
          tells: tellsOf(told, ['id']),
          count: sighted,
          pages: { limit: 7, lengthOf: (view: SightingsView) => view.results.length },
        },
        ...lentTo(lent, 'searchSightings'),
      ],
    },
    findPatterns: {
      whom: 'everybody',
      // Each is about two items, which so have its party in common.
      questions: ({ told, before }) => [
        { path: '/v1/search/patterns?of=parties&source=photo', tells: tellsOf(told, ['id', 'item', 'party']), status: 200, count: shared },
        {
          path: `/v1/search/patterns?of=parties&since=${DAY}&asOf=log:${before}`,
          tells: tellsOf(told, ['id', 'item', 'party']),
          count: shared,
        },
        { path: '/v1/search/patterns?of=carriers&source=photo', tells: [] },
        { path: '/v1/search/patterns?of=paths&by=country&source=photo', tells: [] },
      ],
    },
    proveItem: {
      whom: 'known',
      questions: ({ told }, asker) => [
        {
          path: `/v1/items/${SHARED}/proof?events=true&inclusion=true`,
          tells: told.map((each) => ({ thing: each.thing, places: isListed(each, asker) ? DOCUMENT : [] })),
          status: 200,
        },
      ],
    },
  };
}

/** Who wrote and read what, and what became of what was sent. */
function ofPeople(lent: ReadonlyMap<string, Lent>): Readonly<Record<string, Recipe>> {
  return {
    listAudit: {
      whom: ['auditor', 'operator', 'admin'],
      questions: ({ told, batches, behalf }) => [
        { path: `/v1/audit?${WHOLE}`, tells: ofOwn([...behalf.values()], ['behalf']) },
        { path: `/v1/audit?${WHOLE}&q=${encodeURIComponent('action:read')}`, tells: ofOwn([...behalf.values()], ['behalf']) },
        {
          path: `/v1/audit?${WHOLE}&q=${encodeURIComponent('action:observation')}`,
          tells: tellsOf(told, ['id', 'item', 'cited', 'ref', 'locator', 'hash']),
          count: written,
        },
        {
          path: `/v1/audit?${WHOLE}&q=${encodeURIComponent(`item:${SHARED} action:observation`)}`,
          tells: tellsOf(told, ['id']),
          count: written,
        },
        ...['alpha', 'bravo'].map((agency) => ({
          path: `/v1/audit?${WHOLE}&q=${encodeURIComponent(`actor:${agency}/contributor action:observation`)}`,
          tells: tellsOf(
            told.filter(({ owner }) => owner === agency),
            ['id', 'hash'],
          ),
          count: written,
        })),
        ...batches.map(({ agency, id }) => ({ path: `/v1/audit?${WHOLE}&q=${encodeURIComponent(`batch:${agency}/${id}`)}`, tells: [] })),
        { path: `/v1/audit?limit=5`, tells: [] },
      ],
    },
    listEvidence: {
      whom: 'everybody',
      questions: (world) => [
        { path: `/v1/evidence?${WHOLE}`, tells: files(world, ['evidence']), count: kept },
        { path: '/v1/evidence', tells: files(world, ['evidence']), count: kept, pages: { limit: 2, lengthOf: kept } },
        ...lentTo(lent, 'listEvidence'),
      ],
    },
    listQuestions: {
      whom: 'everybody',
      // Of the second owner's, which contradict the first's.
      questions: ({ told }) => {
        const contradicting = told.filter(({ document }) => (document.relations?.contradicts ?? []).length > 0);
        const asked = (path: string) => ({
          path,
          tells: tellsOf(contradicting, ['id']),
          count: (view: QuestionsView) => view.questions.length,
        });
        return [asked('/v1/questions?limit=1000'), asked('/v1/questions?limit=1000&kind=conflict')];
      },
    },
    listWatches: {
      whom: 'known',
      questions: ({ watches }) => [
        { path: '/v1/watches', tells: ofOwn(watches, ['id', 'title']), count: (view: WatchesView) => view.watches.length },
      ],
    },
    listAlerts: {
      whom: 'known',
      questions: ({ told, watches }, asker) => {
        const own = watches.filter(({ agency }) => agency === asker.agency);
        return [
          { path: '/v1/alerts?limit=1000', tells: tellsOf(own.length === 0 ? [] : told, ['id', 'item']) },
          {
            path: '/v1/alerts',
            tells: tellsOf(own.length === 0 ? [] : told, ['id', 'item']),
            pages: { limit: 3, lengthOf: (view: AlertsView) => view.alerts.length },
          },
          // Of one that is for all of the agency each once, whoever else watches too.
          ...own.flatMap(({ id, thing }) =>
            thing.name.endsWith(', one')
              ? [
                  {
                    path: `/v1/alerts?limit=1000&watch=${id}`,
                    tells: tellsOf(told, ['id']),
                    count: (view: AlertsView) => view.alerts.filter(({ event }) => event !== null).length,
                  },
                ]
              : [],
          ),
        ];
      },
    },
    listConflicts: {
      whom: 'known',
      questions: ({ conflicts }) => [
        { path: '/v1/conflicts', tells: ofOwn(conflicts, ['hash']), count: (view: ConflictsView) => view.conflicts.length },
        {
          path: '/v1/conflicts',
          tells: ofOwn(conflicts, ['hash']),
          count: (view: ConflictsView) => view.conflicts.length,
          pages: { limit: 1, lengthOf: (view: ConflictsView) => view.conflicts.length },
        },
      ],
    },
  };
}

const pageOfEntries = (view: TimelineView): number => view.entries.filter(({ roles }) => roles.length > 0).length;
/** Of one there may be several: it came, and something speaks about it. */
const placed = (view: JourneyView): number => view.placings.length;
const placedAt = ({ at }: Pick<JourneyView, 'at'>): number => (at?.where.placings.length ?? -1) + (at?.where.morePlacings ?? 0);
const changed = (view: DiffView): number =>
  new Set(view.changes.flatMap(({ kind, event }) => (kind === 'observation' ? [`${event.agency}/${event.id}`] : []))).size;
const found = (view: SearchView): number => view.results.length;
const kept = (view: EvidenceListView): number => view.evidence.length;
const isOperator = ({ agency, role }: Reader | { agency: string | null; role: string | null }): boolean =>
  agency === OPERATING && (role === 'operator' || role === 'admin');

/** Of an agency's own, that has no handling. */
function ofAgencies(): Readonly<Record<string, Recipe>> {
  return {
    listDeadLetters: {
      whom: ['operator', 'admin'],
      questions: ({ deadLetters }) => [
        { path: '/v1/dead-letters', tells: ofOwn(deadLetters, []), count: (view: { deadLetters: unknown[] }) => view.deadLetters.length },
      ],
    },
    getDeadLetter: {
      whom: ['operator', 'admin'],
      questions: ({ deadLetters }, asker) =>
        deadLetters.map(({ thing, id }) => ({
          path: `/v1/dead-letters/${id}`,
          tells: [{ thing, places: ['id', 'statement'] }],
          status: thing.mayBeSeenBy(asker) ? 200 : 404,
        })),
    },
    retryDeadLetter: {
      whom: ['operator', 'admin'],
      questions: ({ deadLetters }, asker) =>
        deadLetters.flatMap(({ thing, id }) =>
          thing.mayBeSeenBy(asker)
            ? []
            : [{ path: `/v1/dead-letters/${id}/retry`, method: 'POST', tells: [{ thing, places: [] }], status: 404 }],
        ),
    },
    getPolicy: {
      whom: 'known',
      questions: ({ people }, asker) => [
        {
          path: '/v1/policy',
          tells: ofOwn(
            people.filter(({ agency }) => agency === asker.agency),
            ['key'],
          ),
        },
      ],
    },
    listSessions: {
      whom: 'known',
      questions: ({ sessions }) => [
        { path: '/v1/sessions', tells: ofOwn(sessions, ['subject']), count: (view: { sessions: unknown[] }) => view.sessions.length },
      ],
    },
    endSession: {
      whom: 'known',
      questions: ({ sessions }, asker) =>
        sessions.flatMap(({ thing, id }) =>
          thing.mayBeSeenBy(asker) ? [] : [{ path: `/v1/sessions/${id}`, method: 'DELETE', tells: [{ thing, places: [] }], status: 404 }],
        ),
    },
    proveRead: {
      whom: ['auditor', 'operator', 'admin'],
      questions: ({ records, behalf }, asker) =>
        records.map(({ n, tenant, agency }) => {
          const own = behalf.get(tenant);
          // Whose key it was and on whose behalf is for his own agency.
          const tells = own === undefined || tenant !== agency ? [] : [{ thing: own.thing, places: ['behalf'] }];
          return { path: `/v1/audit/reads/${n}/proof`, tells, status: asker.agency === tenant ? 200 : 404 };
        }),
    },
    metrics: { whom: isOperator, questions: () => [{ path: '/metrics', tells: [] }] },
  };
}

/** Hashes, sizes and signed heads. */
function ofTheLog(): Readonly<Record<string, Recipe>> {
  return {
    proveLog: { whom: 'known', questions: () => [{ path: '/v1/log', tells: [], status: 200 }] },
    proveKeys: { whom: 'known', questions: () => [{ path: '/v1/log/keys', tells: [], status: 200 }] },
    proveConsistency: { whom: 'everybody', questions: () => [{ path: '/v1/log/consistency?from=1&to=2', tells: [], status: 200 }] },
    getCheckpoint: { whom: 'everybody', questions: () => [{ path: '/log/checkpoint', tells: [], status: 200 }] },
    getTile: {
      whom: 'everybody',
      // An entry is its commitment, and the log is everybody's.
      open: ['commitment'],
      questions: ({ before }) =>
        [`/log/tile/0/000.p/${before}`, `/log/tile/entries/000.p/${before}`].map((path) => ({ path, tells: [], status: 200 })),
    },
    getMapLinks: {
      whom: ['auditor', 'operator', 'admin'],
      questions: ({ before }) => [{ path: `/log/links/0-${before}`, tells: [], status: 200 }],
    },
  };
}

/** The same words for everybody, and of the session of whoever asks. */
function ofNobody(): Readonly<Record<string, Recipe>> {
  const page = (path: string): Recipe => ({ whom: 'everybody', questions: () => [{ path, tells: [], status: 200 }] });
  return {
    livez: page('/livez'),
    readyz: page('/readyz'),
    problemPage: page('/problems/event.not-found'),
    sightingSchema: page('/schemas/sighting/1/observation'),
    openapi: page('/openapi.json'),
    asyncapi: page('/asyncapi.json'),
    login: { whom: 'everybody', questions: () => [{ path: '/auth/login?agency=alpha', tells: [] }] },
    endLogin: { whom: 'everybody', questions: () => [{ path: '/auth/callback?code=x&state=y', tells: [] }] },
    openLink: { whom: 'everybody', questions: () => [{ path: '/auth/open?link=x', tells: [], status: 401 }] },
    // Without a session there is none to give back.
    logout: { whom: 'known', questions: () => [{ path: '/auth/logout', method: 'POST', tells: [], status: 401 }] },
  };
}
