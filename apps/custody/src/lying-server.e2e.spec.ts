/** A server that lies to whoever checks it: a proxy before a real one, which withholds, changes or signs again what suits it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import type { ReceiptStatus } from '#lib/contracts';
import {
  canonicalize,
  formatNote,
  formatVerifierKey,
  fromHex,
  type JsonValue,
  parseNote,
  receiptKeyName,
  signingKey,
  type SigningKey,
  signReceipt,
  signRejection,
  signText,
  utf8,
  utf8Text,
} from '#lib/ledger';
import { resetData } from '#lib/store';
import { changedProgram, runCustody, type RunningCustody, serveCustody, temporaryFolder } from '../test-process.ts';
import { sighting } from './tested-product.contract.ts';

jest.setTimeout(180_000);

const CAR = 'vin:WDDSYNTH9JA000001';
const SETTINGS = { CUSTODY_SEALER_INTERVAL_MS: '100', CUSTODY_DEMO: 'false' };

let temporary: ReturnType<typeof temporaryFolder>;
let folder: string;
let running: RunningCustody;
const started: RunningCustody[] = [];
const proxies: Server[] = [];
const dataDirs = new Set<string>();

async function serve(name: string, env: Record<string, string> = {}): Promise<RunningCustody> {
  const dataDir = join(folder, name);
  const made = await serveCustody({ ...SETTINGS, ...env, CUSTODY_DATA_DIR: dataDir });
  started.push(made);
  dataDirs.add(dataDir);
  return made;
}

beforeAll(async () => {
  temporary = temporaryFolder();
  folder = temporary.path;
  running = await serve('data');
});
afterAll(async () => {
  for (const proxy of proxies) proxy.closeAllConnections();
  for (const proxy of proxies) await new Promise((resolve) => proxy.close(resolve));
  for (const one of started) await one.stop();
  for (const dataDir of dataDirs) await resetData(dataDir);
  temporary.remove();
});

/** What becomes of a request: another is made, or its answer is another; `null` and `404`: it is withheld. */
interface Lie {
  readonly ask?: (path: string) => string | null;
  readonly answer?: (path: string, body: string) => string;
}

/** The address of a proxy before `of` that lies so. */
async function lying({ ask = (path) => path, answer = (_, body) => body }: Lie, of = running): Promise<{ readonly url: string }> {
  const proxy = createServer((request, response) => {
    const path = request.url ?? '/';
    const asked = ask(path);
    if (asked === null) {
      response.writeHead(404, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify({ status: 404, code: 'size.not-published', title: 'No such head' }));
      return;
    }
    void fetch(`${of.url}${asked}`).then(async (real) => {
      response.writeHead(real.status, { 'content-type': real.headers.get('content-type') ?? '' });
      response.end(answer(path, await real.text()));
    });
  });
  proxies.push(proxy);
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
}
const withholding = (part: RegExp, of = running) => lying({ ask: (path) => (part.test(path) ? null : path) }, of);

interface Verdict {
  readonly verdict: string;
  readonly summary: string;
  readonly statements: readonly { readonly step: string; readonly state: string; readonly code?: string }[];
}

interface As {
  readonly pins?: string;
  readonly server?: { readonly url: string };
  readonly program?: string;
}
const pinsOf = (pins: string): string => join(folder, `${pins}-pins`);

/** Exit code, and the code of what failed or is missing. */
async function custody(args: readonly string[], { pins = 'own', server = running, program }: As = {}) {
  const env = { CUSTODY_PINS_DIR: pinsOf(pins) };
  const { code, stdout, stderr } = await runCustody([...args, '--json', '--server', server.url], env, program);
  if (stdout === '') throw new Error(stderr);
  const { statements } = JSON.parse(stdout) as Verdict;
  const why = statements.find(({ state }) => state === 'failed') ?? statements.find((one) => 'verdict' in one);
  return [code, why?.code];
}
const pinIn = (pins: string): { path: string; text: string } => {
  const path = join(pinsOf(pins), readdirSync(pinsOf(pins))[0] as string);
  return { path, text: readFileSync(path, 'utf8') };
};

/** A copy of the program in which one text of a file stands otherwise: what the defence is for shows without it. */
function without(name: string, file: string, text: string, otherwise: string): string {
  mkdirSync(join(folder, name));
  return changedProgram(join(folder, name), file, text, otherwise);
}

