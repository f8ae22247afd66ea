/** GET /v1/stream: Server-Sent Events over the log, for one reader. */
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Get, Inject, type OnModuleDestroy, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, isErrorCode, STREAM_MEDIA_TYPE, streamBegin, streamEnd, streamEndText } from '#lib/contracts';
import { type Actor, KINDS, parseIdentifier } from '#lib/domain';
import { actorNow, actorOf, DomainError, notesOf, ReadNotes, recordPiece, STAYS_OPEN } from '#lib/runtime';
import { storeFault } from '#lib/store';
import { decodeCursor, encodeCursor, isCount, isRecord } from '../cursor.ts';
import { GATEWAY_DEPS, type GatewayDeps } from '../gateway-deps.ts';
import { readQuery } from '../query.ts';
import { type Ended, follow, type StreamSink } from './follow.ts';
import { LogWatch } from './log-watch.ts';
import { OpenStreams, type StreamPlace } from './open-streams.ts';
import { readStreamPage, type StreamFilter, type StreamPage } from './stream-page.ts';
import { STREAM_TIMES } from './stream-times.ts';

const IS_POSITION = isRecord<{ from: number }>({ from: isCount });
const HEADERS = {
  'content-type': `${STREAM_MEDIA_TYPE}; charset=utf-8`,
  'cache-control': 'no-store',
  // A proxy that collects an answer before it hands it on would collect this one for ever.
  'x-accel-buffering': 'no',
} as const;

interface Asked {
  readonly filter: StreamFilter;
  readonly from: number;
  readonly size: number;
  readonly untilNow: boolean;
  readonly cursorAt: (from: number) => string;
}

@Controller('v1/stream')
export class StreamController implements OnModuleDestroy {
  readonly #deps: GatewayDeps;
  readonly #watch: LogWatch;
  readonly #streams: OpenStreams;

  constructor(@Inject(GATEWAY_DEPS) deps: GatewayDeps) {
    this.#deps = deps;
    this.#watch = new LogWatch(deps.reads.logSize);
    this.#streams = new OpenStreams(deps.streams, deps.streams.onCount);
  }

  /** The server's end: before it waits for answers that are under way, of which these would be some for ever. */
  async onModuleDestroy(): Promise<void> {
    await this.#streams.end();
  }

  @Get()
  @RouteConfig(STAYS_OPEN)
  async stream(@Query() query: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    // Its head tells nothing of any event; each piece behind it is recorded by itself.
    notesOf(request);
    // By its connection, and before anything is waited for: an answer whose client has gone by now, or before it was its turn, says so by no event.
    const { socket } = request.raw;
    const gone = new AbortController();
    const go = (): void => gone.abort();
    socket.once('close', go);
    try {
      const asked = await readAsked(this.#deps, query, request);
      if (socket.destroyed) return;
      if (request.method === 'HEAD') return void (await reply.headers(HEADERS).send());
      await this.#open(request, reply, asked, gone.signal);
    } finally {
      // The connection may have other requests after this one.
      socket.off('close', go);
    }
  }

  async #open(request: FastifyRequest, reply: FastifyReply, asked: Asked, gone: AbortSignal): Promise<void> {
    const place = this.#streams.enter(actorOf(request), request.ip);
    const { raw } = reply;
    try {
      raw.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...HEADERS });
      raw.write(streamBegin(asked.cursorAt(asked.from)));
      await this.#send(request, raw, asked, gone, place);
    } finally {
      place.leave();
    }
  }

  /** One page, recorded: of its events at most those are sent. One that is read again because nobody could say whether its record stands has two. */
  async #page(request: FastifyRequest, actor: Actor, filter: StreamFilter, from: number, size: number): Promise<StreamPage> {
    const notes = new ReadNotes();
    const page = await readStreamPage(this.#deps, actor, notes, filter, from, size);
    await recordPiece(request, actor, notes);
    return page;
  }

  async #send(request: FastifyRequest, raw: ServerResponse, asked: Asked, gone: AbortSignal, { ending }: StreamPlace): Promise<void> {
    // A page that is open in a browser is no sign that somebody sits before it.
    const look = (): Promise<Actor> => actorNow(request, { isUse: false });
    const times = this.#deps.streams.times ?? STREAM_TIMES;
    const signal = AbortSignal.any([gone, ending]);
    const outcome = await follow(
      {
        look,
        read: (actor, from, size) => this.#page(request, actor, asked.filter, from, size),
        cursorAt: asked.cursorAt,
        watch: this.#watch,
        sink: sinkOf(raw, gone),
        times,
        signal,
        isPassing: (error) => storeFault(error) !== null || (error instanceof DomainError && PASSING.has(error.code)),
      },
      asked.from,
      asked.size,
      asked.untilNow,
    ).catch((error: unknown) => error as Error);
    if (gone.aborted) return;
    raw.end(endTextOf(outcome));
    const isSlow = outcome === 'slow';
    await arrived(raw, isSlow ? LINGER_MS.slow : LINGER_MS.other, times.lookAgainMs, look, isSlow ? signal : gone);
    if (outcome instanceof Error && !(outcome instanceof DomainError)) throw outcome;
  }
}

