/** When keys were last used, over HTTP and in a real database: what is noted, what it costs a request, and who is told. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isErrorCode, type PolicyView, problem, statusOf, type ErrorCode } from '#lib/contracts';
import { type ActorRole, Policy, type PolicyAct } from '#lib/domain';
import { createHttpServer, createLog, createMetrics, type HttpServer } from '#lib/runtime';
import type { Statements, StorePool } from '#lib/store';
import { testDatabase, type TestDatabase } from '../../../../libs/store/test-database.ts';
import { newApiKey } from './api-key.ts';
import { httpAccess } from './authenticator.ts';
import { KeyUses } from './key-uses.ts';
import { POLICY_DEPS, PolicyController } from './policy.controller.ts';

class People {}

const MINUTE_MS = 60_000;
const limits = { ratePerSecond: 100_000, rateBurst: 100_000, requestsInFlight: 64, bodyBytes: 1_024 };
const catalogue = {
  isCode: isErrorCode,
  statusOf: (code: string) => statusOf(code as ErrorCode),
  problem: (code: string, of: { instance: string; requestId: string }) => problem(code as ErrorCode, of),
};
const log = createLog({ level: 'silent', secrets: [] });
const [CHIEF, ROBOT, OTHERS, OLD] = [newApiKey(), newApiKey(), newApiKey(), newApiKey()];

let database: TestDatabase;
let pool: StorePool;
let owner: StorePool;
let policy: Policy;
let now = 0;
/** What writes of uses come to: of those the database never hears. */
let held: Promise<unknown> = Promise.resolve();
/** Ends what is held, as by a database that is away. */
let fail = (_: Error): void => {};
let writes = 0;
let uses: KeyUses;
let server: HttpServer;
let base: string;

beforeAll(async () => {
  database = await testDatabase();
  // No test is about speed: a machine under load must not turn one red.
  pool = database.pool('access', { connectTimeoutMs: 60_000 });
  owner = database.pool('owner', { connectTimeoutMs: 60_000 });
  const statements: Statements = {
    query: pool.query.bind(pool),
    run: async (statement, values) => {
      if (statement.name === 'keys_used') {
        writes += 1;
        await held;
      }
      return pool.run(statement, values);
    },
  };
  const access = httpAccess({
    access: 'required',
    own: newApiKey(),
    policy: () => Promise.resolve(policy),
    session: () => Promise.resolve(undefined),
    tokenLogin: null,
  });
  const root = {
    module: People,
    controllers: [PolicyController],
    providers: [
      { provide: POLICY_DEPS, useValue: { policy: () => Promise.resolve(policy), keyUses: (agency: string) => uses.of(agency) } },
    ],
  };
  server = await createHttpServer(root, {
    limits,
    log,
    metrics: createMetrics(),
    catalogue,
    access: { ...access, used: async (actor) => uses.note(actor) },
    reads: { readsOf: () => ({ operation: 'getPolicy' }), record: () => Promise.resolve() },
  });
  base = await server.listen('127.0.0.1', 0);
  uses = new KeyUses(statements, { log, now: () => now, retryMs: 20 });
}, 600_000);
afterAll(async () => {
  fail(new Error('the tests are over'));
  await server.close();
  await uses.close();
  await database.drop();
}, 60_000);

/** Acme has three keys, of which one was given before uses were noted. */
beforeEach(async () => {
  now += 10 * MINUTE_MS;
  held = Promise.resolve();
  fail(new Error('the test is over'));
  await uses.close();
  await owner.query('delete from login.key_uses');
  writes = 0;
  policy = new Policy();
  act({ act: 'agency.add', agency: 'acme' });
  act({ act: 'principal.add', agency: 'acme', principal: 'chief', type: 'person', roles: ['admin', 'contributor'] });
  give('acme', ROBOT, ['contributor']);
  give('acme', OLD, ['contributor'], 0);
  // From here on acme decides about its own.
  give('acme', CHIEF, ['admin']);
});

const act = (
  what: PolicyAct,
  captured = Date.now() * 1_000,
  [agency, principal]: readonly [string, string] = ['local', 'operator'],
): void => expect(policy.apply({ logIndex: policy.last + 1, agency, principal, captured, act: what })).toBeUndefined();
const give = (agency: string, { id, sha256 }: { id: string; sha256: string }, scopes: ActorRole[], captured?: number): void =>
  act({ act: 'key.add', agency, principal: 'chief', key: id, sha256, scopes }, captured);

const sha256Of = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
const ask = (text: string): Promise<Response> => fetch(`${base}/v1/policy`, { headers: { authorization: `Bearer ${text}` } });
const seenBy = async (text: string): Promise<PolicyView> => (await (await ask(text)).json()) as PolicyView;
const lastUsed = ({ keys }: PolicyView, key: string): unknown => keys.find((each) => each.key === key)?.lastUsed;
const written = async (): Promise<void> => {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await sleep(10))
    if ((await owner.query('select from login.key_uses')).rowCount !== 0) return;
  throw new Error('no use was written');
};

