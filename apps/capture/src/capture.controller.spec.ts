/** POST /v1/events over HTTP, on the event log in memory, whose faults are to order. */
import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { ROOT_ACTOR } from '#lib/domain';
import { type ErrorCode, isErrorCode, type Problem, problem, statusOf, type SubmittedRow } from '#lib/contracts';
import { createMemoryLog, type MemoryLog } from '#lib/event-log';
import { openReceipt, signingKey, utf8 } from '#lib/ledger';
import {
  refusedHeader,
  onlyActor,
  createHttpServer,
  createLog,
  createMetrics,
  notRecorded,
  type HttpServer,
  type ReadRequest,
} from '#lib/runtime';
import { inlineAcceptPool } from './accept-pool.ts';
import { CaptureModule } from './capture.module.ts';
import type { FirstEvent } from './submit.ts';

const TOPIC = 'sightings';
const CHUNK = 3;
const RECEIPT_KEY = signingKey('receipt', 'test/log/receipt', new Uint8Array(32).fill(3));
const opens = (note: string | null): boolean => note !== null && openReceipt(utf8(note), { log: 'test/log', keys: [RECEIPT_KEY] }).ok;
const BATCH_MAX = 8;
const catalogue = {
  isCode: isErrorCode,
  statusOf: (code: string) => statusOf(code as ErrorCode),
  problem: (code: string, of: { instance: string; requestId: string }) => problem(code as ErrorCode, of),
};
const limits = { ratePerSecond: 100_000, rateBurst: 100_000, requestsInFlight: 16, bodyBytes: 1 << 20 };
const line = (id: string): string => JSON.stringify({ id, kind: 'observation', handling: { tlp: 'GREEN' }, source: { kind: 'photo' } });
const ndjson = (...lines: string[]): string => lines.map((text) => `${text}\n`).join('');

