/**
 * Every read of anything above TLP:CLEAR is recorded before its answer leaves, on whatever route: an answer whose read cannot be recorded is
 * not given. What a route may read is for a table to say, and a route that is not in it ends the start.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '#lib/domain';
import { DomainError, refusedHeader } from '../domain-error.ts';
import { isCatchAll, routeName } from './access.ts';
import { ReadNotes } from './read-notes.ts';
import { requestIdOf } from './request-id.ts';

/** What a route reads: `null`: nothing that is above CLEAR in any answer. */
export interface RouteReads {
  /** operationId of the API. */
  readonly operation: string | null;
}

/** A read that is to be recorded. */
export interface ReadRequest {
  readonly operation: string;
  readonly actor: Actor;
  readonly requestId: string;
  /** Network address of the caller. */
  readonly address: string;
  /** On whose behalf, as the caller states it. */
  readonly behalf: string | null;
  readonly notes: ReadNotes;
}

export interface ReadLog {
  /** Of `METHOD /route/:parameter`. Undefined: nobody decided about it. */
  readsOf(route: string): RouteReads | undefined;
  /** Resolves when the record stands; rejects where it does not, or nobody can say. */
  record(read: ReadRequest): Promise<void>;
}

/** Nothing is recorded, and nothing can be read that had to be: a scene of a test or a drill. */
export const UNRECORDED: ReadLog = { readsOf: () => ({ operation: null }), record: () => Promise.resolve() };

declare module 'fastify' {
  interface FastifyRequest {
    /** Null on a route that reads nothing above CLEAR, and until the request has been let in. */
    notes: ReadNotes | null;
    /** Records what was read for the request; null as `notes` is. */
    recordRead: ((actor: Actor | null, notes: ReadNotes) => Promise<void>) | null;
  }
}

/** Where whoever reads for this request notes it. Throws on a route that is said to read nothing: a bug, and never an answer. */
export function notesOf({ notes }: Pick<FastifyRequest, 'notes'>): ReadNotes {
  if (notes === null) throw new Error('a route that is said to read nothing above CLEAR reads for somebody');
  return notes.open();
}

/**
 * For an answer that leaves in pieces past the server's own way of sending, which sees its head alone: a stream. What a piece tells is recorded before the
 * piece leaves, each by a record of its own. Rejects where the record does not stand, or nobody can say: then the piece may not leave. Throws for notes
 * that nobody opened, and on a route that is said to read nothing: bugs, and never answers.
 * @param actor who the reader was when the piece was read
 */
export async function recordPiece({ recordRead }: Pick<FastifyRequest, 'recordRead'>, actor: Actor, notes: ReadNotes): Promise<void> {
  if (recordRead === null) throw new Error('a route that is said to read nothing above CLEAR sends a piece of what it read');
  if (!notes.isOpen) throw new Error('a piece is sent of which nothing was noted');
  await recordRead(actor, notes);
}

/** On whose behalf a caller asks: his own word, and nothing follows from it but that it is recorded. */
export const BEHALF_HEADER = 'custody-on-behalf-of';
/** A name or a case number in printable ASCII, as headers carry it. */
const BEHALF = /^[\x21-\x7e](?:[\x20-\x7e]{0,254}[\x21-\x7e])?$/;

type Replace = (error: unknown, request: FastifyRequest, reply: FastifyReply) => string;

/**
 * @param refuse answers what was thrown; the request goes no further
 * @param replace takes the answer back, whose head has not left yet, and gives what is said in its place
 */
export function recordReads(
  fastify: FastifyInstance,
  log: ReadLog,
  refuse: (error: unknown, request: FastifyRequest, reply: FastifyReply) => void,
  replace: Replace,
): void {
  fastify.decorateRequest('notes', null);
  fastify.decorateRequest('recordRead', null);
  fastify.addHook('onRoute', ({ method, url }) => {
    const missing = [method].flat().find((each) => !isCatchAll(url) && log.readsOf(routeName(each, url)) === undefined);
    if (missing !== undefined) throw new Error(`the route ${missing} ${url} is not in the table of reads`);
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    const operation = operationOf(log, request);
    if (operation !== null) {
      request.notes = new ReadNotes();
      request.recordRead = (actor, notes) => recordFor(log, operation, request, actor, notes);
      const given = request.headers[BEHALF_HEADER];
      if (given !== undefined && (typeof given !== 'string' || !BEHALF.test(given))) {
        refuse(refusedHeader('query.malformed', BEHALF_HEADER, 'On whose behalf: 1 to 256 printable characters of ASCII.'), request, reply);
        return;
      }
    }
    done();
  });
  fastify.addHook('onSend', async (request, reply, payload) => {
    const { notes, recordRead, actor } = request;
    if (notes === null || recordRead === null) return payload;
    try {
      // Whoever forgot to note what he read must not find out by an answer that was never recorded.
      if (reply.statusCode < 400 && !notes.isOpen) throw new Error(`the operation ${operationOf(log, request)} answers and noted nothing`);
      await recordRead(actor, notes);
      return payload;
    } catch (error) {
      destroyStream(payload);
      return replace(error, request, reply);
    }
  });
}

async function recordFor(log: ReadLog, operation: string, request: FastifyRequest, actor: Actor | null, notes: ReadNotes): Promise<void> {
  if (!notes.isRead) return;
  if (actor === null) throw new Error('something was read for nobody');
  const behalf = (request.headers[BEHALF_HEADER] as string | undefined) ?? null;
  await log.record({ operation, actor, requestId: requestIdOf(request), address: request.ip, behalf, notes });
}

function operationOf(log: ReadLog, request: FastifyRequest): string | null {
  const { url } = request.routeOptions;
  if (url === undefined || isCatchAll(url)) return null;
  // A HEAD is an operation of its own where the API has one: whoever asks so is told no bytes.
  return (log.readsOf(`${request.method} ${url}`) ?? log.readsOf(routeName(request.method, url)))?.operation ?? null;
}

function destroyStream(payload: unknown): void {
  const { destroy } = (payload ?? {}) as { destroy?: unknown };
  if (typeof destroy === 'function') destroy.call(payload);
}

/** The read could not be recorded: nothing of it is answered. */
export const notRecorded = (cause: unknown): DomainError =>
  new DomainError('access.unavailable', 'The access log could not take the record of this read.', [], { cause });
