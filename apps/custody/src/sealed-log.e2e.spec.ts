/** A log that is sealed, as a stranger reads it: over HTTP alone, with the key of the log and nothing else. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import {
  canonicalize,
  checkPromiseKept,
  consistencyNodes,
  decodeBundle,
  foldNodes,
  formatVerifierKey,
  hashFromTile,
  keysAt,
  leafHash,
  logEnd,
  merkleRoot,
  openCheckpoint,
  openReceipt,
  openSealedReceipt,
  parseTilePath,
  parseVerifierKey,
  readNotice,
  signingKey,
  TILE_WIDTH,
  tileOf,
  tilePath,
  tileWidth,
  toHex,
  utf8,
  verifyConsistency,
  type NodeId,
  type Seal,
  type VerifierKey,
} from '#lib/ledger';
import { resetData } from '#lib/store';
import { runCustody, type RunningCustody, serveCustody } from '../test-process.ts';
import { buildGo, hasGo, runGo } from './go-program.contract.ts';
import { sighting } from './tested-product.contract.ts';

jest.setTimeout(90_000);

const DEMO_EVENTS = 62;
const ENV = { CUSTODY_ROLES: 'capture,projector,gateway,sealer', CUSTODY_SEALER_INTERVAL_MS: '100' };

let dataDir: string;
let running: RunningCustody;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'custody-e2e-'));
  running = await serveCustody({ ...ENV, CUSTODY_DATA_DIR: dataDir });
});
afterAll(async () => {
  await running.stop();
  await resetData(dataDir);
  rmSync(dataDir, { recursive: true, force: true });
});

const get = (path: string): Promise<Response> => fetch(`${running.url}${path}`);
const bytesOf = async (path: string): Promise<Uint8Array> => {
  const response = await get(path);
  if (response.status !== 200) throw new Error(`${path}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
};

function logKey(origin: string): VerifierKey<'log'> {
  return signingKey('log', origin, Buffer.from(readFileSync(join(dataDir, 'checkpoint.key'), 'utf8').trim(), 'hex'));
}

interface Head {
  readonly size: bigint;
  readonly root: Uint8Array;
}

async function head(): Promise<Head> {
  const note = await bytesOf('/log/checkpoint');
  const origin = Buffer.from(note).toString('utf8').split('\n', 1)[0] ?? '';
  const opened = openCheckpoint(note, { log: [logKey(origin)] });
  if (!opened.ok) throw new Error(opened.fault.detail);
  return opened.value.checkpoint;
}

/** Waits until a seal covers so many sightings. */
async function sealedUpTo(sightings: number): Promise<{ head: Head; entries: Uint8Array[]; seal: Seal }> {
  for (const end = Date.now() + 30_000; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const found = (await get('/log/checkpoint')).status === 200 ? await head() : null;
    if (found !== null) {
      const entries = await entriesOf(found.size);
      const notice = readNotice(entries.at(-1) as Uint8Array);
      const covered = entries.slice(0, notice?.kind === 'seal' ? Number(notice.seal.covers) : 0);
      if (notice?.kind === 'seal' && covered.filter((entry) => readNotice(entry) === null).length >= sightings)
        return { head: found, entries, seal: notice.seal };
    }
    if (Date.now() > end) throw new Error('not sealed in time');
  }
}

async function entriesOf(size: bigint): Promise<Uint8Array[]> {
  const entries: Uint8Array[] = [];
  for (let index = 0n; index * 256n < size; index++) {
    const width = tileWidth({ level: 0, index }, size);
    entries.push(...(decodeBundle(await bytesOf(`/log/${tilePath({ level: 'entries', index, width })}`)) ?? []));
  }
  return entries;
}

/** From the tiles of a head of this size. */
async function hashOf(node: NodeId, size: bigint): Promise<Uint8Array> {
  const tile = tileOf(node);
  return hashFromTile(node, await bytesOf(`/log/${tilePath({ ...tile, width: tileWidth(tile, size) })}`)) as Uint8Array;
}

test('its head is signed over what its entries and its tiles hash to, and covers all of the demo', async () => {
  const { head: signed, entries, seal } = await sealedUpTo(DEMO_EVENTS);
  expect(BigInt(entries.length)).toBe(signed.size);
  expect(toHex(merkleRoot(entries.map((entry) => leafHash(entry))))).toBe(toHex(signed.root));
  const tile = await bytesOf(`/log/${tilePath({ level: 0, index: 0n, width: Number(signed.size % BigInt(TILE_WIDTH)) })}`);
  expect(toHex(tile)).toBe(entries.map((entry) => toHex(leafHash(entry))).join(''));
  expect(seal.covers).toBeLessThan(signed.size);
  expect(Date.parse(seal.time)).toBeGreaterThan(Date.now() - 120_000);
  const response = await get('/log/checkpoint');
  expect([response.headers.get('content-type'), response.headers.get('cache-control')]).toEqual(['text/plain; charset=utf-8', 'no-cache']);
});

