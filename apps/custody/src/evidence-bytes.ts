/** A file of evidence as a whole, where an answer needs what is in it. */
import { buffer } from 'node:stream/consumers';
import type { GatewayDeps } from '#app/gateway';
import type { EvidenceStore } from '#lib/evidence';

export const evidenceBytesOf =
  (store: Pick<EvidenceStore, 'stat' | 'open'>): GatewayDeps['evidenceBytes'] =>
  async (sha256, bytesMax) => {
    const stat = await store.stat(sha256);
    if (stat !== null && stat.bytes > bytesMax) return 'too-large';
    const bytes = stat === null ? null : await store.open(sha256);
    return bytes === null ? null : buffer(bytes);
  };
