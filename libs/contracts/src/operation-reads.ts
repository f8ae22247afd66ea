/**
 * What each operation of the API is a read of, in one table: for the access log, which has a record of every read of anything above TLP:CLEAR.
 * Which of it stood in one answer is noted by whoever read it; an operation that is said to read nothing and does is refused.
 */

/** Kinds of names that a record may have. `other`: something of an agency that has no name here, such as who its principals are. */
export const READ_KINDS = ['item', 'event', 'evidence', 'dead-letter', 'other'] as const;
export type ReadKind = (typeof READ_KINDS)[number];

/** What an operation reads: kinds of names, or nothing above CLEAR, for a reason. */
export type OperationReads = readonly ReadKind[] | { readonly nothing: string };

const nothing = (reason: string): OperationReads => ({ nothing: reason });
const WRITES = nothing('it writes: what is told of it is what its caller sent or has had before, and the entry is the record');
const LOG = nothing('hashes, sizes and signed heads of the log, which say nothing of any event but that there is one');
const PROCESS = nothing('of the process, and nothing of what is in the ledger but how much');
const SESSION = nothing('of the session of whoever asks, which begins or ends, and nothing of the ledger');
const WORDS = nothing('the same words for everybody');

/** By operationId. */
export const OPERATION_READS: Readonly<Record<string, OperationReads>> = {
  listEvents: ['event', 'item'],
  streamEvents: ['event', 'item'],
  // Of what stands under an id, and what a target concerns, a refusal tells its agency.
  submitEvents: ['event', 'item'],
  getEvent: ['event', 'item'],
  listCases: ['event'],
  getCase: ['event', 'item'],
  listAudit: ['event', 'item', 'evidence', 'other'],
  proveRead: ['other'],
  listConflicts: ['event'],
  // With `at` its journey, which reads files of positions, as a comparison does of two.
  getItem: ['item', 'event', 'evidence'],
  getTimeline: ['item', 'event'],
  diffItem: ['item', 'event', 'evidence'],
  getJourney: ['item', 'event', 'evidence'],
  search: ['item'],
  searchSightings: ['event', 'item'],
  findPatterns: ['event', 'item'],
  listEvidence: ['evidence'],
  getEvidence: ['evidence'],
  headEvidence: ['evidence'],
  viewEvidence: ['evidence'],
  getCustody: ['evidence', 'event', 'item'],
  putEvidence: WRITES,
  proveLog: LOG,
  proveKeys: LOG,
  proveConsistency: LOG,
  proveItem: ['item', 'event'],
  proveEvent: ['event', 'item'],
  getCheckpoint: LOG,
  getTile: LOG,
  // Hashes, by which whoever knows the salt can try out identifiers.
  getMapLinks: ['other'],
  getReceipt: ['event', 'item'],
  listWatches: ['event'],
  listAlerts: ['event', 'item'],
  listQuestions: ['event', 'item'],
  getPolicy: ['other'],
  login: SESSION,
  endLogin: SESSION,
  openLink: SESSION,
  logout: SESSION,
  listSessions: ['other'],
  endSession: SESSION,
  listDeadLetters: ['dead-letter'],
  getDeadLetter: ['dead-letter'],
  retryDeadLetter: WRITES,
  livez: PROCESS,
  readyz: PROCESS,
  metrics: PROCESS,
  problemPage: WORDS,
  sightingSchema: WORDS,
  openapi: WORDS,
  asyncapi: WORDS,
};

export const readsNothing = (reads: OperationReads): reads is { readonly nothing: string } => 'nothing' in reads;
