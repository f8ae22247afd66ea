/** Examples of the API and of the topics: one sighting of the demo case and what is answered about it. A spec checks them against the schemas. */
import { caseExample, casesExample } from './case-example.ts';
import type { Coordinates } from './coordinates-view.ts';
import { policyView, sessionsView } from './example-policy.ts';
import type { EvidenceListView, EvidenceUploaded, EvidenceView } from './evidence-views.ts';
import type { ConsistencyView, ProofView, ReadProofView } from './proof-views.ts';
import { restsOn, type Explanation } from './explanation.ts';
import type { AuditView } from './audit-views.ts';
import { atExample, journeyChangeExample } from './at-example.ts';
import type { DiffView } from './diff-view.ts';
import { identityExample } from './identity-example.ts';
import { journeyExample } from './journey-example.ts';
import { problem, type Problem } from './problem.ts';
import type { SightingDocument } from './sighting-schema.ts';
import { streamEnd } from './stream-text.ts';
import { watchExamples } from './watch-examples.ts';
import type { StoredView } from './stored-view.ts';
import type { PatternsView } from './patterns-view.ts';
import type { StreamedEvent, StreamEnd } from './stream-views.ts';
import type { ReceiptStatus } from './receipt-views.ts';
import type { DeadLettersView, DeadLetterView, HealthView, RetriedView } from './operation-views.ts';
import type {
  ConflictsView,
  EventAnswer,
  EventsView,
  EventView,
  ItemView,
  Receipt,
  SearchView,
  SightingsView,
  SubmittedOne,
  SubmittedRows,
  TimelineView,
} from './views.ts';

const CONTENT_HASH = '4f6d2cf0b9f5c6c5d0a6f9a3a3a1c4b4d6ad6b0b1f1bbd2a7a1d3b7c65a0f0de';
const OTHER_HASH = '0b9f5c6c5d0a6f9a3a3a1c4b4d6ad6b0b1f1bbd2a7a1d3b7c65a0f0de4f6d2cf';
const COMMITMENT = '9a3a1c4b4d6ad6b0b1f1bbd2a7a1d3b7c65a0f0de4f6d2cf0b9f5c6c5d0a6f9a';
const REQUEST = '0193a3c1-7a54-7c1e-9d43-3a1c4b4d6ad6';

export const exampleDocument: SightingDocument = {
  id: 'lux-0009',
  kind: 'aggregation',
  action: 'ADD',
  handling: { tlp: 'GREEN' },
  occurred: { from: '2018-06-11T13:20Z', to: '2018-06-11T13:20Z', precision: 'minute' },
  place: { name: 'Rotterdam', unlocode: 'NLRTM', country: 'NL', lat: 51.95, lon: 4.05 },
  items: [
    { id: 'vin:WDDSYNTH9JA000001', role: 'subject' },
    { id: 'container:SYNU0000014', role: 'container' },
  ],
  source: { kind: 'trade_record', family: 'trade', title: 'made for this demo' },
  evidence: [
    {
      sha256: '1dfcb34bfd85095a725ac74ca839ce56ca13e97107b8b0c93059451a633a4e82',
      bytes: 383,
      mediaType: 'text/plain',
      type: 'bill_of_lading',
      ref: 'evidence/bl-rtm-dlc.txt',
      locator: 'line:6-7',
      synthetic: true,
    },
  ],
  grade: 'C3',
  statement: 'Car stuffed into container; one car to a container.',
  reported: { at: '2019-03-22T09:10:00Z', by: 'trade-analyst', agency: 'Meridian Research (fictional)' },
};

const coordinates: Coordinates = { asOf: { basis: 'log', logSize: 64 }, policy: 0 };
const item: ItemView['item'] = {
  id: 'vin:WDDSYNTH9JA000001',
  scheme: 'vin',
  display: 'VIN WDDSYNTH9JA000001',
  check: { verdict: 'valid' },
  facts: [{ name: 'maker', value: 'Mercedes-Benz' }],
};

const stored: StoredView = {
  agency: 'local',
  id: 'lux-0009',
  logIndex: 8,
  submittedBy: { agency: 'local', principal: 'operator', proved: true },
  reportedBy: { at: '2019-03-22T09:10:00Z', by: 'trade-analyst', agency: 'Meridian Research (fictional)', proved: false },
  captured: '2026-11-24T02:10:00.000000Z',
  recorded: '2026-11-24T02:10:01.000000Z',
  contentHash: CONTENT_HASH,
  commitment: COMMITMENT,
  document: exampleDocument,
  display: {
    summary: 'into container SYNU 000001 4',
    occurred: '2018-06-11T13:20Z',
    place: 'Rotterdam (NLRTM), Netherlands',
    grade: 'C3: fairly reliable, possibly true',
    items: ['VIN WDDSYNTH9JA000001', 'container SYNU 000001 4'],
    source: 'trade_record: made for this demo',
  },
  signatures: [
    {
      agency: 'local',
      id: 'signed-0b9f5c6c5d0a6f9a3a3a1c4b4d6ad6b0',
      logIndex: 63,
      vkey: 'local/import+6b1d1c1e+AQpq1gIbQ4bBVdyKx2Vw7jWJ6sFfJQjqZQ0l0s2M1Y0b',
      verdict: 'valid',
    },
  ],
};

