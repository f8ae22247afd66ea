/**
 * Input that is wrong, huge or cut off, against the running product: each is refused with a JSON pointer, or with the byte offset where the
 * text is not JSON; nothing of it is stored; the process lives on.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jest } from '@jest/globals';
import type { EventsView, Problem } from '#lib/contracts';
import { mapCaseLine } from '#lib/sources';
import { type RunningCustody, serveCustody, temporaryFolder } from '../test-process.ts';
import { DEMO, sighting } from './tested-product.contract.ts';

jest.setTimeout(60_000);

const SUITE = join(fileURLToPath(new URL('../../../..', import.meta.url)), 'shared/data/json/jsontestsuite');
const MUTANTS = 4_000;

const folder = temporaryFolder();
let product: RunningCustody;
beforeAll(async () => {
  product = await serveCustody({
    CUSTODY_DATA_DIR: join(folder.path, 'data'),
    CUSTODY_DEMO: 'false',
    // Nobody seals: the size of the log is the number of what was stored.
    CUSTODY_ROLES: 'capture,projector,gateway',
    // What is sent here is judged by what it is, not by how fast it comes.
    CUSTODY_LIMITS_RATE_PER_SECOND: '1000000',
    CUSTODY_LIMITS_RATE_BURST: '1000000',
  });
}, 120_000);
afterAll(async () => {
  await product.stop();
  folder.remove();
}, 60_000);

interface Answer {
  readonly status: number;
  readonly problem: Problem;
}

async function send(body: Uint8Array | string, type = 'application/json', query = ''): Promise<Answer> {
  const response = await fetch(`${product.url}/v1/events${query}`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: body as NonNullable<RequestInit['body']>,
  });
  const text = await response.text();
  return { status: response.status, problem: (response.ok ? { code: 'none', text } : JSON.parse(text)) as Problem };
}

const stored = async (): Promise<number> =>
  ((await (await fetch(`${product.url}/v1/events?limit=1`)).json()) as EventsView).coordinates.asOf.logSize;
const lives = async (): Promise<boolean> => (await fetch(`${product.url}/livez`)).status === 200;

/** Codes whose place is a byte: the text is not JSON, or was not read further. */
const BY_OFFSET: ReadonlySet<string> = new Set(['json.syntax', 'json.encoding', 'body.too-large']);

/** What is wrong with a refusal; null: nothing. */
function flawOf({ status, problem }: Answer): string | null {
  if (status < 400 || status >= 500) return `status ${status} ${JSON.stringify(problem).slice(0, 200)}`;
  const [fault] = problem.errors ?? [];
  if (fault === undefined) return `${problem.code} without an error`;
  if (fault.code !== problem.code) return `${problem.code} with an error of ${fault.code}`;
  // Of nothing at all there is no document to point into.
  const isText = BY_OFFSET.has(fault.code) || (fault.code === 'batch.empty' && fault.pointer === undefined);
  if (isText !== (fault.offset !== undefined)) return `${fault.code} with offset ${String(fault.offset)}`;
  if (!isText && fault.pointer === undefined) return `${fault.code} without a pointer`;
  return null;
}

/** Nothing is stored between the two looks, and the process lives. */
async function expectNothingStored(during: () => Promise<void>): Promise<void> {
  const before = await stored();
  await during();
  expect([await lives(), await stored()]).toEqual([true, before]);
}

const ndjson = (body: Uint8Array | string): Promise<Answer> => send(body, 'application/x-ndjson');
const nested = (depth: number, open: string, close: string): string => open.repeat(depth) + close.repeat(depth);
const document = (members: string): string =>
  `{"kind":"observation","handling":{"tlp":"GREEN"},"source":{"kind":"photo"}${members === '' ? '' : `,${members}`}}`;