describe('a submission', () => {
  let log: MemoryLog;
  let ticks = 0;
  /** Why nobody is let in, where nobody is. */
  let refused: Error | null = null;
  /** What the ledger knows of targets and ids. */
  const items = new Map<string, readonly string[]>();
  const firsts = new Map<string, FirstEvent>();
  let reads: ReadRequest[] = [];
  let isUnrecorded = false;
  let server: HttpServer;
  let url: string;
  beforeEach(async () => {
    log = createMemoryLog();
    await log.ensureTopics([{ topic: TOPIC, partitions: 1 }]);
    const metrics = createMetrics();
    const module = CaptureModule.with({
      pool: inlineAcceptPool(),
      known: { firsts: () => Promise.resolve(firsts), items: () => Promise.resolve(items) },
      log,
      topic: TOPIC,
      appendTimeoutMs: 1_000,
      origin: 'test/log',
      durability: 'single-node',
      publisherKey: Buffer.alloc(32, 7),
      receiptKey: RECEIPT_KEY,
      limits: { documentBytesMax: 4_096, batchDocumentsMax: BATCH_MAX, chunkDocuments: CHUNK, bodyBytesMax: 20_000 },
      now: () => `2026-11-24T02:10:00.${String(++ticks).padStart(6, '0')}Z`,
      metrics,
    });
    const translate = (error: unknown) =>
      (error as { code?: unknown }).code === 'log.unavailable' ? { code: 'log.unavailable' } : undefined;
    refused = null;
    items.clear();
    firsts.clear();
    [reads, isUnrecorded] = [[], false];
    const access = {
      ...onlyActor(ROOT_ACTOR),
      authenticate: () => {
        if (refused !== null) throw refused;
        return ROOT_ACTOR;
      },
    };
    server = await createHttpServer(module, {
      limits,
      log: createLog({ level: 'silent', secrets: [] }),
      metrics,
      catalogue,
      translate,
      access,
      reads: {
        readsOf: () => ({ operation: 'submitEvents' }),
        record: async (read) => {
          if (isUnrecorded) throw notRecorded(new Error('away'));
          reads.push(read);
        },
      },
    });
    url = await server.listen('127.0.0.1', 0);
  });
  afterEach(async () => {
    await server.close();
    await log.close();
  });

  const post = (body: string, type = 'application/json', query = ''): Promise<Response> =>
    fetch(`${url}/v1/events${query}`, { method: 'POST', headers: { 'content-type': type }, body });
  const stream = (body: string, onError = 'proceed'): Promise<Response> => post(body, 'application/x-ndjson', `?onError=${onError}`);
  const held = async (): Promise<number> => (await log.ends(TOPIC)).reduce((sum, { high }) => sum + high, 0);
  const rowsOf = async (response: Response): Promise<SubmittedRow[]> =>
    (await response.text())
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text) as SubmittedRow);

  it('is answered 202 with its receipt once the log has it', async () => {
    const answer = await post(line('a'));
    expect([answer.status, await answer.json(), await held()]).toMatchObject([
      202,
      { status: 'accepted', id: 'a', log: 'test/log', signature: expect.stringMatching(/^custody-ledger\/receipt\/v1\n/) },
      1,
    ]);
  });

  it('of one sighting is answered with a signed receipt; of a list or a stream where they are asked for', async () => {
    const isSigned = (row: SubmittedRow): boolean => opens(row.receipt?.signature ?? null);
    const one = (await (await post(line('one'))).json()) as { signature: string | null };
    const dry = (await (await post(line('two'), 'application/json', '?dryRun=true')).json()) as SubmittedRow;
    expect([opens(one.signature), dry.receipt?.signature]).toEqual([true, null]);
    for (const [query, expected] of [
      ['', [false, false]],
      ['&receipts=false', [false, false]],
      ['&receipts=true', [true, true]],
    ] as const) {
      const ids = [`a${query.length}`, `b${query.length}`];
      const list = await post(`[${ids.map(line).join()}]`, 'application/json', `?onError=proceed${query}`);
      expect(((await list.json()) as { results: SubmittedRow[] }).results.map(isSigned)).toEqual(expected);
      const rows = await post(ndjson(...ids.map((id) => line(`${id}s`))), 'application/x-ndjson', `?onError=proceed${query}`);
      expect((await rowsOf(rows)).map(isSigned)).toEqual(expected);
    }
    expect(((await (await post(line('c'), 'application/json', '?receipts=maybe')).json()) as Problem).code).toBe('query.invalid');
  });

  it('is answered 503 with Retry-After and nothing done where the log does not take it, and 202 when it is sent again', async () => {
    log.faults.rejectAppends(1);
    const answer = await post(`[${line('a')},${line('b')}]`);
    expect([answer.status, answer.headers.get('retry-after'), ((await answer.json()) as Problem).code]).toEqual([
      503,
      '1',
      'log.unavailable',
    ]);
    expect(await held()).toBe(0);
    expect((await post(`[${line('a')},${line('b')}]`)).status).toBe(202);
    expect(await held()).toBe(2);
  });

  it('of a stream that the log does not take from the beginning is answered 503 as well', async () => {
    log.faults.rejectAppends(1);
    expect((await stream(ndjson(line('a')))).status).toBe(503);
    expect(await held()).toBe(0);
  });

  it('of a stream breaks off where the log fails, after a receipt for each row that the log has', async () => {
    const lines = Array.from({ length: 2 * CHUNK }, (_, n) => line(`n-${n}`));
    const append = log.append.bind(log);
    let appends = 0;
    log.append = async (...args) => {
      if (++appends === 2) {
        // A real log takes its time to fail; the answers before are on their way by then.
        await new Promise((resolve) => setTimeout(resolve, 50));
        log.faults.rejectAppends(1);
      }
      await append(...args);
    };
    const answer = await stream(ndjson(...lines));
    const received: string[] = [];
    const decoder = new TextDecoder();
    const cutOff = await (async () => {
      for await (const bytes of answer.body as unknown as AsyncIterable<Uint8Array>) received.push(decoder.decode(bytes));
      return false;
    })().catch(() => true);
    const rows = received
      .join('')
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text) as SubmittedRow);
    expect([answer.status, cutOff, rows.map(({ status }) => status), await held()]).toEqual([
      200,
      true,
      ['accepted', 'accepted', 'accepted'],
      CHUNK,
    ]);
  });

  it('of a stream has an answer for each row, numbered over all of its parts, refused rows with their reason', async () => {
    const answer = await stream(ndjson(line('a'), '{', '', line('b'), line('c'), 'x'.repeat(5_000), line('a')));
    const rows = await rowsOf(answer);
    expect(rows.map(({ row, status, errors }) => `${row} ${status} ${errors?.[0]?.code ?? ''}`.trim())).toEqual([
      '0 accepted',
      '1 refused json.syntax',
      '2 accepted',
      '3 accepted',
      '4 refused json.too-large',
      '5 accepted',
    ]);
    // The last one is the first again; the ledger that would know it is not asked here, so the log has it twice and the projector drops one.
    expect(await held()).toBe(4);
  });

  it('under rollback is taken whole or not at all, as a list and as a stream', async () => {
    for (const answer of [await post(`[${line('a')},{}]`), await stream(ndjson(line('a'), '{}'), 'rollback')]) {
      expect([answer.status, await answer.json()]).toMatchObject([
        422,
        { code: 'schema.required', errors: [{ row: 1, pointer: '/kind' }] },
      ]);
    }
    expect(await held()).toBe(0);
    expect((await stream(ndjson(line('a'), line('b')), 'rollback')).status).toBe(202);
    expect(await held()).toBe(2);
  });

  it('under rollback is not half taken where a line of it is too long', async () => {
    const answer = await stream(ndjson(line('a'), 'x'.repeat(5_000), line('b')), 'rollback');
    expect([answer.status, await answer.json()]).toMatchObject([413, { code: 'json.too-large', errors: [{ row: 1 }] }]);
    expect(await held()).toBe(0);
  });

  it('of a stream is answered while its sender waits before the next line, and each part has its own time', async () => {
    const sending = request(`${url}/v1/events?onError=proceed`, { method: 'POST', headers: { 'content-type': 'application/x-ndjson' } });
    const answered: SubmittedRow[] = [];
    const ended = new Promise<void>((resolve, reject) => {
      sending.on('error', reject);
      sending.on('response', (response) => {
        response.setEncoding('utf8');
        // Each write of the server is one line here: the next one is sent only after it was read.
        response.on('data', (text: string) => {
          answered.push(JSON.parse(text) as SubmittedRow);
          if (answered.length < 3) sending.write(ndjson(line(`n-${answered.length}`)));
          else sending.end();
        });
        response.on('end', resolve);
      });
    });
    sending.write(ndjson(line('n-0')));
    await ended;
    expect(answered.map(({ row, id, status }) => `${row} ${id} ${status}`)).toEqual(['0 n-0 accepted', '1 n-1 accepted', '2 n-2 accepted']);
    expect(new Set(answered.map(({ receipt }) => receipt?.captured)).size).toBe(3);
  });

  const REVOKED = refusedHeader('auth.key-revoked', 'authorization', 'The key was revoked.');
  /** A stream of which the first line is sent, and what is done once its answer came. */
  async function streamed(
    onError: string,
    next: (sending: ClientRequest) => void,
  ): Promise<{ status: number; lines: string[]; ms: number }> {
    const sending = request(`${url}/v1/events?onError=${onError}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
    });
    // Whoever is refused may find the connection closed while he goes on sending.
    sending.on('error', () => {});
    const began = performance.now();
    sending.write(ndjson(line('n-0')));
    if (onError === 'rollback') setTimeout(() => next(sending), 400);
    const [response] = (await once(sending, 'response')) as [IncomingMessage];
    const lines: string[] = [];
    response.setEncoding('utf8').on('data', (text: string) => {
      lines.push(...text.trimEnd().split('\n'));
      if (lines.length === 1 && onError === 'proceed') next(sending);
    });
    await once(response, 'end');
    sending.destroy();
    return { status: response.statusCode ?? 0, lines, ms: performance.now() - began };
  }

  it('of a stream ends where its sender’s key does, before the next row as well as while he sends none; what was acknowledged stays', async () => {
    for (const [at, goOn] of [true, false].entries()) {
      refused = null;
      const { status, lines, ms } = await streamed('proceed', (sending) => {
        refused = REVOKED;
        if (goOn) sending.write(ndjson(line('n-1'), line('n-2')));
      });
      const [first, last] = lines.map((text) => JSON.parse(text) as SubmittedRow);
      expect([status, lines.length, first?.status]).toEqual([200, 2, 'accepted']);
      expect(last).toEqual({
        row: 1,
        status: 'refused',
        errors: [{ code: 'auth.key-revoked', header: 'authorization', detail: 'The key was revoked.' }],
      });
      expect(ms).toBeLessThan(5_000);
      expect(await held()).toBe(at + 1);
    }
  });

  it('that is held whole is refused where its sender’s key ends before it does, and appends nothing', async () => {
    const { status, lines, ms } = await streamed('rollback', () => (refused = REVOKED));
    expect([status, (JSON.parse(lines.join('')) as Problem).code]).toEqual([statusOf('auth.key-revoked'), 'auth.key-revoked']);
    expect(ms).toBeLessThan(5_000);
    expect(await held()).toBe(0);
  });

  it('of a stream goes on where nobody can say who its sender is for a while in which he sends nothing', async () => {
    const { lines } = await streamed('proceed', (sending) => {
      refused = new Error('the policy cannot be read');
      setTimeout(() => {
        refused = null;
        sending.end(ndjson(line('n-1')));
      }, 1_500);
    });
    expect(lines.map((text) => (JSON.parse(text) as SubmittedRow).status)).toEqual(['accepted', 'accepted']);
  });

  it('under an idempotency key has the same ids each time, row by row, refused and overlong rows counted', async () => {
    const unnamed = line('a').replace('"id":"a",', '');
    const send = async (body: string, key: string): Promise<(string | undefined)[]> => {
      const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': key };
      const answer = await fetch(`${url}/v1/events?onError=proceed`, { method: 'POST', headers, body });
      return (await rowsOf(answer)).map(({ receipt }) => receipt?.id);
    };
    const body = ndjson(unnamed, 'x'.repeat(5_000), '{', unnamed, unnamed);
    const first = await send(body, 'upload-1');
    expect(first.map((id) => typeof id)).toEqual(['string', 'undefined', 'undefined', 'string', 'string']);
    expect(await send(body, '"upload-1"')).toEqual(first);
    // Mended rows take their own places: the others are still the same events.
    const mended = await send(ndjson(unnamed, unnamed, unnamed, unnamed, unnamed), 'upload-1');
    expect([mended[0], mended[3], mended[4]]).toEqual([first[0], first[3], first[4]]);
    expect(new Set([...first, ...mended].filter((id) => id !== undefined)).size).toBe(5);
    const malformed = await fetch(`${url}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'two words' },
      body: unnamed,
    });
    expect([malformed.status, ((await malformed.json()) as Problem).code]).toEqual([400, 'idempotency-key.malformed']);
  });

  it('that is to be held whole has a bound; one that proceeds has none', async () => {
    const many = Array.from({ length: BATCH_MAX + 1 }, (_, n) => line(`n-${n}`));
    for (const answer of [await post(`[${many.join()}]`), await stream(ndjson(...many), 'rollback')]) {
      expect([answer.status, ((await answer.json()) as Problem).code]).toEqual([413, 'batch.too-large']);
    }
    expect(await held()).toBe(0);
    expect(await rowsOf(await stream(ndjson(...many)))).toHaveLength(BATCH_MAX + 1);
    expect(await held()).toBe(BATCH_MAX + 1);
  });

  it('that is to be held whole is bounded in bytes too, since each of its lines may be large', async () => {
    const large = (id: string): string => line(id).replace('{', `{"statement":"${'x'.repeat(3_500)}",`);
    const lines = Array.from({ length: BATCH_MAX }, (_, n) => large(`large-${n}`));
    const answer = await stream(ndjson(...lines), 'rollback');
    const { code, errors } = (await answer.json()) as Problem;
    // Five lines of some 3,600 bytes fit into 20,000.
    expect([answer.status, code, errors]).toMatchObject([413, 'body.too-large', [{ code, row: 5, pointer: '' }]]);
    expect(await held()).toBe(0);
  });

  it('that is only to be judged leaves the log alone, in every form', async () => {
    for (const answer of [
      await post(line('a'), 'application/json', '?dryRun=true'),
      await post(`[${line('a')}]`, 'application/json', '?dryRun=true'),
      await post(ndjson(line('a')), 'application/x-ndjson', '?dryRun=true&onError=proceed'),
    ]) {
      expect(answer.status).toBe(200);
    }
    expect(await held()).toBe(0);
  });

  it('of nothing, of an unknown mode or of another media type is refused', async () => {
    const asked = [
      post(''),
      post('[]'),
      stream(''),
      stream('\n\n', 'rollback'),
      post(line('a'), 'text/plain'),
      post(line('a'), 'application/json', '?onError=maybe'),
      post(line('a'), 'application/json', '?x=1'),
    ];
    const problems = await Promise.all(asked.map(async (answer) => (await (await answer).json()) as Problem));
    expect(problems.map(({ code, errors }) => [code, errors])).toMatchObject([
      ['batch.empty', [{ offset: 0 }]],
      ['batch.empty', [{ pointer: '' }]],
      ['batch.empty', [{ offset: 0 }]],
      ['batch.empty', [{ offset: 0 }]],
      ['media-type', [{ header: 'content-type' }]],
      ['query.invalid', [{ parameter: 'onError' }]],
      ['query.unknown', [{ parameter: 'x' }]],
    ]);
    expect(await held()).toBe(0);
  });

  describe('whose refusal tells more of the ledger than was sent', () => {
    const correction = JSON.stringify({
      ...{ id: 'k', kind: 'correction', handling: { tlp: 'GREEN' }, source: { kind: 'photo' }, relations: { target: 't' } },
      items: [{ id: 'container:SYNU0000014', role: 'subject' }],
    });
    const told = (): unknown[] =>
      reads.map(({ operation, notes }) => [operation, notes.shownEvents().map(({ id, tlp, items: of }) => [id, tlp, of()])]);
    const TOLD = ['submitEvents', [['t', null, ['container:SYNU0000041']]]];
    beforeEach(() => items.set('local/t', ['container:SYNU0000041', 'container:SYNU0000014']));

    it('is a read of that, in every form, recorded before it is told', async () => {
      const forms: readonly (() => Promise<Response>)[] = [
        () => post(correction),
        () => post(`[${correction}]`),
        () => post(`[${correction}]`, 'application/json', '?onError=proceed'),
        () => stream(ndjson(line('a'), correction)),
        () => stream(ndjson(line('a'), correction), 'rollback'),
      ];
      for (const send of forms) {
        reads = [];
        expect(await (await send()).text()).toContain('SYNU0000041');
        expect(told()).toEqual([TOLD]);
        isUnrecorded = true;
        const text = await (await send()).text().catch(() => '');
        expect(text).not.toContain('SYNU0000041');
        isUnrecorded = false;
      }
    });

    it('leaves out what it would tell where that cannot be recorded, and answers what was appended with its receipts', async () => {
      firsts.set('local/b', { contentHash: 'c'.repeat(64), captured: '2026-11-24T02:10:00.000000Z' });
      const unnamed = line('a').replace('"id":"a",', '');
      isUnrecorded = true;
      for (const [send, appended] of [
        [() => post(`[${unnamed},${line('b')},${correction}]`, 'application/json', '?onError=proceed'), 1],
        [() => stream(ndjson(unnamed, line('b'), correction)), 2],
      ] as const) {
        const answer = await send();
        const text = await answer.text();
        const rows = answer.headers.get('content-type')?.includes('ndjson') === true ? text.trimEnd().split('\n') : [];
        const of =
          rows.length > 0 ? rows.map((row) => JSON.parse(row) as SubmittedRow) : (JSON.parse(text) as { results: SubmittedRow[] }).results;
        expect([answer.status, of.map(({ status, errors }) => errors?.[0]?.code ?? status)]).toEqual([
          200,
          ['accepted', 'access.unavailable', 'access.unavailable'],
        ]);
        expect(await held()).toBe(appended);
        for (const told of ['SYNU0000041', 'cccc', '02:10:00.000000Z']) expect(text).not.toContain(told);
        expect(text).toContain('access log');
      }
      expect(reads).toEqual([]);
    });

    it('of nothing that was appended is refused as a whole where it cannot be recorded', async () => {
      isUnrecorded = true;
      for (const answer of [
        await post(correction),
        await post(`[${line('a')},${correction}]`),
        await stream(ndjson(correction), 'rollback'),
      ]) {
        expect([answer.status, ((await answer.json()) as Problem).code]).toEqual([503, 'access.unavailable']);
      }
      expect(await held()).toBe(0);
    });

    it('is one of what stands under the id; and none where it tells what was sent alone', async () => {
      firsts.set('local/a', { contentHash: 'c'.repeat(64), captured: '2026-11-24T02:10:00.000000Z' });
      expect((await post(line('a'))).status).toBe(409);
      expect(told()).toEqual([['submitEvents', [['a', null, []]]]]);
      reads = [];
      items.clear();
      const target = JSON.stringify({ ...(JSON.parse(line('t')) as object), items: [{ id: 'container:SYNU0000041', role: 'subject' }] });
      expect(await (await post(`[${target},${correction}]`)).text()).toContain('correction.item-missing');
      expect(await (await post(`[${line('b')},${line('b').replace('photo', 'video')}]`)).text()).toContain('event.id-conflict');
      expect((await post(line('fresh'))).status).toBe(202);
      expect(reads).toEqual([]);
    });
  });
});