async function submit(id: string, server = running): Promise<string> {
  const response = await fetch(`${server.url}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(sighting(id, { items: [{ id: CAR, role: 'subject' }] })),
  });
  const answer = await response.text();
  for (const end = Date.now() + 30_000; (await statusOf(id, server)).status !== 'sealed';) {
    if (Date.now() > end) throw new Error('not sealed in time');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return answer;
}
const statusOf = async (id: string, server = running) =>
  (await (await fetch(`${server.url}/v1/receipts/local/${id}`)).json()) as ReceiptStatus;
const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const originOf = async (): Promise<string> => (await (await fetch(`${running.url}/log/checkpoint`)).text()).split('\n', 1)[0] as string;
const seedIn = (name: string): Uint8Array => fromHex(readFileSync(join(folder, 'data', name), 'utf8').trim()) as Uint8Array;

test('a sealed receipt with one thing forged, or with something withheld, is not verified', async () => {
  expect(await custody(['checkpoint', 'pin'])).toEqual([0, undefined]);
  await submit('mine-1');
  const answer = await (await fetch(`${running.url}/v1/receipts/local/mine-1`)).text();
  const { sealed } = JSON.parse(answer) as { sealed: string };
  const honest = write('mine-1.sealed', sealed);
  for (const file of [honest, write('mine-1.json', answer)]) expect(await custody(['verify', file])).toEqual([0, undefined]);
  expect(await custody(['verify', honest, '--offline'])).toEqual([13, 'receipt.content-missing']);

  const forged = (change: (value: { envelope: Record<string, string>; places: unknown[]; secret: string }) => void): string => {
    const value = JSON.parse(sealed) as Parameters<typeof change>[0];
    change(value);
    return write('forged.sealed', canonicalize(value as unknown as JsonValue));
  };
  const captured = forged(({ envelope }) => (envelope['captured'] = '2019-01-01T00:00:00.000000Z'));
  expect(await custody(['verify', captured])).toEqual([10, 'whole.root']);
  const unchecked = without('no-content', 'libs/ledger/src/receipt-rules.js', 'wholeEvent: true', 'wholeEvent: false');
  expect(await custody(['verify', captured], { program: unchecked })).toEqual([0, undefined]);
  expect(await custody(['verify', forged(({ envelope }) => (envelope['principal'] = 'nobody'))])).toEqual([10, 'whole.root']);
  expect(await custody(['verify', forged((value) => (value.secret = 'ab'.repeat(32)))])).toEqual([10, 'whole.root']);
  for (const name of ['id', 'agency'])
    expect(await custody(['verify', forged(({ envelope }) => (envelope[name] = 'another'))])).toEqual([13, 'receipt.content-missing']);
  const placeless = forged((value) => (value.places = []));
  expect(await custody(['verify', placeless])).toEqual([10, 'sealed.places']);
  const believing = without('no-places', 'libs/ledger/src/receipt-rules.js', 'placesCover: true', 'placesCover: false');
  expect(await custody(['verify', placeless], { program: believing })).toEqual([0, undefined]);

  for (const [part, code] of [
    [/^\/v1\/items\/.*\/proof/, 'size.not-published'],
    [/^\/v1\/events\/.*\/proof/, 'receipt.content-missing'],
    [/^\/v1\/log\/keys/, 'key.list-missing'],
  ] as const)
    expect(await custody(['verify', honest], { server: await withholding(part) })).toEqual([13, code]);
  const policy = write('policy.json', JSON.stringify({ witnesses: [], threshold: 0 }));
  expect(await custody(['verify', honest, '--witnesses', policy, '--max-age', '0'])).toEqual([13, 'proof.age']);
});

test('a receipt is read as it is held, and held against the whole event; a rejection is one', async () => {
  const answer = await submit('mine-2');
  const line = write('mine-2.jsonl', `${answer}\n`);
  expect(await custody(['verify', line])).toEqual([0, undefined]);
  const log = await originOf();
  const key = signingKey('receipt', receiptKeyName(log), seedIn('receipt.key'));
  const about = { log, agency: 'local', id: 'mine-2', contentHash: 'ab'.repeat(32) };
  const never = signReceipt({ ...about, captured: '2026-01-01T00:00:00.000000Z', durability: 'single-node' }, key);
  const others = write('others.receipt', utf8Text(never) as string);
  expect(await custody(['verify', others])).toEqual([10, 'receipt.other-content']);
  const opening = await lying({ ask: (path) => (/^\/v1\/events\/.*\/proof/.test(path) ? `${path}&open=place` : path) });
  for (const file of [others, line]) expect(await custody(['verify', file], { server: opening })).toEqual([13, 'receipt.content-missing']);
  const rejection = signRejection({ ...about, code: 'event.id-conflict', detail: 'Other bytes stand under this id.' }, key);
  expect(await custody(['verify', write('mine-2.rejection', utf8Text(rejection) as string)])).toEqual([11, 'receipt.rejected']);
});

test('a fork whose server withholds the path is not verified, and the pin stays where it was', async () => {
  await running.stop();
  // With its owners: the database's account reads it.
  execFileSync('cp', ['-a', join(folder, 'data'), join(folder, 'fork')]);
  running = await serve('data');
  const fork = await serve('fork');
  await submit('here-1');
  expect(await custody(['checkpoint', 'pin'], { pins: 'forked' })).toEqual([0, undefined]);
  const { path, text: before } = pinIn('forked');
  await submit('there-1', fork);
  await submit('there-2', fork);
  const server = await withholding(/^\/v1\/log\/consistency/, fork);
  const notAHash = await lying(
    { answer: (asked, body) => (asked.includes('/consistency') ? body.replace(/"hashes":\["./, '"hashes":["!') : body) },
    fork,
  );
  for (const [args, one, outcome] of [
    [['verify', CAR], fork, [10, 'proof.forked']],
    [['verify', CAR], server, [13, 'proof.consistency-missing']],
    [['verify', CAR], notAHash, [13, 'proof.consistency-missing']],
    [['checkpoint', 'pin'], server, [13, 'proof.consistency-missing']],
    [['checkpoint', 'compare'], server, [13, 'proof.consistency-missing']],
  ] as const)
    expect([args, await custody(args, { pins: 'forked', server: one })]).toEqual([args, outcome]);
  expect(readFileSync(path, 'utf8')).toBe(before);

  const file = 'libs/ledger/src/verify-proof.js';
  const believing = without('no-path', file, 'why === null', 'true');
  writeFileSync(
    join(folder, 'no-path', 'dist', file),
    readFileSync(join(folder, 'no-path', 'dist', file), 'utf8').replace('this.isHeld = false;', ''),
  );
  expect(await custody(['verify', CAR], { pins: 'forked', server, program: believing })).toEqual([0, undefined]);
  expect(readFileSync(path, 'utf8')).not.toBe(before);
  await fork.stop();
});

test('a head signed again by a revoked key is refused, also where the list of keys is an old one', async () => {
  const log = await originOf();
  const former = signingKey('log', log, seedIn('checkpoint.key'));
  const restarted = async (...args: readonly string[]): Promise<void> => {
    await running.stop();
    expect((await runCustody(args, { CUSTODY_DATA_DIR: join(folder, 'data') })).code).toBe(0);
    running = await serve('data');
  };
  await restarted('key', 'rotate', 'checkpoint');
  await submit('rotated');
  expect(await custody(['checkpoint', 'pin'], { pins: 'both' })).toEqual([0, undefined]);
  const { path, text: both } = pinIn('both');
  expect((JSON.parse(both) as { keys: string[] }).keys).toHaveLength(2);
  const oldList = await (await fetch(`${running.url}/v1/log/keys`)).text();
  await restarted('key', 'revoke', formatVerifierKey(former));
  await submit('revoked');

  const server = await lying({ answer: (_, body) => signedAgain(body, former) });
  expect(await custody(['verify', CAR], { pins: 'both', server })).toEqual([12, 'key.revoked-head']);
  const hiding = await lying({ answer: (asked, body) => (asked.startsWith('/v1/log/keys') ? oldList : signedAgain(body, former)) });
  expect(await custody(['verify', CAR], { pins: 'both', server: hiding })).toEqual([10, 'proof.stale']);
  const believing = without('no-list', 'apps/custody/src/log-key-list.js', '!revoked.has(formatVerifierKey(key))', 'true');
  expect(await custody(['verify', CAR], { pins: 'both', server, program: believing })).toEqual([0, undefined]);

  writeFileSync(path, both);
  expect(await custody(['verify', CAR], { pins: 'both' })).toEqual([0, undefined]);
  expect((JSON.parse(readFileSync(path, 'utf8')) as { keys: string[] }).keys).toEqual(
    (JSON.parse(both) as { keys: string[] }).keys.filter((key) => key !== formatVerifierKey(former)),
  );
});

/** The document with its head signed by this key alone. */
function signedAgain(body: string, key: SigningKey<'log'>): string {
  try {
    const value = JSON.parse(body) as { checkpoint: string };
    const note = parseNote(utf8(value.checkpoint));
    if (!note.ok) return body;
    const { text } = note.value;
    const checkpoint = utf8Text(formatNote(text, [signText(key, text)])) as string;
    return canonicalize({ ...value, checkpoint } as unknown as JsonValue);
  } catch {
    return body;
  }
}
