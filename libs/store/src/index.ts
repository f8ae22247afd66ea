/** Postgres: the embedded server, roles, migrations, and every statement that reads or writes the ledger. */
export { resetData } from './embedded/data-directory.ts';
export { DATA_FORMAT } from './embedded/data-format.ts';
export { startEmbedded, type EmbeddedPostgres } from './embedded/launcher.ts';
export { takeOwnership, type OwnerLock } from './embedded/owner-lock.ts';
export { APPEND_ONLY_SQLSTATE, StoreError, storeFault, sqlState } from './errors.ts';
export { dumpFixture, openFixture } from './fixture.ts';
export { readLogin, type Login } from './login.ts';
export { securityFaults, type SecurityFault } from './row-security.ts';
export { migrationState, type MigrationState } from './migration-state.ts';
export { loadMigrations, migrate, type MigrationReport } from './migrate.ts';
export { installContextKey } from './context-key.ts';
export {
  createPool,
  type PoolOptions,
  type ReaderPool,
  type Statement,
  type Statements,
  type StoreClient,
  type StorePool,
} from './pool.ts';
export { ReaderContext } from './reader-context.ts';
export { APP_ROLES, roleName, type AppRole } from './roles.ts';
export type { StoreLog } from './store-log.ts';
export { ledgerConstants, readerGroupIds } from './ledger-constants.ts';
export type { DeadLetter, EventIndex, PartitionId, ProjectedEvent } from './projected-event.ts';
export { FAILPOINTS, projectBatch, type Failpoint, type ProjectionHooks, type ProjectionOutcome } from './projection.ts';
export { firstEvents, knownEvents, knownItems } from './sql/known-events.ts';
export { listOffsets, readOffset } from './sql/offsets.ts';
export { digestDerived, type TableDigest } from './digest.ts';
export { settle } from './markings/settle.ts';
export { rebuild } from './rebuild.ts';
export { walkTimelines, type TimelinePart, type TimelineWalk } from './timeline-walk.ts';
export { schemaText } from './schema-text.ts';
export type { SearchKeys } from './search-rows.ts';
export { copyDeadLetters, deadLettersToCopy } from './sql/copy-dead-letter.ts';
export {
  countDeadLetters,
  listDeadLetters,
  markRetried,
  readDeadLetter,
  type DeadLetterHead,
  type StoredDeadLetter,
} from './sql/dead-letters.ts';
export { approvalsOf } from './sql/approvals-of.ts';
export type { EventRow } from './sql/event-row.ts';
export { eventById, eventsByRef } from './sql/events.ts';
export { eventsFrom } from './sql/events-from.ts';
export { itemCount } from './sql/item-count.ts';
export { eventConflicts, type EventConflict } from './sql/event-conflicts.ts';
export { keysUsed, keyUsesOf, type KeyUse, type KeyUseRow } from './sql/key-uses.ts';
export { listConflicts, type Conflict, type ConflictKey } from './sql/list-conflicts.ts';
export { CONTRADICTIONS_BYTES_MAX, CONTRADICTIONS_MAX, relationsAbout } from './sql/relations-about.ts';
export { searchedFrom, sightingCandidates, type SightingCandidates, type SightingKeysQuestion } from './sql/sighting-keys.ts';
export { ITEMS_PER_KEY_MAX, search, statedAliases, type SearchHit } from './sql/search.ts';
export { entryCount, handlingsPoint, isFrozen, logSize, markedAmong } from './sql/log-size.ts';
export { entryPlaces, oldestUnsealed, refusedBytes, submittedEvent, type EntryPlace, type RefusedBytes } from './sql/submitted.ts';
export { namedRows, type NamedRow } from './sql/named-rows.ts';
export { policyActsAfter, type PolicyActRow } from './sql/policy-acts.ts';
export {
  beginSession,
  endSession,
  listSessions,
  sessionOf,
  sessionSeen,
  SESSIONS_MAX,
  type NewSession,
  type SessionRow,
} from './sql/sessions.ts';
export { identityClaims, type ClaimsQuestion } from './sql/identity-claims.ts';
export { timelineEnd } from './sql/timeline-end.ts';
export { timelinePage, type TimelineKey, type TimelineRow } from './sql/timeline-page.ts';
export {
  FixedRows,
  LINKS_MAX,
  LogGap,
  readItemLinks,
  readLinksFrom,
  readLogPiece,
  readLogPieces,
  readPublicLogPiece,
  type ItemLinks,
  type LogPiece,
} from './seal/log-piece.ts';
export { noticesFrom, readKeyNotices } from './seal/key-notices.ts';
export { ItemLeafRows } from './seal/item-leaf-rows.ts';
export {
  countEntriesFrom,
  itemLeavesAre,
  lastCheckpoint,
  lastHeadWaited,
  newestWaitingHead,
  lastSeal,
  mapTilesAre,
  readEdgeTiles,
  readItemLeaves,
  readItems,
  readTile,
  readTiles,
  sealAt,
} from './seal/published.ts';
export { firstSeal, lastSealBy, recordedTimes, sealCovering, type SealBounds, type SealPoint } from './seal/recorded.ts';
export {
  appendNotice,
  freezeHead,
  holdToken,
  insertItemLeaves,
  insertItems,
  insertMapTiles,
  insertSeal,
  lockHead,
  SealerFenced,
  takeToken,
  writeCheckpoint,
  writeWaitingHead,
  writeTiles,
  type ItemRow,
  type MapTileRow,
  type SealRow,
  type TileRow,
  readClock,
} from './seal/seal-rows.ts';
export {
  checkpointOf,
  firstNotice,
  itemEntries,
  itemRows,
  itemsBetweenKeys,
  mapTilesAt,
  mapTilesBetween,
  noticeAt,
  type ItemEntryRow,
  type StoredMapTile,
} from './seal/map-reads.ts';
export { auditedAccessTiles, auditedReads, type AuditedRead } from './access/audited-reads.ts';
export {
  readsAt,
  readsPage,
  readTimes,
  sealedReads,
  shownEvents,
  shownItems,
  type ReadsQuestion,
  type StoredRead,
} from './access/reads-page.ts';
export { aboveClear, type AboveClear } from './access/above-clear.ts';
export {
  AccessGap,
  accessSize,
  readAccessCommitments,
  readAccessEdge,
  readAccessTile,
  readAccessTiles,
  writeAccessTiles,
} from './access/access-tree.ts';
export { appendReads, type ReadRow } from './access/append-reads.ts';
export { AUDIT_LOOKED_MAX, auditEvents, auditPage, batchesOf, type AuditFound, type AuditQuestion } from './sql/audit-page.ts';
export { LISTS_MAX, listsNaming } from './sql/lists-naming.ts';
export { alertCursors, changedMarks, marksOf, moveAlertCursor, type AlertCursor, type ChangedMark } from './sql/alert-cursors.ts';
export { openPointsOfItem, openPointsPage, type OpenPointRow } from './sql/open-points.ts';
export { streamPage, type StreamFound, type StreamQuestion } from './sql/stream-page.ts';
export { caseActsOf } from './sql/case-acts.ts';
export { toldMarkings } from './sql/told-markings.ts';
export { visibleEvents } from './sql/visible-events.ts';
export {
  evidenceActsOn,
  evidenceCitedBy,
  insertUpload,
  listEvidence,
  citedAfter,
  readableEvidence,
  uploadedAfter,
  uploadOf,
  type CitingRow,
  type EvidenceReader,
  type UploadRow,
} from './sql/evidence.ts';

// Audits, backups.
export { Frames } from './audit/frames.ts';
export { indexesOf, readHandlings, type StoredHandling } from './audit/handling-rows.ts';
export { readLogBlocks, type LogBlocks } from './audit/log-blocks.ts';
export { isNewestSealSigned, readAuditedLog, strayRows, type AuditedLog, type StrayRow } from './audit/log-rows.ts';
export {
  readEvents,
  readTimelineRows,
  timelineRowText,
  TimelineRows,
  type AuditedEvent,
  type TimelineBlock,
} from './audit/content-rows.ts';
export { readManifest, type BackedUpEvidence, type BackupManifest } from './backup/manifest.ts';
export { receivedEvidence } from './backup/received-evidence.ts';
export { restoreBackup, type RestoreOptions } from './backup/restore-backup.ts';
export { writeBackup, type BackupOptions } from './backup/write-backup.ts';
export { embeddedBeside } from './embedded/beside.ts';
