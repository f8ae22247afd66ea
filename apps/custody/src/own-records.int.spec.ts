/**
 * What did not become an entry, or was told about one, is its submitter's: dead letters, receipts, conflicts and capture's answers over HTTP, on a real
 * ledger, to each of several agencies and to colleagues of the same one.
 */
import { Module } from '@nestjs/common';
import { acceptDocument, CaptureModule, inlineAcceptPool, type AcceptedDocument } from '#app/capture';
import { GatewayModule, ledgerReads } from '#app/gateway';
import { decode } from '#app/projector';
import {
  isErrorCode,
  problem,
  routeReads,
  routeRoles,
  statusOf,
  type ConflictsView,
  type DeadLettersView,
  type ErrorCode,
  type Problem,
  type SightingDocument,
} from '#lib/contracts';
import { ACTOR_ROLES, ANONYMOUS, OPERATING_AGENCY, type Actor } from '#lib/domain';
import { createMemoryLog, type LogRecord, type MemoryLog } from '#lib/event-log';
import { canonicalize, decodeRecord, encodeRecord, recordMac, sha256Hex, signingKey } from '#lib/ledger';
import { createHealth, createHttpServer, createLog, createMetrics, type HttpServer } from '#lib/runtime';
import { ledgerConstants, projectBatch, type DeadLetter } from '#lib/store';
import { testDatabase, type TestDatabase } from '../../../libs/store/test-database.ts';
import { HEALTH_DEPS, HealthController } from './health.controller.ts';
import { deadLetterRetry } from './http.ts';
import { knownEventsOf } from './submitting.ts';

const PUBLISHER = Buffer.alloc(32, 7);
const CAPTURED = '2026-11-24T02:10:00.000000Z';
const TOPIC = 'sightings';
const PARTITION = { clusterId: 'c', topicId: 't', topic: TOPIC, partition: 0 };
const HIDDEN_ITEM = 'vin:WDDSYNTH9JA000001';

const actor = (agency: string, principal = 'chief'): Actor => ({
  agency,
  principal,
  roles: ACTOR_ROLES,
  communities: [],
  key: 'k',
  via: 'key',
});
const OPERATOR = actor(OPERATING_AGENCY, 'operator');
const ANN = actor('police', 'ann');
const BOB = actor('police', 'bob');
const EVE = actor('police', 'eve');

let database: TestDatabase;
let eventLog: MemoryLog;
let server: HttpServer;
let url: string;
let asking: Actor = ANONYMOUS;
let glassBreaker: Actor | null = null;
let offset = 0;

beforeEach(async () => {
  database = await testDatabase();
  eventLog = createMemoryLog();
  offset = 0;
  glassBreaker = null;
  await eventLog.ensureTopics([{ topic: TOPIC, partitions: 1 }]);
  const { origin } = await ledgerConstants(database.pool('owner'));
  const receiptKey = signingKey('receipt', `${origin}/receipt`, new Uint8Array(32).fill(3));
  const metrics = createMetrics();
  const gateway = GatewayModule.with({
    reads: await ledgerReads(database.pool('gateway')),
    breaksGlass: (who) => who === glassBreaker,
    receiptKey,
    deadLetters: deadLetterRetry(database.pool('operator'), eventLog),
    mapLinks: false,
    evidenceBytes: () => Promise.resolve(null),
    streams: { streams: 1, streamsPerCaller: 1 },
  });
  const capture = CaptureModule.with({
    pool: inlineAcceptPool(),
    known: knownEventsOf(database.pool('capture')),
    log: eventLog,
    topic: TOPIC,
    appendTimeoutMs: 1_000,
    origin,
    durability: 'single-node',
    publisherKey: PUBLISHER,
    receiptKey,
    limits: { documentBytesMax: 4_096, batchDocumentsMax: 8, chunkDocuments: 3, bodyBytesMax: 20_000 },
    now: () => CAPTURED,
    metrics,
  });
  @Module({})
  class Product {}
  const log = createLog({ level: 'silent', secrets: [] });
  const module = {
    module: Product,
    imports: [gateway, capture],
    controllers: [HealthController],
    providers: [{ provide: HEALTH_DEPS, useValue: { health: createHealth(), metrics } }],
  };
  const [routes, reads] = [routeRoles(), routeReads()];
  server = await createHttpServer(module, {
    limits: { ratePerSecond: 100_000, rateBurst: 100_000, requestsInFlight: 16, bodyBytes: 1 << 20 },
    log,
    metrics,
    catalogue: {
      isCode: isErrorCode,
      statusOf: (code: string) => statusOf(code as ErrorCode),
      problem: (code: string, of: object) => problem(code as ErrorCode, of as never),
    },
    access: { authenticate: () => asking, anonymous: ANONYMOUS, rolesOf: (route) => routes.get(route) },
    reads: { readsOf: (route) => reads.get(route), record: () => Promise.resolve() },
  });
  url = await server.listen('127.0.0.1', 0);
}, 60_000);
afterEach(async () => {
  await server.close();
  await eventLog.close();
  await database.drop();
});

