/** The running product's interface: every documented route and answer, the pages that read offline, and the command line's own words. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Errors } from 'typebox/schema';
import { ERROR_CODES, type EventsView, openApiDocument, PROBLEM_MEDIA_TYPE } from '#lib/contracts';
import { runCustody } from '../test-process.ts';
import { ASKED, one } from './product-operations.contract.ts';
import type { Product } from './tested-product.contract.ts';

type Json = Record<string, unknown>;
const openapi = JSON.parse(JSON.stringify(openApiDocument())) as Json & { paths: Record<string, Record<string, Json>> };
const operations = Object.entries(openapi.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
);

const COMMANDS = [
  '',
  'serve',
  'trace',
  'listen',
  'blame',
  'diff',
  'audit ls',
  'search',
  'import',
  'export',
  'watch',
  'watch add',
  'watch ls',
  'alerts',
  'questions',
  'conflicts',
  'conflicts ls',
  'evidence',
  'evidence add',
  'evidence get',
  'evidence ls',
  'evidence show',
  'evidence hold',
  'evidence release',
  'evidence verify',
  'checkpoint',
  'checkpoint get',
  'checkpoint key',
  'dlq',
  'dlq ls',
  'dlq show',
  'dlq retry',
  'rebuild',
  'doctor',
  'config',
  'config check',
  'config print',
  'migrate',
  'reset',
  'version',
  'completion',
];
/** The help answers before it loads anything but the grammar, and the version without database drivers; the best of several is what the machine can do when others are quiet. */
const HELP_WITHIN_MS = 150;

/** Why the value is not what the schema says; empty: it is. */
function refusals(schema: Json, value: unknown): string[] {
  const [, errors] = Errors({ ...schema, components: openapi['components'] }, value);
  return errors.map(({ instancePath, message }) => `${instancePath} ${message}`);
}

async function checkAnswer(operation: Json, response: Response): Promise<string[]> {
  const documented = (operation['responses'] as Record<string, Json>)[String(response.status)];
  if (documented === undefined) return [`status ${response.status} is not documented: ${await response.text()}`];
  const contents = documented['content'] as Record<string, { schema: Json }> | undefined;
  if (contents === undefined) return (await response.text()) === '' ? [] : ['a body is not documented'];
  const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
  const content = contents[type];
  if (content === undefined) return [`${type} is not documented for ${response.status}`];
  const text = await response.text();
  if (type === 'application/x-ndjson') {
    return text
      .trimEnd()
      .split('\n')
      .flatMap((line) => refusals(content.schema, JSON.parse(line)));
  }
  if (!type.endsWith('json')) return refusals(content.schema, text);
  return refusals(content.schema, JSON.parse(text));
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return performance.now() - started;
}

