/** Worker thread of accept-pool.ts: one message in (documents of one chunk, or an array to cut), one message out (acceptances, or the array's documents). */
import { parentPort } from 'node:worker_threads';
import { acceptDocuments, type AcceptContext, type Acceptance } from './accept.ts';
import { cutArray, type CutArray } from './cut-array.ts';

export type AcceptWork =
  | { readonly documents: readonly Uint8Array[]; readonly context: AcceptContext; readonly firstRow: number }
  | { readonly array: Uint8Array; readonly documentsMax: number };
export type AcceptJob = AcceptWork & { readonly sequence: number };

export type AcceptReply =
  | { readonly sequence: number; readonly acceptances: readonly Acceptance[] }
  | { readonly sequence: number; readonly cut: CutArray }
  | { readonly sequence: number; readonly error: string };

const port = parentPort;
if (port !== null) {
  port.on('message', (job: AcceptJob) => {
    port.postMessage(work(job));
  });
}

function work(job: AcceptJob): AcceptReply {
  try {
    if ('array' in job) return { sequence: job.sequence, cut: cutArray(job.array, job.documentsMax) };
    return { sequence: job.sequence, acceptances: acceptDocuments(job.documents, job.context, job.firstRow) };
  } catch (error) {
    // A bug in validation must answer this request with 500 and leave the thread alive for the next one.
    return { sequence: job.sequence, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