describe('a document of the parser suite', () => {
  const files = existsSync(SUITE) ? readdirSync(SUITE).filter((name) => name.endsWith('.json')) : [];
  if (files.length === 0) {
    it.skip('is refused and not stored, each of them (needs ../shared/data)', () => undefined);
    return;
  }

  it('is refused with a pointer or an offset and not stored, each of them, alone and as a line', async () => {
    await expectNothingStored(async () => {
      const flaws: string[] = [];
      for (const name of files) {
        const bytes = readFileSync(join(SUITE, name));
        const alone = flawOf(await send(bytes));
        // A line feed inside of a document makes two lines of it; both are refused then.
        const asLine = flawOf(await ndjson(Buffer.concat([bytes, Buffer.from('\n')])));
        for (const flaw of [alone, asLine]) if (flaw !== null) flaws.push(`${name}: ${flaw}`);
      }
      expect(flaws).toEqual([]);
      expect(files.length).toBeGreaterThan(100);
    });
  });
});

describe('a hostile document', () => {
  it.each<[string, () => string | Uint8Array, string, string | number]>([
    ['arrays nested 100,000 deep', () => nested(100_000, '[', ']'), 'json.depth', '/0'.repeat(32)],
    [
      'objects nested 100,000 deep',
      () => document(`"extension":{"x":${nested(100_000, '{"a":', '}').replace('}', '1}')}}`),
      'json.depth',
      `/extension/x${'/a'.repeat(30)}`,
    ],
    [
      '100,000 brackets that nothing closes',
      () => document(`"extension":{"x":${'['.repeat(100_000)}`),
      'json.syntax',
      document(`"extension":{"x":${'['.repeat(100_000)}`).length - 1,
    ],
    ['a text of ten megabytes', () => document(`"statement":"${'x'.repeat(10_000_000)}"`), 'json.too-large', ''],
    ['a member that stands twice', () => document('"place":{"name":"x","name":"y"}'), 'json.duplicate-key', '/place/name'],
    [
      'a member that stands twice, once escaped',
      () => document('"place":{"name":"x","na\\u006de":"y"}'),
      'json.duplicate-key',
      '/place/name',
    ],
    ['half a surrogate pair', () => document('"statement":"\\ud800"'), 'json.lone-surrogate', '/statement'],
    ['NUL in a text', () => document('"statement":"a\\u0000b"'), 'json.nul', '/statement'],
    ['NUL in a name', () => document('"extension":{"x":{"a\\u0000":1}}'), 'json.nul', '/extension/x'],
    ['a number beyond doubles', () => document('"place":{"lat":1e400,"lon":1}'), 'json.number', '/place/lat'],
    ['an integer that no double keeps', () => document('"extension":{"x":9007199254740993}'), 'json.number', '/extension/x'],
    ['__proto__', () => document('"__proto__":{"polluted":true}'), 'json.reserved-key', '/__proto__'],
    [
      '__proto__ further down',
      () => document('"extension":{"x":{"__proto__":{"polluted":true}}}'),
      'json.reserved-key',
      '/extension/x/__proto__',
    ],
    ['constructor', () => document('"constructor":{"prototype":{"polluted":true}}'), 'schema.unknown-member', '/constructor'],
    ['toString as a kind', () => '{"kind":"toString"}', 'schema.value', '/kind'],
    [
      '20,000 members',
      () => document(`"extension":{"x":{${Array.from({ length: 20_000 }, (_, n) => `"${n}":0`).join()}}}`),
      'json.too-many-keys',
      '/extension/x',
    ],
    [
      '257 items',
      () => document(`"items":[${Array.from({ length: 257 }, (_, n) => `{"id":"serial:demo:${n}","role":"subject"}`).join()}]`),
      'schema.size',
      '/items',
    ],
    ['bytes that are no UTF-8', () => Buffer.concat([Buffer.from('{"kind":"'), Buffer.from([0xff, 0xfe])]), 'json.encoding', 9],
    ['a byte order mark', () => `\ufeff${document('')}`, 'json.encoding', 0],
    ['a text that ends too early', () => document('').slice(0, -1), 'json.syntax', document('').length - 1],
    ['a comma too much', () => document('"items":[1,]'), 'json.syntax', document('"items":[1,').length - 1],
    ['NaN', () => document('"extension":{"x":NaN}'), 'json.syntax', document('"extension":{"x":').length - 1],
  ])('with %s is refused at its place and not stored', async (_, make, code, place) => {
    await expectNothingStored(async () => {
      const { status, problem } = await send(make());
      expect([code, problem.code]).toEqual([code, code]);
      expect(status === 400 || status === 413 || status === 422).toBe(true);
      expect(problem.errors?.[0]).toMatchObject(typeof place === 'number' ? { offset: place } : { pointer: place });
      const line = await ndjson(Buffer.concat([Buffer.from(make()), Buffer.from('\n')]));
      expect([line.status >= 400 && line.status < 500, flawOf(line)]).toEqual([true, null]);
    });
  });

  it('leaves no trace in the objects of the process', async () => {
    await send(document('"__proto__":{"polluted":true}'));
    const answer = (await (await fetch(`${product.url}/livez`)).json()) as Record<string, unknown>;
    expect(answer['polluted']).toBeUndefined();
  });

  it('in a batch takes the whole batch with it, or itself alone, as was asked', async () => {
    const bad = document('"statement":"\\ud800"');
    const batch = `${JSON.stringify(sighting('beside-1'))}\n${bad}\n${JSON.stringify(sighting('beside-2'))}\n`;
    await expectNothingStored(async () =>
      expect((await ndjson(batch)).problem).toMatchObject({ code: 'json.lone-surrogate', errors: [{ row: 1, pointer: '/statement' }] }),
    );
    const before = await stored();
    const { status } = await send(batch, 'application/x-ndjson', '?onError=proceed');
    expect(status).toBe(200);
    for (let turn = 0; turn < 400 && (await stored()) < before + 2; turn++) await new Promise((resolve) => setTimeout(resolve, 25));
    expect(await stored()).toBe(before + 2);
  });
});

