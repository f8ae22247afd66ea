/**
 * What is hidden answers as what never was, in its time too. To find a row and see that it is not for the reader is other work than to find none, and
 * who asks often enough could tell them apart. So an answer that nothing is there leaves at a tick of a clock that began with its request, before
 * anything was looked for: what was met on the way does not move it.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** When the first tick is: longer than a look that finds nothing takes; short for somebody who mistyped a name. */
export const NOTHING_AFTER_MS = 25;
/** Each tick is so many times as late as the one before: on a machine that is so busy that the first is missed, all fall within the next. */
const TICK_GROWTH = 4;
/** The last is at a second and a half. What took longer to find nothing is told when it is found; and a stream, which stays open, needs no clock. */
const TICKS = 4;

declare module 'fastify' {
  interface FastifyRequest {
    /** Null where nothing is read for somebody, and until the request has come to be read for. */
    clock: AnswerClock | null;
    /** Set by whoever answers that nothing is there by another status than 404: an empty list. */
    saysNothing: boolean;
  }
}

/** Ticks from its making on, ever more rarely, until it is stopped. */
class AnswerClock {
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #wake: () => void = () => undefined;

  constructor(firstMs: number) {
    this.#wait(0, firstMs, TICKS);
  }

  /** Resolves at the next tick; at once where it is stopped. */
  tick(): Promise<void> {
    return this.#isStopped ? Promise.resolve() : new Promise((resolve) => (this.#wake = resolve));
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#wake();
  }

  #wait(lastMs: number, nextMs: number, ticks: number): void {
    this.#timer = setTimeout(() => {
      this.#wake();
      if (ticks === 1) this.stop();
      else this.#wait(nextMs, nextMs * TICK_GROWTH, ticks - 1);
    }, nextMs - lastMs);
  }
}

/**
 * Behind `recordReads`, which says of which requests something is read.
 * @param firstMs of the first tick
 */
export function holdNothing(fastify: FastifyInstance, firstMs = NOTHING_AFTER_MS): void {
  fastify.decorateRequest('clock', null);
  fastify.decorateRequest('saysNothing', false);
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.notes !== null) {
      const clock = new AnswerClock(firstMs);
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