test('of another key nothing opens, and its key is printed in the form of the standard', async () => {
  const note = await bytesOf('/log/checkpoint');
  const origin = Buffer.from(note).toString('utf8').split('\n', 1)[0] ?? '';
  expect(openCheckpoint(note, { log: [signingKey('log', origin, new Uint8Array(32))] })).toMatchObject({ ok: false });
  const printed = await runCustody(['checkpoint', 'key', '--server', running.url], { CUSTODY_DATA_DIR: dataDir });
  expect(parseVerifierKey(printed.stdout.trim(), 'log')).toMatchObject({ ok: true, value: { name: origin, id: logKey(origin).id } });
  const shown = await runCustody(['checkpoint', 'get', '--server', running.url], { CUSTODY_DATA_DIR: dataDir });
  expect(openCheckpoint(utf8(shown.stdout), { log: [logKey(origin)] }).ok).toBe(true);
});

test('a key that is another than that of the log is not printed as if it were', async () => {
  const other = await runCustody(['checkpoint', 'key', '--json', '--server', running.url], {
    CUSTODY_DATA_DIR: dataDir,
    CUSTODY_SEALER_KEY: '11'.repeat(32),
  });
  expect([other.code, JSON.parse(other.stdout)]).toMatchObject([5, { error: { code: 'key.other' } }]);
});

test('it has no tile beyond its head, and no address of another form', async () => {
  const { size } = await head();
  for (const path of [
    `/log/tile/0/000.p/${Number(size) + 1}`,
    '/log/tile/0/000',
    '/log/tile/0/001',
    '/log/tile/1/000.p/1',
    '/log/tile/0/0',
    '/log/tile/0/x000/000',
    '/log/tile/entries/000',
  ]) {
    const response = await get(path);
    expect([path, response.status, ((await response.json()) as { code: string }).code]).toEqual([path, 404, 'tile.not-found']);
  }
});

test('it grows from head to head, also over the death of every process, and adds nothing where nothing came', async () => {
  const before = await sealedUpTo(DEMO_EVENTS);
  const submit = async (id: string): Promise<void> => {
    const response = await fetch(`${running.url}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(sighting(id)),
    });
    expect(response.status).toBe(202);
  };
  await submit('sealed-1');
  await sealedUpTo(DEMO_EVENTS + 1);
  await submit('sealed-2');
  await running.stop('SIGKILL');
  running = await serveCustody({ ...ENV, CUSTODY_DATA_DIR: dataDir });
  const after = await sealedUpTo(DEMO_EVENTS + 2);
  const proof: Uint8Array[] = [];
  for (const nodes of consistencyNodes(before.head.size, after.head.size))
    proof.push(foldNodes(await Promise.all(nodes.map((node) => hashOf(node, after.head.size)))));
  expect(verifyConsistency(before.head.size, before.head.root, after.head.size, after.head.root, proof)).toBe(true);
  expect(verifyConsistency(before.head.size, after.head.root, after.head.size, after.head.root, proof)).toBe(false);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect((await head()).size).toBe(after.head.size);
  expect(await (await get('/readyz')).text()).toContain('"sealer"');
});

test('a submitter has a signed receipt at once, and within the minute the sealed one; nobody else learns that there is one', async () => {
  const document = sighting('receipt-1');
  const submitted = await fetch(`${running.url}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(document),
  });
  const { signature, contentHash, log } = (await submitted.json()) as { signature: string; contentHash: string; log: string };
  const { entries } = await sealedUpTo(DEMO_EVENTS + 3);
  const notices = entries.flatMap((entry, index) => {
    const notice = readNotice(entry);
    return notice?.kind === 'key' ? [{ index: BigInt(index), key: notice.key }] : [];
  });
  const keys = keysAt(notices, log, BigInt(entries.length));
  expect(keys.log.map(formatVerifierKey)).toEqual([formatVerifierKey(logKey(log))]);
  const receipt = openReceipt(utf8(signature), { log, keys: keys.receipt });
  if (!receipt.ok) throw new Error(receipt.fault.detail);
  const status = (await (await get(`/v1/receipts/local/receipt-1?content=${contentHash}`)).json()) as { status: string; sealed: string };
  expect(status).toMatchObject({ status: 'sealed', log, contentHash });
  const sealed = openSealedReceipt(utf8(status.sealed), { log: keys.log });
  if (!sealed.ok) throw new Error(sealed.fault.detail);
  expect(checkPromiseKept(sealed.value, utf8(canonicalize(document as never)), receipt.value.value)).toMatchObject({ ok: true });
  const answers = await Promise.all(
    ['customs/receipt-1', 'local/none', 'local/receipt%2f1', `local/receipt-1?content=${'0'.repeat(64)}`].map(async (path) => {
      const response = await get(`/v1/receipts/${path}`);
      const { code, detail } = (await response.json()) as { code: string; detail: string };
      return { status: response.status, code, detail };
    }),
  );
  expect(answers).toEqual(answers.map(() => ({ ...answers[0], status: 404, code: 'event.not-found' })));
});

