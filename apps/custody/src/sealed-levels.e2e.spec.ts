/**
 * A log of more entries than a tile of tiles has, 65,536, as a program in another language reads it from a running server: three levels, a full tile and
 * one that is not on each of the lower ones.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatVerifierKey, openCheckpoint, parseVerifierKey, TILE_WIDTH, toHex, type Checkpoint, type VerifierKey } from '#lib/ledger';
import { resetData } from '#lib/store';
import { runCustody, type RunningCustody, serveCustody } from '../test-process.ts';
import { buildGo, runGo, withGo } from './go-program.contract.ts';
import { sighting } from './tested-product.contract.ts';

/** As many as fill a tile of the level above the lowest, and a whole tile and some more. */
const ENTRIES = TILE_WIDTH ** 2 + TILE_WIDTH + 10;
const AT_ONCE = 1_000;
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
  for (const end = Date.now() + 120_000; (await fetch(`${server.url}/log/checkpoint`)).status !== 200; ) {
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

withGo(18)(
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
    const check = (old: string) =>
      runGo(program, ['-url', `${url}/log`, '-key', formatVerifierKey(key), '-old', old, '-every', '4096'], 300_000);
    const agreed = check(`${middle.size}:${toHex(middle.root)}`);
    expect([agreed.status, agreed.stderr]).toEqual([0, '']);
    const size = Number(/^checkpoint: size (\d+),/.exec(agreed.stdout)?.[1]);
    expect(size).toBeGreaterThanOrEqual(ENTRIES);
    const [low, above] = [Math.floor(size / TILE_WIDTH), Math.floor(size / TILE_WIDTH ** 2)];
    expect([above, size % TILE_WIDTH === 0]).toEqual([1, false]);
    expect(agreed.stdout).toContain(
      ` last tile/0/${low}.p/${size % TILE_WIDTH} tile/1/001.p/${low - TILE_WIDTH} tile/2/000.p/1\n`,
    );
    expect(agreed.stdout).toMatch(new RegExp(`^inclusion: ${Math.ceil(size / 4096) + 1} entries`, 'm'));
    // Control: a root of that size that is not its own.
    expect(check(`${middle.size}:${'00'.repeat(32)}`)).toMatchObject({ status: 1 });
  },
  TIMEOUT_MS,
);
