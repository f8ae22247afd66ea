/** GET /v1/stream on a real ledger over HTTP: who gets what, from where, and how it ends. */
import { get } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import type { SightingDocument } from '#lib/contracts';
import { TLP_LABELS } from '#lib/domain';
import type { LedgerReads } from '../ledger-reads.ts';
import { seen, subject } from '../tested-ledger.contract.ts';
import { STREAM_TIMES } from './stream-times.ts';
import { TestedStream } from './tested-stream.contract.ts';

jest.setTimeout(180_000);

const VIN = 'vin:WDDSYNTH9JA000001';
const OTHER = 'serial:demo:OTHER1';
const QUICK = { lookAgainMs: 100, heartbeatMs: 300, slowMs: 1_000 };
type Handling = SightingDocument['handling'];
const doc = (id: string, handling: Handling, more: object = {}): SightingDocument => seen(id, [subject(VIN)], { handling, ...more });

/** Every marking and audience, by author. */
const SAID: readonly (readonly [string, string, SightingDocument])[] = [
  ['acme', 'eva', doc('clear', { tlp: 'CLEAR' })],
  ['acme', 'eva', doc('own', { tlp: 'AMBER' })],
  ['acme', 'eva', doc('green', { tlp: 'GREEN' })],
  ['acme', 'eva', doc('cars', { tlp: 'GREEN', community: 'cars' })],
  ['acme', 'eva', doc('named', { tlp: 'RED', principals: ['max'] })],
  ['acme', 'eva', doc('named-there', { tlp: 'RED', agencies: ['bolt'], principals: ['bolt/ann'] })],
  ['bolt', 'ann', seen('theirs', [subject(OTHER)], { handling: { tlp: 'AMBER+STRICT' } })],
  ['bolt', 'ann', doc('shared', { tlp: 'AMBER', agencies: ['acme'] })],
  ['acme', 'eva', { ...doc('corrected', { tlp: 'CLEAR' }), kind: 'statement', statement: 'said' }],
];
/** Who is shown which of them, told by hand. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  'acme/eva': ['clear', 'own', 'green', 'cars', 'named', 'named-there', 'shared', 'corrected'],
  'acme/max': ['clear', 'own', 'green', 'cars', 'named', 'shared', 'corrected'],
  'acme/tom': ['clear', 'own', 'green', 'cars', 'shared', 'corrected'],
  'acme/breaker': ['clear', 'own', 'green', 'cars', 'named', 'named-there', 'shared', 'corrected'],
  'bolt/ann': ['clear', 'green', 'named-there', 'theirs', 'shared', 'corrected'],
  'bolt/bob': ['clear', 'green', 'theirs', 'shared', 'corrected'],
  'bolt/bob:cars': ['clear', 'green', 'cars', 'theirs', 'shared', 'corrected'],
  'delta/dan': ['clear', 'green', 'corrected'],
};

describe('a stream', () => {
  let tested: TestedStream;
  beforeAll(async () => {
    tested = await TestedStream.open(QUICK);
    for (const [agency, principal, document] of SAID) await tested.ledger.add([document], agency, principal);
  });
  afterAll(() => tested.close());

  test('covers every marking', () => {
    expect(new Set(SAID.map(([, , { handling }]) => handling.tlp))).toEqual(new Set(TLP_LABELS));
  });

  test.each(Object.entries(SHOWN))('has for %s what is his, in the order of the log, and nothing else', async (as, ids) => {
    expect((await tested.all(as, '&since=start')).ids()).toEqual(ids);
  });

  test.each(Object.entries(SHOWN))('is recorded for %s: what is his and not for everybody, before it comes', async (as, ids) => {
    const from = tested.recorded.length;
    await tested.all(as, '&since=start');
    const said = tested.recorded.slice(from).flatMap(({ notes }) => notes.shownEvents().map(({ id }) => id));
    expect(said).toEqual(ids.filter((id) => id !== 'clear' && id !== 'corrected'));
  });

  test('of nobody in particular has what is clear', async () => {
    expect((await tested.all(null, '&since=start')).ids()).toEqual(['clear', 'corrected']);
  });

  test('goes on behind each id, by parameter and by header, with the same bytes under the same policy', async () => {
    for (const as of ['acme/eva', 'delta/dan']) {
      const whole = (await tested.all(as, '&since=start')).messages.filter(({ data }) => data !== undefined);
      for (const [at, { id }] of whole.slice(0, -1).entries()) {
        const rest = whole.slice(at + 1);
        const byParameter = (await tested.all(as, `&cursor=${id}`)).messages.filter(({ data }) => data !== undefined);
        const byHeader = (await tested.all(as, '&since=start', { 'last-event-id': id })).messages.filter(({ data }) => data !== undefined);
        expect([byParameter, byHeader]).toEqual([rest, rest]);
      }
    }
  });

  test('says by no byte what is hidden: the same answer whoever else wrote what, but for places that the log shows to all', async () => {
    const before = await tested.all('delta/dan', '&since=start');
    await tested.ledger.add([doc('hidden-1', { tlp: 'AMBER' }), doc('hidden-2', { tlp: 'RED', principals: ['max'] })], 'acme', 'eva');
    const after = await tested.all('delta/dan', '&since=start');
    expect(after.text).toBe(before.text);
    // What was not there yet begins where the log ended, for everybody alike.
    const live = await tested.listen('delta/dan');
    await tested.ledger.add([doc('hidden-3', { tlp: 'AMBER' })], 'acme', 'eva');
    await sleep(800);
    const [begin = '', ...rest] = live.text.split('\n\n');
    expect(begin).toMatch(/^retry: 2000\nid: [A-Za-z0-9_-]+$/);
    expect(rest.every((part) => part === '' || part === ': alive')).toBe(true);
    live.close();
    // Control: its author is told of each.
    expect((await tested.all('acme/eva', '&since=start')).ids()).toEqual(expect.arrayContaining(['hidden-1', 'hidden-2', 'hidden-3']));
  });

  test('has what comes in while it is open, soon, and a sign of life where nothing does', async () => {
    const live = await tested.listen('bolt/bob');
    await live.until('a sign of life', () => live.text.includes(': alive'));
    const began = performance.now();
    await tested.ledger.add([doc('live-1', { tlp: 'GREEN' }), doc('live-2', { tlp: 'AMBER' })], 'acme', 'eva');
    await live.until('the event', () => live.ids().length > 0);
    expect(performance.now() - began).toBeLessThan(10_000);
    await sleep(300);
    expect(live.ids()).toEqual(['live-1']);
    live.close();
  });

  test('is of one kind, of one item, or of both', async () => {
    expect((await tested.all('bolt/ann', '&since=start&kind=statement')).ids()).toEqual(['corrected']);
    expect((await tested.all('bolt/ann', `&since=start&item=${OTHER}`)).ids()).toEqual(['theirs']);
    expect((await tested.all('delta/dan', `&since=start&item=${OTHER}`)).ids()).toEqual([]);
    expect((await tested.all('bolt/ann', `&since=start&kind=statement&item=${OTHER}`)).ids()).toEqual([]);
    // A place of one question is none of another.
    const [, first] = (await tested.all('bolt/ann', '&since=start')).messages;
    expect((await tested.listen('bolt/ann', `?kind=statement&cursor=${first?.id}`)).status).toBe(400);
  });

  test('follows who its reader is: a community that he joins, and what he loses', async () => {
    // As the policy would say of one key: here by its name.
    expect((await tested.all('bolt/bob:cars', '&since=start')).ids()).toContain('cars');
    const { messages } = await tested.all('bolt/bob', '&since=start');
    // The place that he had outside of the community holds within it.
    expect((await tested.all('bolt/bob:cars', `&cursor=${messages[1]?.id}`)).ids()).toContain('cars');
  });

  test('of a reader whose key was revoked ends, told why; control: his neighbour’s goes on', async () => {
    const [mine, other] = [await tested.listen('bolt/bob'), await tested.listen('bolt/ann')];
    await mine.until('it is open', () => mine.messages.length > 0);
    tested.revoked.add('bolt/bob');
    const began = performance.now();
    await mine.ended();
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(mine.end()?.code).toBe('auth.key-revoked');
    await tested.ledger.add([doc('after', { tlp: 'GREEN' })], 'acme', 'eva');
    await other.until('the event', () => other.ids().includes('after'));
    expect(mine.ids()).toEqual([]);
    other.close();
    tested.revoked.clear();
  });

  test('waits for the provider of its reader’s token, sending nothing meanwhile', async () => {
    const live = await tested.listen('bolt/ann');
    await live.until('it is open', () => live.messages.length > 0);
    tested.unsure.add('bolt/ann');
    await tested.ledger.add([doc('meanwhile', { tlp: 'GREEN' })], 'acme', 'eva');
    await live.until('signs of life', () => live.text.split(': alive').length > 3);
    expect([live.ids(), live.end()]).toEqual([[], undefined]);
    tested.unsure.clear();
    await live.until('the event', () => live.ids().includes('meanwhile'));
    live.close();
  });

  test('is one use of a session, however long it is open', async () => {
    const before = tested.uses;
    const live = await tested.listen('bolt/bob');
    await live.until('it was looked at again and again', () => live.text.split(': alive').length > 2);
    expect(tested.uses - before).toBe(1);
    live.close();
  });

  test('is answered without counting as work: others are answered while more are open than work is done at once', async () => {
    const open = await Promise.all([1, 2, 3, 4].map(() => tested.listen('delta/dan')));
    expect(open.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await fetch(`${tested.url}/v1/events`)).status).toBe(200);
    for (const each of open) each.close();
  });

  test('answers HEAD by its head alone', async () => {
    const answer = await fetch(`${tested.url}/v1/stream`, { method: 'HEAD' });
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([200, 'text/event-stream; charset=utf-8', '']);
  });

  test('control: a reader who is not asked about again goes on after his revocation', async () => {
    const lax = await TestedStream.open({ ...STREAM_TIMES, lookAgainMs: 60_000 }, undefined, tested.ledger);
    const open = await lax.listen('bolt/bob');
    await open.until('it is open', () => open.messages.length > 0);
    lax.revoked.add('bolt/bob');
    await sleep(3_000);
    expect(open.end()).toBeUndefined();
    open.close();
    await lax.endServer();
  });
});

describe('a client who goes away', () => {
  let tested: TestedStream;
  /** So long a reader who does not read is waited for. */
  const SLOW_MS = 30_000;
  beforeAll(async () => {
    const slowly = (reads: LedgerReads): LedgerReads => ({ ...reads, logSize: () => sleep(200).then(() => reads.logSize()) });
    tested = await TestedStream.open({ ...QUICK, slowMs: SLOW_MS }, undefined, undefined, slowly);
    await tested.ledger.add([doc('clear', { tlp: 'CLEAR' })]);
  });
  afterAll(() => tested.close());

  test.each(['?since=start', ''])('before his stream (%s) began costs nothing: others are served, and his place is free', async (query) => {
    const asked = get(`${tested.url}/v1/stream${query}`).on('error', () => undefined);
    setTimeout(() => asked.destroy(), 50);
    const began = performance.now();
    // Longer than to the first sign of life, which is all that is sent where nothing happens. The server runs in this process, as roles do beside it.
    await sleep(2_000);
    expect(performance.now() - began).toBeLessThan(SLOW_MS / 2);
    expect(tested.open).toBe(0);
  });

  test('before it was his second stream’s turn on one connection leaves no place taken', async () => {
    const ask = 'GET /v1/stream HTTP/1.1\r\nhost: localhost\r\n\r\n';
    const socket = connect(Number(new URL(tested.url).port), '127.0.0.1', () => socket.write(ask + ask));
    socket.on('error', () => undefined).on('data', () => undefined);
    for (const began = performance.now(); tested.open < 2 && performance.now() - began < 10_000;) await sleep(20);
    expect(tested.open).toBe(2);
    socket.destroy();
    for (const began = performance.now(); tested.open > 0 && performance.now() - began < 10_000;) await sleep(20);
    expect(tested.open).toBe(0);
  });

  test('is no client who asks again on the same connection: control, his next stream has all', async () => {
    for (let n = 0; n < 12; n++) expect((await tested.all(null, '&since=start')).ids()).toEqual(['clear']);
  });
});