/** The other program is in Go, on the libraries of sumdb, and shares nothing with ours. */
const GO_WITHIN_MS = 80_000;
const withGo = hasGo(18) ? test : test.skip;
let goFolder: string | null = null;
afterAll(() => {
  if (goFolder !== null) rmSync(goFolder, { recursive: true });
});

/** Built once. */
function goProgram(): string {
  if (goFolder === null) {
    goFolder = mkdtempSync(join(tmpdir(), 'custody-interop-'));
    buildGo('.', '.', join(goFolder, 'interop'), GO_WITHIN_MS);
  }
  return join(goFolder, 'interop');
}

const goSays = (args: readonly string[], input = '') => runGo(goProgram(), args, GO_WITHIN_MS, input);

/** On the whole running log. */
const checkByGo = (key: VerifierKey<'log'>, old: string) =>
  goSays(['-url', `${running.url}/log`, '-key', formatVerifierKey(key), '-old', old]);

async function originOfLog(): Promise<string> {
  return (
    Buffer.from(await bytesOf('/log/checkpoint'))
      .toString('utf8')
      .split('\n', 1)[0] ?? ''
  );
}

withGo(
  'a program in another language agrees, and sees another root, another key and an older head that is not its own (needs Go)',
  async () => {
    const { head: signed } = await sealedUpTo(DEMO_EVENTS);
    const origin = await originOfLog();
    const own = `${signed.size}:${toHex(signed.root)}`;
    const agreed = checkByGo(logKey(origin), own);
    expect([agreed.status, agreed.stderr]).toEqual([0, '']);
    expect(agreed.stdout).toMatch(/^checkpoint: size \d+.*\nroot: .*\ninclusion: .*\nconsistency: [1-9].*\ntiles: 1 read, 0 full, /);
    expect(checkByGo(signingKey('log', origin, new Uint8Array(32)), own)).toMatchObject({ status: 1 });
    expect(checkByGo(logKey(origin), `${signed.size}:${'00'.repeat(32)}`)).toMatchObject({ status: 1 });
  },
);

/** Beside the demo: one tile is full then, and the level above it begins. */
const MORE_THAN_A_TILE = 300;

