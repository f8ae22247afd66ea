/** Runs acceptDocument off the main thread, so that HTTP stays responsive while field trees are computed. */
import { Worker } from 'node:worker_threads';
import type { AcceptJob, AcceptReply, AcceptWork } from './accept-worker.ts';
import { acceptDocuments, type AcceptContext, type Acceptance } from './accept.ts';
import { cutArray, type CutArray } from './cut-array.ts';

export interface AcceptPool {
  /** Acceptances in the order of the documents, the first of which is row `firstRow` of its request. Rejects only for a bug or a thread that died. */
  accept(documents: readonly Uint8Array[], context: AcceptContext, firstRow: number): Promise<readonly Acceptance[]>;
  /** Documents of a body that is a JSON array. */
  cut(array: Uint8Array, documentsMax: number): Promise<CutArray>;
  close(): Promise<void>;
}

/** Computes on the caller's thread: for tests, and for a machine with one core. */
export function inlineAcceptPool(): AcceptPool {
  return {
    accept: (documents, context, firstRow) => Promise.resolve(acceptDocuments(documents, context, firstRow)),
    cut: (array, documentsMax) => Promise.resolve(cutArray(array, documentsMax)),
    close: () => Promise.resolve(),
  };
}

interface Waiting {
  readonly resolve: (reply: Exclude<AcceptReply, { error: string }>) => void;
  readonly reject: (error: Error) => void;
  readonly worker: number;
}

/** A pool of `size` threads; a chunk goes to the thread with the fewest chunks waiting. */
export function threadAcceptPool(size: number): AcceptPool {
  const waiting = new Map<number, Waiting>();
  const load: number[] = new Array<number>(size).fill(0);
  const workers: Worker[] = [];
  let sequence = 0;
  let closing = false;

  const start = (index: number): void => {
    const worker = new Worker(new URL('./accept-worker.js', import.meta.url));
    workers[index] = worker;
    worker.on('message', (reply: AcceptReply) => settle(reply));
    worker.on('error', (error) => lose(index, error));
    worker.on('exit', () => {
      if (!closing) {
        lose(index, new Error('an accept thread ended'));
        start(index);
      }
    });
  };
  const settle = (reply: AcceptReply): void => {
    const entry = waiting.get(reply.sequence);
    if (entry === undefined) return;
    waiting.delete(reply.sequence);
    load[entry.worker] = (load[entry.worker] ?? 1) - 1;
    if ('error' in reply) entry.reject(new Error(reply.error));
    else entry.resolve(reply);
  };
  const lose = (index: number, error: Error): void => {
    for (const [key, entry] of waiting) {
      if (entry.worker !== index) continue;
      waiting.delete(key);
      entry.reject(error);
    }
    load[index] = 0;
  };
  const ask = (work: AcceptWork): Promise<Exclude<AcceptReply, { error: string }>> => {
    const worker = load.indexOf(Math.min(...load));
    load[worker] = (load[worker] ?? 0) + 1;
    const job: AcceptJob = { sequence: ++sequence, ...work };
    return new Promise((resolve, reject) => {
      waiting.set(job.sequence, { resolve, reject, worker });
      workers[worker]?.postMessage(job);
    });
  };
  for (let index = 0; index < size; index++) start(index);

  return {
    async accept(documents, context, firstRow) {
      const reply = await ask({ documents, context, firstRow });
      if (!('acceptances' in reply)) throw new Error('an accept thread answered another question');
      return reply.acceptances.map(restoreBuffers);
    },
    async cut(array, documentsMax) {
      const reply = await ask({ array, documentsMax });
      if (!('cut' in reply)) throw new Error('an accept thread answered another question');
      return reply.cut;
    },
    async close() {
      closing = true;
      await Promise.all(workers.map((worker) => worker.terminate()));
      for (const index of workers.keys()) lose(index, new Error('capture is closing'));
    },
  };
}

/** A Buffer arrives as a Uint8Array from another thread. */
function restoreBuffers(acceptance: Acceptance): Acceptance {
  if (!acceptance.ok) return acceptance;
  const { buffer, byteOffset, byteLength } = acceptance.value;
  return { ...acceptance, value: Buffer.from(buffer, byteOffset, byteLength) };
}
