/** Evidence in memory: for suites, and to hold the port to more than one way of doing it. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { checkHash, checkOwner, type EvidenceStat, type EvidenceStore } from './port.ts';
import { receive, type Sink } from './receive.ts';

/** An empty store. Nothing in it outlives the process. */
export function evidenceInMemory(now: () => number = Date.now): EvidenceStore {
  const held = new Map<string, { readonly content: Buffer; readonly storedMs: number }>();
  const parts = new Map<string, Buffer>();
  const statOf = (sha256: string): EvidenceStat | null => {
    const found = held.get(sha256);
    return found === undefined ? null : { sha256, bytes: found.content.length, storedMs: found.storedMs };
  };
  return {
    put(sha256, bytes, options) {
      checkHash(sha256);
      checkOwner(options.owner);
      const key = `${options.owner}/${sha256}`;
      const { from = 0 } = options;
      const before = from === 0 ? Buffer.alloc(0) : (parts.get(key) ?? Buffer.alloc(0));
      if (before.length !== from) return Promise.resolve({ outcome: 'offset', offset: before.length });
      if (from > 0) parts.delete(key);
      const pieces: Uint8Array[] = [before];
      const sink: Sink & { bytes: number } = {
        bytes: before.length,
        write(chunk) {
          pieces.push(Buffer.from(chunk));
          this.bytes += chunk.length;
          return Promise.resolve();
        },
        finish() {
          const isKnown = held.has(sha256);
          if (!isKnown) held.set(sha256, { content: Buffer.concat(pieces), storedMs: now() });
          parts.delete(key);
          return Promise.resolve(isKnown ? 'known' : 'stored');
        },
        keep() {
          if (this.bytes > 0) parts.set(key, Buffer.concat(pieces));
          return Promise.resolve();
        },
        drop: () => Promise.resolve(),
      };
      return receive(sha256, bytes, sink, createHash('sha256').update(before), options);
    },
    offset(sha256, owner) {
      checkHash(sha256);
      checkOwner(owner);
      return Promise.resolve(parts.get(`${owner}/${sha256}`)?.length ?? 0);
    },
    stat(sha256) {
      checkHash(sha256);
      return Promise.resolve(statOf(sha256));
    },
    open(sha256, range) {
      checkHash(sha256);
      const content = held.get(sha256)?.content;
      if (content === undefined) return Promise.resolve(null);
      return Promise.resolve(Readable.from([range === undefined ? content : content.subarray(range.from, range.to + 1)]));
    },
    async *list() {
      for (const sha256 of [...held.keys()].sort()) yield await Promise.resolve(statOf(sha256) as EvidenceStat);
    },

    async *strays() {
      yield* [];
    },
    verify(sha256) {
      checkHash(sha256);
      const content = held.get(sha256)?.content;
      if (content === undefined) return Promise.resolve({ verdict: 'missing' });
      return Promise.resolve({ verdict: 'whole', bytes: content.length });
    },
  };
}
