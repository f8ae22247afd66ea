/**
 * A log of more entries than a tile of tiles has, 65,536, as a program in another language reads it from a running server: three levels, a full tile and
 * one that is not on each of the lower ones.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  type Checkpoint,
  encodeBundle,
  encodeEntry,
  formatCheckpoint,
  formatNote,
  formatVerifierKey,
  leafHash,
  merkleRoot,
  openCheckpoint,
  parseTilePath,
  parseVerifierKey,
  type SigningKey,
  signingKey,
  signText,
  TILE_WIDTH,
  toHex,
  type VerifierKey,
} from '#lib/ledger';
import { resetData } from '#lib/store';
import { runCustody, type RunningCustody, serveCustody } from '../test-process.ts';
import { buildGo, hasGo } from './go-program.contract.ts';
import { sighting } from './tested-product.contract.ts';

/** As many as fill a tile of the level above the lowest, and a whole tile and some more. */
const ENTRIES = TILE_WIDTH ** 2 + TILE_WIDTH + 10;
const AT_ONCE = 1_000;
const withGo = hasGo(18) ? test : test.skip;
/** A quiet machine takes less than a minute. */
const TIMEOUT_MS = 1_500_000;

const dataDir = mkdtempSync(join(tmpdir(), 'custody-levels-'));
const goFolder = mkdtempSync(join(tmpdir(), 'custody-interop-'));
let running: RunningCustody | null = null;
afterAll(async () => {
  await running?.stop();
  await resetData(dataDir);
  for (const path of [dataDir, goFolder]) rmSync(path, { recursive: true, force: true });
}, 60_000);

async function headOf(url: string, key: VerifierKey<'log'>): Promise<Checkpoint> {
  const response = await fetch(`${url}/log/checkpoint`);
  const opened = openCheckpoint(new Uint8Array(await response.arrayBuffer()), { log: [key] });
  if (!opened.ok) throw new Error(opened.fault.detail);
  return opened.value.checkpoint;
}

