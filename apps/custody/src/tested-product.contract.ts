/** The product as the suites hold it: a running process, its API and command line, and its event log seen from outside. */
import { ACTOR_ROLES } from '#lib/domain';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { acceptDocument } from '#app/capture';
import type { Problem, SightingDocument } from '#lib/contracts';
import type { EventLog, LogRecord, OutgoingRecord } from '#lib/event-log';
import { createPool, lastSeal, roleName, type StorePool } from '#lib/store';
import { operatorKeyFor } from './operator-key.ts';
import { type Finished, runCustody, type RunningCustody, serveCustody } from '../test-process.ts';

export const DEMO = fileURLToPath(new URL('../../../demo/lux-and-loaded.jsonl', import.meta.url));
export const DEMO_SIGHTINGS = 62;
/** Documents and tracks that lie beside it: each is received once, which is an entry. */
export const DEMO_EVIDENCE = 19;
export const DEMO_ENTRIES = DEMO_SIGHTINGS + DEMO_EVIDENCE;
/** By which the product signs. */
export const PUBLISHER_KEY = 'a1'.repeat(32);
/** By which it does not, until it is told to accept it. */
export const FOREIGN_KEY = 'b2'.repeat(32);
/** Of the agency customs, whose publisher is elsewhere. */
export const CUSTOMS_KEY = 'c3'.repeat(32);

/** One event log to run on. */
export interface EventLogUnderTest {
  /** Of the events. */
  readonly topic: string;
  readonly env: Readonly<Record<string, string>>;
  /** Codes of what it warns of at its start. */
  readonly warnings: readonly string[];
  /** The same log as the product's, for a suite that looks into it and appends past capture. */
  open(dataDir: string): EventLog;
}

export interface Product {
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string>>;
  running(): RunningCustody;
  /** Serves again over the same data, with further settings. */
  start(env?: Readonly<Record<string, string>>): Promise<RunningCustody>;
  /** Everything that it wrote to stderr, over all its starts. */
  stderr(): string;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** As the operator, by whatever method. */
  ask(path: string, init: Readonly<RequestInit> & { readonly headers?: Readonly<Record<string, string>> }): Promise<Response>;
  /** Of a path that answers 200. */
  json<Body>(path: string): Promise<Body>;
  /** Of a path that answers a problem. */
  problem(path: string): Promise<Problem>;
  post(body: unknown, headers?: Readonly<Record<string, string>>, query?: string): Promise<Response>;
  cli(...args: string[]): Promise<Finished>;
  cliAt(server: string, ...args: string[]): Promise<Finished>;
  /** In the ledger, whoever may see them. The log has entries of its operator as well, at any time. */
  sightings(): Promise<number>;
  /** High watermarks of the events' partitions. */
  eventLogEnds(): Promise<number[]>;
  append(record: OutgoingRecord): Promise<void>;
  /** All records of the event log. */
  records(): Promise<LogRecord[]>;
  until(what: string, done: () => Promise<boolean>): Promise<void>;
  untilProjected(sightings: number): Promise<void>;
  /** A seal covers every sighting that is there. */
  untilSealed(): Promise<void>;
}

/** Projection follows within milliseconds; a busy machine may take seconds. */
const WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 25;

/** What the suite holds open of it. */
export interface ProductState {
  running?: RunningCustody;
  log?: EventLog;
  under?: EventLogUnderTest;
  /** Of the runs before this one. */
  stderr: string;
}

