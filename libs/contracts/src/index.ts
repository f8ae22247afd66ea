/** Contracts of Custody Ledger: the sighting document, its validation and reading, errors, CloudEvents headers, OpenAPI and AsyncAPI. */
export { asyncApiDocument, DEAD_LETTERS_TOPIC, SIGHTINGS_TOPIC } from './asyncapi.ts';
export { checkHeaders, RECORD_MEDIA_TYPE, submittedHeaders, SUBMITTED_TYPE, type SubmittedRecord } from './cloud-events.ts';
export { codesWithoutTest, ERROR_CODES, ERRORS, type ErrorCode, type ErrorEntry } from './errors.ts';
export { FAULTS_MAX, pointerToken, type Fault } from './fault.ts';
export { equalJson, isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';
export { API_VERSION, openApiDocument } from './openapi.ts';
export { errorsPage, isErrorCode, problem, PROBLEM_MEDIA_TYPE, problemPage, statusOf, type Problem } from './problem.ts';
export { readSighting, type ReadSighting, type SightingEnvelope } from './read-sighting.ts';
export {
  IDENTIFIER_LENGTH_MAX,
  ITEMS_MAX,
  LIST_LENGTH_MAX,
  schemaId,
  schemaOf,
  TEXT_LENGTH_MAX,
  WORD_LENGTH_MAX,
  type EvidenceDocument,
  type HandlingDocument,
  type ItemDocument,
  type OccurredDocument,
  type PartyDocument,
  type PlaceDocument,
  type SightingDocument,
} from './sighting-schema.ts';
export { validateDocument } from './validate.ts';
export type {
  ConflictsView,
  Coordinates,
  DeadLettersView,
  DeadLetterView,
  EventAnswer,
  EventsView,
  EventView,
  HealthView,
  ItemView,
  Receipt,
  RetriedView,
  SearchView,
  StoredView,
  SubmittedOne,
  SubmittedRow,
  SubmittedRows,
  TimelineView,
} from './views.ts';
export { indexSighting, type SightingIndex } from './sighting-index.ts';
