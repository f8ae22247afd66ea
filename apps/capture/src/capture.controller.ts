/** POST /v1/events: one document, a JSON array, or an NDJSON stream. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Controller, Inject, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorCode, Fault } from '#lib/contracts';
import { shownBy, type Actor } from '#lib/domain';
import { actorNow, actorOf, DomainError, type Metrics, notesOf, ReadNotes, recordPiece, refusedHeader, requestIdOf } from '#lib/runtime';
import type { AcceptContext } from './accept.ts';
import { whileLetIn } from './let-in.ts';
import { ndjsonChunks, type NdjsonLine } from './ndjson.ts';
import { documentsOf, idempotencyKeyOf, modeOf, nothingSent, refusal } from './submission-request.ts';
import { submit, type RowResult, type SubmitDeps, type Submission, type SubmitMode, type ToldEvent } from './submit.ts';

/** A line of a stream waits for others to share its append for at most this long: its sender may be waiting for the answer before the next. */
const FLUSH_MS = 250;
/** A submitter that sends and does not read its answers is cut off: its rows would be held for it, and its place. */
const ANSWER_IDLE_MS = 60_000;

export const CAPTURE_DEPS = Symbol('capture deps');

export interface CaptureDeps extends SubmitDeps {
  readonly publisherKey: Uint8Array;
  readonly limits: {
    readonly documentBytesMax: number;
    readonly batchDocumentsMax: number;
    readonly chunkDocuments: number;
    readonly bodyBytesMax: number;
  };
  /** Capture's clock: RFC 3339 UTC with six decimals. */
  readonly now: () => string;
  readonly metrics: Metrics;
}

@Controller('v1/events')
export class CaptureController {
  readonly #deps: CaptureDeps;

  constructor(@Inject(CAPTURE_DEPS) deps: CaptureDeps) {
    this.#deps = deps;
  }

  @Post()
  async submit(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query() query: Record<string, unknown>): Promise<void> {
    const notes = notesOf(request);
    const mode = modeOf(query);
    const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
    if (type === 'application/x-ndjson' || type === 'application/jsonl') return this.#stream(request, reply, mode, notes);
    if (type !== 'application/json')
      throw refusedHeader('media-type', 'content-type', `The body is ${type === '' ? 'of no stated type' : String(type)}.`);
    return this.#whole(request, reply, mode, notes);
  }

  /** One document or an array of them, judged and appended as one. */
  async #whole(request: FastifyRequest, reply: FastifyReply, mode: SubmitMode, notes: ReadNotes): Promise<void> {
    const { documents, single } = await documentsOf(request.body as Buffer, this.#deps.limits.batchDocumentsMax, this.#deps.pool);
    // Its body may have been long in coming.
    const actor = await actorNow(request);
    const submission = await submit(this.#deps, documents, this.#context(request, actor), { ...mode, sign: mode.sign || single });
    const { appended, told } = submission;
    if (!appended) note(notes, told);
    const results = appended ? await answerable(request, actor, submission) : submission.results;
    this.#count(results, appended);
    const refused = results.flatMap((result, row) => (result.status === 'refused' ? withRow(result.faults, single ? undefined : row) : []));
    if (refused.length > 0 && (single || mode.onError === 'rollback')) throw refusal(refused, told);
    if (single) {
      const only = results[0];
      if (only === undefined || only.status === 'refused') throw new Error('a single document has one result');
      await reply.status(mode.dryRun ? 200 : 202).send(mode.dryRun ? answerOf(only, 0) : { status: only.status, ...only.receipt });
      return;
    }
    const status = refused.length === 0 && !mode.dryRun ? 202 : 200;
    await reply.status(status).send({ results: results.map(answerOf) });
  }

  /**
   * Rows are answered as they become durable, one JSON line each, in order; with `rollback` the whole stream is held and judged first. A sender who may not
   * write any more, his key revoked, is told so by the last line: what was answered before stays.
   */
  async #stream(request: FastifyRequest, reply: FastifyReply, mode: SubmitMode, notes: ReadNotes): Promise<void> {
    const { documentBytesMax, chunkDocuments, bodyBytesMax } = this.#deps.limits;
    let actor = actorOf(request);
    const lines = ndjsonChunks(request.body as AsyncIterable<Uint8Array>, {
      lineBytesMax: documentBytesMax,
      chunkLines: chunkDocuments,
      chunkBytes: bodyBytesMax,
      flushMs: FLUSH_MS,
    });
    const chunks = whileLetIn(lines, async () => (actor = await actorNow(request)));
    if (mode.onError === 'rollback') return this.#heldStream(chunks, request, reply, mode, notes);
    let row = 0;
    try {
      for await (const chunk of chunks) {
        const submission = await this.#judge(chunk, this.#context(request, actor), mode, row);
        if (reply.raw.destroyed) return;
        const results = await answerable(request, actor, submission);
        this.#count(results, submission.appended);
        if (row === 0) reply.raw.writeHead(200, { 'content-type': 'application/x-ndjson', 'request-id': requestIdOf(request) });
        if (!reply.raw.write(linesOf(results, row))) await drained(reply.raw);
        row += results.length;
      }
    } catch (error) {
      // Where rows are answered already the stream breaks off, and the client sees fewer answers than rows.
      if (row === 0 || !isRefusal(error)) throw error;
      return void reply.raw.end(linesOf([refusedRow(error)], row));
    }
    if (row === 0) throw nothingSent(NO_DOCUMENT);
    reply.raw.end();
  }

