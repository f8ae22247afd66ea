/** Mounts the evidence role: its store of files, its pool, and capture's way into the event log. */
import { join } from 'node:path';
import type { DynamicModule } from '@nestjs/common';
import { submit } from '#app/capture';
import { EvidenceModule, evidenceReads, type EvidenceDeps, type Grants } from '#app/evidence';
import { canonicalize } from '#lib/ledger';
import { openEvidenceFiles } from '#lib/evidence';
import { type Config, DomainError } from '#lib/runtime';
import { logSize } from '#lib/store';
import { opened } from './opened-pool.ts';
import type { Parts } from './parts.ts';
import { databaseAnswers } from './readiness.ts';
import type { Submitting } from './submitting.ts';

const MICROS_PER_MS = 1000;

/** Where evidence lies on this machine. */
export const evidenceFolder = ({ evidence, dataDir }: Pick<Config, 'evidence' | 'dataDir'>): string =>
  evidence.dir ?? join(dataDir, 'evidence');

/** @param submitting `null`: the log has ended */
export async function evidenceModule(
  { config, database, health, hasEnded }: Parts,
  submitting: Submitting | null,
  grants: Grants,
): Promise<DynamicModule> {
  const pool = database.pool('evidence', { statementTimeoutMs: config.limits.statementMs, clientsWait: true });
  health.dependency({ name: 'evidence: database', ask: () => databaseAnswers(() => logSize(pool)) });
  return EvidenceModule.with({
    store: await openEvidenceFiles(evidenceFolder(config)),
    reads: evidenceReads(await opened(pool), grants),
    say: saying(submitting),
    hasEnded,
    bytesMax: config.evidence.bytesMax,
    nowMicros: () => Date.now() * MICROS_PER_MS,
  });
}

/** By capture itself: the same checks, the same publisher, the same receipt. */
function saying(submitting: Submitting | null): EvidenceDeps['say'] {
  if (submitting === null) return () => Promise.reject(new DomainError('log.frozen', 'The log has ended: nothing is said in it.'));
  return async (document, { agency, principal, roles }, requestId) => {
    const context = { agency, principal, roles, publisherKey: submitting.publisherKey, captured: submitting.now(), requestId };
    const mode = { onError: 'proceed', dryRun: false, sign: true } as const;
    const { results } = await submit(submitting, [Buffer.from(canonicalize(document as never), 'utf8')], context, mode);
    const [result] = results;
    if (result === undefined) throw new Error('a document has a result');
    if (result.status !== 'refused') return result.receipt;
    if (result.faults[0]?.code === 'event.id-conflict') return null;
    throw new Error(`an act of this program is refused: ${result.faults[0]?.code ?? 'unknown'}`);
  };
}
