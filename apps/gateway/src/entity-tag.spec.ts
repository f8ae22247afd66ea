import Fastify from 'fastify';
import { sendWithTag } from './entity-tag.ts';

const VIEW = { logSize: 62, entries: ['ü'] };

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Headers;
}

/** Over a real server on loopback. */
async function ask(headers: Record<string, string> = {}, body: object = VIEW): Promise<Answer> {
  const server = Fastify();
  // As of who reads what need not be recorded.
  server.decorateRequest('notes', null);
  server.get('/', (request, reply) => sendWithTag(request, reply, body));
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  try {
    const response = await fetch(url, { headers });
    return { status: response.status, body: await response.text(), headers: response.headers };
  } finally {
    await server.close();
  }
}

describe('an entity tag', () => {
  it('is of the bytes that are sent: equal for equal answers, another for others', async () => {
    const [one, same, other] = [await ask(), await ask(), await ask({}, { ...VIEW, logSize: 63 })];
    expect(one.headers.get('etag')).toMatch(/^"[0-9a-f]{32}"$/);
    expect(same.headers.get('etag')).toBe(one.headers.get('etag'));
    expect(other.headers.get('etag')).not.toBe(one.headers.get('etag'));
    expect([one.status, JSON.parse(one.body)]).toEqual([200, VIEW]);
  });

  it('that the reader has already saves the body', async () => {
    const tag = String((await ask()).headers.get('etag'));
    for (const header of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const answer = await ask({ 'if-none-match': header });
      expect([header, answer.status, answer.body]).toEqual([header, 304, '']);
    }
    expect((await ask({ 'if-none-match': '"other"' })).status).toBe(200);
  });

  it('keeps answers out of shared caches', async () => {
    expect((await ask()).headers.get('cache-control')).toBe('private, no-cache');
  });
});