describe('many events', () => {
  /** As large as documents are taken. */
  const LARGE = 'x'.repeat(900_000);

  test('are sent once each over pages, to a slow reader too, and one who does not read is dropped, told so, and goes on', async () => {
    const tested = await TestedStream.open(STREAM_TIMES);
    const { ledger } = tested;
    const impatient = await TestedStream.open(QUICK, undefined, ledger);
    await ledger.add(
      Array.from({ length: 1_300 }, (_, n) => doc(`e${n}`, n % 3 === 0 ? { tlp: 'GREEN' } : { tlp: 'AMBER' })),
      'acme',
      'eva',
    );
    const expected = Array.from({ length: 1_300 }, (_, n) => `e${n}`).filter((_, n) => n % 3 === 0);
    expect((await tested.all('delta/dan', '&since=start')).ids()).toEqual(expected);
    const large = Array.from({ length: 24 }, (_, n) => doc(`large-${n}`, { tlp: 'GREEN' }, { extension: { x: { text: LARGE } } }));
    for (const document of large) await ledger.add([document], 'acme', 'eva');
    const lazy = await impatient.listen('delta/dan', '?since=log:1300');
    lazy.response.pause();
    // Until no page is read for him any more: longer than he may leave one unread.
    for (let read = 0; read === 0 || read < impatient.recorded.length; await sleep(5_000)) read = impatient.recorded.length;
    const held = process.memoryUsage().arrayBuffers;
    lazy.response.resume();
    await lazy.ended();
    expect(lazy.end()?.code).toBe('stream.slow');
    const got = lazy.ids();
    expect(got.length).toBeLessThan(large.length);
    expect(got).toEqual(large.slice(0, got.length).map(({ id }) => id));
    // Of all that waited no more than some events are held.
    expect(held).toBeLessThan(200 * 1024 * 1024);
    const rest = await tested.all('delta/dan', `&cursor=${lazy.messages.findLast(({ event }) => event === 'observation')?.id}`);
    expect([...got, ...rest.ids()]).toEqual(large.map(({ id }) => id));
    await impatient.endServer();
    await tested.close();
  });

  test('that wait for one who does not read are gone within five seconds when he may not read them any more', async () => {
    const tested = await TestedStream.open(QUICK);
    const large = Array.from({ length: 24 }, (_, n) => doc(`large-${n}`, { tlp: 'GREEN' }, { extension: { x: { text: LARGE } } }));
    for (const document of large) await tested.ledger.add([document], 'acme', 'eva');
    const lazy = await tested.listen('delta/dan', '?since=start');
    lazy.response.pause();
    for (let read = 0; read === 0 || read < tested.recorded.length; await sleep(3_000)) read = tested.recorded.length;
    // Control: until then he is waited for, so that he may be told why it ended.
    expect(tested.open).toBe(1);
    tested.revoked.add('delta/dan');
    const began = performance.now();
    while (tested.open > 0 && performance.now() - began < 20_000) await sleep(20);
    expect(performance.now() - began).toBeLessThan(5_000);
    lazy.close();
    await tested.close();
  });
});

