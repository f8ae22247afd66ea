/** A witness of transparency logs (C2SP tlog-witness): its key, what it cosigned, its HTTP server. Knows nothing of the ledger's database. */
export { WitnessError } from './errors.ts';
export { startWitness, type AuditedLog, type RunningWitness, type StartOptions } from './start-witness.ts';
