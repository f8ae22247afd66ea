/**
 * A witness that is somebody else's: litewitness of filippo.io/torchwood cosigns the log of the whole program, refuses what a witness refuses, and goes on
 * after it was away. What our witness signs is read by a third program.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  cosign,
  formatCheckpoint,
  formatNote,
  formatVerifierKey,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  signingKey,
  type SigningKey,
  signText,
  toBase64,
  utf8Text,
  type VerifierKey,
} from '#lib/ledger';
import { resetData } from '#lib/store';
import { runCustody, type RunningCustody, serveCustody } from '../test-process.ts';
import { buildGo, hasGo, runGo } from './go-program.contract.ts';
import { sighting } from './tested-product.contract.ts';

const TIMEOUT_MS = 300_000;
/** The witness brings a database of its own, which takes minutes to compile on a busy machine. */
const BUILD_WITHIN_MS = 900_000;
const WITHIN_MS = 90_000;
const NAME = 'foreign.example/witness';
/** The version that the sources of the witness ask for. */
const withGo = hasGo(24) ? test : test.skip;

let folder: string;
let dataDir: string;
let running: RunningCustody | null = null;
let witness: ChildProcess | null = null;

beforeAll(() => {
  // The path of a socket has some hundred characters at most.
  folder = mkdtempSync(join(tmpdir(), 'foreign-'));
  dataDir = mkdtempSync(join(tmpdir(), 'custody-e2e-'));
});
afterAll(async () => {
  witness?.kill('SIGTERM');
  await running?.stop();
  await resetData(dataDir);
  for (const path of [dataDir, folder]) rmSync(path, { recursive: true, force: true });
}, TIMEOUT_MS);

/** Both programs, built once. */
function programs(): { readonly litewitness: string; readonly harness: string } {
  const built = { litewitness: join(folder, 'litewitness'), harness: join(folder, 'harness') };
  buildGo('witness', 'filippo.io/torchwood/cmd/litewitness', built.litewitness, BUILD_WITHIN_MS);
  buildGo('witness', '.', built.harness, BUILD_WITHIN_MS);
  return built;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Its verifier key, by which it says that it is up. */
async function started(built: ReturnType<typeof programs>, port: number, log: VerifierKey<'log'>): Promise<VerifierKey<'witness'>> {
  mkdirSync(join(folder, 'w'), { recursive: true });
  const args = ['-litewitness', built.litewitness, '-dir', join(folder, 'w'), '-name', NAME, '-listen', `127.0.0.1:${port}`];
  const child = spawn(built.harness, [...args, '-log', formatVerifierKey(log)], { stdio: ['ignore', 'pipe', 'pipe'] });
  witness = child;
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(said)));
  const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), ended])) as [string];
  ended.catch(() => undefined);
  const key = parseVerifierKey(line, 'witness');
  if (!key.ok) throw new Error(`${line}: ${key.fault.detail}`);
  return key.value;
}

async function until<T>(find: () => Promise<T | null>): Promise<T> {
  for (const end = Date.now() + WITHIN_MS; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const found = await find();
    if (found !== null) return found;
    if (Date.now() > end) throw new Error(`not in time:\n${running?.stderr().slice(-3_000)}`);
  }
}

const noteAt = async (url: string): Promise<Uint8Array | null> => {
  const response = await fetch(`${url}/log/checkpoint`);
  return response.status === 200 ? new Uint8Array(await response.arrayBuffer()) : null;
};

async function submitted(url: string, id: string): Promise<void> {
  const body = JSON.stringify(sighting(id));
  const response = await fetch(`${url}/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  expect([id, response.status]).toEqual([id, 202]);
}

withGo(
  'publishes our heads with its cosignature, refuses another history and a wrong path, and goes on after it was away (needs Go 1.24)',
  async () => {
    const built = programs();
    const env = { CUSTODY_ROLES: 'capture,projector,gateway,sealer', CUSTODY_SEALER_INTERVAL_MS: '100', CUSTODY_DATA_DIR: dataDir };
    running = await serveCustody(env);
    const first = await until(() => noteAt(running?.url ?? ''));
    await running.stop();
    const origin = utf8Text(first)?.split('\n', 1)[0] ?? '';
    const log = signingKey('log', origin, Buffer.from(readFileSync(join(dataDir, 'checkpoint.key'), 'utf8').trim(), 'hex'));

    const port = await freePort();
    const address = `http://127.0.0.1:${port}`;
    const key = await started(built, port, log);
    const policy = join(folder, 'witnesses.json');
    writeFileSync(policy, JSON.stringify({ witnesses: [{ vkey: formatVerifierKey(key), url: address }], threshold: 1 }));
    running = await serveCustody({ ...env, CUSTODY_SEALER_WITNESSES: policy });
    const { url } = running;

    /** The published head, where it is larger than that and has the foreign cosignature. */
    const cosigned = async (above: bigint): Promise<{ size: bigint; note: Uint8Array } | null> => {
      const note = (await noteAt(url)) ?? new Uint8Array();
      const opened = openCheckpoint(note, { log: [log], witness: [key] });
      if (!opened.ok) throw new Error(opened.fault.detail);
      const { checkpoint, cosignatures } = opened.value;
      return checkpoint.size > above && cosignatures.length === 1 ? { size: checkpoint.size, note } : null;
    };
    await submitted(url, 'foreign-1');
    const before = await until(() => cosigned(0n));
    await submitted(url, 'foreign-2');
    const { size, note } = await until(() => cosigned(before.size));

    // The command believes it by the same policy, and says so.
    const trust = ['--key', formatVerifierKey(log), '--witnesses', policy];
    const { code, stdout } = await runCustody(['verify', 'local/foreign-1', '--json', '--server', url, ...trust], {
      CUSTODY_PINS_DIR: join(folder, 'pins'),
    });
    const { statements } = JSON.parse(stdout) as { statements: { step: string; state: string; says: string }[] };
    const witnessed = statements.filter(({ step }) => step === 'witnesses');
    expect([code, witnessed.map(({ state }) => state)]).toEqual([0, ['established']]);
    expect(witnessed[0]?.says).toContain(NAME);

    await refusals(address, log, note, size);

    // Away: the log is sealed on, and not published. There again, with what it knew: it cosigns what has come since.
    witness?.kill('SIGTERM');
    await submitted(url, 'foreign-3');
    await until(async () => ((await fetch(`${url}/v1/receipts/local/foreign-3`).then((r) => r.text())).includes('"sealed"') ? true : null));
    expect(await cosigned(size)).toBeNull();
    expect(formatVerifierKey(await started(built, port, log))).toBe(formatVerifierKey(key));
    await until(() => cosigned(size));
  },
  BUILD_WITHIN_MS + TIMEOUT_MS,
);