const sighting = (id: string, more: Partial<SightingDocument> = {}): SightingDocument => ({
  id,
  kind: 'observation',
  handling: { tlp: 'AMBER' },
  items: [{ id: HIDDEN_ITEM, role: 'subject' }],
  source: { kind: 'photo' },
  ...more,
});
/** For Bob, and for its author: Eve is a colleague and not named. */
const RED: SightingDocument['handling'] = { tlp: 'RED', principals: ['bob'] };
const hashOf = (document: SightingDocument): string => sha256Hex(Buffer.from(canonicalize(document as never), 'utf8'));

function accept(document: SightingDocument, { agency, principal }: Actor): AcceptedDocument {
  const context = { agency, principal, roles: ACTOR_ROLES, captured: CAPTURED, publisherKey: PUBLISHER, requestId: 'r' };
  const accepted = acceptDocument(Buffer.from(canonicalize(document as never), 'utf8'), context, () => 'never-1');
  if (!accepted.ok) throw new Error(JSON.stringify(accepted.faults));
  return accepted;
}

/** As the projector takes the record up; `spoilt` are headers that it comes with instead. */
async function project(document: SightingDocument, by: Actor, spoilt: Readonly<Record<string, string>> = {}): Promise<void> {
  const { key, value, headers } = accept(document, by);
  await take({ offset, key: Buffer.from(key), value, headers: { ...headers, ...spoilt } });
}

/** The same of other bytes of a content than capture makes, which a publisher of the agency signed. */
async function projectBytes(id: string, text: string, by: Actor): Promise<void> {
  const { key, value, headers } = accept(sighting(id), by);
  const decoded = decodeRecord(Buffer.from(value));
  if (!decoded.ok) throw new Error(decoded.fault.detail);
  const content = Buffer.from(text);
  const header = { ...decoded.header, content: sha256Hex(content) };
  const signed = encodeRecord(header, content);
  await take({
    offset,
    key: Buffer.from(key),
    value: signed,
    headers: { ...headers, 'custody-mac': recordMac(PUBLISHER, header, signed) },
  });
}

async function take(record: LogRecord): Promise<void> {
  const decoded = decode(record, new Map([['', [PUBLISHER]]]));
  const [events, dead] = 'event' in decoded ? [[decoded.event], [] as DeadLetter[]] : [[], [decoded.dead]];
  await projectBatch(database.pool('projector'), PARTITION, offset, offset + 1, events, dead);
  offset += 1;
}
const MISMATCH = { ce_id: 'another' };
const FORGED = { 'custody-mac': '0'.repeat(64) };

async function send(as: Actor, path: string, method = 'GET', document?: SightingDocument): Promise<{ status: number; body: unknown }> {
  asking = as;
  const body = method === 'GET' ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(document ?? {}) };
  const answer = await fetch(`${url}${path}`, { method, ...body });
  const text = await answer.text();
  return { status: answer.status, body: text.startsWith('{') ? (JSON.parse(text) as unknown) : text };
}
/** Status and whole body, but for what names this one request. */
async function told(as: Actor, path: string, method = 'GET', document?: SightingDocument): Promise<string> {
  const { status, body } = await send(as, path, method, document);
  const { requestId: _, instance: __, ...rest } = body as Problem;
  return JSON.stringify([status, rest]);
}

