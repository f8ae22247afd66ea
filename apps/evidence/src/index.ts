/** The evidence role: the bytes of evidence, and what became of them. It connects with a role that cannot write the ledger. */
export type { EvidenceDeps } from './evidence-deps.ts';
export { evidenceReads, type EvidenceReads, type Grants } from './evidence-reads.ts';
export { EvidenceModule } from './evidence.module.ts';