/** What a witness must not sign, each with the answer of C2SP tlog-witness; what our own says of the same is held in libs/ledger and apps/witness. */
async function refusals(address: string, log: SigningKey<'log'>, note: Uint8Array, size: bigint): Promise<void> {
  const parsed = parseNote(note);
  const head = parsed.ok ? parseCheckpoint(parsed.value.text) : parsed;
  if (!head.ok) throw new Error(head.fault.detail);
  const signed = (of: Partial<typeof head.value>, key = log): string => {
    const text = formatCheckpoint({ ...head.value, ...of, extension: [] });
    return utf8Text(formatNote(text, [signText(key, text)])) as string;
  };
  const ask = async (old: bigint | string, path: readonly string[], of: string): Promise<[number, string]> => {
    const body = `${[`old ${old}`, ...path].join('\n')}\n\n${of}`;
    const response = await fetch(`${address}/add-checkpoint`, { method: 'POST', body });
    return [response.status, await response.text()];
  };
  const other = { root: new Uint8Array(32).fill(7) };
  const hash = toBase64(new Uint8Array(32));
  const stranger = signingKey('log', log.name, new Uint8Array(32).fill(9));
  const elsewhere = signingKey('log', 'elsewhere.example/log', new Uint8Array(32).fill(9));
  // Asked where it does not stand it says where, as a number on a line of its own: by that the sealer goes on.
  expect(await ask(0n, [], signed({}))).toEqual([409, `${size}\n`]);
  expect((await ask(size, [], signed(other)))[0]).toBe(422);
  expect((await ask(size, [hash], signed({ size: size + 1n, ...other })))[0]).toBe(422);
  expect((await ask(size, [], signed({}, stranger)))[0]).toBe(403);
  expect([403, 404]).toContain((await ask(0n, [], signed({ origin: elsewhere.name }, elsewhere)))[0]);
  expect((await ask('-1', [], signed({})))[0]).toBe(400);
  // Control: the head that it knows, asked as it should be.
  expect((await ask(size, [], signed({})))[0]).toBe(200);
}

withGo(
  'a cosignature of ours is read by a third program, and one of another key, time or text is not (needs Go 1.24)',
  () => {
    const { harness } = programs();
    const log = signingKey('log', 'ledger.example/log', new Uint8Array(32).fill(1));
    const [ours, theirs] = [2, 3].map((seed) => signingKey('witness', 'ours.example/witness', new Uint8Array(32).fill(seed))) as [
      SigningKey<'witness'>,
      SigningKey<'witness'>,
    ];
    const text = formatCheckpoint({ origin: log.name, size: 3n, root: new Uint8Array(32).fill(4), extension: [] });
    const read = (of: string, line = cosign(ours, of, 1_700_000_000n)) =>
      runGo(harness, ['-verify', formatVerifierKey(ours)], WITHIN_MS, formatNote(text, [signText(log, text), line]));
    expect(read(text)).toMatchObject({ status: 0, stdout: 'ours.example/witness 1700000000\n' });
    const other = formatCheckpoint({ origin: log.name, size: 4n, root: new Uint8Array(32).fill(4), extension: [] });
    expect(read(other).status).toBe(1);
    expect(read(text, cosign(theirs, text, 1_700_000_000n)).status).toBe(1);
    const { signature, ...line } = cosign(ours, text, 1_700_000_000n);
    expect(read(text, { ...line, signature: signature.with(7, (signature[7] ?? 0) ^ 1) }).status).toBe(1);
  },
  BUILD_WITHIN_MS,
);
