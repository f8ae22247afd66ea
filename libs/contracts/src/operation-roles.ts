/**
 * Who may use which operation of the API, in one table. What he then sees is for his reader groups to say; a role says only what he may do.
 * `public`: nobody is asked who he is. `anyone`: also a caller without credentials, who sees what is CLEAR. `known`: a caller of some agency. A list: one of these roles.
 */
import { ACTOR_ROLES, type ActorRole } from '#lib/domain';

/** What an operation needs. */
export type RouteRoles = 'public' | 'anyone' | 'known' | readonly ActorRole[];

const SUBMITS: RouteRoles = ['contributor', 'investigator', 'admin'];
const OPERATES: RouteRoles = ['operator', 'admin'];
/** Whoever is known, for what changes something of his own. */
const HIMSELF: RouteRoles = ACTOR_ROLES;
const AUDITS: RouteRoles = ['auditor', 'operator', 'admin'];

/** By operationId. The proofs that hold the salt of the item map are for known callers: with it anybody could try out identifiers. */
export const OPERATION_ROLES: Readonly<Record<string, RouteRoles>> = {
  listEvents: 'anyone',
  streamEvents: 'anyone',
  submitEvents: SUBMITS,
  getEvent: 'anyone',
  listCases: 'anyone',
  getCase: 'anyone',
  listAudit: AUDITS,
  proveRead: AUDITS,
  listConflicts: 'known',
  getItem: 'anyone',
  getTimeline: 'anyone',
  diffItem: 'anyone',
  getJourney: 'anyone',
  search: 'anyone',
  searchSightings: 'anyone',
  findPatterns: 'anyone',
  listEvidence: 'anyone',
  getEvidence: 'anyone',
  headEvidence: 'anyone',
  viewEvidence: 'anyone',
  getCustody: 'anyone',
  putEvidence: SUBMITS,
  proveLog: 'known',
  proveKeys: 'known',
  proveConsistency: 'anyone',
  proveItem: 'known',
  proveEvent: 'anyone',
  getCheckpoint: 'public',
  getTile: 'public',
  getMapLinks: AUDITS,
  getReceipt: 'known',
  listWatches: 'known',
  listAlerts: 'known',
  listQuestions: 'anyone',
  getPolicy: 'known',
  login: 'public',
  endLogin: 'public',
  openLink: 'public',
  logout: HIMSELF,
  listSessions: 'known',
  endSession: HIMSELF,
  listDeadLetters: OPERATES,
  getDeadLetter: OPERATES,
  retryDeadLetter: OPERATES,
  livez: 'public',
  readyz: 'public',
  metrics: OPERATES,
  problemPage: 'public',
  sightingSchema: 'public',
  openapi: 'public',
  asyncapi: 'public',
};
