/** Contracts of Custody Ledger: the sighting document, its validation and reading, errors, CloudEvents headers, OpenAPI and AsyncAPI. */
export { asyncApiDocument, DEAD_LETTERS_TOPIC, SIGHTINGS_TOPIC } from './asyncapi.ts';
export { checkHeaders, submittedHeaders } from './cloud-events.ts';
export { codesWithoutTest, ERROR_CODES, ERRORS, type ErrorCode } from './errors.ts';
export { type RouteRoles } from './operation-roles.ts';
export { routeRoles } from './route-roles.ts';
export { OPERATION_READS, READ_KINDS, readsNothing, type OperationReads, type ReadKind } from './operation-reads.ts';
export { routeReads } from './route-reads.ts';
export { answerNames, type AnswerNames } from './answer-names.ts';
export { FLAGGED_MAX, type PolicyView } from './policy-view.ts';
export { FAULTS_MAX, pointerToken, type Fault } from './fault.ts';
export type { SessionsView } from './session-views.ts';
export { equalJson, isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';
export { openApiDocument } from './openapi.ts';
export { markup, type Html } from './markup.ts';
export { errorsPage, isErrorCode, problem, PROBLEM_MEDIA_TYPE, problemPage, statusOf, type Problem } from './problem.ts';
export { readSighting } from './read-sighting.ts';
export type { QuestionsView } from './questions-view.ts';
export type { AlertsView, AlertView, WatchesView, WatchView } from './watch-views.ts';
export { alertOf, type AlertDocument } from './watch-schema.ts';
export { ConditionSchema, type ConditionDocument } from './condition-schema.ts';
export { BATCH_MEMBERS_MAX, batchOf, type BatchDocument } from './batch-schema.ts';
export {
  schemaOf,
  type EvidenceDocument,
  type HandlingDocument,
  type ItemDocument,
  type OccurredDocument,
  type PartyDocument,
  type PlaceDocument,
  type SightingDocument,
} from './sighting-schema.ts';
export { validateDocument } from './validate.ts';
export type { DeadLettersView, DeadLetterView, HealthView, RetriedView } from './operation-views.ts';
export type { Coordinates } from './coordinates-view.ts';
export type { EvidenceListView, EvidenceUploaded, EvidenceView } from './evidence-views.ts';
export { AUDIT_FILTERS, AUDIT_READ, readAuditQuery, type AuditQuery, type ReadAuditQuery } from './audit-query.ts';
export { auditLines, type AuditLine } from './audit-lines.ts';
export { auditCsv, auditCsvHead, auditRowAt } from './audit-export.ts';
export type { AuditReadRow, AuditRow, AuditView } from './audit-views.ts';
export type { SignatureView } from './signature-view.ts';
export type { StoredView } from './stored-view.ts';
export type { AskedTimeView, AtView, PlacedBy } from './at-view.ts';
export type { CasesView, CaseView } from './case-views.ts';
export type { DiffView } from './diff-view.ts';
export { IDENTITY_TOLD_MAX, type IdentityView } from './identity-view.ts';
export type { ThroughView } from './view-parts.ts';
export type { JourneyView } from './journey-view.ts';
export type { StreamedEvent, StreamEnd } from './stream-views.ts';
export {
  STREAM_END,
  STREAM_HEARTBEAT,
  STREAM_MEDIA_TYPE,
  streamBegin,
  streamedText,
  streamEnd,
  streamEndText,
  type StreamMessage,
  StreamReader,
} from './stream-text.ts';
export type {
  ConflictsView,
  EventAnswer,
  EventsView,
  EventView,
  ItemView,
  Receipt,
  SearchView,
  SightingsView,
  SubmittedRow,
  TimelineView,
} from './views.ts';
export type { PatternsView } from './patterns-view.ts';
export type { ReceiptStatus } from './receipt-views.ts';
export { explainEvent, explainEvents, explainItem, explainTimeline, type ExplainSource, type ExplainSources } from './explain.ts';
export { blameIn, citedText, NO_DOCUMENT, restsOn, type Blame, type ExplainedSighting, type Explanation } from './explanation.ts';
export { EVENT_CONFLICTS_MAX } from './views.ts';
export { indexSighting } from './sighting-index.ts';
export { ConsistencyView, ProofView } from './proof-views.ts';
