/** Watches on the running program: what each agency is told, how soon, by each way there is, and once, over processes that are killed at every step. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { ALERT_FAILPOINTS } from '#app/alerts';
import type { AlertsView, EventAnswer, EventsView, Problem, SightingDocument, WatchesView } from '#lib/contracts';
import { resetData } from '#lib/store';
import { type Finished, runCustody, type RunningCustody, serveCustody, temporaryFolder } from '../test-process.ts';

jest.setTimeout(600_000);

const VIN = 'vin:WDDSYNTH9JA000001';
/** An alert is to be in the ledger within a second of the seal of what it is about. Both times are of seals. */
const TOLD_WITHIN_MS = 1_000;

let temporary: ReturnType<typeof temporaryFolder>;
let server: RunningCustody;
const keys = new Map<string, string>();

const env = (access: string): Record<string, string> => ({
  CUSTODY_DATA_DIR: join(temporary.path, 'data'),
  CUSTODY_ROLES: 'capture,projector,gateway,sealer,alerts',
  CUSTODY_SEALER_INTERVAL_MS: '100',
  CUSTODY_DEMO: 'false',
  CUSTODY_ACCESS: access,
});
const custody = (as: string | null, ...args: string[]): Promise<Finished> =>
  runCustody(['--server', server.url, ...args], as === null ? {} : { CUSTODY_API_KEY: keys.get(as) as string });
async function did(as: string | null, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await custody(as, ...args);
  if (code !== 0) throw new Error(`custody ${args.join(' ')} (${String(code)}): ${stderr}${stdout}`);
  return stdout.trim();
}
const headersOf = (as: string): Record<string, string> => ({ authorization: `Bearer ${keys.get(as) as string}` });
const ask = async <Body>(as: string, path: string): Promise<Body> =>
  (await fetch(`${server.url}${path}`, { headers: headersOf(as) })).json() as Promise<Body>;
