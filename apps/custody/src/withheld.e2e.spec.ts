/** An agency takes an event from others by the command line, and tells them so or not: what `custody verify`, an export and its bundle say then. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import type { SightingDocument } from '#lib/contracts';
import { resetData } from '#lib/store';
import { type Finished, runCustody, type RunningCustody, serveCustody, temporaryFolder } from '../test-process.ts';

jest.setTimeout(300_000);

let temporary: ReturnType<typeof temporaryFolder>;
let server: RunningCustody;
const keys = new Map<string, string>();

const env = (access: string): Record<string, string> => ({
  CUSTODY_DATA_DIR: join(temporary.path, 'data'),
  CUSTODY_ROLES: 'capture,projector,gateway,sealer',
  CUSTODY_SEALER_INTERVAL_MS: '100',
  CUSTODY_DEMO: 'false',
  CUSTODY_ACCESS: access,
});
/** As a person with pins of his own. */
const custody = (as: string | null, ...args: string[]): Promise<Finished> =>
  runCustody(['--server', server.url, ...args], {
    CUSTODY_PINS_DIR: join(temporary.path, `pins-${(as ?? 'nobody').replace('/', '-')}`),
    ...(as === null ? {} : { CUSTODY_API_KEY: keys.get(as) as string }),
  });
async function did(as: string | null, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await custody(as, ...args);
  if (code !== 0) throw new Error(`custody ${args.join(' ')} (${String(code)}): ${stderr}${stdout}`);
  return stdout.trim();
}
const headersOf = (as: string): Record<string, string> => ({ authorization: `Bearer ${keys.get(as) as string}` });
async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  const began = performance.now();
  while (!(await look())) {
    if (performance.now() - began > 20_000) throw new Error(`it did not come to be: ${what}`);
    await sleep(50);
  }
}

/** Submitted, and under a published head. */
async function submit(as: string, document: SightingDocument): Promise<void> {
  const headers = { 'content-type': 'application/json', ...headersOf(as) };
  const answer = await fetch(`${server.url}/v1/events`, { method: 'POST', headers, body: JSON.stringify(document) });
  expect(answer.status).toBe(202);
  await sealed(as, document.id ?? '');
}
const sealed = (as: string, id: string): Promise<void> =>
  until(`${id} is sealed`, async () => (await fetch(`${server.url}/v1/events/${id}/proof`, { headers: headersOf(as) })).ok);
const idIn = (answer: string): string => (JSON.parse(answer) as { id: string }).id;

const green = (id: string, item: string): SightingDocument => ({
  id,
  kind: 'observation',
  handling: { tlp: 'GREEN' },
  items: [{ id: item, role: 'subject' }],
  source: { kind: 'photo' },
});

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
    await did(`${agency}/chief`, 'checkpoint', 'pin');
  }
});
afterAll(async () => {
  await server.stop();
  if (existsSync(join(temporary.path, 'data'))) await resetData(join(temporary.path, 'data'));
  temporary.remove();
});

