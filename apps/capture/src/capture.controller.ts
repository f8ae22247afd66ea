/** POST /v1/events: one document, a JSON array, or an NDJSON stream. */
import { once } from 'node:events';
import { Controller, Inject, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Fault } from '#lib/contracts';
import { canonicalize, parseStrict } from '#lib/ledger';
import { DomainError, type Metrics, requestIdOf } from '#lib/runtime';
import type { AcceptContext } from './accept.ts';
import { ndjsonChunks, type NdjsonLine } from './ndjson.ts';
import { submit, type RowResult, type SubmitDeps, type SubmitMode } from './submit.ts';

export const CAPTURE_DEPS = Symbol('capture deps');

export interface CaptureDeps extends SubmitDeps {
  readonly publisherKey: Uint8Array;
  /** There is one agency with one principal; the listener is on loopback only. */
  readonly submitter: { readonly agency: string; readonly principal: string };
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
    const mode = modeOf(query);
    const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
    if (type === 'application/x-ndjson' || type === 'application/jsonl') return this.#stream(request, reply, mode);
    if (type !== 'application/json')
      throw new DomainError('media-type', `The body is ${type === '' ? 'of no stated type' : String(type)}.`);
    return this.#whole(request, reply, mode);
  }

  /** One document or an array of them, judged and appended as one. */
  async #whole(request: FastifyRequest, reply: FastifyReply, mode: SubmitMode): Promise<void> {
    const { documents, single } = documentsOf(request.body as Buffer, this.#deps.limits);
    const { results, appended } = await submit(this.#deps, documents, this.#context(request), mode);
    this.#count(results, appended);
    const refused = results.flatMap((result, row) => (result.status === 'refused' ? withRow(result.faults, single ? undefined : row) : []));
    if (refused.length > 0 && (single || mode.onError === 'rollback')) throw refusal(refused);
    if (single) {
      const only = results[0];
      if (only === undefined || only.status === 'refused') throw new Error('a single document has one result');
      await reply.status(mode.dryRun ? 200 : 202).send(mode.dryRun ? answerOf(only, 0) : { status: only.status, ...only.receipt });
      return;
    }
    const status = refused.length === 0 && !mode.dryRun ? 202 : 200;
    await reply.status(status).send({ results: results.map(answerOf) });
  }

  /** Rows are answered as they become durable, one JSON line each, in order; with `rollback` the whole stream is held and judged first. */
  async #stream(request: FastifyRequest, reply: FastifyReply, mode: SubmitMode): Promise<void> {
    const { documentBytesMax, batchDocumentsMax, chunkDocuments, bodyBytesMax } = this.#deps.limits;
    const chunks = ndjsonChunks(request.body as AsyncIterable<Uint8Array>, {
      lineBytesMax: documentBytesMax,
      chunkLines: chunkDocuments,
      chunkBytes: bodyBytesMax,
    });
    const context = this.#context(request);
    if (mode.onError === 'rollback') {
      const lines: NdjsonLine[] = [];
      let bytes = 0;
      for await (const chunk of chunks) {
        lines.push(...chunk);
        bytes += chunk.reduce((sum, line) => sum + line.bytes.length, 0);
        if (bytes > bodyBytesMax)
          throw new DomainError('body.too-large', `A rollback stream is held whole: at most ${bodyBytesMax} bytes.`);
        if (lines.length > batchDocumentsMax)
          throw new DomainError('batch.too-large', `More than ${batchDocumentsMax} documents in one rollback batch.`);
      }
      if (lines.length === 0) throw emptyStream();
      const { results, appended } = await this.#judge(lines, context, mode);
      this.#count(results, appended);
      const refused = results.flatMap((result, row) => (result.status === 'refused' ? withRow(result.faults, row) : []));
      if (refused.length > 0) throw refusal(refused);
      await reply
        .status(mode.dryRun ? 200 : 202)
        .type('application/x-ndjson')
        .send(linesOf(results, 0));
      return;
    }
    let row = 0;
    for await (const lines of chunks) {
      const { results, appended } = await this.#judge(lines, context, mode).catch((error: unknown) => {
        if (row === 0) throw error;
        // Rows before this one are answered already: the stream breaks off, and the client sees fewer answers than rows.
        reply.raw.destroy(error instanceof Error ? error : new Error(String(error)));
        return { results: [], appended: false };
      });
      if (reply.raw.destroyed) return;
      this.#count(results, appended);
      if (row === 0) reply.raw.writeHead(200, { 'content-type': 'application/x-ndjson', 'request-id': context.requestId });
      if (!reply.raw.write(linesOf(results, row))) await drained(reply.raw);
      row += results.length;
    }
    if (row === 0) throw emptyStream();
    reply.raw.end();
  }

  async #judge(
    lines: readonly NdjsonLine[],
    context: AcceptContext,
    mode: SubmitMode,
  ): Promise<{ results: RowResult[]; appended: boolean }> {
    const fitting = lines.filter((line) => !line.tooLong);
    const submission = await submit(
      this.#deps,
      fitting.map((line) => line.bytes),
      context,
      mode,
    );
    const results = submission.results.values();
    const all = lines.map((line): RowResult => {
      if (!line.tooLong) return results.next().value as RowResult;
      const detail = `Line ${line.line} is longer than ${this.#deps.limits.documentBytesMax} bytes.`;
      return { status: 'refused', faults: [{ code: 'body.too-large', pointer: '', detail }] };
    });
    return { results: all, appended: submission.appended };
  }

  #context(request: FastifyRequest): AcceptContext {
    const { submitter, publisherKey, now } = this.#deps;
    return { ...submitter, publisherKey, captured: now(), requestId: requestIdOf(request) };
  }

  #count(results: readonly RowResult[], appended: boolean): void {
    for (const { status } of results) {
      if (status === 'refused' || appended) this.#deps.metrics.captureEvents.inc({ outcome: status });
    }
  }
}