test('a key that was let in says when, to the minute; one that never was says so, and of an older one nothing is known', async () => {
  expect((await ask(ROBOT.text)).status).toBe(200);
  await written();
  const view = await seenBy(CHIEF.text);
  expect(lastUsed(view, ROBOT.id)).toMatch(/^20\d\d-\d\d-\d\dT\d\d:\d\d:00Z$/);
  const minutes = (Date.now() - Date.parse(String(lastUsed(view, ROBOT.id)))) / MINUTE_MS;
  expect([minutes >= 0, minutes < 3]).toEqual([true, true]);
  expect(view.keys.find(({ key }) => key === OLD.id)).not.toHaveProperty('lastUsed');
  await owner.query('delete from login.key_uses');
  expect(lastUsed(await seenBy(CHIEF.text), ROBOT.id)).toBeNull();
});

test('who is not let in has not used his key', async () => {
  act({ act: 'key.revoke', agency: 'acme', key: ROBOT.id }, Date.now() * 1_000, ['acme', 'chief']);
  expect((await ask(ROBOT.text)).status).toBe(401);
  expect((await ask(`${ROBOT.text}x`)).status).toBe(401);
  await uses.close();
  expect(writes).toBe(0);
});

test('twenty requests of one minute are one write, and those of the next one more', async () => {
  for (let n = 0; n < 20; n += 1) await ask(ROBOT.text);
  await uses.close();
  expect(writes).toBe(1);
  now += MINUTE_MS;
  for (let n = 0; n < 10; n += 1) await ask(ROBOT.text);
  await uses.close();
  expect(writes).toBe(2);
});

test('no request waits for a write, nor is refused by one that fails; the newest use is written when that is possible again', async () => {
  held = new Promise((_, reject) => (fail = reject));
  expect((await ask(ROBOT.text)).status).toBe(200);
  now += 2 * MINUTE_MS;
  expect((await ask(ROBOT.text)).status).toBe(200);
  // One is under way; whatever else is noted waits for it.
  expect(writes).toBe(1);
  const failed = held;
  held = Promise.resolve();
  fail(new Error('the database is away'));
  await expect(failed).rejects.toThrow();
  await written();
  expect(lastUsed(await seenBy(CHIEF.text), ROBOT.id)).toEqual(expect.any(String));
});

test('a use that is written late is as old as it was, and never takes a newer one away', async () => {
  const seen = async (): Promise<unknown> => lastUsed(await seenBy(OLD.text), CHIEF.id);
  uses.note({ agency: 'acme', key: CHIEF.id, via: 'key' });
  await uses.close();
  const first = Date.parse(String(await seen()));
  await owner.query("update login.key_uses set used = used - interval '90 min' where key = $1", [CHIEF.id]);
  held = new Promise((_, reject) => (fail = reject));
  now += MINUTE_MS;
  uses.note({ agency: 'acme', key: CHIEF.id, via: 'key' });
  // An hour later the database is there again.
  now += 60 * MINUTE_MS;
  const failed = held;
  held = Promise.resolve();
  fail(new Error('the database is away'));
  await expect(failed).rejects.toThrow();
  await uses.close();
  const late = Date.parse(String(await seen()));
  expect(Math.abs(first - 60 * MINUTE_MS - late)).toBeLessThanOrEqual(2 * MINUTE_MS);
  await owner.query("update login.key_uses set used = '2999-01-01T00:00:00Z' where key = $1", [CHIEF.id]);
  now += MINUTE_MS;
  uses.note({ agency: 'acme', key: CHIEF.id, via: 'key' });
  await uses.close();
  expect(await seen()).toBe('2999-01-01T00:00:00Z');
});

test('when a key is used is nothing to another agency, not even to one whose key has the same id', async () => {
  await owner.query("insert into login.key_uses values ('acme', $1, '2001-02-03T04:05:00Z'), ('acme', $2, '2001-02-03T04:05:00Z')", [
    ROBOT.id,
    OLD.id,
  ]);
  const others = OTHERS.text.replace(OTHERS.id, ROBOT.id);
  policy = new Policy();
  act({ act: 'agency.add', agency: 'bravo' });
  act({ act: 'principal.add', agency: 'bravo', principal: 'chief', type: 'person', roles: ['admin'] });
  give('bravo', { id: ROBOT.id, sha256: sha256Of(others) }, ['admin']);
  const answer = await ask(others);
  expect(answer.status).toBe(200);
  expect(await answer.text()).not.toContain('2001-02-03');
  expect(lastUsed(await seenBy(others), ROBOT.id) ?? null).not.toBe('2001-02-03T04:05:00Z');
});

test('the rows are the role access alone’s: no other role reads them, and none deletes them', async () => {
  for (const role of ['gateway', 'capture', 'projector', 'sealer', 'operator', 'evidence'] as const)
    await expect(database.pool(role, { connectTimeoutMs: 60_000 }).query('select from login.key_uses')).rejects.toMatchObject({
      code: '42501',
    });
  await expect(pool.query('delete from login.key_uses')).rejects.toMatchObject({ code: '42501' });
  await expect(pool.query('update login.key_uses_begun set begun = now()')).rejects.toMatchObject({ code: '42501' });
});