describe('a dead letter', () => {
  const numbersOf = async (as: Actor, query = ''): Promise<number[]> =>
    ((await send(as, `/v1/dead-letters${query}`)).body as DeadLettersView).deadLetters.map(({ seq }) => seq);
  const ends = async (): Promise<number> => (await eventLog.ends(TOPIC)).reduce((sum, { high }) => sum + high, 0);

  test('is its agency’s, and whose nobody proves it to be the operator’s; to others it is as if absent, and so is its retry', async () => {
    await project(sighting('a'), actor('police'), MISMATCH);
    await project(sighting('b'), actor('customs'), MISMATCH);
    await project(sighting('c'), actor('police'), FORGED);
    await project(sighting('d'), OPERATOR, MISMATCH);
    const all: readonly (readonly [Actor, readonly number[]])[] = [
      [actor('police'), [1]],
      [actor('customs'), [2]],
      [OPERATOR, [4, 3]],
      [actor('port'), []],
    ];
    for (const [who, own] of all) {
      expect([who.agency, await numbersOf(who)]).toEqual([who.agency, own]);
      for (const seq of [1, 2, 3, 4].filter((each) => !own.includes(each))) {
        expect(await told(who, `/v1/dead-letters/${seq}`)).toBe(await told(who, '/v1/dead-letters/999'));
        expect(await told(who, `/v1/dead-letters/${seq}/retry`, 'POST')).toBe(await told(who, '/v1/dead-letters/999/retry', 'POST'));
      }
    }
    expect(await ends()).toBe(0);
    for (const [who, own] of all)
      for (const seq of own) {
        expect((await send(who, `/v1/dead-letters/${seq}`)).body).toMatchObject({ seq });
        expect((await send(who, `/v1/dead-letters/${seq}/retry`, 'POST')).status).toBe(202);
      }
    expect(await ends()).toBe(4);
  }, 60_000);

  test('of TLP:RED that names persons is theirs and its author’s, also among the pages of its agency', async () => {
    for (const id of ['a', 'b', 'c']) await project(sighting(id), EVE, MISMATCH);
    await project(sighting('red-1', { handling: RED }), ANN, MISMATCH);
    await project(sighting('z'), EVE, MISMATCH);
    const page = async (as: Actor): Promise<number[]> => {
      const seen: number[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const query = `?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`;
        const view = (await send(as, `/v1/dead-letters${query}`)).body as DeadLettersView;
        seen.push(...view.deadLetters.map(({ seq }) => seq));
        // A page that hides something is as long as any other.
        expect(view.deadLetters.length === 2 || view.next === null).toBe(true);
        cursor = view.next;
      }
      return seen;
    };
    for (const who of [ANN, BOB]) expect(await page(who)).toEqual([5, 4, 3, 2, 1]);
    expect(await page(EVE)).toEqual([5, 3, 2, 1]);
    expect(await told(EVE, '/v1/dead-letters/4')).toBe(await told(EVE, '/v1/dead-letters/999'));
    expect((await send(EVE, '/v1/dead-letters/4/retry', 'POST')).status).toBe(404);
    glassBreaker = EVE;
    expect(await page(EVE)).toEqual([5, 4, 3, 2, 1]);
  }, 60_000);

  test('of TLP:RED that names persons is theirs however its bytes are written; what cannot be read, and may name them, its author’s', async () => {
    const red = canonicalize(sighting('spaced', { handling: RED }) as never);
    await projectBytes('spaced', red.replace('"principals":[', '"principals": ['), ANN);
    await projectBytes('escaped', red.replace('"principals"', '"pr\\u0069ncipals"'), ANN);
    await projectBytes('broken', red.slice(0, -1), ANN);
    await projectBytes('amber', canonicalize(sighting('amber') as never).replace('{', '{ '), ANN);
    const ids = ['spaced', 'escaped', 'broken', 'amber'];
    const receipts = (as: Actor): Promise<number[]> =>
      Promise.all(ids.map(async (id) => (await send(as, `/v1/receipts/police/${id}`)).status));
    expect(await numbersOf(ANN)).toEqual([4, 3, 2, 1]);
    expect(await receipts(ANN)).toEqual([200, 200, 200, 200]);
    expect(await numbersOf(BOB)).toEqual([4, 2, 1]);
    expect(await numbersOf(EVE)).toEqual([4]);
    for (const seq of [1, 2, 3]) expect(await told(EVE, `/v1/dead-letters/${seq}`)).toBe(await told(EVE, '/v1/dead-letters/999'));
    expect(await receipts(EVE)).toEqual([404, 404, 404, 200]);
  }, 60_000);

  test('is counted in metrics for whoever runs the ledger, and for nobody of another agency', async () => {
    expect((await send(OPERATOR, '/metrics')).status).toBe(200);
    expect((await send(actor('police'), '/metrics')).body).toMatchObject({ code: 'auth.forbidden' });
  }, 60_000);
});

