/** GET /v1/audit/reads/{n}/proof: one record of the access log, opened for the agency that it is kept for, under the newest published head. */
import { encodeReadProof } from '#lib/ledger';
import { DomainError } from '#lib/runtime';
import { findRead } from './audit-reads.ts';
import type { NotedReading } from './gateway-deps.ts';
import type { Proofs } from './proofs.ts';

/** Throws read.not-found, also for what is hidden from the reader; read.not-sealed; log.not-sealed. */
export async function proveRead({ reads, reader, notes }: NotedReading, proofs: Proofs, n: number): Promise<Uint8Array> {
  const own = reads.as(reader);
  const stored = await findRead(own, reader, n);
  if (stored === null) throw new DomainError('read.not-found', 'The access log has no such record that is for you.');
  // Who read what is an agency's own, whatever it was that was read; that there is a record is told from here on.
  notes.isOther = true;
  const { note, seal, placedSeal } = await proofs.head();
  const size = seal.accessSize ?? 0;
  if (size <= n)
    throw new DomainError('read.not-sealed', `The record stands at ${n}, and the head that was published names ${size} records.`);
  return encodeReadProof({
    checkpoint: note,
    seal: placedSeal,
    n: BigInt(n),
    inclusion: await reads.accessProofs.inclusion(BigInt(n), BigInt(size)),
    record: stored.bytes.toString('utf8'),
    secret: stored.secret,
  });
}