describe('how many there may be', () => {
  test('is bounded for each caller and for all; one that ends makes room, and a server that ends says so', async () => {
    const tested = await TestedStream.open(QUICK, { streams: 3, streamsPerCaller: 2 });
    const codeOf = async (as: string | null): Promise<unknown> => {
      const answer = await fetch(`${tested.url}/v1/stream`, { headers: as === null ? {} : { 'x-as': as } });
      return [answer.status, ((await answer.json()) as { code: string }).code, answer.headers.get('retry-after')];
    };
    const open = [await tested.listen('acme/eva'), await tested.listen('acme/eva')];
    expect(await codeOf('acme/eva')).toEqual([429, 'stream.too-many', '5']);
    open.push(await tested.listen(null));
    expect(await codeOf('acme/max')).toEqual([503, 'busy', '5']);
    open.shift()?.close();
    await sleep(500);
    const again = await tested.listen('acme/eva');
    expect(again.status).toBe(200);
    const began = performance.now();
    const ended = tested.endServer();
    for (const each of [...open, again]) {
      await each.ended();
      expect(each.end()?.code).toBe('stream.ending');
    }
    await ended;
    expect(performance.now() - began).toBeLessThan(5_000);
    await tested.ledger.database.drop();
  });

  test('refuses what is no place, kind, item or beginning', async () => {
    const tested = await TestedStream.open(QUICK);
    for (const [query, code] of [
      ['cursor=xyz', 'cursor.malformed'],
      [`cursor=${Buffer.from('[1,"x",{"from":0}]').toString('base64url')}`, 'cursor.malformed'],
      ['since=log:1', 'asof.ahead'],
      ['since=yesterday', 'query.invalid'],
      ['kind=rumour', 'query.invalid'],
      ['until=then', 'query.invalid'],
      ['item=WDD', 'identifier.malformed'],
      ['filter=x', 'query.unknown'],
    ])
      expect([query, ((await (await fetch(`${tested.url}/v1/stream?${query}`)).json()) as { code: string }).code]).toEqual([query, code]);
    const { messages } = await tested.all(null);
    expect(messages.at(-1)).toMatchObject({ event: 'end', data: expect.stringContaining('stream.reached') });
    await tested.close();
  });
});