describe('TLP:RED that names persons', () => {
  const absent = (path: string, id: string): string => path.replace(id, 'never-1');

  test('has a receipt for them and its author; for a colleague there is none, and none of what stands in its way', async () => {
    await project(sighting('red-1', { handling: RED }), ANN);
    await project(sighting('plain'), ANN);
    const other = sighting('red-1', { handling: RED, statement: 'other bytes' });
    await project(other, ANN);
    await project(sighting('dead-1', { handling: RED }), ANN, MISMATCH);
    const hash = hashOf(sighting('red-1', { handling: RED }));
    const paths = ['red-1', 'dead-1'].map((id) => [`/v1/receipts/police/${id}`, id] as const);
    const queried = [hash, hashOf(other)].map((content) => [`/v1/receipts/police/red-1?content=${content}`, 'red-1'] as const);
    for (const [path, id] of [...paths, ...queried]) {
      for (const who of [ANN, BOB]) expect([path, (await send(who, path)).status]).toEqual([path, 200]);
      expect(await told(EVE, path)).toBe(await told(EVE, absent(path, id)));
    }
    // Control: what names nobody is the whole agency's, and what she sent under the same id is hers.
    expect((await send(EVE, '/v1/receipts/police/plain')).status).toBe(200);
    const hers = sighting('red-1', { statement: 'hers' });
    await project(hers, EVE);
    const { status, body } = await send(EVE, `/v1/receipts/police/red-1?content=${hashOf(hers)}`);
    expect([status, body]).toMatchObject([200, { status: 'rejected' }]);
    expect(JSON.stringify(body)).not.toContain(hash);
    expect(JSON.stringify((await send(BOB, `/v1/receipts/police/red-1?content=${hashOf(hers)}`)).body)).toContain(hash);
  }, 60_000);

  test('is in no list of conflicts that a colleague reads, whether it stands or was other bytes', async () => {
    const ids = async (as: Actor): Promise<string[]> =>
      ((await send(as, '/v1/conflicts')).body as ConflictsView).conflicts.map(({ id }) => id);
    await project(sighting('stands', { handling: RED }), ANN);
    await project(sighting('stands', { statement: 'hers' }), EVE);
    await project(sighting('other'), EVE);
    await project(sighting('other', { handling: RED }), ANN);
    await project(sighting('plain'), EVE);
    await project(sighting('plain', { statement: 'else' }), ANN);
    expect(await ids(BOB)).toEqual(['other', 'plain', 'stands']);
    expect(await ids(ANN)).toEqual(['other', 'plain', 'stands']);
    expect(await ids(EVE)).toEqual(['plain']);
    const beside = async (as: Actor, id: string): Promise<number> =>
      ((await send(as, `/v1/events/${id}?agency=police`)).body as { conflicts?: unknown[] }).conflicts?.length ?? 0;
    expect(await Promise.all([beside(BOB, 'other')])).toEqual([1]);
    expect(await beside(EVE, 'other')).toBe(0);
    expect(await beside(EVE, 'plain')).toBe(1);
    glassBreaker = EVE;
    expect(await ids(EVE)).toEqual(['other', 'plain', 'stands']);
  }, 60_000);

  test('is not known to capture for a colleague: neither that it stands, nor its bytes, nor its items', async () => {
    const red = sighting('red-1', { handling: RED });
    await project(red, ANN);
    const answers = async (as: Actor, id: string): Promise<string[]> => {
      const correction = sighting(`fix-${as.principal}`, {
        kind: 'correction',
        items: [{ id: 'vin:WDDSYNTH9JA000002', role: 'subject' }],
        relations: { target: id },
      });
      const documents = [{ ...red, id }, { ...red, id, statement: 'other bytes' }, correction];
      const given: string[] = [];
      for (const document of documents) {
        const answer = await told(as, '/v1/events?dryRun=true', 'POST', document);
        // What is the document's own: its id and its hash.
        given.push(answer.replaceAll(hashOf(document), 'HASH').replaceAll(id, 'ID'));
      }
      return given;
    };
    const never = await answers(EVE, 'never-1');
    expect(never.every((answer) => answer.startsWith('[200,'))).toBe(true);
    expect(await answers(EVE, 'red-1')).toEqual(never);
    for (const who of [ANN, BOB]) {
      const [same, other, items] = await answers(who, 'red-1');
      expect([same, other, items]).toEqual([
        expect.stringContaining('duplicate'),
        expect.stringContaining('event.id-conflict'),
        expect.stringContaining(HIDDEN_ITEM),
      ]);
    }
  }, 60_000);
});