const post = (as: string, document: SightingDocument): Promise<Response> =>
  fetch(`${server.url}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headersOf(as) },
    body: JSON.stringify(document),
  });
async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  const began = performance.now();
  while (!(await look())) {
    if (performance.now() - began > 30_000) throw new Error(`it did not come to be: ${what}\n${server.stderr()}`);
    await sleep(50);
  }
}
const seen = (id: string, handling: SightingDocument['handling'], item = VIN): SightingDocument => ({
  id,
  kind: 'observation',
  handling,
  items: [{ id: item, role: 'subject' }],
  source: { kind: 'photo' },
});
const alertsOf = async (as: string): Promise<AlertsView['alerts']> => (await ask<AlertsView>(as, '/v1/alerts')).alerts;
const toldOf = async (as: string): Promise<string[]> =>
  (await alertsOf(as)).map(({ event, state, n }) => `${event === null ? '-' : event.id} ${n} ${state}`).reverse();
/** Everything that came before it was looked at: what is submitted behind it is told behind it. */
async function mark(as: string): Promise<void> {
  const id = `mark-${Math.random().toString(36).slice(2)}`;
  const watch = JSON.parse(await did(as, '--json', 'watch', 'add', '--item', 'vin:WDDSYNTH9JA000009', '--title', id)) as { id: string };
  expect((await post(as, seen(id, { tlp: 'AMBER' }, 'vin:WDDSYNTH9JA000009'))).status).toBe(202);
  await until(`${id} is told`, async () => (await alertsOf(as)).some(({ event, watch: of }) => event?.id === id && of === watch.id));
  await did(as, 'watch', 'rm', watch.id);
}
const withoutMarks = (told: readonly string[]): string[] => told.filter((line) => !line.startsWith('mark-')).sort();

beforeAll(async () => {
  temporary = temporaryFolder();
  server = await serveCustody(env('open'));
  keys.set('local/operator', await did(null, 'key', 'add', 'operator', '--scope', 'admin', 'contributor', 'operator'));
  await server.stop();
  server = await serveCustody(env('required'));
  for (const agency of ['acme', 'bolt']) {
    await did('local/operator', 'agency', 'add', agency);
    await did('local/operator', 'principal', 'add', `${agency}/chief`, '--role', 'admin', 'contributor');
    keys.set(`${agency}/chief`, await did('local/operator', 'key', 'add', `${agency}/chief`, '--scope', 'admin', 'contributor'));
  }
  await did('acme/chief', 'principal', 'add', 'second', '--role', 'admin', 'contributor');
  keys.set('acme/second', await did('acme/chief', 'key', 'add', 'second', '--scope', 'admin', 'contributor'));
  await did('bolt/chief', 'principal', 'add', 'bob', '--role', 'contributor');
  keys.set('bolt/bob', await did('bolt/chief', 'key', 'add', 'bob', '--scope', 'contributor'));
});
afterAll(async () => {
  await server.stop();
  if (existsSync(join(temporary.path, 'data'))) await resetData(join(temporary.path, 'data'));
  temporary.remove();
});

let watch = '';

test('a watch is its agency’s: listed there, as if absent elsewhere', async () => {
  watch = (
    JSON.parse(await did('bolt/chief', '--json', 'watch', 'add', '--item', 'WDDSYNTH9JA000001', '--title', 'The first car')) as {
      id: string;
    }
  ).id;
  expect((await ask<WatchesView>('bolt/bob', '/v1/watches')).watches).toMatchObject([
    { id: watch, title: 'The first car', display: 'item VIN WDDSYNTH9JA000001', addedBy: 'chief', removed: false },
  ]);
  expect((await ask<WatchesView>('acme/chief', '/v1/watches')).watches).toEqual([]);
  const hidden = await fetch(`${server.url}/v1/events/${watch}?agency=bolt`, { headers: headersOf('acme/chief') });
  const never = await fetch(`${server.url}/v1/events/never-was?agency=bolt`, { headers: headersOf('acme/chief') });
  expect([hidden.status, never.status]).toEqual([404, 404]);
  expect(await did('bolt/chief', 'watch', 'ls')).toContain('item VIN WDDSYNTH9JA000001');
});

test('its agency is told within a second of the seal, of what it may see and nothing else', async () => {
  for (const [id, handling] of [
    ['own-amber', { tlp: 'AMBER' }],
    ['shared', { tlp: 'AMBER', agencies: ['bolt'] }],
    ['green', { tlp: 'GREEN' }],
  ] as const)
    expect((await post('acme/chief', seen(id, handling as SightingDocument['handling']))).status).toBe(202);
  await until('both are told', async () => (await toldOf('bolt/bob')).length === 2);
  await mark('bolt/chief');
  expect(withoutMarks(await toldOf('bolt/bob'))).toEqual(['green 0 raised', 'shared 0 raised']);
  expect(await alertsOf('acme/chief')).toEqual([]);
  const alerts = (await alertsOf('bolt/bob')).filter(({ watch: of }) => of === watch);
  expect(alerts[0]).toMatchObject({ tlp: 'AMBER+STRICT', title: 'The first car', because: [{ member: 'items', certain: true }] });
  const late = alerts.map(({ recorded, event }) => Date.parse(recorded ?? '') - Date.parse(event?.recorded ?? ''));
  expect(Math.max(...late)).toBeLessThanOrEqual(TOLD_WITHIN_MS);
});

test('it comes by the stream and the command line as well', async () => {
  const streamed = await (
    await fetch(`${server.url}/v1/stream?kind=alert&since=start&until=now`, { headers: headersOf('bolt/bob') })
  ).text();
  expect(streamed.match(/^event: alert$/gm)?.length).toBeGreaterThanOrEqual(2);
  const foreign = await (
    await fetch(`${server.url}/v1/stream?kind=alert&since=start&until=now`, { headers: headersOf('acme/chief') })
  ).text();
  expect(foreign).not.toContain('event: alert');
  const listed = await did('bolt/bob', 'alerts', '--watch', watch);
  expect([listed.includes('acme/green'), listed.includes('because of item VIN WDDSYNTH9JA000001')]).toEqual([true, true]);
  const plain = await did('bolt/bob', 'alerts', '--plain', '--watch', watch);
  expect(plain.split('\n')).toHaveLength(2);
});

test('what is opened later is told then, and what is closed is recalled and not shown any more', async () => {
  const marking = (JSON.parse(await did('acme/chief', '--json', 'mark', 'own-amber', '--tlp', 'GREEN')) as { id: string }).id;
  await mark('bolt/chief');
  expect(withoutMarks(await toldOf('bolt/bob'))).toEqual(['green 0 raised', 'shared 0 raised']);
  await did('acme/second', 'marking', 'approve', marking);
  await until('it is told', async () => (await toldOf('bolt/bob')).includes('own-amber 0 raised'));
  await did('acme/chief', 'mark', 'green', '--tlp', 'AMBER');
  await until('it is recalled', async () => (await toldOf('bolt/bob')).some((line) => line.endsWith('recalled')));
  await mark('bolt/chief');
  const alerts = (await alertsOf('bolt/bob')).filter(({ watch: of }) => of === watch);
  expect(alerts.map(({ event, state, because }) => `${event?.id ?? '-'} ${state} ${because.length}`).sort()).toEqual([
    '- raised 0',
    '- recalled 0',
    'own-amber raised 1',
    'shared raised 1',
  ]);
  expect(JSON.stringify(alerts.filter(({ event }) => event === null))).not.toContain('acme');
});

test('nobody raises an alert himself, or takes the name of one', async () => {
  const alert = {
    kind: 'alert',
    handling: { tlp: 'AMBER' },
    source: { kind: 'watch' },
    extension: { alert: { watch, index: 1, n: 0, state: 'raised' } },
  } as unknown as SightingDocument;
  for (const document of [alert, seen(`alert:${'0'.repeat(64)}`, { tlp: 'AMBER' })]) {
    const answer = await post('bolt/chief', document);
    expect([answer.status, ((await answer.json()) as Problem).code]).toEqual([403, 'alert.reserved']);
  }
  // Nor does a watch go to others.
  const shared = { kind: 'watch', handling: { tlp: 'AMBER', agencies: ['acme'] }, source: { kind: 'watch' }, extension: { watch: { act: 'removed', watch } } }; // prettier-ignore
  expect((await post('bolt/chief', shared as SightingDocument)).status).toBe(422);
  const wrong = await custody('bolt/chief', 'watch', 'rm', 'none');
  expect([wrong.code, wrong.stderr.includes('watch.not-found')]).toEqual([3, true]);
});

test.each(ALERT_FAILPOINTS)('over a process that dies at %s each is told, and told once', async (at) => {
  const before = await alertsOf('bolt/chief');
  await server.stop();
  server = await serveCustody({ ...env('required'), CUSTODY_TEST_ALERT_FAILPOINT: `${at}:1` });
  const id = `killed-${at}`;
  expect((await post('acme/chief', seen(id, { tlp: 'GREEN' }))).status).toBe(202);
  await until('it is dead', () => fetch(`${server.url}/livez`).then(() => false, () => true)); // prettier-ignore
  await server.stop('SIGKILL');
  server = await serveCustody(env('required'));
  await until('it is told', async () => (await toldOf('bolt/chief')).includes(`${id} 0 raised`));
  await mark('bolt/chief');
  const told = (await alertsOf('bolt/chief')).filter(({ event }) => event?.id === id);
  expect([told.length, (await ask<{ conflicts: unknown[] }>('bolt/chief', '/v1/conflicts')).conflicts]).toEqual([1, []]);
  expect((await alertsOf('bolt/chief')).length).toBe(before.length + 2);
});

test('control: an event of the log is an alert and nothing else, under its agency’s own name', async () => {
  const { events } = await ask<EventsView>('bolt/chief', '/v1/events?limit=1000');
  const alerts = events.filter(({ document }) => document.kind === 'alert');
  expect(new Set(alerts.map(({ agency, submittedBy }) => `${agency}/${submittedBy.principal}`))).toEqual(new Set(['bolt/custody:alerts']));
  const [alert] = alerts;
  const { event } = await ask<EventAnswer>('bolt/chief', `/v1/events/${alert?.id}?agency=bolt`);
  expect(event.places).toBe(false);
});