describe('a hostile request', () => {
  it.each([
    'text/plain',
    'application/xml',
    'application/json-patch+json',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    '',
  ])('of media type "%s" is refused', async (type) => {
    await expectNothingStored(async () => {
      const { status, problem } = await send(JSON.stringify(sighting('typed')), type);
      expect([status, problem.code, problem.errors]).toMatchObject([415, 'media-type', [{ header: 'content-type' }]]);
    });
  });

  it('of more than the longest body is refused, and so is a longer batch than is taken', async () => {
    await expectNothingStored(async () => {
      // Refused by its length, before the body is sent: the server hangs up on whoever sends it all the same.
      const { said } = await raw(head(['content-length: 20971520']));
      expect(said).toMatch(/^HTTP\/1\.1 413 [^]*"code":"body\.too-large"[^]*"offset":16777216/);
      // Of no stated length it is read up to the limit.
      const chunk = `100000\r\n${' '.repeat(0x100000)}\r\n`;
      expect((await raw(`${head(['transfer-encoding: chunked'])}${chunk.repeat(17)}0\r\n\r\n`)).said).toMatch(
        /^HTTP\/1\.1 413 [^]*"code":"body\.too-large"[^]*"offset":16777216/,
      );
      expect(await refusalOf(send(`[${'{},'.repeat(5_000)}{}]`))).toMatchObject([413, 'batch.too-large', { pointer: '/5000' }]);
      expect(await refusalOf(ndjson('{}\n'.repeat(5_001)))).toMatchObject([413, 'batch.too-large', { row: 5_000, pointer: '' }]);
      // Blanks are gone from what would be stored, and are of the document that was sent: in a list as alone.
      const blank = document(`"statement":"x"${' '.repeat(1_100_000)}`);
      expect(await refusalOf(send(blank))).toMatchObject([413, 'json.too-large', { pointer: '' }]);
      expect(await refusalOf(send(`[${document('')},${blank}]`))).toMatchObject([413, 'json.too-large', { row: 1, pointer: '' }]);
      const large = document(`"statement":"${'x'.repeat(1_000_000)}"`);
      expect(await refusalOf(ndjson(`${large}\n`.repeat(17)))).toMatchObject([413, 'body.too-large', { row: 16, pointer: '' }]);
    });
  });

  it.each<[string, () => Promise<Answer>, object]>([
    ['an empty list', () => send('[]'), { pointer: '' }],
    ['an empty body', () => send(''), { offset: 0 }],
    ['a stream without a line', () => ndjson(''), { offset: 0 }],
    ['a stream of empty lines', () => ndjson('\n\n'), { offset: 0 }],
    ['a stream of empty lines that may be taken in parts', () => send('\n', 'application/x-ndjson', '?onError=proceed'), { offset: 0 }],
  ])('with %s is refused at its place', async (_, ask, place) => {
    await expectNothingStored(async () => expect(await refusalOf(ask())).toMatchObject([400, 'batch.empty', place]));
  });

  it.each<[string, string, object]>([
    ['?onError=maybe', 'query.invalid', { parameter: 'onError' }],
    ['?dryRun=1', 'query.invalid', { parameter: 'dryRun' }],
    ['?receipts=', 'query.invalid', { parameter: 'receipts' }],
    ['?dryrun=true', 'query.unknown', { parameter: 'dryrun' }],
  ])('with %s is refused, and the parameter is named', async (query, code, place) => {
    await expectNothingStored(async () =>
      expect(await refusalOf(send(JSON.stringify(sighting('asked')), 'application/json', query))).toMatchObject([400, code, place]),
    );
  });

  it.each<[string, string, string]>([
    ['idempotency-key: a b', 'idempotency-key.malformed', 'idempotency-key'],
    ['content-encoding: gzip', 'media-type.encoding', 'content-encoding'],
    ['origin: https://attacker.example', 'origin.foreign', 'origin'],
    ['sec-fetch-site: cross-site', 'origin.foreign', 'sec-fetch-site'],
    ['expect: magic', 'expectation.unknown', 'expect'],
  ])('with the header %s is refused, and the header is named', async (line, code, header) => {
    await expectNothingStored(async () => {
      const { said } = await raw(`${head([line, `content-length: ${body.length}`])}${body}`);
      const { errors } = JSON.parse(said.slice(said.indexOf('\r\n\r\n'))) as Problem;
      expect(errors).toMatchObject([{ code, header }]);
    });
  });

  async function refusalOf(asked: Promise<Answer>): Promise<unknown[]> {
    const { status, problem } = await asked;
    return [status, problem.code, problem.errors?.[0]];
  }

  it('with one line of 20 MB in a stream costs that line alone', async () => {
    await expectNothingStored(async () => {
      const answer = await fetch(`${product.url}/v1/events?onError=proceed&dryRun=true`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: `${'x'.repeat(20_000_000)}\n${JSON.stringify(sighting('after-the-long'))}\n`,
      });
      const rows = (await answer.text())
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { status: string; errors?: { code: string }[] });
      expect(rows.map(({ status, errors }) => [status, errors?.[0]?.code])).toEqual([
        ['refused', 'json.too-large'],
        ['accepted', undefined],
      ]);
    });
  });

  const body = JSON.stringify(sighting('raw-1'));
  const head = (lines: readonly string[]): string =>
    [`POST /v1/events HTTP/1.1`, 'host: 127.0.0.1', 'content-type: application/json', ...lines, '', ''].join('\r\n');

  it.each<[string, string]>([
    ['a chunked body that is cut off', `${head(['transfer-encoding: chunked'])}${body.length.toString(16)}\r\n${body.slice(0, 20)}`],
    [
      'a stream of lines that is cut off behind a whole one',
      `${head(['transfer-encoding: chunked']).replace('application/json', 'application/x-ndjson')}${(body.length + 1).toString(16)}\r\n${body}\n\r\n`,
    ],
    ['a body shorter than it says', `${head([`content-length: ${body.length + 10}`])}${body}`],
    ['a chunk length that is no number', `${head(['transfer-encoding: chunked'])}zz\r\n${body}\r\n0\r\n\r\n`],
    ['two lengths', `${head(['content-length: 5', `content-length: ${body.length}`])}${body}`],
    [
      'a length and chunks',
      `${head([`content-length: ${body.length}`, 'transfer-encoding: chunked'])}${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    ],
    ['5,000 headers', `${head([...Array.from({ length: 5_000 }, (_, n) => `x-${n}: 1`), `content-length: ${body.length}`])}${body}`],
    ['a header of 100,000 bytes', `${head([`x-long: ${'x'.repeat(100_000)}`, `content-length: ${body.length}`])}${body}`],
    ['no HTTP at all', '\u0000\u0001\u0002 hello\r\n\r\n'],
  ])('with %s is not half stored, and the process lives', async (_, bytes) => {
    await expectNothingStored(async () => {
      const { said } = await raw(bytes);
      expect(said === '' || /^HTTP\/1\.1 4\d\d /.test(said)).toBe(true);
    });
  });

  it('whose body comes a byte at a time holds up nobody', async () => {
    const slow = connect(Number(new URL(product.url).port), '127.0.0.1');
    slow.on('error', () => undefined);
    slow.write(head([`content-length: ${body.length}`]));
    for (const byte of body.slice(0, 20)) {
      slow.write(byte);
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(await lives()).toBe(true);
    }
    const started = performance.now();
    expect((await send('{')).status).toBe(400);
    expect(performance.now() - started).toBeLessThan(2_000);
    slow.destroy();
    expect((await fetch(`${product.url}/v1/events/raw-1`)).status).toBe(404);
  });

  /** What the server says to these bytes until it, or after a while this side, hangs up. */
  function raw(bytes: string): Promise<{ said: string }> {
    return new Promise((resolve) => {
      const socket = connect(Number(new URL(product.url).port), '127.0.0.1');
      let said = '';
      socket.setTimeout(300, () => socket.destroy());
      socket.on('data', (chunk) => (said += chunk.toString('latin1')));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve({ said }));
      socket.write(bytes, 'latin1');
    });
  }
});

describe('a mutated document', () => {
  /** mulberry32: the same mutants for the same seed. */
  const randomFrom = (seed: number) => () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const SPICE = [
    '"',
    '\\',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '\\u0000',
    '\\ud800',
    '1e999',
    '-',
    '\u0000',
    '\u00ff',
    'null',
    '__proto__',
    '0',
    '\n',
    '"id":1,',
    '9'.repeat(40),
  ];

  it('is taken whole or refused at its place, whatever bytes were changed', async () => {
    const seed = Number(process.env['CUSTODY_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
    process.stderr.write(`mutants: ${MUTANTS}, CUSTODY_TEST_SEED=${seed}\n`);
    const random = randomFrom(seed);
    const pick = (below: number): number => Math.floor(random() * below);
    const lines = readFileSync(DEMO, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, never>);
    const documents = lines.flatMap((line) => {
      const mapped = mapCaseLine(line, { targetOf: (id) => lines.find((each) => each['id'] === id) });
      return mapped.ok ? [Buffer.from(JSON.stringify(mapped.document))] : [];
    });
    expect(documents).toHaveLength(62);
    const mutants = Array.from({ length: MUTANTS }, () => {
      let bytes: Buffer = Buffer.from(documents[pick(documents.length)] as Buffer);
      for (let changes = 1 + pick(3); changes > 0; changes--) {
        const at = pick(bytes.length);
        const spice = Buffer.from(SPICE[pick(SPICE.length)] as string);
        const cut = pick(3) === 0 ? pick(40) : 0;
        if (pick(2) === 0) bytes[at] = pick(256);
        else bytes = Buffer.concat([bytes.subarray(0, at), spice, bytes.subarray(at + cut)]);
      }
      return bytes;
    });
    const flaws: string[] = [];
    let refused = 0;
    await expectNothingStored(async () => {
      for (let from = 0; from < mutants.length; from += 8) {
        const some = mutants.slice(from, from + 8);
        const answers = await Promise.all(some.map((bytes) => send(bytes, 'application/json', '?dryRun=true')));
        answers.forEach((answer, index) => {
          const flaw = answer.status === 200 ? null : flawOf(answer);
          if (answer.status !== 200) refused++;
          if (flaw !== null) flaws.push(`${flaw}: ${String(some[index]?.toString('latin1').slice(0, 200))}`);
        });
      }
    });
    expect(flaws).toEqual([]);
    // Most changes break a document; a few only change a word. Both must occur, or the mutation does nothing.
    expect(refused).toBeGreaterThan(MUTANTS / 3);
    expect(refused).toBeLessThan(MUTANTS);
  });
});

it('none of it was a fault of the server: no answer of 500 and above, no line that says error', () => {
  const lines = product
    .stderr()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { level: string; status?: number; code?: string });
  expect(lines.filter(({ status }) => status !== undefined && status >= 400 && status < 500).length).toBeGreaterThan(100);
  expect(lines.filter(({ level, status }) => level === 'error' || (status ?? 0) >= 500)).toEqual([]);
});