async function logOf(server: RunningCustody): Promise<VerifierKey<'log'>> {
  for (const end = Date.now() + 120_000; (await fetch(`${server.url}/log/checkpoint`)).status !== 200;) {
    if (Date.now() > end) throw new Error('not sealed in time');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const { stdout } = await runCustody(['checkpoint', 'key', '--server', server.url], { CUSTODY_DATA_DIR: dataDir });
  const key = parseVerifierKey(stdout.trim(), 'log');
  if (!key.ok) throw new Error(`${stdout}: ${key.fault.detail}`);
  return key.value;
}

async function submitted(url: string, from: number, to: number): Promise<void> {
  const rows = Array.from({ length: to - from }, (_, n) => `${JSON.stringify(sighting(`level-${from + n}`))}\n`).join('');
  for (;;) {
    const response = await fetch(`${url}/v1/events`, { method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body: rows });
    const text = await response.text();
    if (response.ok && text.match(/"accepted"/g)?.length === to - from) return;
    // A busy server says so before it takes anything.
    if (response.status !== 503 && response.status !== 429) throw new Error(`${response.status} ${text.slice(0, 300)}`);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

withGo(
  `a program in another language agrees on ${ENTRIES} entries, over three levels of tiles, and sees another older head (needs Go)`,
  async () => {
    running = await serveCustody({ CUSTODY_ROLES: 'capture,projector,gateway,sealer', CUSTODY_DEMO: 'false', CUSTODY_DATA_DIR: dataDir });
    const { url } = running;
    const key = await logOf(running);
    const program = join(goFolder, 'interop');
    buildGo('.', '.', program, 300_000);
    await submitted(url, 0, AT_ONCE);
    let middle = await headOf(url, key);
    for (let from = AT_ONCE; from < ENTRIES; from += AT_ONCE) {
      await submitted(url, from, Math.min(ENTRIES, from + AT_ONCE));
      if (from === 30 * AT_ONCE) middle = await headOf(url, key);
    }
    let head = await headOf(url, key);
    for (const end = Date.now() + 300_000; head.size < ENTRIES; head = await headOf(url, key)) {
      if (Date.now() > end) throw new Error(`${head.size} of ${ENTRIES} sealed`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    // Beside this process, which reads what the server says of each request: it would wait for its reader.
    const check = (old: string) =>
      promisify(execFile)(program, ['-url', `${url}/log`, '-key', formatVerifierKey(key), '-old', old, '-every', '4096'], {
        timeout: 300_000,
      });
    const agreed = await check(`${middle.size}:${toHex(middle.root)}`);
    expect(agreed.stderr).toBe('');
    const size = Number(/^checkpoint: size (\d+),/.exec(agreed.stdout)?.[1]);
    expect(size).toBeGreaterThanOrEqual(ENTRIES);
    const [low, above] = [Math.floor(size / TILE_WIDTH), Math.floor(size / TILE_WIDTH ** 2)];
    expect([above, size % TILE_WIDTH === 0]).toEqual([1, false]);
    expect(agreed.stdout).toContain(` last tile/0/${low}.p/${size % TILE_WIDTH} tile/1/001.p/${low - TILE_WIDTH} tile/2/000.p/1\n`);
    expect(agreed.stdout).toMatch(new RegExp(`^inclusion: ${Math.ceil(size / 4096) + 1} entries`, 'm'));
    // Control: a root of that size that is not its own.
    await expect(check(`${middle.size}:${'00'.repeat(32)}`)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('consistency'),
    });
  },
  TIMEOUT_MS,
);

/** A log of so many entries as our tree, tiles and notes make it, behind the addresses of C2SP and nothing else. */
async function served(size: number, key: SigningKey<'log'>): Promise<{ readonly url: string; close(): void }> {
  const entries = Array.from({ length: size }, (_, n) => encodeEntry(n.toString(16).padStart(64, '0')));
  const levels: Uint8Array[][] = [entries.map((entry) => leafHash(entry))];
  for (let below = levels[0] as Uint8Array[]; below.length >= TILE_WIDTH; below = levels.at(-1) as Uint8Array[])
    levels.push(
      Array.from({ length: Math.floor(below.length / TILE_WIDTH) }, (_, n) =>
        merkleRoot(below.slice(n * TILE_WIDTH, (n + 1) * TILE_WIDTH)),
      ),
    );
  const text = formatCheckpoint({ origin: key.name, size: BigInt(size), root: merkleRoot(levels[0] ?? []), extension: [] });
  const note = formatNote(text, [signText(key, text)]);
  const server = createServer((request, response) => {
    if (request.url === '/checkpoint') return response.end(note);
    const tile = parseTilePath((request.url ?? '').slice(1));
    if (tile === null) return response.writeHead(404).end();
    const [from, to] = [Number(tile.index) * TILE_WIDTH, Number(tile.index) * TILE_WIDTH + tile.width];
    return response.end(
      tile.level === 'entries' ? encodeBundle(entries.slice(from, to)) : Buffer.concat(levels[tile.level]?.slice(from, to) ?? []),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

withGo(
  'where a tile of tiles is full to the entry it agrees, too: one below, there, and one above (needs Go)',
  async () => {
    const key = signingKey('log', 'levels.example/log', new Uint8Array(32).fill(1));
    const program = join(goFolder, 'interop');
    buildGo('.', '.', program, 300_000);
    const last: Readonly<Record<number, string>> = {
      [TILE_WIDTH ** 2 - 1]: 'tile/0/255.p/255 tile/1/000.p/255',
      [TILE_WIDTH ** 2]: 'tile/2/000.p/1',
      [TILE_WIDTH ** 2 + 1]: 'tile/0/256.p/1 tile/1/000 tile/2/000.p/1',
    };
    for (const [size, tiles] of Object.entries(last)) {
      const log = await served(Number(size), key);
      try {
        // Beside this process, which answers it.
        const args = ['-url', log.url, '-key', formatVerifierKey(key), '-every', '4096'];
        const { stdout } = await promisify(execFile)(program, args, { timeout: 300_000 });
        expect([size, stdout]).toEqual([size, expect.stringContaining(`root: ${size} entries hash to it\n`)]);
        expect(stdout.trimEnd().endsWith(tiles) ? tiles : stdout).toBe(tiles);
      } finally {
        log.close();
      }
    }
  },
  TIMEOUT_MS,
);
