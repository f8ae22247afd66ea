import { randomBytes } from 'node:crypto';
import { chmodSync, readdirSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import type { EvidenceListView, EvidenceView, Problem } from '#lib/contracts';
import { actor, BYTES_MAX, hashOf, ServedEvidence } from './served-evidence.contract.ts';

const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : []));

describe('evidence over HTTP', () => {
  let served: ServedEvidence;
  beforeAll(async () => {
    served = await ServedEvidence.open();
  }, 60_000);
  afterAll(() => served.close());
  beforeEach(() => {
    served.asking = actor('customs');
    served.logFails = null;
    served.hasEnded = false;
  });

  const codeOf = async (response: Response): Promise<string> => `${((await response.json()) as Problem).code} ${response.status}`;
  const custody = async (sha256: string): Promise<EvidenceView> =>
    (await (await served.get(`/sha256/${sha256}/custody`)).json()) as EvidenceView;
  /** Sends so many bytes of a body that is announced longer, and goes away. */
  const breakOff = (sha256: string, body: Buffer, at: number, headers: Record<string, string> = {}): Promise<void> =>
    new Promise((resolve) => {
      const request = httpRequest(`${served.url}/v1/evidence/sha256/${sha256}`, {
        method: 'PUT',
        headers: { 'content-length': String(body.length), ...headers },
      });
      request.on('error', () => resolve());
      request.write(body.subarray(0, at), () => setTimeout(() => request.destroy(), 50));
      request.on('close', () => resolve());
    });
  const offsetOf = async (sha256: string): Promise<number> =>
    Number((await served.get(`/sha256/${sha256}`, {}, 'HEAD')).headers.get('upload-offset'));
  const untilOffset = async (sha256: string, offset: number): Promise<void> => {
    for (let tries = 0; (await offsetOf(sha256)) !== offset; tries++) {
      if (tries > 200) throw new Error(`the offset is ${await offsetOf(sha256)}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  };

  it('is taken under its hash, whatever type it is said to be, and comes back byte for byte', async () => {
    for (const type of ['application/json', 'text/html; charset=latin1', 'multipart/form-data', 'application/x-ndjson', '']) {
      const bytes = Buffer.from(`{"type": "${type}"}\n`);
      const sha256 = hashOf(bytes);
      const answer = await served.put(sha256, bytes, type === '' ? {} : { 'content-type': type });
      expect([answer.status, await answer.json()]).toMatchObject([
        201,
        {
          status: 'received',
          sha256,
          bytes: bytes.length,
          mediaType: 'text/plain',
          event: { agency: 'customs', id: `received:${sha256}` },
        },
      ]);
      const back = await served.get(`/sha256/${sha256}`);
      expect([back.status, Buffer.from(await back.arrayBuffer())]).toEqual([200, bytes]);
    }
    const empty = await served.put(hashOf(''), '');
    expect([empty.status, (await (await served.get(`/sha256/${hashOf('')}`)).arrayBuffer()).byteLength]).toEqual([201, 0]);
  });

  it('never runs in a browser: saved under a name made of the hash, as bytes of no type, sandboxed', async () => {
    const page = '<script>alert(1)</script>';
    await served.put(hashOf(page), page, { 'content-type': 'text/html' });
    const { headers } = await served.get(`/sha256/${hashOf(page)}`);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="${hashOf(page)}.txt"`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'cross-origin-resource-policy': 'same-origin',
      etag: `"${hashOf(page)}"`,
      'content-length': String(page.length),
    });
  });

  it('is known when it is sent again, and its act is said once', async () => {
    const bytes = randomBytes(3_000);
    const sha256 = hashOf(bytes);
    expect((await served.put(sha256, bytes)).status).toBe(201);
    const again = await served.put(sha256, bytes);
    expect([again.status, await again.json()]).toMatchObject([
      200,
      { status: 'known', event: { id: `received:${sha256}` }, receipt: null },
    ]);
    expect((await custody(sha256)).acts).toHaveLength(1);
  });

  it('of another hash is refused and recorded as failed, never dropped', async () => {
    const [good, bad] = [randomBytes(3_000), randomBytes(3_000)];
    const before = files(served.folder);
    expect(await codeOf(await served.put(hashOf(good), bad))).toBe('evidence.mismatch 422');
    expect(files(served.folder)).toEqual(before);
    const { acts, mismatches, held, holders } = await custody(hashOf(good));
    expect([mismatches, held, holders]).toEqual([1, false, []]);
    expect(acts).toMatchObject([{ act: 'received', after: hashOf(bad), counts: false, flags: ['hash-mismatch'], principal: 'eva' }]);
    expect((await served.get(`/sha256/${hashOf(good)}`)).status).toBe(404);
    // And where that cannot be recorded, the sender is told to come back.
    served.logFails = 'log.unavailable';
    expect(await codeOf(await served.put(hashOf(good), bad))).toBe('log.unavailable 503');
  });

  it('goes on where it broke off', async () => {
    const bytes = randomBytes(300_000);
    const sha256 = hashOf(bytes);
    await breakOff(sha256, bytes, 100_000);
    await untilOffset(sha256, 100_000);
    served.asking = actor('police');
    expect(await offsetOf(sha256)).toBe(0);
    served.asking = actor('customs');
    const rest = (from: number) => ({ 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` });
    const wrong = await served.put(sha256, bytes.subarray(90_000), rest(90_000));
    expect([wrong.headers.get('upload-offset'), await codeOf(wrong)]).toEqual(['100000', 'evidence.offset 409']);
    expect((await served.put(sha256, bytes.subarray(100_000), rest(100_000))).status).toBe(201);
    expect(Buffer.from(await (await served.get(`/sha256/${sha256}`)).arrayBuffer())).toEqual(bytes);
  });

  it('may come in parts', async () => {
    const bytes = randomBytes(5_000);
    const sha256 = hashOf(bytes);
    const part = (from: number, to: number) =>
      served.put(sha256, bytes.subarray(from, to), { 'content-range': `bytes ${from}-${to - 1}/${bytes.length}` });
    const first = await part(0, 2_000);
    expect([first.status, first.headers.get('upload-offset'), await first.json()]).toEqual([202, '2000', { sha256, offset: 2_000 }]);
    expect((await part(2_000, 5_000)).status).toBe(201);
    for (const range of ['bytes 0-9/5', 'bytes 5-1/10', 'items 0-9/10', 'bytes 0-9/*', 'bytes 0-8/20'])
      expect(await codeOf(await served.put(hashOf('x'), '0123456789', { 'content-range': range }))).toBe('evidence.content-range 400');
  });

  it('is bounded, by what is announced and by what comes', async () => {
    const bytes = randomBytes(BYTES_MAX + 1);
    expect(await codeOf(await served.put(hashOf(bytes), bytes))).toBe('evidence.too-large 413');
    const chunked = new ReadableStream({
      start(controller) {
        for (let at = 0; at < bytes.length; at += 60_000) controller.enqueue(bytes.subarray(at, at + 60_000));
        controller.close();
      },
    });
    const init = { method: 'PUT', body: chunked, duplex: 'half' } as RequestInit;
    expect(await codeOf(await fetch(`${served.url}/v1/evidence/sha256/${hashOf(bytes)}`, init))).toBe('evidence.too-large 413');
    const part = await served.put(hashOf(bytes), 'x', { 'content-range': `bytes 0-0/${bytes.length}` });
    expect(await codeOf(part)).toBe('evidence.too-large 413');
    expect(files(served.folder)).not.toContain(hashOf(bytes));
  });

  it('is as if absent for who may not see it, in every answer, byte for byte', async () => {
    const bytes = randomBytes(2_000);
    const [there, missing] = [hashOf(bytes), hashOf('nowhere')];
    await served.put(there, bytes);
    served.asking = actor('police');
    const told = async (sha256: string): Promise<string[]> =>
      Promise.all(
        [['GET', ''], ['HEAD', ''], ['GET', '/custody'], ['GET', '/view']].map(async ([method = '', path = '']) => {
          const answer = await served.get(`/sha256/${sha256}${path}`, { 'request-id': 'same', range: 'bytes=0-9', 'if-none-match': `"${sha256}"` }, method);
          const { date: _, ...headers } = Object.fromEntries(answer.headers);
          return `${answer.status} ${JSON.stringify(headers)} ${(await answer.text()).replaceAll(sha256, 'HASH')}`;
        }),
      ); // prettier-ignore
    const answers = await told(there);
    expect(answers).toEqual(await told(missing));
    expect(answers.every((answer) => answer.startsWith('404'))).toBe(true);
    expect(((await (await served.get('')).json()) as EvidenceListView).evidence).toEqual([]);
    // Nor does an upload tell: whoever sends it sends all of it, and is told what anybody would be.
    expect((await served.put(there, bytes)).status).toBe(201);
    expect((await served.get(`/sha256/${there}`)).status).toBe(200);
  });

  it('is open to who sees an event of its sender that cites it', async () => {
    const bytes = randomBytes(2_000);
    await served.put(hashOf(bytes), bytes);
    await served.cite('customs', 'shared-1', hashOf(bytes), { tlp: 'AMBER', agencies: ['police'] });
    const seenBy = async (agency: string): Promise<number> => {
      served.asking = actor(agency);
      return (await served.get(`/sha256/${hashOf(bytes)}`)).status;
    };
    expect([await seenBy('police'), await seenBy('port'), await seenBy('')]).toEqual([200, 404, 404]);
    await served.cite('customs', 'shared-2', hashOf(bytes), { tlp: 'CLEAR' });
    expect([await seenBy('port'), await seenBy('')]).toEqual([200, 200]);
  });

  it('is given in ranges, and not at all where it is known', async () => {
    const bytes = randomBytes(2_000);
    const sha256 = hashOf(bytes);
    await served.put(sha256, bytes);
    const range = async (text: string, more: Record<string, string> = {}) => {
      const answer = await served.get(`/sha256/${sha256}`, { range: text, ...more });
      return [answer.status, answer.headers.get('content-range'), Buffer.from(await answer.arrayBuffer())];
    };
    expect(await range('bytes=10-19')).toEqual([206, 'bytes 10-19/2000', bytes.subarray(10, 20)]);
    expect(await range('bytes=1990-')).toEqual([206, 'bytes 1990-1999/2000', bytes.subarray(1_990)]);
    expect(await range('bytes=-5')).toEqual([206, 'bytes 1995-1999/2000', bytes.subarray(1_995)]);
    expect(await range('bytes=0-9999')).toEqual([206, 'bytes 0-1999/2000', bytes]);
    for (const whole of ['bytes=5-1', 'bytes=0-1,4-5', 'lines=1-2', 'bytes=-']) expect((await range(whole))[0]).toBe(200);
    expect((await range('bytes=0-9', { 'if-range': '"other"' }))[0]).toBe(200);
    expect((await range('bytes=0-9', { 'if-range': `"${sha256}"` }))[0]).toBe(206);
    const beyond = await served.get(`/sha256/${sha256}`, { range: 'bytes=2000-' });
    expect([beyond.headers.get('content-range'), await codeOf(beyond)]).toEqual(['bytes */2000', 'evidence.range 416']);
    expect((await served.get(`/sha256/${sha256}`, { 'if-none-match': `"${sha256}"` })).status).toBe(304);
    const head = await served.get(`/sha256/${sha256}`, {}, 'HEAD');
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '2000', '']);
  });

  it('has its chain of custody and the events that cite it', async () => {
    const bytes = Buffer.from('Bill of lading 17\n');
    const sha256 = hashOf(bytes);
    await served.put(sha256, bytes, {}, '?purpose=case%207&authority=warrant%2012');
    await served.cite('customs', 'cites-1', sha256, { tlp: 'GREEN' });
    await served.act('customs', 'offer-1', sha256, { act: 'transferred', step: 'offered', to: 'police' });
    await served.act('police', 'accept-1', sha256, { act: 'transferred', step: 'accepted', of: 'customs/offer-1' });
    await served.act('court', 'hold-1', sha256, { act: 'held', authority: 'order 12/3' });
    const chain = await custody(sha256);
    expect(chain).toMatchObject({
      sha256,
      held: true,
      bytes: bytes.length,
      mediaType: 'text/plain',
      custodian: { agency: 'police', by: { agency: 'police', id: 'accept-1' } },
      holders: [{ agency: 'customs' }, { agency: 'police' }],
      transfers: [{ from: 'customs', to: 'police', state: 'accepted' }],
      holds: [{ agency: 'court', authority: 'order 12/3', by: { agency: 'court', id: 'hold-1' } }],
      mismatches: 0,
      citedBy: [
        { event: { agency: 'customs', id: 'cites-1' }, kind: 'observation', locators: ['line:5'], refs: ['bl.txt'], withdrawn: false },
      ],
      moreCitedBy: false,
    });
    expect(chain.acts.map(({ act, step, counts }) => [act, step, counts])).toEqual([
      ['received', undefined, true],
      ['transferred', 'offered', true],
      ['transferred', 'accepted', true],
      ['held', undefined, true],
    ]);
    expect(chain.acts[0]).toMatchObject({ purpose: 'case 7', authority: 'warrant 12' });
    // A partner sees what it may see of it: not the act of another agency's own.
    served.asking = actor('police');
    expect((await custody(sha256)).acts.map(({ act }) => act)).toEqual(['transferred', 'transferred', 'held']);
  });

  it('that is cited and never came is told of, to who sees the citation', async () => {
    const sha256 = hashOf('never came');
    await served.cite('customs', 'cites-2', sha256, { tlp: 'GREEN' });
    expect(await custody(sha256)).toMatchObject({
      held: false,
      bytes: null,
      acts: [],
      custodian: null,
      citedBy: [{ event: { id: 'cites-2' } }],
    });
    served.asking = actor('');
    expect(await codeOf(await served.get(`/sha256/${sha256}/custody`))).toBe('evidence.not-found 404');
  });

  it('is listed by pages', async () => {
    const all: string[] = [];
    for (let cursor = ''; ;) {
      const page = (await (await served.get(`?limit=2${cursor}`)).json()) as EvidenceListView;
      all.push(...page.evidence.map(({ sha256 }) => sha256));
      if (page.next === null) break;
      cursor = `&cursor=${page.next}`;
    }
    const whole = (await (await served.get('?limit=1000')).json()) as EvidenceListView;
    expect(all).toEqual(whole.evidence.map(({ sha256 }) => sha256));
    expect(new Set(all).size).toBe(all.length);
    for (const [query, code] of [
      ['?cursor=x', 'cursor.malformed 400'],
      ['?limit=0', 'query.invalid 400'],
      ['?all=1', 'query.unknown 400'],
    ])
      expect(await codeOf(await served.get(query ?? ''))).toBe(code);
  });

  it('is not said twice where the answer was lost, nor lost where its id is taken', async () => {
    const [one, two] = [randomBytes(900), randomBytes(900)];
    // The act is in the log, and the row that opens the bytes is not.
    await served.put(hashOf(one), one);
    await served.database.pool('owner').query(`delete from evidence.uploads where sha256 = $1`, [Buffer.from(hashOf(one), 'hex')]);
    expect((await served.put(hashOf(one), one)).status).toBe(201);
    expect((await custody(hashOf(one))).acts).toHaveLength(1);
    await served.cite('customs', `received:${hashOf(two)}`, hashOf('else'), { tlp: 'GREEN' });
    const answer = (await (await served.put(hashOf(two), two)).json()) as { event: { id: string } };
    expect(answer.event.id).toMatch(/^[0-9a-f-]{36}$/);
    expect((await custody(hashOf(two))).holders).toHaveLength(1);
  });

  it('is not open before the log has its act, and is taken in no more when the log has ended', async () => {
    const bytes = randomBytes(900);
    served.logFails = 'log.unavailable';
    expect(await codeOf(await served.put(hashOf(bytes), bytes))).toBe('log.unavailable 503');
    expect((await served.get(`/sha256/${hashOf(bytes)}`)).status).toBe(404);
    served.logFails = null;
    expect((await served.put(hashOf(bytes), bytes)).status).toBe(201);
    served.hasEnded = true;
    expect(await codeOf(await served.put(hashOf('late'), 'late'))).toBe('log.frozen 409');
    expect((await served.get(`/sha256/${hashOf(bytes)}`)).status).toBe(200);
  });

  it('whose bytes are gone says so, and comes back when they are sent again', async () => {
    const bytes = randomBytes(900);
    const sha256 = hashOf(bytes);
    await served.put(sha256, bytes);
    const path = join(served.folder, sha256.slice(0, 2), sha256.slice(2, 4), sha256);
    chmodSync(path, 0o600);
    rmSync(path);
    expect(await codeOf(await served.get(`/sha256/${sha256}`))).toBe('evidence.missing 500');
    expect((await served.put(sha256, bytes)).status).toBe(201);
    expect((await served.get(`/sha256/${sha256}`)).status).toBe(200);
  });

  it('has one address, and what is no hash has none', async () => {
    for (const name of [hashOf('a').toUpperCase(), 'abc', '..%2f..%2fetc%2fpasswd', `${hashOf('a')}%00`])
      expect([400, 404]).toContain((await served.get(`/sha256/${name}`)).status);
    expect(await codeOf(await served.get('/sha256/abc'))).toBe('evidence.hash 400');
    expect(await codeOf(await served.put('abc', 'x'))).toBe('evidence.hash 400');
    expect(await codeOf(await served.put(hashOf('x'), 'x', {}, '?tlp=CLEAR'))).toBe('query.unknown 400');
    expect(await codeOf(await served.put(hashOf('x'), 'x', {}, `?purpose=${'x'.repeat(1_025)}`))).toBe('query.invalid 400');
    expect(await codeOf(await served.put(hashOf('x'), 'x', { 'content-encoding': 'gzip' }))).toBe('media-type.encoding 415');
  });
});