export function interfaceContract(product: Product): void {
  describe('the documented interface', () => {
    it('has a request for each operation here, so that a new one is asked too', () => {
      expect(operations.map(({ operation }) => operation['operationId']).sort()).toEqual(Object.keys(ASKED).sort());
    });

    it.each(operations.map(({ path, method, operation }) => [`${method.toUpperCase()} ${path}`, method, operation] as const))(
      '%s answers as documented',
      async (_, method, operation) => {
        for (const { path, status, body, type = 'application/json', headers = {} } of ASKED[String(operation['operationId'])] ?? []) {
          const response = await product.ask(path, {
            method,
            headers: { ...(body === undefined ? {} : { 'content-type': type }), ...headers },
            ...(body === undefined ? {} : { body }),
          });
          expect([path, response.status]).toEqual([path, status]);
          expect([path, await checkAnswer(operation, response)]).toEqual([path, []]);
        }
      },
    );

    it('shows what is TLP:CLEAR to whoever has no key, and takes nothing in from him', async () => {
      const { url, readyLine } = product.running();
      expect(readyLine).toContain('(demo mode, loopback only: ');
      const { events } = (await (await fetch(`${url}/v1/events?limit=100`)).json()) as EventsView;
      expect([events.length > 0, new Set(events.map(({ document }) => document.handling.tlp))]).toEqual([true, new Set(['CLEAR'])]);
      const refused = await fetch(`${url}/v1/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: one('by-nobody'),
      });
      expect([refused.status, await refused.json()]).toMatchObject([401, { code: 'auth.required' }]);
      // A command finds the operator's key where it may read the data directory, and nowhere else.
      const elsewhere = await runCustody(['export', '--as', 'case', '--server', url, '--quiet']);
      expect([elsewhere.code, elsewhere.stdout.trimEnd().split('\n').length]).toEqual([0, events.length]);
    });

    it('is held to its schemas: an answer with a member less, or of another status, is noticed', async () => {
      const operation = operations.find((each) => each.operation['operationId'] === 'getEvent')?.operation as Json;
      const response = await product.get('/v1/events/lux-0009');
      const { coordinates: _, ...less } = (await response.json()) as Json;
      const forged = (status: number): Response =>
        new Response(JSON.stringify(less), { status, headers: { 'content-type': 'application/json' } });
      expect(await checkAnswer(operation, forged(200))).not.toEqual([]);
      expect(await checkAnswer(operation, forged(418))).not.toEqual([]);
    });

    it('takes the largest page that is documented, and no larger one', async () => {
      const parameters = operations.find((each) => each.operation['operationId'] === 'listEvents')?.operation['parameters'] as {
        name: string;
        schema: { maximum: number };
      }[];
      const most = parameters.find(({ name }) => name === 'limit')?.schema.maximum ?? 0;
      expect((await product.get(`/v1/events?limit=${most}`)).status).toBe(200);
      expect((await product.get(`/v1/events?limit=${most + 1}`)).status).toBe(400);
    });

    it('answers an unknown address, and a method that an address does not take, with problems', async () => {
      expect(await product.problem('/v1/nothing')).toMatchObject({ status: 404, code: 'not-found', instance: '/v1/nothing' });
      const response = await fetch(`${product.running().url}/v1/events/lux-0001`, { method: 'DELETE' });
      expect([response.status, response.headers.get('content-type'), response.headers.get('allow')]).toEqual([
        405,
        PROBLEM_MEDIA_TYPE,
        expect.stringContaining('GET'),
      ]);
      expect(await response.json()).toMatchObject({ code: 'method-not-allowed' });
    });

    it('refuses an empty body and an unknown mode', async () => {
      const answers = await Promise.all([
        product.post('[]'),
        product.post(''),
        product.post('{}', {}, '?onError=maybe'),
        product.post('{}', {}, '?dryrun=true'),
      ]);
      expect(await Promise.all(answers.map(async (answer) => ((await answer.json()) as { code: string }).code))).toEqual([
        'batch.empty',
        'batch.empty',
        'query.invalid',
        'query.unknown',
      ]);
    });
  });

  describe('pages', () => {
    it('of every error code are there, under a policy that loads nothing', async () => {
      for (const code of ERROR_CODES) {
        const response = await product.get(`/problems/${code}`);
        expect([code, response.status, response.headers.get('content-security-policy')]).toEqual([
          code,
          200,
          expect.stringContaining("default-src 'none'"),
        ]);
        expect(await response.text()).toContain(code);
      }
    });

    it('of the API read offline: every part comes from here and the policy allows no other place', async () => {
      const root = await product.get('/');
      expect([root.status, root.headers.get('location')]).toEqual([302, '/docs/api']);
      const page = await product.get('/docs/api');
      const policy = page.headers.get('content-security-policy') ?? '';
      expect(policy).toMatch(/^default-src 'none';/);
      expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
      const html = await page.text();
      expect(html).not.toMatch(/(?:https?:)?\/\/[a-z]/i);
      const parts = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '');
      expect(parts).toHaveLength(3);
      for (const path of parts) expect([path, (await product.get(path)).status]).toEqual([path, 200]);
      expect((await product.get('/docs/api/package.json')).status).toBe(404);
      expect((await product.get('/docs/api/..%2fpackage.json')).status).toBe(404);
    });

    it('answer only to names of this machine, so that no page elsewhere can ask as the operator', async () => {
      const { request } = await import('node:http');
      const status = await new Promise<number | undefined>((resolve, reject) => {
        request(`${product.running().url}/v1/events`, { headers: { host: 'attacker.example' } }, (response) =>
          resolve(response.resume().statusCode),
        )
          .once('error', reject)
          .end();
      });
      expect(status).toBe(421);
      const foreign = await fetch(`${product.running().url}/v1/dead-letters/1/retry`, {
        method: 'POST',
        headers: { origin: 'https://attacker.example' },
      });
      expect([foreign.status, await foreign.json()]).toMatchObject([403, { code: 'origin.foreign' }]);
    });
  });

  describe('the command line', () => {
    it.each(COMMANDS)('explains `custody %s --help`', async (command) => {
      const { code, stdout, stderr } = await runCustody([...command.split(' ').filter((word) => word !== ''), '--help']);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toContain(`Usage: custody${command === '' ? '' : ` ${command}`}`);
    });

    it('lists every command in its help', async () => {
      const { stdout } = await runCustody(['--help']);
      for (const command of COMMANDS.filter((name) => name !== '' && !name.includes(' ')))
        expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    });

    it.each(['--help', 'version'])(
      `answers %s within ${HELP_WITHIN_MS} ms, or four bare starts of Node where those are slow`,
      async (asked) => {
        const best = async (run: () => Promise<number>): Promise<number> => {
          const times: number[] = [];
          for (let n = 0; n < 7; n++) times.push(await run());
          return Math.min(...times);
        };
        const bare = await best(() => timed(() => promisify(execFile)(process.execPath, ['-e', '0'])));
        const ms = await best(() => timed(() => runCustody([asked])));
        process.stderr.write(`custody ${asked}: ${Math.round(ms)} ms, Node alone ${Math.round(bare)} ms, best of 7 each\n`);
        expect(ms).toBeLessThanOrEqual(Math.max(HELP_WITHIN_MS, 4 * bare));
      },
    );

    it('ends in 2 for what it does not know, with a suggestion', async () => {
      expect(await runCustody(['tarce'])).toMatchObject({ code: 2, stderr: expect.stringContaining('trace') as string });
      expect(await runCustody(['import', 'x', '--on-error', 'maybe'])).toMatchObject({ code: 2 });
      expect(await product.cli('trace', 'nonsense')).toMatchObject({ code: 2 });
      const unnamed = await product.cli('dlq', 'show', 'abc');
      expect([unnamed.code, unnamed.stderr]).toEqual([2, expect.stringContaining('[usage]') as string]);
      const missing = await runCustody(['trace', '--json']);
      expect([missing.code, missing.stderr, JSON.parse(missing.stdout)]).toMatchObject([2, '', { error: { code: 'usage' } }]);
      expect(await product.cli('trace', 'vin:WDDSYNTH0JA999999')).toMatchObject({ code: 3, stdout: '' });
    });

    it('makes no data directory where there is none to fold again or to look at', async () => {
      const env = { ...product.env, CUSTODY_DATA_DIR: join(product.dataDir, 'nowhere'), CUSTODY_PORT: '9' };
      const none = await runCustody(['rebuild', '--json'], env);
      expect([none.code, JSON.parse(none.stdout)]).toMatchObject([3, { error: { code: 'data.none' } }]);
      expect(await runCustody(['doctor'], env)).toMatchObject({ stdout: expect.stringMatching(/^-- {4}server /m) as string });
      expect(existsSync(env.CUSTODY_DATA_DIR)).toBe(false);
    });

    it('says its version and formats', async () => {
      const { code, stdout } = await runCustody(['version', '--json']);
      expect([code, JSON.parse(stdout)]).toEqual([
        0,
        expect.objectContaining({ version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string, sighting: 1, record: 1, fieldTree: 1 }),
      ]);
    });

    it('checks the configuration and prints it without secrets', async () => {
      expect(await runCustody(['config', 'check'], product.env)).toMatchObject({ code: 0 });
      const wrong = await runCustody(['config', 'check', '--json'], { ...product.env, CUSTODY_PROT: '1', CUSTODY_PORT: 'x' });
      expect(wrong.code).toBe(2);
      expect(wrong.stdout).toMatch(/CUSTODY_PROT/);
      expect(wrong.stdout).toMatch(/CUSTODY_PORT/);
      const { code, stdout } = await runCustody(['config', 'print', '--redacted'], {
        ...product.env,
        DATABASE_URL: 'postgres://me:hidden-word@127.0.0.1/x',
      });
      expect(code).toBe(0);
      expect(stdout).toContain('publisherKey = (set, not shown)');
      expect(stdout).not.toMatch(/hidden-word|a1a1a1a1/);
    });

    it('gives one JSON object where it is asked to: of the configuration, of a migration, of a reset', async () => {
      const env = { CUSTODY_DATA_DIR: join(product.dataDir, '../as-json'), CUSTODY_PUBLISHER_KEY: 'c3'.repeat(32) };
      const asJson = async (...args: string[]): Promise<unknown> => {
        const { code, stdout, stderr } = await runCustody([...args, '--json'], env);
        if (code !== 0) throw new Error(`${args.join(' ')} ends in ${String(code)}: ${stdout}${stderr}`);
        return JSON.parse(stdout) as unknown;
      };
      expect(await asJson('config', 'check')).toEqual({ problems: [] });
      const { settings } = (await asJson('config', 'print')) as { settings: unknown[] };
      expect(settings).toContainEqual({ name: 'dataDir', value: env.CUSTODY_DATA_DIR, origin: 'CUSTODY_DATA_DIR' });
      expect(settings).toContainEqual({ name: 'publisherKey', hidden: true, origin: 'CUSTODY_PUBLISHER_KEY' });
      expect(await asJson('migrate')).toEqual({
        applied: expect.arrayContaining([expect.stringContaining('ledger-')]) as unknown,
      });
      expect(await asJson('migrate')).toEqual({ applied: [] });
      expect(await asJson('reset', '--yes')).toEqual({ deleted: env.CUSTODY_DATA_DIR });
    });

    it('finds nothing wrong with a product that runs, and says what it did not look at', async () => {
      const { code, stdout } = await product.cli('doctor', '--json');
      const { findings } = JSON.parse(stdout) as { findings: { verdict: string }[] };
      const detail = expect.stringMatching(/^not looked at while a server runs: migrations, rights, rows, clock, logins/) as string;
      expect([code, findings.filter(({ verdict }) => verdict !== 'ok')]).toMatchObject([
        0,
        [{ name: 'database', verdict: 'absent', detail }],
      ]);
    });
  });
}