function modeOf(query: Record<string, unknown>): SubmitMode {
  const { onError = 'rollback', dryRun = 'false', ...unknown } = query;
  const extra = Object.keys(unknown)[0];
  if (extra !== undefined) throw new DomainError('query.unknown', `There is no query parameter ${extra}.`);
  if (onError !== 'rollback' && onError !== 'proceed') throw new DomainError('query.invalid', 'onError is rollback or proceed.');
  if (dryRun !== 'true' && dryRun !== 'false') throw new DomainError('query.invalid', 'dryRun is true or false.');
  return { onError, dryRun: dryRun === 'true' };
}

const emptyStream = (): DomainError => new DomainError('batch.empty', 'The stream holds no document.');

/** An array is cut into its documents; each stands in canonical form, which is what is hashed anyway. */
function documentsOf(body: Buffer, limits: CaptureDeps['limits']): { documents: Uint8Array[]; single: boolean } {
  if (!Buffer.isBuffer(body) || body.length === 0) throw new DomainError('batch.empty', 'The body is empty.');
  if (!startsWithBracket(body)) return { documents: [body], single: true };
  const parsed = parseStrict(body, { bytesMax: Number.MAX_SAFE_INTEGER, depthMax: 33 });
  if (!parsed.ok) throw refusal([{ ...parsed.fault, code: parsed.fault.code as Fault['code'] }]);
  if (!Array.isArray(parsed.value)) throw new Error('a text that starts with a bracket is an array');
  if (parsed.value.length === 0) throw new DomainError('batch.empty', 'The array holds no document.');
  if (parsed.value.length > limits.batchDocumentsMax)
    throw new DomainError('batch.too-large', `More than ${limits.batchDocumentsMax} documents in one array.`);
  return { documents: parsed.value.map((value) => Buffer.from(canonicalize(value), 'utf8')), single: false };
}

function startsWithBracket(body: Buffer): boolean {
  for (const byte of body) {
    if (byte === 0x5b) return true;
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return false;
  }
  return false;
}

function withRow(faults: readonly Fault[], row: number | undefined): Fault[] {
  return faults.map((fault) => (row === undefined ? fault : { ...fault, row }));
}

/** The first fault names the problem; all of them are listed. */
function refusal(faults: readonly Fault[]): DomainError {
  const first = faults[0];
  if (first === undefined) throw new Error('a refusal has a fault');
  const where = first.row === undefined ? '' : `Row ${first.row}: `;
  return new DomainError(first.code, `${where}${first.detail}`, faults);
}

function answerOf(result: RowResult, row: number): Record<string, unknown> {
  if (result.status !== 'refused') return { row, status: result.status, id: result.receipt.id, receipt: result.receipt };
  return { row, status: 'refused', ...(result.id === undefined ? {} : { id: result.id }), errors: result.faults };
}

function linesOf(results: readonly RowResult[], from: number): string {
  return results.map((result, index) => `${JSON.stringify(answerOf(result, from + index))}\n`).join('');
}

/** Room again, or nobody there any more. */
async function drained(stream: NodeJS.WritableStream): Promise<void> {
  const done = new AbortController();
  await Promise.race([once(stream, 'drain', { signal: done.signal }), once(stream, 'close', { signal: done.signal })]).finally(() =>
    done.abort(),
  );
}
