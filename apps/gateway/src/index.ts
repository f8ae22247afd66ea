/** The gateway role: reading. It connects with a role that cannot write the ledger. */
export type { StoredEvent } from './event-view.ts';
export type { DeadLetterRetry, GatewayDeps } from './gateway-deps.ts';
export { GatewayModule } from './gateway.module.ts';
export type { LedgerReads, Position, Reader, StoredConflict, StoredDeadLetter, TimelineRow } from './ledger-reads.ts';