const event: EventView = {
  ...stored,
  evidence: [{ ...(exampleDocument.evidence?.[0] as NonNullable<SightingDocument['evidence']>[number]), held: false }],
  parties: [],
  kind: 'aggregation',
  roles: ['subject'],
  standing: 'stands',
  places: true,
  mark: 'observed',
  flags: [],
  relations: {
    targets: [],
    correctedBy: [],
    withdrawnBy: [],
    supersededBy: [],
    disputedBy: [],
    resolvedBy: [],
    markedBy: [],
    contradicts: [],
    contradictedBy: [{ agency: 'local', id: 'lux-0051', standing: 'withdrawn' }],
  },
  handling: { tlp: 'GREEN' },
};

const { agency, id, logIndex, submittedBy, reportedBy, captured, recorded, evidence } = event;
const explanation: Explanation = {
  sightings: [{ agency, id, logIndex, submittedBy, reportedBy, captured, recorded, evidence, rests: restsOn(evidence) }],
  fields: [
    { pointer: '/entries/0/document', basis: 'stated', sightings: [0] },
    { pointer: '/entries/0/evidence/0', basis: 'stated', sightings: [0], evidence: 0 },
    { pointer: '/entries/0/recorded', basis: 'ledger', sightings: [0] },
  ],
  complete: true,
};

/** Its form; no key made this signature. */
const RECEIPT_NOTE = `custody-ledger/receipt/v1
log custody.example/log
agency local
id lux-0009
content ${CONTENT_HASH}
captured 2026-11-24T02:10:00.000000Z
sealed or rejected within 60 s
durability single-node

— custody.example/log/receipt dLSwXyhefe9tHh7fIFNBDBjdJ+DJ6ys0/we1mNGDucrhxDyTy0szTCUCdL7pXTRLOcVsPo/tkvyiTxXh580JutgStQw=
`;
const receipt: Receipt = {
  log: 'custody.example/log',
  agency: 'local',
  id: 'lux-0009',
  contentHash: CONTENT_HASH,
  captured: '2026-11-24T02:10:00.000000Z',
  duplicate: false,
  durability: 'single-node',
  signature: RECEIPT_NOTE,
};
const deadLetter = {
  seq: 1,
  topic: 'custody.sightings.v1',
  partition: 3,
  offset: 1041,
  code: 'record.malformed' as const,
  detail: 'There is no line feed after the header.',
  bytes: 12,
  retried: false,
};

