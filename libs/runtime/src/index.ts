/**
 * What every role of the program runs on: configuration, log lines, metrics, health, an orderly end, the HTTP server. The batch transport loads Nest
 * and is in nest.ts; commands that ask a server need the configuration alone, config/index.ts.
 */
export * from './config/index.ts';
export { DomainError, refusedHeader } from './domain-error.ts';
export { createHealth, type Health, type ProgressReport } from './health.ts';
export { uuidv7 } from './ids.ts';
export { createLog, linesOf, type Log, nestLogger } from './log.ts';
export { createMetrics, createWitnessMetrics, type Metrics, METRICS, WITNESS_METRICS, type WitnessMetrics } from './metrics.ts';
export { keptKey } from './kept-key.ts';
export { ANY_AGENCY, loadPublisherKeys, type PublisherKeyring } from './publisher-key.ts';
export { createShutdown, type Shutdown } from './shutdown.ts';
export { actorNow, actorOf, type HttpAccess, onlyActor, refuseRoute } from './http/access.ts';
export { type Certificate, certificateStands, dayOf, readCertificate, standingOf } from './http/certificate.ts';
export { isSecure, originFor, type OwnOrigin, ownOriginOf, PLAIN_ORIGIN } from './http/own-origin.ts';
export { createHttpServer, STAYS_OPEN, TAKES_BYTES, type HttpServer } from './http/http-server.ts';
export { notesOf, notRecorded, recordPiece, UNRECORDED, type ReadLog, type ReadRequest } from './http/reads.ts';
export { ReadNotes, type NamedInAnswer, type NotedEvent } from './http/read-notes.ts';
export { problemAnswer, type Translate } from './http/problem-answer.ts';
export { requestIdOf } from './http/request-id.ts';