test('an event that is taken away with --tell is withheld since the marking: exit 0, in verdict, explanation, JSON and bundle', async () => {
  const item = 'vin:WDDSYNTH9JA000001';
  await submit('acme/chief', green('lost-1', item));
  expect((await custody('bolt/chief', 'verify', item)).code).toBe(0);
  const marking = idIn(
    await did('acme/chief', '--json', 'mark', 'lost-1', '--tlp', 'AMBER', '--tell', '--reason', 'the source is at risk'),
  );
  await sealed('acme/chief', marking);

  const told = await custody('bolt/chief', 'verify', item, '--explain');
  const [first, ...others] = told.stdout.split('\n');
  expect([told.code, first]).toEqual([
    0,
    expect.stringMatching(
      /: 1 of the 2 events, of which parts are withheld, the other withheld since index \d+ by a marking in the name of its own agency, about /,
    ),
  ]);
  expect(others.filter((line) => line.endsWith('[proof.withheld-since]'))).toEqual([
    expect.stringMatching(/○ events .* the event acme\/lost-1 \(observation\) to no more than agency:acme\./),
  ]);
  expect(told.stdout).toContain('One that is withheld is shown by its place in the list alone');
  const json = JSON.parse((await custody('bolt/chief', 'verify', item, '--json')).stdout) as { about: object };
  expect(json.about).toMatchObject({ shown: 1, listed: 2, withheld: 1, since: expect.any(Number) as number });
  // Its owner sees all of it, and no other answer tells bolt of either.
  expect((await did('acme/chief', 'verify', item)).split('\n')[0]).toContain(': all 2 events about');
  expect((await custody('bolt/chief', 'trace', item)).stdout).not.toContain('lost-1');

  const bundle = join(temporary.path, 'taken.zip');
  await did('bolt/chief', 'export', `item:${item}`, '-o', bundle);
  const offline = await custody('bolt/chief', 'verify', bundle, '--offline');
  expect([offline.code, offline.stdout.split('\n')[0]]).toEqual([0, expect.stringContaining('the other withheld since index')]);
  expect(readFileSync(bundle).includes('An event whose own agency took it from you')).toBe(true);
});

test('one that is taken away without it is missing (13): the same that is said of one that was dropped', async () => {
  const item = 'vin:WDDSYNTH9JA000002';
  await submit('acme/chief', green('silent', item));
  const marking = idIn(await did('acme/chief', '--json', 'mark', 'silent', '--tlp', 'AMBER'));
  await sealed('acme/chief', marking);
  const { code, stdout } = await custody('bolt/chief', 'verify', item);
  expect([code, stdout]).toEqual([13, expect.stringContaining('[proof.events-missing]')]);
  expect(stdout).not.toContain(marking);
});

test('one that is kept for persons is judged where its reader says who he is', async () => {
  const item = 'vin:WDDSYNTH9JA000003';
  await submit('acme/chief', green('kept', item));
  const marking = idIn(
    await did('acme/chief', '--json', 'mark', 'kept', '--tlp', 'RED', '--agency', 'bolt', '--person', 'bolt/ann', '--tell'),
  );
  await sealed('acme/chief', marking);
  const open = await custody('bolt/chief', 'verify', item);
  expect([open.code, open.stdout]).toEqual([13, expect.stringContaining('for the persons bolt/ann')]);
  const said = (reader: string): Promise<Finished> => custody('bolt/chief', 'verify', item, '--reader', reader);
  expect([(await said('bolt/chief')).code, (await said('bolt/ann')).code, (await said('ann')).code]).toEqual([0, 13, 2]);
});

test('what gives as well is not told of', async () => {
  const item = 'vin:WDDSYNTH9JA000004';
  await submit('acme/chief', { ...green('wider', item), handling: { tlp: 'AMBER' } });
  const { code, stderr } = await custody('acme/chief', 'mark', 'wider', '--tlp', 'GREEN', '--tell');
  expect([code, stderr]).toEqual([2, expect.stringContaining('--tell says to those who lose an event')]);
});

test('of an item of whose events one cannot be told, none is marked', async () => {
  const item = 'vin:WDDSYNTH9JA000005';
  await submit('acme/chief', green('part-1', item));
  await submit('acme/chief', { ...green('part-2', item), handling: { tlp: 'AMBER' } });
  await submit('acme/chief', green('part-3', item));
  // It takes the first and the last from all but bolt, and gives the other to bolt.
  expect((await custody('acme/chief', 'mark', item, '--tlp', 'AMBER', '--agency', 'bolt', '--tell')).code).toBe(2);
  for (const id of ['part-1', 'part-3']) {
    const answer = await fetch(`${server.url}/v1/events/${id}`, { headers: headersOf('acme/chief') });
    expect((await answer.json()) as unknown).toMatchObject({ event: { id, handling: { tlp: 'GREEN' }, relations: { markedBy: [] } } });
  }
});
