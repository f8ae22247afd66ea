import { setTimeout as sleep } from 'node:timers/promises';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { holdNothing } from './held-answers.ts';
import { ReadNotes } from './read-notes.ts';

/** Late, so that a busy machine does not take one tick for another. */
const FIRST_MS = 2_000;
/** Timers count whole milliseconds, and may be early by one. */
const EARLY_MS = 2;
const WORK_MS = 1_000;

let fastify: FastifyInstance;
let base: string;
beforeAll(async () => {
  fastify = new FastifyAdapter().getInstance<FastifyInstance>();
  fastify.decorateRequest('notes', null);
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (request.url.startsWith('/of-somebody')) request.notes = new ReadNotes();
    done();
  });
  holdNothing(fastify, FIRST_MS);
  fastify.get('/of-somebody/:workMs', async (request, reply) => {
    const { workMs } = request.params as { workMs: string };
    const { as } = request.query as { as: string };
    await sleep(Number(workMs));
    if (as === 'empty') request.saysNothing = true;
    return reply.status(as === 'absent' ? 404 : 200).send(as);
  });
  fastify.get('/of-nobody', (_request, reply) => reply.status(404).send('absent'));
  base = await fastify.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => fastify.close());

/** Milliseconds to its answer, and its text. */
async function ask(url: string): Promise<[ms: number, text: string]> {
  const began = performance.now();
  const text = await (await fetch(`${base}${url}`)).text();
  return [performance.now() - began, text];
}

test.each(['absent', 'empty'])('an answer that nothing is there (%s) leaves at the same tick, whatever was met on the way', async (as) => {
  const [[quick, text], [slow]] = await Promise.all([ask(`/of-somebody/0?as=${as}`), ask(`/of-somebody/${WORK_MS}?as=${as}`)]);
  expect(text).toBe(as);
  for (const ms of [quick, slow]) expect(ms).toBeGreaterThan(FIRST_MS - EARLY_MS);
  // Held from its request on, and not from the end of its work.
  expect(slow).toBeLessThan(FIRST_MS + WORK_MS);
});

test('one that takes longer than a tick leaves at the next', async () => {
  const [ms] = await ask(`/of-somebody/${FIRST_MS + 100}?as=absent`);
  expect(ms).toBeGreaterThan(4 * FIRST_MS - EARLY_MS);
});

test('control: what is there leaves at once, and so does a 404 where nothing is read', async () => {
  const [[found], [absent]] = await Promise.all([ask('/of-somebody/0?as=found'), ask('/of-nobody')]);
  expect(Math.max(found, absent)).toBeLessThan(FIRST_MS - EARLY_MS);
});
