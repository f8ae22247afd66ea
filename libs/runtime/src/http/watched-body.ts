/**
 * Bodies as they come: one that comes slowly may take as long as it needs (a long stream over a slow link), one that stops coming gives its
 * place back. Node's own bound is on the whole request and would cut off the former.
 */
import { type Readable, Transform, type TransformCallback } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../domain-error.ts';
import { hasBody } from './request-guard.ts';

/** Fewer bytes than this within the idle time are none: else one byte now and then would hold a place for ever. No link is as slow. */
const IDLE_BYTES_LEAST = 256;
/** What still comes of a body after its answer is read and dropped, so that the answer is not lost in a reset; but not for ever. */
const LINGER_MS = 30_000;

/** @param idleMs how long a body may stop coming */
export function watchBodies(fastify: FastifyInstance, idleMs: number): void {
  fastify.addHook('preParsing', (request, reply, payload, done) => {
    if (!hasBody(request.headers)) return done(null, payload);
    dropRest(request, reply);
    const body = watched(payload as Readable, idleMs);
    // Whoever answers without reading to the end leaves it open.
    reply.raw.once('close', () => body.destroy(new ClientGone()));
    done(null, body);
  });
}

/** Also for a request that is answered before its body is read. */
export function dropRest({ raw }: FastifyRequest, reply: FastifyReply): void {
  reply.raw.once('finish', () => {
    if (raw.complete) return;
    raw.unpipe();
    raw.resume();
    const end = setTimeout(() => raw.destroy(), LINGER_MS).unref();
    raw.once('close', () => clearTimeout(end));
  });
}

/** Nobody's fault here, and nobody to answer. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';

  constructor(options?: { readonly cause: unknown }) {
    super('The client went away within its body.', options);
  }
}

class WatchedBody extends Transform {
  bytes = 0;

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    this.bytes += chunk.length;
    done(null, chunk);
  }
}

/** A stream of its own: it can fail while the connection lives on, to carry the answer. */
function watched(payload: Readable, idleMs: number): Readable {
  const body = new WatchedBody();
  let bytesBefore = 0;
  // Whoever reads it hears of its failure; where nobody does, nobody needs to.
  body.on('error', () => {});
  const watch = setInterval(() => {
    // What waits here was not held up by its sender: whoever reads it is at work.
    const reading = body.readableLength === 0 && payload.readableLength === 0;
    if (reading && body.bytes - bytesBefore < IDLE_BYTES_LEAST) body.destroy(stalled(body.bytes, idleMs));
    bytesBefore = body.bytes;
  }, idleMs);
  body.once('close', () => clearInterval(watch));
  // Listened to for good: destroying a request that was cut off tells it once more.
  payload.on('error', (error) => body.destroy(new ClientGone({ cause: error })));
  payload.once('close', () => {
    if (!payload.readableEnded) body.destroy(new ClientGone());
  });
  return payload.pipe(body);
}

function stalled(offset: number, idleMs: number): DomainError {
  const code = 'body.stalled';
  const detail = `Of the body, fewer than ${IDLE_BYTES_LEAST} bytes came within ${idleMs / 1000} s.`;
  return new DomainError(code, detail, [{ code, offset, detail }]);
}
