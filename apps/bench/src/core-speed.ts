/** How fast a core of this machine is just now: figures of two runs can only be compared with this beside them. */
import { hash } from 'node:crypto';

const NODE_BYTES = 65;
const HASHES = 50_000;
/** The first compiles, and one may be interrupted: the fastest counts. */
const TRIES = 4;

/** Microseconds of one SHA-256 of 65 bytes, as of a node of a tree; a fifth of a second. */
export function hashMicros(): number {
  const node = Buffer.alloc(NODE_BYTES, 1);
  let best = Infinity;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const started = performance.now();
    for (let n = 0; n < HASHES; n++) hash('sha256', node, 'binary');
    best = Math.min(best, ((performance.now() - started) * 1000) / HASHES);
  }
  return best;
}
