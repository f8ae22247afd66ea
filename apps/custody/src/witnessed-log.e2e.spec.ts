/** The whole program with an auditing witness of its own: commands as docs/witness.md has them. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { openCheckpoint, parseVerifierKey, type VerifierKey } from '#lib/ledger';
import { resetData } from '#lib/store';
import { runCustody, type RunningCustody, serveCustody } from '../test-process.ts';
import { sighting } from './tested-product.contract.ts';

jest.setTimeout(180_000);

const PROGRAM = join(import.meta.dirname, '../../../dist/apps/custody/src/main.js');
const WITHIN_MS = 60_000;

let folder: string;
let dataDir: string;
let running: RunningCustody | null = null;
let witness: ChildProcess | null = null;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'custody-witnessed-e2e-'));
  dataDir = mkdtempSync(join(tmpdir(), 'custody-e2e-'));
});
afterAll(async () => {
  witness?.kill();
  await running?.stop();
  await resetData(dataDir);
  for (const path of [dataDir, folder]) rmSync(path, { recursive: true, force: true });
});

/** The witness is told where the log is before it runs. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function keyOf<K extends 'log' | 'witness'>(text: string, kind: K): VerifierKey<K> {
  const key = parseVerifierKey(text.trim(), kind);
  if (!key.ok) throw new Error(`${text}: ${key.fault.detail}`);
  return key.value;
}

async function until<T>(find: () => Promise<T | null>): Promise<T> {
  for (const end = Date.now() + WITHIN_MS; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const found = await find();
    if (found !== null) return found;
    if (Date.now() > end) throw new Error(`not in time:\n${running?.stderr().slice(-3_000)}`);
  }
}

async function startWitness(...args: string[]): Promise<{ url: string; verifierKey: string; mapVerifierKey: string }> {
  const child = spawn(process.execPath, [PROGRAM, '--json', 'witness', '--dir', join(folder, 'w1'), '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  witness = child;
  const line = await new Promise<string>((resolve) => child.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString())));
  return JSON.parse(line) as { url: string; verifierKey: string; mapVerifierKey: string };
}

test('a log is published with both cosignatures of an auditing witness, and not without them', async () => {
  const port = String(await freePort());
  const env = { CUSTODY_ROLES: 'capture,projector,gateway,sealer', CUSTODY_SEALER_INTERVAL_MS: '100', CUSTODY_SEALER_MAP_LINKS: 'true', CUSTODY_DATA_DIR: dataDir }; // prettier-ignore
  running = await serveCustody(env, ['--port', port]);
  const { url } = running;
  const checkpoint = async (): Promise<Uint8Array | null> => {
    const response = await fetch(`${url}/log/checkpoint`);
    return response.status === 200 ? new Uint8Array(await response.arrayBuffer()) : null;
  };
  await until(checkpoint);
  const printed = await runCustody(['checkpoint', 'key', '--server', url], { CUSTODY_DATA_DIR: dataDir });
  const log = keyOf(printed.stdout, 'log');
  await running.stop();

  const started = await startWitness('--name', 'w1.example', '--log', printed.stdout.trim(), '--map', `${url}/log`);
  const keys = [keyOf(started.verifierKey, 'witness'), keyOf(started.mapVerifierKey, 'witness')];
  const policy = join(folder, 'witnesses.json');
  const witnesses = [started.verifierKey, started.mapVerifierKey].map((vkey) => ({ vkey, url: started.url }));
  writeFileSync(policy, JSON.stringify({ witnesses, threshold: 2 }));
  running = await serveCustody({ ...env, CUSTODY_SEALER_WITNESSES: policy }, ['--port', port]);

  const submit = async (id: string): Promise<void> => {
    const body = JSON.stringify(sighting(id));
    const response = await fetch(`${url}/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect([response.status, response.status === 202 ? '' : await response.text()]).toEqual([202, '']);
  };
  const cosigned = async (above: bigint): Promise<bigint | null> => {
    const opened = openCheckpoint((await checkpoint()) ?? new Uint8Array(), { log: [log], witness: keys });
    if (!opened.ok) throw new Error(opened.fault.detail);
    const { size } = opened.value.checkpoint;
    return size > above && opened.value.cosignatures.length === 2 ? size : null;
  };
  await submit('witnessed-1');
  const size = await until(() => cosigned(0n));
  await submit('witnessed-2');
  const next = await until(() => cosigned(size));
  // Without its witness the log is sealed on, and not published.
  witness?.kill();
  await submit('witnessed-3');
  await until(async () => ((await fetch(`${url}/log/links/0-${next}`)).status === 200 ? true : null));
  expect(await cosigned(next)).toBeNull();
  const args = ['--log', printed.stdout.trim(), '--map', `${url}/log`, '--port', new URL(started.url).port];
  await startWitness(...args);
  await until(() => cosigned(next));
  expect(await (await fetch(`${url}/readyz`)).text()).toContain('sealed entries are witnessed');

  // How it ends is shown with both cosignatures too, which its server asks for when it is up again.
  await running.stop();
  const frozen = await runCustody(['log', 'freeze', '--reason', 'a drill'], {
    CUSTODY_DATA_DIR: dataDir,
    CUSTODY_SEALER_WITNESSES: policy,
  });
  expect([frozen.code, frozen.stderr]).toEqual([0, expect.stringContaining('waits for the cosignatures')]);
  const [, last = ''] = frozen.stdout.split('\n');
  running = await serveCustody({ ...env, CUSTODY_SEALER_WITNESSES: policy }, ['--port', port]);
  expect(await until(() => cosigned(BigInt(last) - 1n))).toBe(BigInt(last));
});
