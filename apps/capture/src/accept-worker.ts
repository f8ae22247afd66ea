/** Worker thread of accept-pool.ts: one message in (documents of one chunk), one message out (their acceptances), in order. */
import { parentPort } from 'node:worker_threads';
import { acceptDocuments, type AcceptContext, type Acceptance } from './accept.ts';

export interface AcceptJob {
  readonly sequence: number;
  readonly documents: readonly Uint8Array[];
  readonly context: AcceptContext;
  readonly firstRow: number;
}

export type AcceptReply =
  { readonly sequence: number; readonly acceptances: readonly Acceptance[] } | { readonly sequence: number; readonly error: string };

const port = parentPort;
if (port !== null) {
  port.on('message', (job: AcceptJob) => {
    port.postMessage(work(job));
  });
}

function work(job: AcceptJob): AcceptReply {
  try {
    return { sequence: job.sequence, acceptances: acceptDocuments(job.documents, job.context, job.firstRow) };
  } catch (error) {
    // A bug in validation must answer this request with 500 and leave the thread alive for the next one.
    return { sequence: job.sequence, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
