/** The product as its operator has it: a Postgres of his own that goes away, logins that are shared, settings that are wrong. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { readFileSync, writeFileSync } from 'node:fs';
import { jest } from '@jest/globals';
import { ERRORS, type EventsView, type HealthView } from '#lib/contracts';
import { createPool, startEmbedded, type EmbeddedPostgres } from '#lib/store';
import { runCustody, serveCustody, temporaryFolder, type Finished, type RunningCustody } from '../test-process.ts';

jest.setTimeout(120_000);

/** A probe that waits longer than this for its answer counts the process as dead. */
const PROBE_WITHIN_MS = 5_000;
const CHANGES_WITHIN_MS = 30_000;
/** Nobody listens there. */
const NOWHERE = '127.0.0.1:1';
/** So many looks, a tenth of a second apart, without a process that was not seen before. */
const QUIET_LOOKS = 10;
/** More than any line of a case file. */
const LINE_BYTES = 17 * 1024 * 1024;

const folder = temporaryFolder();
const env = { CUSTODY_DATA_DIR: join(folder.path, 'data'), CUSTODY_PORT: '1', CUSTODY_DEMO: 'false' };
let postgres: EmbeddedPostgres;
let product: RunningCustody;

const loginsOf = (
  url: (role: 'capture' | 'projector' | 'gateway' | 'operator' | 'sealer' | 'access' | 'evidence') => string,
): Record<string, string> => ({
  DATABASE_URL: postgres.url('owner'),
  DATABASE_URL_CAPTURE: url('capture'),
  DATABASE_URL_PROJECTOR: url('projector'),
  DATABASE_URL_GATEWAY: url('gateway'),
  DATABASE_URL_OPERATOR: url('operator'),
  DATABASE_URL_SEALER: url('sealer'),
  DATABASE_URL_ACCESS: url('access'),
  DATABASE_URL_EVIDENCE: url('evidence'),
});

beforeAll(async () => {
  postgres = await startEmbedded({ dataDir: join(folder.path, 'postgres'), log: () => {} });
  product = await serveCustody({ ...env, ...loginsOf((role) => postgres.url(role)) });
});
afterAll(async () => {
  await product.stop();
  await postgres.stop();
  folder.remove();
});

interface Probe {
  readonly status: number;
  readonly ms: number;
  readonly failing: readonly string[];
  readonly names: readonly string[];
}

async function probe(): Promise<Probe> {
  const started = performance.now();
  const response = await fetch(`${product.url}/readyz`);
  const { checks } = (await response.json()) as HealthView;
  const failing = checks.filter(({ status }) => status === 'failing').map(({ name, detail }) => `${name} ${detail}`);
  return { status: response.status, ms: performance.now() - started, failing, names: checks.map(({ name }) => name) };
}