/** By the name of the view. */
export const EXAMPLES = {
  AtView: atExample,
  IdentityView: identityExample,
  DiffView: {
    item: { id: item.id, display: item.display },
    from: { asOf: { basis: 'log', logSize: 8 }, policy: 0 },
    to: coordinates,
    changes: [
      {
        change: 'learnt',
        event: { agency: 'local', id: 'lux-0009' },
        kind: 'aggregation',
        summary: 'into container SYNU 000001 4',
        by: [{ agency, id, logIndex, submittedBy, captured, recorded }],
        before: null,
        after: { standing: 'stands', places: true, flags: [] },
      },
    ],
    journey: journeyChangeExample,
  } satisfies DiffView,
  JourneyView: journeyExample({ id: item.id, scheme: item.scheme, display: item.display }, coordinates),
  AuditView: {
    coordinates,
    rows: [
      {
        logIndex: 8,
        recorded: '2026-11-24T02:10:01.000000Z',
        captured: '2026-11-24T02:10:00.000000Z',
        agency: 'local',
        principal: 'operator',
        action: 'aggregation',
        id: 'lux-0009',
        items: ['vin:WDDSYNTH9JA000001', 'container:SYNU0000014'],
        evidence: [
          {
            sha256: '1dfcb34bfd85095a725ac74ca839ce56ca13e97107b8b0c93059451a633a4e82',
            ref: 'evidence/bl-rtm-dlc.txt',
            locator: 'line:6-7',
          },
        ],
        contentHash: CONTENT_HASH,
        batch: 'import-0193a3c1-7a54-7c1e-9d43-3a1c4b4d6ad6',
      },
    ],
    reads: [
      {
        n: 2,
        recorded: '2026-11-24T02:09:01.000000Z',
        at: '2026-11-24T02:08:00.000000Z',
        request: '0193a3c1-7a54-7c1e-9d43-3a1c4b4d6ad7',
        agency: 'local',
        principal: 'operator',
        action: 'read',
        operation: 'getEvent',
        items: ['vin:WDDSYNTH9JA000001'],
        events: ['local/lux-0004'],
        evidence: [],
        deadLetters: [],
        tlp: 'GREEN',
        policy: 0,
        emergency: false,
        reader: { address: '127.0.0.1', key: null, via: 'local', behalf: null },
      },
    ],
    next: null,
  } satisfies AuditView,
  Explanation: explanation,
  PolicyView: policyView,
  SessionsView: sessionsView,
  StoredView: stored,
  EventsView: { coordinates, events: [stored], next: null } satisfies EventsView,
  StreamedEvent: {
    coordinates: { asOf: { basis: 'log', logSize: stored.logIndex + 1 }, policy: 0 },
    event: { ...stored, recorded: null, signatures: [] },
  } satisfies StreamedEvent,
  StreamEnd: streamEnd('auth.key-revoked') satisfies StreamEnd,
  EventView: event,
  EventAnswer: {
    coordinates,
    event,
    about: [],
    waiting: [],
    openQuestions: [],
    conflicts: [{ contentHash: OTHER_HASH, captured: '2026-11-24T02:11:00.000000Z' }],
  } satisfies EventAnswer,
  ItemView: {
    item,
    coordinates,
    events: 14,
    lastPlacedBy: event,
    links: { timeline: '/v1/items/vin:WDDSYNTH9JA000001/timeline' },
  } satisfies ItemView,
  TimelineView: {
    item,
    coordinates,
    entries: [event],
    waiting: [],
    openQuestions: [
      {
        code: 'contradiction',
        refs: [
          { agency: 'local', id: 'lux-0050' },
          { agency: 'local', id: 'lux-0049' },
        ],
        display: 'lux-0050 contradicts lux-0049; both stand.',
      },
    ],
    notes: [
      'After it went into container SYNU 000001 4, what is recorded of container SYNU 000001 4 itself is not listed here: the journey has it, as long as this item was provably inside.',
    ],
    next: null,
  } satisfies TimelineView,
  CaseView: caseExample(coordinates, event),
  CasesView: casesExample(coordinates),
  SearchView: {
    query: 'SYNU OOOOO1 4',
    coordinates,
    results: [{ id: 'container:SYNU0000014', scheme: 'container', display: 'container SYNU 000001 4', match: 'look-alike' }],
    complete: true,
    notes: [],
    next: null,
  } satisfies SearchView,
  SightingsView: {
    coordinates,
    results: [
      {
        why: [
          {
            text: 'Rotterdam',
            pointer: '/place/name',
            filter: 'place',
            words: [{ asked: 'Роттердам', found: 'Rotterdam', key: 'rotterdam', rule: 'ISO 9' }],
          },
        ],
        sighting: event,
      },
    ],
    notes: [],
    next: null,
  } satisfies SightingsView,
  PatternsView: {
    coordinates,
    of: 'paths',
    patterns: [
      {
        path: ['NLRTM', 'CNDLC'],
        isOrderCertain: true,
        items: ['vin:WDDSYNTH0JA000002', 'vin:WDDSYNTH9JA000001'],
        sightings: [
          { agency: 'local', id: 'lux-0009', items: ['vin:WDDSYNTH0JA000002', 'vin:WDDSYNTH9JA000001'] },
          { agency: 'local', id: 'lux-0012', items: ['vin:WDDSYNTH0JA000002', 'vin:WDDSYNTH9JA000001'] },
        ],
        tlp: 'GREEN',
      },
    ],
    complete: true,
    notes: [],
  } satisfies PatternsView,
  Receipt: receipt,
  ReceiptStatus: {
    status: 'pending',
    log: receipt.log,
    agency: 'local',
    id: 'lux-0009',
    contentHash: CONTENT_HASH,
    sealed: null,
    rejection: null,
  } satisfies ReceiptStatus,
  SubmittedOne: { status: 'accepted', ...receipt } satisfies SubmittedOne,
  SubmittedRow: { row: 0, status: 'accepted' as const, id: 'lux-0009', receipt },
  SubmittedRows: {
    results: [
      { row: 0, status: 'accepted', id: 'lux-0009', receipt },
      {
        row: 1,
        status: 'refused',
        id: 'lux-0010',
        errors: [{ row: 1, code: 'schema.required', pointer: '/handling', detail: 'The member handling is missing.' }],
      },
    ],
  } satisfies SubmittedRows,
  ConflictsView: {
    conflicts: [
      {
        agency: 'local',
        id: 'lux-0009',
        contentHash: OTHER_HASH,
        standing: { logIndex: 8, contentHash: CONTENT_HASH },
        submittedBy: { agency: 'local', principal: 'operator', proved: true },
        captured: '2026-11-24T02:11:00.000000Z',
        topic: 'custody.sightings.v1',
        partition: 3,
        offset: 1042,
      },
    ],
    next: null,
  } satisfies ConflictsView,
  ...watchExamples(coordinates, OTHER_HASH),
  DeadLetterView: {
    ...deadLetter,
    key: null,
    headers: [{ name: 'ce_id', value: 'bHV4LTAwMDk=' }],
    value: 'bm90IGEgcmVjb3Jk',
  } satisfies DeadLetterView,
  DeadLettersView: { deadLetters: [deadLetter], next: null } satisfies DeadLettersView,
  RetriedView: { seq: 1, retried: true } satisfies RetriedView,
  HealthView: { status: 'ok', checks: [{ name: 'projector', status: 'ok', detail: 'last batch 0.4 s ago, lag 0' }] } satisfies HealthView,
  Proof: {
    checkpoint:
      'ledger.example/log\n64\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— ledger.example/log Az3grlgtzPICa5OS8npVmf1Myq/5IZni\n',
    events: [],
    format: 'custody-proof/1',
    item: { groups: [{ group: 'clear', map: 'AQAAAA==', tree: null }], item: 'vin:WDDSYNTH9JA000002' },
    notices: [],
    salt: null,
    seal: { entry: '{"access":null,"covers":63}', inclusion: ['CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I='], index: 63 },
  } satisfies ProofView,
  ReadProof: {
    checkpoint:
      'ledger.example/log\n64\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— ledger.example/log Az3grlgtzPICa5OS8npVmf1Myq/5IZni\n',
    format: 'custody-read/1',
    inclusion: ['CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I='],
    n: 2,
    record: '{"agency":"local","v":1}',
    seal: { entry: '{"access":null,"covers":63}', inclusion: ['CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I='], index: 63 },
    secret: CONTENT_HASH,
  } satisfies ReadProofView,
  EvidenceView: {
    coordinates,
    sha256: OTHER_HASH,
    held: true,
    bytes: 229,
    mediaType: 'text/plain',
    custodian: { agency: 'local', since: '2026-11-24T02:10:00.000000Z', by: { agency: 'local', id: `received:${OTHER_HASH}` } },
    holders: [{ agency: 'local', since: '2026-11-24T02:10:00.000000Z', by: { agency: 'local', id: `received:${OTHER_HASH}` } }],
    holds: [],
    transfers: [],
    mismatches: 0,
    acts: [
      {
        event: { agency: 'local', id: `received:${OTHER_HASH}` },
        principal: 'operator',
        logIndex: 62,
        captured: '2026-11-24T02:10:00.000000Z',
        act: 'received',
        sha256: OTHER_HASH,
        after: OTHER_HASH,
        purpose: 'upload',
        bytes: 229,
        mediaType: 'text/plain',
        counts: true,
        flags: [],
      },
    ],
    citedBy: [
      {
        event: { agency: 'local', id: 'lux-0009' },
        logIndex: 8,
        kind: 'aggregation',
        withdrawn: false,
        locators: ['line:5'],
        refs: ['evidence/bl-rtm-dlc.txt'],
      },
    ],
    moreCitedBy: false,
  } satisfies EvidenceView,
  EvidenceListView: {
    evidence: [
      {
        sha256: OTHER_HASH,
        bytes: 229,
        mediaType: 'text/plain',
        receivedBy: { agency: 'local', principal: 'operator' },
        received: '2026-11-24T02:10:00.000000Z',
      },
    ],
    next: null,
  } satisfies EvidenceListView,
  EvidenceUploaded: {
    status: 'received',
    sha256: OTHER_HASH,
    bytes: 229,
    mediaType: 'text/plain',
    event: { agency: 'local', id: `received:${OTHER_HASH}` },
    receipt,
  } satisfies EvidenceUploaded,
  EvidencePart: { sha256: OTHER_HASH, offset: 1_048_576 },
  Consistency: {
    from: 32,
    to: 64,
    hashes: ['CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I='],
    root: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
  } satisfies ConsistencyView,
  Problem: problem('schema.required', {
    instance: '/v1/events',
    requestId: REQUEST,
    errors: [{ code: 'schema.required', pointer: '/handling', detail: 'The member handling is missing.' }],
  }) satisfies Problem,
};
