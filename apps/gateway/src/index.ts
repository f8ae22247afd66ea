/** The gateway role: reading. It connects with a role that cannot write the ledger. */
export type { DeadLetterRetry, GatewayDeps } from './gateway-deps.ts';
export { GatewayModule } from './gateway.module.ts';
export { digestTimelines, type TimelinesDigest } from './timelines-digest.ts';
export { ledgerReads, type LedgerReads, type Reader, type ReaderReads } from './ledger-reads.ts';
export { Proofs } from './proofs.ts';
export { readerOf } from './gateway-deps.ts';
export { readReceiptStatus } from './receipt-status.ts';