/** Of the access log, and of the provider whose keys are asked for again and again: as soon as they answer the stream goes on. */
const PASSING: ReadonlySet<string> = new Set(['access.unavailable', 'auth.provider']);

/** How long what was sent may go on its way before the connection is cut. */
const LINGER_MS = { slow: 30_000, other: 2_000 } as const;

const CODES: Readonly<Record<Ended, ErrorCode>> = { slow: 'stream.slow', reached: 'stream.reached', gone: 'stream.ending' };

function endTextOf(outcome: Ended | Error): string {
  if (!(outcome instanceof Error)) return streamEndText(streamEnd(CODES[outcome]));
  const isTold = outcome instanceof DomainError && isErrorCode(outcome.code);
  return streamEndText(isTold ? streamEnd(outcome.code as ErrorCode, outcome.detail) : streamEnd('internal'));
}

/** Waits until all has left, or `signal` is aborted; and no longer for whoever may not read any more. */
async function arrived(
  raw: ServerResponse,
  withinMs: number,
  lookAgainMs: number,
  look: () => Promise<Actor>,
  signal: AbortSignal,
): Promise<void> {
  const closed = new AbortController();
  raw.once('close', () => closed.abort());
  const over = AbortSignal.any([closed.signal, signal]);
  for (let left = withinMs, isLetIn = true; left > 0 && isLetIn && !over.aborted; left -= lookAgainMs) {
    await sleep(Math.min(left, lookAgainMs), undefined, { signal: over }).catch(() => undefined);
    isLetIn =
      over.aborted ||
      (await look().then(
        () => true,
        () => false,
      ));
  }
  if (!raw.closed) raw.req.socket.destroy();
}

/** @param gone aborted where the connection is closed */
function sinkOf(raw: ServerResponse, gone: AbortSignal): StreamSink {
  return {
    send: (text) => !gone.aborted && raw.write(text),
    drained: (withinMs) =>
      new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(late);
          raw.off('drain', done);
          gone.removeEventListener('abort', done);
          resolve(!gone.aborted && !raw.writableNeedDrain);
        };
        const late = setTimeout(done, withinMs);
        raw.once('drain', done);
        gone.addEventListener('abort', done);
        if (gone.aborted || !raw.writableNeedDrain) done();
      }),
  };
}

const SINCE_SIZE = /^log:(0|[1-9]\d{0,15})$/;

/** Throws query.*, cursor.malformed, asof.ahead, identifier.*; rejects where the ledger does not answer. */
async function readAsked({ reads }: Pick<GatewayDeps, 'reads'>, given: unknown, request: FastifyRequest): Promise<Asked> {
  const query = readQuery(given, ['cursor', 'since', 'item', 'kind', 'until']);
  const filter = filterOf(query.item, query.kind);
  if (query.until !== undefined && query.until !== 'now') throw invalid('until', 'until is now, or left out.');
  const size = await reads.logSize();
  // A place in the log is the same for everybody: it holds for whoever asks, also when he has joined or left a community.
  const question = `${reads.origin} stream ${filter.kind ?? ''} ${filter.item ?? ''}`;
  const last = [request.headers['last-event-id']].flat()[0];
  const cursor = last === undefined || last === '' ? query.cursor : last;
  const from = cursor === undefined ? sinceOf(query.since, size) : decodeCursor(question, cursor, IS_POSITION).from;
  if (from > size && cursor !== undefined)
    throw new DomainError(
      'cursor.malformed',
      'The cursor lies ahead of this log, which may have been restored from before: start again without it.',
    );
  return { filter, from, size, untilNow: query.until === 'now', cursorAt: (at) => encodeCursor(question, { from: at }) };
}

function filterOf(item: string | undefined, kind: string | undefined): StreamFilter {
  const known = KINDS.find((each) => each === kind);
  if (kind !== undefined && known === undefined) throw invalid('kind', `kind is one of ${KINDS.join(', ')}.`);
  const parsed = item === undefined ? undefined : parseIdentifier(item);
  if (parsed?.ok === false)
    throw new DomainError(parsed.code, parsed.detail, [{ code: parsed.code, parameter: 'item', detail: parsed.detail }]);
  return { ...(known === undefined ? {} : { kind: known }), ...(parsed?.ok === true ? { item: parsed.identifier.id } : {}) };
}

function sinceOf(text: string | undefined, size: number): number {
  if (text === undefined) return size;
  if (text === 'start') return 0;
  const from = SINCE_SIZE.exec(text)?.[1];
  if (from === undefined) throw invalid('since', 'since is start or log:<size>.');
  if (Number(from) > size) throw new DomainError('asof.ahead', `The ledger holds ${size} entries; size ${from} is not reached yet.`);
  return Number(from);
}

const invalid = (parameter: string, detail: string): DomainError =>
  new DomainError('query.invalid', detail, [{ code: 'query.invalid', parameter, detail }]);
