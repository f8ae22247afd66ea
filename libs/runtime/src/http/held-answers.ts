/**
 * What is hidden answers as what never was, in its time too. To find a row and see that it is not for the reader is other work than to find none, and
 * who asks often enough could tell them apart. So an answer that nothing is there leaves at a tick of a clock that began with its request, before
 * anything was looked for: what was met on the way does not move it.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Longer than a look that finds nothing takes, also on a busy machine; short for somebody who mistyped a name. */
export const NOTHING_EVERY_MS = 25;
/** What took as many ticks to find nothing says more by its load than by its time; and a stream, which stays open, needs no clock. */
const TICKS_MAX = 40;

declare module 'fastify' {
  interface FastifyRequest {
    /** Null where nothing is read for somebody, and until the request has come to be read for. */
    clock: AnswerClock | null;
    /** Set by whoever answers that nothing is there by another status than 404: an empty list. */
    saysNothing: boolean;
  }
}

/** Ticks from its making on, until it is stopped. */
class AnswerClock {
  readonly #timer: NodeJS.Timeout;
  #ticksLeft = TICKS_MAX;
  #isStopped = false;
  #wake: () => void = () => undefined;

  constructor(everyMs: number) {
    this.#timer = setInterval(() => {
      this.#wake();
      if (--this.#ticksLeft === 0) this.stop();
    }, everyMs);
  }

  /** Resolves at the next tick; at once where it is stopped. */
  tick(): Promise<void> {
    return this.#isStopped ? Promise.resolve() : new Promise((resolve) => (this.#wake = resolve));
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
    this.#wake();
  }
}

/**
 * Behind `recordReads`, which says of which requests something is read.
 * @param everyMs between two ticks
 */
export function holdNothing(fastify: FastifyInstance, everyMs = NOTHING_EVERY_MS): void {
  fastify.decorateRequest('clock', null);
  fastify.decorateRequest('saysNothing', false);
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.notes !== null) {
      const clock = new AnswerClock(everyMs);
      request.clock = clock;
      reply.raw.once('close', () => clock.stop());
    }
    done();
  });
  fastify.addHook('onSend', async (request, reply, payload) => {
    if (isNothing(request, reply)) await request.clock?.tick();
    return payload;
  });
}

const isNothing = ({ saysNothing }: FastifyRequest, { statusCode }: FastifyReply): boolean => saysNothing || statusCode === 404;