withGo('of more than a tile it reads the full one and the level above, and agrees (needs Go)', async () => {
  const { head: before } = await sealedUpTo(DEMO_EVENTS);
  const rows = Array.from({ length: MORE_THAN_A_TILE }, (_, n) => `${JSON.stringify(sighting(`many-${n}`))}\n`);
  const response = await fetch(`${running.url}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: rows.join(''),
  });
  expect([response.status, (await response.text()).match(/"accepted"/g)?.length]).toEqual([202, MORE_THAN_A_TILE]);
  const { head: signed } = await sealedUpTo(DEMO_EVENTS + MORE_THAN_A_TILE);
  expect(signed.size).toBeGreaterThan(BigInt(DEMO_EVENTS + MORE_THAN_A_TILE));
  const agreed = checkByGo(logKey(await originOfLog()), `${before.size}:${toHex(before.root)}`);
  expect([agreed.status, agreed.stderr]).toEqual([0, '']);
  const partial = Number(signed.size % BigInt(TILE_WIDTH));
  expect(agreed.stdout).toContain(`tiles: 3 read, 1 full, last tile/0/001.p/${partial} tile/1/000.p/1\n`);
});

withGo('it names tiles as we do, whatever their index, and what we take for no path it takes for none (needs Go)', () => {
  const indexes = [0, 1, 255, 256, 999, 1_000, 1_001, 65_536, 123_456, 999_999, 1_000_000, 1_234_067, 2 ** 31, 2 ** 40].map(BigInt);
  const levels = ['entries', 0, 1, 2, 6] as const;
  const addresses = levels.flatMap((level) =>
    // Beyond 2^53 too, as far as numbers of the other go.
    [...indexes, 2n ** 53n + 1n, 2n ** 62n + 999n].flatMap((index) => [1, 67, 255, TILE_WIDTH].map((width) => ({ level, index, width }))),
  );
  const paths = addresses.map(tilePath);
  expect(paths).toEqual(expect.arrayContaining(['tile/0/x001/x234/067', 'tile/entries/x001/000.p/67', 'tile/2/x065/536.p/255']));
  const named = goSays(['-paths'], paths.map((path) => `${path}\n`).join(''));
  expect(named.stdout.trimEnd().split('\n')).toEqual(addresses.map(({ level, index, width }) => `${level} ${index} ${width}`));

  const none = [
    '0/1', '0/01', '0/0001', '0/x000/001', '0/x1/000', '0/1000', '0/001/000', '0/x001', '0/x001/x000', '0/000.p/256', '0/000.p/0', '0/000.p/01', '0/000.p',
    '00/000', '-1/000', 'data/000', '8/0/000', 'entries/x001/0', 'entries/000.p/256',
  ].map((rest) => `tile/${rest}`); // prettier-ignore
  expect(none.filter((path) => parseTilePath(path) !== null)).toEqual([]);
  const other = goSays(['-paths'], none.map((path) => `${path}\n`).join(''));
  expect(other.stdout.trimEnd().split('\n')).toEqual(none.map(() => 'none'));
});

test('a rebuild goes over the entries of the operator', async () => {
  await running.stop();
  const rebuilt = await runCustody(['rebuild', '--verify'], { CUSTODY_DATA_DIR: dataDir });
  expect([rebuilt.code, rebuilt.stderr]).toEqual([0, expect.any(String)]);
  running = await serveCustody({ ...ENV, CUSTODY_DATA_DIR: dataDir });
  await sealedUpTo(DEMO_EVENTS + 3);
});

test('it ends by its own word, is read as before and takes nothing in; the log in its place names where it ended', async () => {
  await running.stop();
  const frozen = await runCustody(['log', 'freeze', '--reason', 'a drill'], { CUSTODY_DATA_DIR: dataDir });
  const origin = frozen.stdout.split('\n', 1)[0] ?? '';
  const opened = openCheckpoint(utf8(frozen.stdout), { log: [logKey(origin)] });
  if (!opened.ok) throw new Error(`${opened.fault.detail} ${frozen.stderr}`);
  running = await serveCustody({ ...ENV, CUSTODY_DATA_DIR: dataDir });
  const refused = await fetch(`${running.url}/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
  expect(refused.status).toBe(409);
  expect(await refused.json()).toMatchObject({ code: 'log.frozen' });
  const { size } = opened.value.checkpoint;
  const entries = await entriesOf((await head()).size);
  expect([BigInt(entries.length), readNotice(entries.at(-2) as Uint8Array)]).toEqual([
    size,
    { kind: 'freeze', freeze: { log: origin, reason: 'a drill' } },
  ]);

  const next = mkdtempSync(join(tmpdir(), 'custody-e2e-next-'));
  const note = join(next, 'last.checkpoint');
  writeFileSync(note, frozen.stdout);
  const nextDir = join(next, 'data');
  const key = formatVerifierKey(logKey(origin));
  expect(await runCustody(['log', 'succeed', note, '--key', key], { CUSTODY_DATA_DIR: nextDir })).toMatchObject({ code: 0 });
  const successor = await serveCustody({ ...ENV, CUSTODY_DATA_DIR: nextDir, CUSTODY_DEMO: 'false' });
  try {
    const first = await eventually(async () => {
      const response = await fetch(`${successor.url}/log/tile/entries/000.p/1`);
      return response.status === 200 ? new Uint8Array(await response.arrayBuffer()) : null;
    });
    const [genesis = new Uint8Array()] = decodeBundle(first) ?? [];
    expect(readNotice(genesis)).toMatchObject({
      kind: 'genesis',
      genesis: { previous: logEnd(opened.value.checkpoint, opened.value.text) },
    });
  } finally {
    await successor.stop();
    await resetData(nextDir);
    rmSync(next, { recursive: true, force: true });
  }
}, 180_000);

async function eventually<T>(look: () => Promise<T | null>): Promise<T> {
  for (const end = Date.now() + 30_000; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > end) throw new Error('not in time');
  }
}