/** Every probe on the way is answered in time, and the process is alive. */
async function until(what: string, done: (probe: Probe) => boolean): Promise<Probe> {
  const deadline = performance.now() + CHANGES_WITHIN_MS;
  for (;;) {
    const seen = await probe();
    expect(seen.ms).toBeLessThan(PROBE_WITHIN_MS);
    expect((await fetch(`${product.url}/livez`)).status).toBe(200);
    if (done(seen)) return seen;
    if (performance.now() > deadline) throw new Error(`not within ${CHANGES_WITHIN_MS} ms: ${what}; last ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const everyDatabase = ({ failing }: Probe): boolean =>
  ['capture', 'projector', 'gateway'].every((role) => failing.some((line) => line.startsWith(`${role}: database away: `)));

/**
 * Stops the server and everything it has started, in the sense of SIGSTOP: nothing answers and no connection is closed, as behind a cut
 * line. Returns what lets them go on.
 */
async function freeze(dataDir: string): Promise<() => void> {
  const pool = createPool({ url: postgres.url('owner'), applicationName: 'suite', max: 1 });
  await pool.query('select 1');
  const [postmaster = ''] = readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n');
  process.kill(Number(postmaster), 'SIGSTOP');
  const pids = new Set<number>();
  // One that was being started shows a moment later.
  for (let quiet = 0; quiet < QUIET_LOOKS; quiet++) {
    const { rows } = await pool.query<{ pid: number }>('select pid from pg_stat_activity where pid <> pg_backend_pid()');
    for (const { pid } of rows.filter((row) => !pids.has(row.pid))) {
      process.kill(pid, 'SIGSTOP');
      pids.add(pid);
      quiet = 0;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await pool.close();
  return () => [...pids, Number(postmaster)].forEach((pid) => process.kill(pid, 'SIGCONT'));
}

describe('readiness', () => {
  it('has a check for each mounted role and each thing that works in the background', async () => {
    const { names, status } = await until('ready', (seen) => seen.status === 200);
    expect([status, [...names].sort()]).toEqual([
      200,
      [
        'alerts',
        'alerts: database',
        'capture: database',
        'capture: event log',
        'dead-letter copies',
        'evidence: database',
        'gateway: database',
        'projector',
        'projector: database',
        'projector: event log',
        'sealer',
      ],
    ]);
  });

  it('of a database that says nothing any more is answered in time, names who misses it, and comes back with it', async () => {
    const goOn = await freeze(join(folder.path, 'postgres'));
    try {
      const { status, failing } = await until('away', everyDatabase);
      // Silence at first; later, that no new connection is to be had.
      expect([status, failing]).toEqual([
        503,
        expect.arrayContaining([expect.stringMatching(/^capture: database away: (no-answer|store\.unavailable)$/)]),
      ]);
    } finally {
      goOn();
    }
    await until('back', ({ status }) => status === 200);
  });

  it('of a database that is stopped says so, by its code, for every role and for the log in it; the process lives', async () => {
    await postgres.stop();
    const { status, failing } = await until(
      'away',
      (seen) => everyDatabase(seen) && seen.failing.some((line) => line.startsWith('capture: event log')),
    );
    expect(status).toBe(503);
    expect(failing).toEqual(
      expect.arrayContaining(['gateway: database away: store.unavailable', 'capture: event log away: log.unavailable']),
    );
  });

  it('of it is what the doctor shows, with what to do, and what a command ends with can be tried again', async () => {
    const doctor = await runCustody(['doctor', '--server', product.url], { ...env, ...loginsOf((role) => postgres.url(role)) });
    expect([doctor.code, doctor.stderr]).toEqual([1, '']);
    expect(doctor.stdout).toMatch(/^FAIL {2}server .*gateway: database: away: store\.unavailable.*\n +Start what is away/m);
    expect(doctor.stdout).toMatch(/^FAIL {2}database .* at \S+:\d+ \(DATABASE_URL\) does not answer.*\[store\.unavailable\]\n +Start it/m);
    expect(await runCustody(['dlq', 'ls', '--server', product.url], env)).toMatchObject({
      code: 75,
      stderr: expect.stringContaining('[store.unavailable]') as string,
    });
  });
});

describe('a process with some of the roles', () => {
  it.each([
    ['capture,gateway', true],
    ['projector,gateway', true],
    ['capture,projector', false],
  ])(
    'of %s starts on an empty ledger; its ready line names a page that is there, and no trace of what it did not bring',
    async (roles, page) => {
      const started = await serveCustody({ CUSTODY_DATA_DIR: join(folder.path, roles.replace(',', '-')) }, ['--roles', roles]);
      try {
        expect(started.readyLine.includes('/docs/api')).toBe(page);
        expect((await fetch(`${started.url}/docs/api`)).status).toBe(page ? 200 : 404);
        expect(started.readyLine).not.toContain('custody trace');
        expect(started.stderr().includes('the demo case')).toBe(!page);
      } finally {
        expect(await started.stop()).toBe(0);
      }
    },
  );
});

describe('a process that does not seal', () => {
  const data = { CUSTODY_DATA_DIR: join(folder.path, 'unsealed') };
  const car = 'vin:WDDSYNTH9JA000001';
  const withProcess = async (flags: readonly string[], work: (url: string) => Promise<void>): Promise<void> => {
    const started = await serveCustody(data, flags);
    try {
      await work(started.url);
    } finally {
      expect(await started.stop()).toBe(0);
    }
  };
  const json = async <Body>(url: string): Promise<Body> => (await (await fetch(url)).json()) as Body;

  it('has no head of its log, no recorded times and no answer for a date, and says so; a later start that seals gives them', async () => {
    await withProcess(['--roles', 'capture,projector,gateway'], async (url) => {
      expect(await json(`${url}/log/checkpoint`)).toMatchObject({ status: 404, code: 'log.not-sealed' });
      const { events } = await json<EventsView>(`${url}/v1/events?limit=100`);
      expect([events.length, new Set(events.map(({ recorded }) => recorded))]).toEqual([62, new Set([null])]);
      expect(await json(`${url}/v1/items/${car}?asOf=2190-01-01`)).toMatchObject({ status: 409, code: 'asof.not-sealed' });
      const dated = await runCustody(['trace', car, '--as-of', '2019-05-01', '--server', url], data);
      expect([dated.code, dated.stderr]).toEqual([5, expect.stringContaining('asOf=reported:<date>')]);
      const { stdout } = await runCustody(['trace', car, '--server', url], data);
      expect(stdout).toMatch(/ · not sealed yet\n[^]*\nAs of log size 62; none of it is sealed yet, so none has a recorded time\.\n$/);
    });
    await withProcess([], async (url) => {
      const recorded = async (): Promise<(string | null)[]> =>
        (await json<EventsView>(`${url}/v1/events?limit=100`)).events.map((event) => event.recorded);
      for (const end = Date.now() + CHANGES_WITHIN_MS; (await recorded()).includes(null) && Date.now() < end;)
        await new Promise((resolve) => setTimeout(resolve, 100));
      expect([...new Set(await recorded())]).toEqual([expect.stringMatching(/^20/)]);
      expect((await fetch(`${url}/log/checkpoint`)).status).toBe(200);
      expect((await fetch(`${url}/v1/items/${car}?asOf=2190-01-01`)).status).toBe(200);
    });
  });
});

describe('logins', () => {
  let own: EmbeddedPostgres;
  beforeAll(async () => {
    own = await startEmbedded({ dataDir: join(folder.path, 'postgres'), log: () => {} });
    postgres = own;
  });

  it('that are shared are warned of at the start, and the doctor says how to part them', async () => {
    const shared = await serveCustody({ ...env, CUSTODY_DATA_DIR: join(folder.path, 'shared'), DATABASE_URL: own.url('owner') });
    const codes = shared.stderr().match(/role\.shared-login/g);
    expect(await shared.stop()).toBe(0);
    expect(codes).toHaveLength(7);
    const { code, stdout } = await runCustody(['doctor'], { ...env, DATABASE_URL: own.url('owner') });
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^warn {2}logins .*custody_owner.*\[role\.shared-login\]\n +Give each role/m),
    ]);
  });

  it('of a database of one’s own are no demo: without a key nothing is read, and commands beside the server are the operator’s', async () => {
    const dataDir = { CUSTODY_DATA_DIR: join(folder.path, 'asked') };
    const settings = { CUSTODY_PORT: env.CUSTODY_PORT, ...dataDir, ...loginsOf((role) => own.url(role)) };
    // The default of `demo` is left as it is: it is the database that ends it.
    const asked = await serveCustody({ ...settings, CUSTODY_ACCESS: 'required' });
    try {
      expect(asked.readyLine).toContain('(loopback only: without a key no record)');
      const refused = await fetch(`${asked.url}/v1/events`);
      expect([refused.status, await refused.json()]).toMatchObject([401, { code: 'auth.required' }]);
      expect((await fetch(`${asked.url}/readyz`)).status).toBe(200);
      const searched = (more: Readonly<Record<string, string>>): Promise<Finished> =>
        runCustody(['search', 'WDDSYNTH', '--server', asked.url], more);
      expect((await searched({})).stderr).toContain('[auth.required]');
      expect(await searched(dataDir)).toMatchObject({ stderr: expect.not.stringContaining('[auth.') as string });
    } finally {
      await asked.stop();
    }
    const demanded = await runCustody(['serve'], { ...settings, CUSTODY_DEMO: 'true' });
    expect([demanded.code, demanded.stderr]).toEqual([2, expect.stringContaining('CUSTODY_DEMO: there is no demo mode with databaseUrl')]);
  });

  it('of their own are neither', async () => {
    expect(product.stderr()).not.toContain('role.shared-login');
    const { code, stdout } = await runCustody(['doctor'], { ...env, ...loginsOf((role) => own.url(role)) });
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^ok {4}logins /m)]);
  });

  it('that are shared end the start in production, before anything else is touched', async () => {
    const keys = {
      CUSTODY_PUBLISHER_KEY: 'ab'.repeat(32),
      CUSTODY_SEALER_KEY: 'cd'.repeat(32),
      CUSTODY_RECEIPT_KEY: 'ef'.repeat(32),
      CUSTODY_CONTEXT_KEY: '12'.repeat(32),
    };
    const production = { ...env, ...keys, CUSTODY_PROFILE: 'production', KAFKA_BROKERS: NOWHERE, CUSTODY_EVIDENCE_DIR: folder.path };
    const { code, stderr } = await runCustody(['serve'], { ...production, ...loginsOf(() => own.url('owner')) });
    expect([code, stderr]).toEqual([5, expect.stringContaining('[role.shared-login]')]);
    const missing = await runCustody(['config', 'check'], { ...production, DATABASE_URL: own.url('owner') });
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('databaseUrlGateway: is needed in the production profile')]);
  });

  it('that lead to different ledgers end the start', async () => {
    const pool = createPool({ url: own.url('owner'), applicationName: 'suite', max: 1 });
    await pool.query('create database other');
    await pool.close();
    const elsewhere = own.url('gateway').replace(/[^/]*$/, 'other');
    expect(await runCustody(['migrate'], { ...env, DATABASE_URL: own.url('owner').replace(/[^/]*$/, 'other') })).toMatchObject({ code: 0 });
    const started = await runCustody(['serve'], { ...env, ...loginsOf((role) => own.url(role)), DATABASE_URL_GATEWAY: elsewhere });
    expect([started.code, started.stderr]).toEqual([
      5,
      expect.stringContaining(`[role.other-ledger]\n${ERRORS['role.other-ledger'].remedy}`),
    ]);
  });
});

describe('a command that cannot do its work says what, where and what to do', () => {
  let stranger: Server;
  let strange: string;
  beforeAll(async () => {
    stranger = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>It works!</h1>'));
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    strange = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
    writeFileSync(join(folder.path, 'long.jsonl'), `{"x":"${'x'.repeat(LINE_BYTES)}"}\n`);
  });
  afterAll(() => new Promise((resolve) => stranger.close(resolve)));

  const wrongPassword = (): string => postgres.url('owner').replace(/:[^:@]*@/, ':hidden-word@');
  const noDatabase = (): string => postgres.url('owner').replace(/[^/]*$/, 'nowhere');
  const away = { DATABASE_URL: `postgres://u:hidden-word@${NOWHERE}/ledger` };

  it.each<[string, readonly string[], () => Record<string, string>, number, string, RegExp]>([
    ['no server', ['dlq', 'ls'], () => ({}), 75, 'server.unreachable', /127\.0\.0\.1:1\b.*npm start/],
    ['something else at the address', ['dlq', 'ls'], () => ({ CUSTODY_SERVER: strange }), 2, 'server.answer', /not JSON.*--server/],
    ['something else at the address, a retry', ['dlq', 'retry', '1'], () => ({ CUSTODY_SERVER: strange }), 2, 'server.answer', /--server/],
    [
      'an unknown setting',
      ['config', 'check'],
      () => ({ CUSTODY_PROT: '1' }),
      2,
      'config.unknown',
      /CUSTODY_PROT.*CUSTODY_PORT.*configuration\.md/,
    ],
    ['a database that is away', ['migrate'], () => away, 75, 'store.unavailable', /ledger at 127\.0\.0\.1:1 \(DATABASE_URL\).*Start it/],
    ['a database that is away', ['serve'], () => away, 75, 'store.unavailable', /DATABASE_URL/],
    ['a database that is away', ['rebuild'], () => away, 75, 'store.unavailable', /DATABASE_URL/],
    ['a wrong password', ['migrate'], () => ({ DATABASE_URL: wrongPassword() }), 4, 'store.refused', /password.*Check user/],
    ['no such database', ['migrate'], () => ({ DATABASE_URL: noDatabase() }), 4, 'store.refused', /nowhere.*DATABASE_URL/],
    [
      'brokers that are away',
      ['serve'],
      () => ({ KAFKA_BROKERS: NOWHERE, DATABASE_URL: postgres.url('owner') }),
      75,
      'log.unavailable',
      /127\.0\.0\.1:1 \(KAFKA_BROKERS\).*Start it/,
    ],
    ['no data', ['rebuild'], () => ({ CUSTODY_DATA_DIR: join(folder.path, 'none') }), 3, 'data.none', /CUSTODY_DATA_DIR/],
    ['a reset without a yes', ['reset'], () => ({}), 2, 'reset.unconfirmed', /--yes/],
    ['a reset of what is not ours', ['reset', '--yes'], () => away, 2, 'reset.external', /schemas/],
    ['a line of many megabytes', ['import', join(folder.path, 'long.jsonl')], () => ({}), 2, 'import.line-too-long', /Line 1/],
  ])('%s: %j', async (_, args, more, code, errorCode, says) => {
    const plain = await runCustody(args, { ...env, ...more() });
    expect([plain.code, plain.stdout]).toEqual([code, '']);
    expect(plain.stderr).toContain(`[${errorCode}]`);
    expect(plain.stderr.replaceAll('\n', ' ')).toMatch(says);
    const json = await runCustody([...args, '--json'], { ...env, ...more() });
    expect([json.code, JSON.parse(json.stdout)]).toMatchObject([
      code,
      { error: { code: errorCode, remedy: expect.any(String) as string } },
    ]);
    expect(`${plain.stderr}${json.stdout}${json.stderr}`).not.toContain('hidden-word');
  });

  const linesOf = ({ stdout }: Finished): string[] => stdout.split('\n').filter((line) => line.startsWith('FAIL'));

  it('the doctor: a database and brokers that are away are two findings, and each is one line', async () => {
    const both = await runCustody(['doctor'], { ...env, ...away, KAFKA_BROKERS: NOWHERE });
    expect(both.code).toBe(1);
    expect(linesOf(both)).toEqual([
      expect.stringMatching(/database .*127\.0\.0\.1:1 \(DATABASE_URL\).*\[store\.unavailable\]$/),
      expect.stringMatching(/event log .*127\.0\.0\.1:1 \(KAFKA_BROKERS\).*\[log\.unavailable\]$/),
    ]);
    // Also where there is no database yet to be looked at.
    const none = await runCustody(['doctor'], { ...env, CUSTODY_DATA_DIR: join(folder.path, 'none'), KAFKA_BROKERS: NOWHERE });
    expect([none.code, linesOf(none).length]).toEqual([1, 1]);
    const stranded = await runCustody(['doctor', '--server', strange], env);
    expect([stranded.code, stranded.stdout]).toEqual([1, expect.stringMatching(/^FAIL {2}server .*\[server\.answer\]/m)]);
  });
});
