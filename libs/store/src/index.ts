/** Postgres: the embedded server, roles, migrations, and every statement that reads or writes the ledger. */
export { resetData } from './embedded/data-directory.ts';
export { DATA_FORMAT } from './embedded/data-format.ts';
export { startEmbedded, type EmbeddedOptions, type EmbeddedPostgres } from './embedded/launcher.ts';
export { APPEND_ONLY_SQLSTATE, StoreError, storeFault, sqlState, type StoreErrorCode } from './errors.ts';
export { migrate, type MigrationReport } from './migrate.ts';
export { createPool, type PoolOptions, type Statement, type StoreClient, type StorePool } from './pool.ts';
export { APP_ROLES, ROLES, roleName, type AppRole, type Role } from './roles.ts';
export type { StoreLog } from './store-log.ts';
export { ledgerConstants, readerGroupIds, type LedgerConstants } from './ledger-constants.ts';
export {
  FAILPOINTS, projectBatch,
  type DeadLetter, type Failpoint, type PartitionId, type ProjectedEvent, type ProjectionHooks, type ProjectionOutcome,
} from './projection.ts';
export { knownEvents, knownItems, type Ref } from './sql/known-events.ts';
export { listOffsets, readOffset, type StoredOffset } from './sql/offsets.ts';
