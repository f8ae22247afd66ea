/** An agency that signs what it imports, on a real server: its keys, its lists, and what is said of each event. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import type { EventAnswer, EventsView, Problem, SightingDocument } from '#lib/contracts';
import { sha256Hex } from '#lib/ledger';
import { resetData } from '#lib/store';
import { type Finished, runCustody, type RunningCustody, serveCustody, temporaryFolder } from '../test-process.ts';

jest.setTimeout(600_000);

let temporary: ReturnType<typeof temporaryFolder>;
let server: RunningCustody;
const fileOf = (name: string): string => join(temporary.path, name);
const custody = (...args: string[]): Promise<Finished> => runCustody(['--server', server.url, ...args]);
async function did(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await custody(...args);
  if (code !== 0) throw new Error(`custody ${args.join(' ')} (${String(code)}): ${stderr}${stdout}`);
  return stdout.trim();
}
const ask = async <Answer>(path: string): Promise<Answer> => (await (await fetch(`${server.url}${path}`)).json()) as Answer;
const verdictsOf = async (id: string): Promise<string[]> =>
  (await ask<EventAnswer>(`/v1/events/${id}`)).event.signatures.map(({ verdict }) => verdict);
const sizeNow = async (): Promise<number> => (await ask<EventsView>('/v1/events?limit=1')).coordinates.asOf.logSize;
async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  for (const began = performance.now(); !(await look().catch(() => false)); await sleep(100))
    if (performance.now() - began > 60_000) throw new Error(`it did not come to be: ${what}`);
}
const line = (id: string, tlp: string): string =>
  `${JSON.stringify({ schema: 'custody-case/1', id, kind: 'observation', item: { scheme: 'vin', value: 'WDDSYNTH9JA000001' }, source: { kind: 'photo' }, tlp, recordedAt: '2019-03-22T09:10:00Z', recordedBy: 'x', agency: 'y' })}\n`;

beforeAll(async () => {
  temporary = temporaryFolder();
  server = await serveCustody({ CUSTODY_DATA_DIR: fileOf('data'), CUSTODY_ROLES: 'capture,projector,gateway', CUSTODY_DEMO: 'false' });
});
afterAll(async () => {
  await server.stop();
  if (existsSync(fileOf('data'))) await resetData(fileOf('data'));
  temporary.remove();
});

test('signs one list for each handling; the same import again adds nothing; behind a revocation it is flagged, and taken all the same', async () => {
  // It asks no server.
  const made = ['signer', 'new', fileOf('signer.key'), '--name', 'local/import'];
  const vkey = (await runCustody(made)).stdout.trim();
  expect(statSync(fileOf('signer.key')).mode & 0o077).toBe(0);
  expect((await runCustody(made)).code).toBe(2);
  await did('signer', 'add', vkey);
  writeFileSync(fileOf('case.jsonl'), line('s-1', 'GREEN') + line('s-2', 'AMBER') + line('s-3', 'GREEN'));
  const imported = ['import', fileOf('case.jsonl'), '--sign', fileOf('signer.key'), '--no-batch'];
  const first = await did(...imported);
  expect(first).toMatch(
    /Signed: 3 events in 2 lists, for local in the log \S+, as the server calls it: no log of this name is pinned here/,
  );
  expect(first).toContain('The ledger says to all of them: valid.');
  expect(await did('signer', 'ls')).toBe(`active   entry 0  ${vkey}`);
  for (const id of ['s-1', 's-2', 's-3']) await until(`${id} is signed`, async () => (await verdictsOf(id)).join() === 'valid');
  const size = await sizeNow();
  await did(...imported);
  await sleep(2_000);
  expect(await sizeNow()).toBe(size);
  const lists = (await ask<EventsView>('/v1/events?limit=1000')).events.filter(({ document }) => document.kind === 'batch');
  expect(lists.map(({ document }) => document.handling.tlp).sort()).toEqual(['AMBER', 'GREEN']);

  await did('signer', 'revoke', vkey);
  writeFileSync(fileOf('more.jsonl'), line('s-4', 'GREEN'));
  const later = await custody('import', fileOf('more.jsonl'), '--sign', fileOf('signer.key'), '--no-batch');
  expect([later.code, later.stdout]).toEqual([12, expect.stringContaining('The ledger says to all of them: revoked: ')]);
  expect(await did('signer', 'ls')).toMatch(/^revoked  entry 0 {2}/);
  await until('the later one is flagged', async () => (await verdictsOf('s-4')).join() === 'revoked');
  expect(await verdictsOf('s-1')).toEqual(['valid']);
  const blamed = (await did('blame', 'vin:WDDSYNTH9JA000001')).split('\n').filter((said) => said.includes('signed: '));
  expect(blamed.map((said) => /signed: (\S+), by local\/import /.exec(said)?.[1])).toEqual(['valid', 'valid', 'valid', 'revoked']);
  const traced = await did('trace', 'vin:WDDSYNTH9JA000001');
  expect(traced.split('\n').filter((said) => said.includes('signed: '))).toEqual(expect.arrayContaining(blamed));
  expect(traced.match(/\[[^\]]*SIGNATURE REVOKED[^\]]*\]/g)).toHaveLength(1);
});

test('by a key that nobody registered: the lines are in, and the command says what that is worth', async () => {
  await runCustody(['signer', 'new', fileOf('own.key'), '--name', 'local/own']);
  writeFileSync(fileOf('own.jsonl'), line('s-5', 'GREEN'));
  const { code, stdout } = await custody('import', fileOf('own.jsonl'), '--sign', fileOf('own.key'), '--no-batch', '--json');
  const { accepted, signed } = JSON.parse(stdout) as {
    accepted: number;
    signed: { events: number; logKnownBy: string; lists: { verdict: string }[] };
  };
  expect([code, accepted, signed.events, signed.logKnownBy, signed.lists.map(({ verdict }) => verdict)]).toEqual([
    12,
    1,
    1,
    'server',
    ['unknown-key'],
  ]);
  expect(await verdictsOf('s-5')).toEqual(['unknown-key']);
});

test('is refused a key of small order, by the command and by the server, each with its own error', async () => {
  const weak = Buffer.concat([Buffer.of(1, 1), Buffer.alloc(31)]);
  const id = sha256Hex(Buffer.concat([Buffer.from('weak\n'), weak])).slice(0, 8);
  const vkey = `weak+${id}+${weak.toString('base64')}`;
  const refused = await custody('signer', 'add', vkey);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('[policy.submitter-key]')]);
  const document: SightingDocument = {
    kind: 'policy',
    handling: { tlp: 'AMBER' },
    source: { kind: 'test' },
    extension: { policy: { act: 'submitter-key.add', agency: 'local', vkey } },
  };
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${server.url}/v1/events`, { method: 'POST', headers, body: JSON.stringify(document) });
  const { errors = [] } = (await answer.json()) as Problem;
  expect([answer.status, errors[0]?.code, errors[0]?.detail]).toEqual([
    422,
    'policy.submitter-key',
    expect.stringContaining('small order'),
  ]);
});

test('refuses a file that is no such key, and says nothing of it', async () => {
  writeFileSync(fileOf('no.key'), 'PRIVATE+KEY+secret-things');
  const { code, stderr } = await custody('import', fileOf('case.jsonl'), '--sign', fileOf('no.key'));
  expect([code, stderr.includes('secret-things')]).toEqual([2, false]);
  expect(readFileSync(fileOf('no.key'), 'utf8')).toContain('secret-things');
});