  async #heldStream(
    chunks: AsyncIterable<readonly NdjsonLine[]>,
    request: FastifyRequest,
    reply: FastifyReply,
    mode: SubmitMode,
    notes: ReadNotes,
  ): Promise<void> {
    const { batchDocumentsMax, bodyBytesMax } = this.#deps.limits;
    const lines: NdjsonLine[] = [];
    let bytes = 0;
    for await (const chunk of chunks) {
      for (const line of chunk) {
        // The row that is too much: the ones before it would have been taken.
        const row = lines.push(line) - 1;
        bytes += line.bytes.length;
        if (bytes > bodyBytesMax)
          throw refusal([heldWhole('body.too-large', row, `A rollback stream is held whole: at most ${bodyBytesMax} bytes.`)]);
        if (row >= batchDocumentsMax)
          throw refusal([heldWhole('batch.too-large', row, `More than ${batchDocumentsMax} documents in one rollback batch.`)]);
      }
    }
    if (lines.length === 0) throw nothingSent(NO_DOCUMENT);
    const { results, appended, told } = await this.#judge(lines, this.#context(request, await actorNow(request)), mode, 0);
    this.#count(results, appended);
    note(notes, told);
    const refused = results.flatMap((result, row) => (result.status === 'refused' ? withRow(result.faults, row) : []));
    if (refused.length > 0) throw refusal(refused, told);
    await reply
      .status(mode.dryRun ? 200 : 202)
      .type('application/x-ndjson')
      .send(linesOf(results, 0));
  }

  /** A line that is too long stands for itself as no bytes, which are refused: the rows keep their numbers, and `rollback` sees it. */
  async #judge(lines: readonly NdjsonLine[], context: AcceptContext, mode: SubmitMode, firstRow: number): Promise<Submission> {
    const documents = lines.map((line) => line.bytes);
    const submission = await submit(this.#deps, documents, context, mode, firstRow);
    const said = submission.results.map((result, index): RowResult => {
      const line = lines[index];
      if (line?.tooLong !== true) return result;
      const detail = `Line ${line.line} is longer than ${this.#deps.limits.documentBytesMax} bytes.`;
      return { status: 'refused', faults: [{ code: 'json.too-large', pointer: '', detail }] };
    });
    return { ...submission, results: said };
  }

  #context(request: FastifyRequest, actor: Actor): AcceptContext {
    const { agency, principal, roles } = actor;
    const { publisherKey, now } = this.#deps;
    const idempotencyKey = idempotencyKeyOf(request);
    const key = idempotencyKey === undefined ? {} : { idempotencyKey };
    const shows = shownBy(actor);
    const by = shows === null ? {} : { shows };
    return { agency, principal, roles, ...by, publisherKey, captured: now(), requestId: requestIdOf(request), ...key };
  }

  #count(results: readonly RowResult[], appended: boolean): void {
    for (const { status } of results) {
      if (status === 'refused' || appended) this.#deps.metrics.captureEvents.inc({ outcome: status });
    }
  }
}

/** Capture does not know how they are marked. */
function note(notes: ReadNotes, told: readonly ToldEvent[]): ReadNotes {
  for (const { items, ...ref } of told) notes.event({ ...ref, tlp: null, items: () => items });
  return notes;
}

/**
 * What may be answered once the log has the others: the record of what refusals tell is made here, before anything leaves. Where it cannot be made, those
 * refusals tell nothing, and the receipts are answered all the same: without them the sender would send what is in the log already, and where it has no
 * ids of its own it would be there twice. Where nothing was appended the answer as a whole is refused.
 */
async function answerable(
  request: FastifyRequest,
  actor: Actor,
  { results, appended, told, telling }: Submission,
): Promise<readonly RowResult[]> {
  try {
    await recordPiece(request, actor, note(new ReadNotes().open(), told));
    return results;
  } catch (error) {
    if (!appended || !(error instanceof DomainError) || error.code !== 'access.unavailable') throw error;
    return results.map((result, at) => (telling.has(at) && result.status === 'refused' ? untold(result) : result));
  }
}

/** That something would be told is all that it says: the code that it had would name it. */
const untold = ({ id }: RowResult & { readonly status: 'refused' }): RowResult => ({
  status: 'refused',
  ...(id === undefined ? {} : { id }),
  faults: [
    {
      code: 'access.unavailable',
      pointer: '',
      detail: 'Not taken: the access log could not take the record of what its refusal would tell.',
    },
  ],
});

/** Of its sender, not of a row. */
const isRefusal = (error: unknown): error is DomainError => error instanceof DomainError && error.code.startsWith('auth.');

/** In the place of the first row that is not taken any more. */
const refusedRow = ({ code, detail }: DomainError): RowResult => ({
  status: 'refused',
  faults: [{ code: code as ErrorCode, header: 'authorization', detail }],
});

const NO_DOCUMENT = 'The stream holds no document.';

const heldWhole = (code: Fault['code'], row: number, detail: string): Fault => ({ code, row, pointer: '', detail });

function withRow(faults: readonly Fault[], row: number | undefined): Fault[] {
  return faults.map((fault) => (row === undefined ? fault : { ...fault, row }));
}

function answerOf(result: RowResult, row: number): Record<string, unknown> {
  if (result.status !== 'refused') return { row, status: result.status, id: result.receipt.id, receipt: result.receipt };
  return { row, status: 'refused', ...(result.id === undefined ? {} : { id: result.id }), errors: result.faults };
}

function linesOf(results: readonly RowResult[], from: number): string {
  return results.map((result, index) => `${JSON.stringify(answerOf(result, from + index))}\n`).join('');
}

/** Room again, or nobody there any more; nobody reading for a while is as good as that. */
async function drained(stream: ServerResponse): Promise<void> {
  const done = new AbortController();
  const late = setTimeout(() => stream.destroy(), ANSWER_IDLE_MS);
  await Promise.race([once(stream, 'drain', { signal: done.signal }), once(stream, 'close', { signal: done.signal })]).finally(() => {
    clearTimeout(late);
    done.abort();
  });
}