export function productOver(dataDir: string, state: ProductState): Product {
  const env = (): Record<string, string> => ({
    CUSTODY_DATA_DIR: dataDir,
    CUSTODY_ACCESS: 'required',
    CUSTODY_PUBLISHER_KEY: PUBLISHER_KEY,
    CUSTODY_PUBLISHER_KEYS_ACCEPTED: `customs=${CUSTOMS_KEY}`,
    CUSTODY_TOPICS_EVENTS: topic(),
    ...state.under?.env,
  });
  const running = (): RunningCustody => present(state.running, 'the product does not run');
  const asOperator = (): Record<string, string> => ({ authorization: `Bearer ${operatorKeyFor(dataDir, running().url)?.key ?? ''}` });
  const log = (): EventLog => present(state.log, 'the event log is not open');
  const topic = (): string => present(state.under, 'there is no event log').topic;
  const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    fetch(`${running().url}${path}`, { headers: { ...asOperator(), ...headers }, redirect: 'manual' });
  /** From an index of the log on. */
  const count = async (pool: StorePool, from: number): Promise<number> =>
    (await pool.query<{ n: number }>('select count(*) as n from ledger.entries where log_index >= $1', [from])).rows[0]?.n ?? 0;
  const overLedger = async <T>(work: (pool: StorePool) => Promise<T>): Promise<T> => {
    const pool = embeddedPool(dataDir, 'owner');
    return work(pool).finally(() => pool.close());
  };
  const product: Product = {
    dataDir,
    get env() {
      return env();
    },
    running,
    async start(more = {}) {
      if (state.running !== undefined) state.stderr += state.running.stderr();
      state.running = await serveCustody({ ...env(), ...more });
      return state.running;
    },
    stderr: () => state.stderr + running().stderr(),
    get,
    ask: (path, init) => fetch(`${running().url}${path}`, { redirect: 'manual', ...init, headers: { ...asOperator(), ...init.headers } }),
    async json<Body>(path: string) {
      const response = await get(path);
      if (response.status !== 200) throw new Error(`GET ${path} answers ${response.status}: ${await response.text()}`);
      return (await response.json()) as Body;
    },
    async problem(path) {
      const response = await get(path);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      const problem = (await response.json()) as Problem;
      expect(problem.status).toBe(response.status);
      return problem;
    },
    post: (body, headers = {}, query = '') =>
      fetch(`${running().url}/v1/events${query}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...asOperator(), ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    cli: (...args) => runCustody(args, { ...env(), CUSTODY_SERVER: running().url }),
    cliAt: (server, ...args) => runCustody(args, { ...env(), CUSTODY_SERVER: server }),
    sightings: () => overLedger((pool) => count(pool, 0)),
    eventLogEnds: async () => (await log().ends(topic())).map(({ high }) => high),
    append: (record) => log().append(topic(), [record]),
    records: () => recordsOf(log(), topic()),
    async until(what, done) {
      const deadline = performance.now() + WITHIN_MS;
      while (!(await done())) {
        if (performance.now() > deadline) throw new Error(`not within ${WITHIN_MS} ms: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
    },
    untilProjected: (sightings) =>
      overLedger((pool) => product.until(`the ledger has ${sightings} sightings`, async () => (await count(pool, 0)) >= sightings)),
    untilSealed: () =>
      overLedger((pool) => product.until('all is sealed', async () => (await count(pool, (await lastSeal(pool))?.covers ?? 0)) === 0)),
  };
  return product;
}

function present<T>(value: T | undefined, otherwise: string): T {
  if (value === undefined) throw new Error(otherwise);
  return value;
}

/** From the first one on, by a consumer of its own. */
async function recordsOf(log: EventLog, topic: string): Promise<LogRecord[]> {
  const total = (await log.ends(topic)).reduce((sum, { low, high }) => sum + high - low, 0);
  const records: LogRecord[] = [];
  let finish: () => void = () => undefined;
  const all = new Promise<void>((resolve) => (finish = resolve));
  const consumer = await log.consume({
    topic,
    group: 'e2e-reader',
    maxRecords: 1_000,
    maxBytes: 1 << 24,
    startAt: async ({ partition }) => (await log.ends(topic)).find((end) => end.partition === partition)?.low ?? 0,
    onBatch: (batch) => {
      records.push(...batch.records);
      if (records.length >= total) finish();
      return Promise.resolve({ next: batch.next });
    },
  });
  await all;
  await consumer.close();
  return records;
}

/** The embedded Postgres of a running product, by a role's login: address and password as they lie in the data directory. */
export function embeddedPool(dataDir: string, role: 'capture' | 'owner'): StorePool {
  const [, , , port = ''] = readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n');
  return createPool({
    url: `postgresql://${roleName(role)}:${passwordsOf(dataDir)[role] ?? ''}@127.0.0.1:${port}/custody`,
    applicationName: 'suite',
    max: 8,
  });
}

export function passwordsOf(dataDir: string): Readonly<Record<string, string>> {
  const path = join(dataDir, 'passwords.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>) : {};
}

export const sighting = (id: string, members: Partial<SightingDocument> = {}): SightingDocument => ({
  id,
  kind: 'observation',
  handling: { tlp: 'GREEN' },
  items: [{ id: 'serial:demo:X1', role: 'subject' }],
  source: { kind: 'photo' },
  ...members,
});

/** A record as capture would append it, signed by this key. */
export function recordOf(document: SightingDocument, key: string, agency = 'local') {
  const context = {
    agency,
    principal: 'operator',
    roles: ACTOR_ROLES,
    captured: '2026-11-24T02:10:00.000000Z',
    publisherKey: Buffer.from(key, 'hex'),
    requestId: 'straight-to-the-log',
  };
  const accepted = acceptDocument(Buffer.from(JSON.stringify(document)), context, () => 'never');
  if (!accepted.ok) throw new Error(JSON.stringify(accepted.faults));
  return { key: Buffer.from(accepted.key), value: accepted.value, headers: accepted.headers };
}
