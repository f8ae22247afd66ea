/** The key of a log is rotated and revoked under a witness that has to cosign: the whole program, a real witness, and the auditor's commands. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import {
  formatVerifierKey,
  fromHex,
  openCheckpoint,
  parseVerifierKey,
  receiptKeyName,
  sha256Hex,
  signingKey,
  signReceipt,
  utf8Text,
  type VerifierKey,
} from '#lib/ledger';
import { resetData } from '#lib/store';
import { runCustody, type RunningCustody, serveCustody, temporaryFolder } from '../test-process.ts';
import { sighting } from './tested-product.contract.ts';

jest.setTimeout(400_000);

const PROGRAM = join(import.meta.dirname, '../../../dist/apps/custody/src/main.js');
const WITHIN_MS = 90_000;
const ENV = { CUSTODY_ROLES: 'capture,projector,gateway,sealer', CUSTODY_SEALER_INTERVAL_MS: '100' };

let temporary: ReturnType<typeof temporaryFolder>;
let running: RunningCustody | null = null;
let witness: ChildProcess | null = null;
let witnessPort = '0';
let submitted = 0;
const path = (name: string): string => join(temporary.path, name);
const at = (dataDir: string, more: Readonly<Record<string, string>> = {}) => ({ ...ENV, CUSTODY_DATA_DIR: path(dataDir), ...more });

beforeAll(() => {
  temporary = temporaryFolder();
});
afterEach(async () => {
  await stopWitness();
  await running?.stop();
  running = null;
});
afterAll(async () => {
  for (const dataDir of ['data', 'restored', 'receipts']) if (existsSync(path(dataDir))) await resetData(path(dataDir));
  temporary.remove();
});

function keyOf<K extends 'log' | 'witness'>(text: string, kind: K): VerifierKey<K> {
  const key = parseVerifierKey(text.trim(), kind);
  if (!key.ok) throw new Error(`${text}: ${key.fault.detail}`);
  return key.value;
}

async function serve(policy?: string): Promise<void> {
  running = await serveCustody(at('data', policy === undefined ? {} : { CUSTODY_SEALER_WITNESSES: policy }));
}

/** With these keys of the log, in the folder and at the address that it had before. */
async function startWitness(...logKeys: readonly string[]): Promise<{ url: string; verifierKey: string }> {
  await stopWitness();
  const args = ['--json', 'witness', '--dir', path('w1'), '--name', 'w1.example', '--port', witnessPort];
  const child = spawn(process.execPath, [PROGRAM, ...args, ...logKeys.flatMap((key) => ['--log', key])], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  witness = child;
  const line = await new Promise<string>((resolve) => child.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString())));
  const started = JSON.parse(line) as { url: string; verifierKey: string };
  witnessPort = new URL(started.url).port;
  return started;
}

async function stopWitness(): Promise<void> {
  const child = witness;
  witness = null;
  if (child === null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  await ended;
}

async function checkpoint(): Promise<Uint8Array> {
  const response = await fetch(`${running?.url}/log/checkpoint`);
  return response.status === 200 ? new Uint8Array(await response.arrayBuffer()) : new Uint8Array();
}

/** Submits an event, and waits for a head over it that the witness cosigned; gives its size and which of the log's keys signed it. */
async function goesOn(by: VerifierKey<'witness'>, logKeys: readonly VerifierKey<'log'>[]): Promise<{ signers: VerifierKey<'log'>[] }> {
  const body = JSON.stringify(sighting(`rotation-${submitted++}`));
  const response = await fetch(`${running?.url}/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  expect(response.status).toBe(202);
  const before = openCheckpoint(await checkpoint(), { log: logKeys });
  const from = before.ok ? before.value.checkpoint.size : 0n;
  for (const end = Date.now() + WITHIN_MS; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const opened = openCheckpoint(await checkpoint(), { log: logKeys, witness: [by] });
    if (opened.ok && opened.value.checkpoint.size > from && opened.value.cosignatures.length === 1)
      return { signers: logKeys.filter((key) => opened.value.signatures.some((signature) => signature.key.id === key.id)) };
    if (Date.now() > end) throw new Error(`not cosigned in time:\n${running?.stderr().slice(-3_000)}`);
  }
}

/** Beside the server that runs. */
async function auditIsClean(): Promise<void> {
  const audited = await runCustody(['audit', '--full', '--pin', path('pin.txt')], at('data'));
  expect({ code: audited.code, first: audited.stdout.split('\n', 1)[0] }).toEqual({
    code: 0,
    first: expect.stringMatching(/^Verified: /),
  });
}

test('a witnessed log goes on over rotation and revocation of its key, and its audit and its backup with it', async () => {
  await serve();
  for (const end = Date.now() + WITHIN_MS; (await checkpoint()).length === 0 && Date.now() < end;)
    await new Promise((resolve) => setTimeout(resolve, 100));
  writeFileSync(path('pin.txt'), await checkpoint());
  /** Once a head is served that another key signed than this one. */
  const keyBeside = async (known: string): Promise<string> => {
    for (const end = Date.now() + WITHIN_MS; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 100))) {
      const key = (await runCustody(['checkpoint', 'key', '--server', running?.url ?? ''], at('data'))).stdout.trim();
      if (key !== '' && key !== known) return key;
    }
    throw new Error(`no head by another key in time:\n${running?.stderr().slice(-3_000)}`);
  };
  const former = await keyBeside('');
  await running?.stop();
  const started = await startWitness(former);
  const by = keyOf(started.verifierKey, 'witness');
  writeFileSync(path('policy.json'), JSON.stringify({ witnesses: [{ vkey: started.verifierKey, url: started.url }], threshold: 1 }));
  await serve(path('policy.json'));
  await goesOn(by, [keyOf(former, 'log')]);
  await running?.stop();

  // The witness knows the former key alone: both sign what it is asked.
  expect(await runCustody(['key', 'rotate', 'checkpoint'], at('data'))).toMatchObject({ code: 0 });
  await serve(path('policy.json'));
  const present = await keyBeside(former);
  const keys = [former, present].map((vkey) => keyOf(vkey, 'log'));
  expect((await goesOn(by, keys)).signers).toEqual(keys);
  await auditIsClean();
  expect(await runCustody(['backup', '-o', path('backup'), '--with-keys'], at('data'))).toMatchObject({ code: 0 });
  expect(await runCustody(['restore', path('backup'), '--verify'], at('restored'))).toMatchObject({ code: 0 });
  expect(readFileSync(path('restored/keys.json'), 'utf8')).toBe(readFileSync(path('data/keys.json'), 'utf8'));

  // It learns the new one, and the former one is revoked before it has cosigned anything by that.
  await running?.stop();
  await startWitness(former, present);
  expect(await runCustody(['key', 'revoke', former], at('data'))).toMatchObject({ code: 0 });
  await serve(path('policy.json'));
  expect((await goesOn(by, keys)).signers).toEqual(keys.slice(1));
  await auditIsClean();
});

test('a receipt outlives the rotation of its key and a later revocation of it; one that is signed by it afterwards is not believed', async () => {
  const verified = async (name: string) => {
    const args = ['verify', path(name), '--json', '--server', running?.url ?? ''];
    const { code, stdout } = await runCustody(args, { CUSTODY_PINS_DIR: path('receipt-pins') });
    const { statements } = JSON.parse(stdout) as { statements: readonly { readonly says: string; readonly code?: string }[] };
    return {
      code,
      revokedSince: statements.some(({ says }) => says.includes('revoked its key since')),
      codes: statements.map((one) => one.code),
    };
  };
  async function submit(id: string): Promise<string> {
    const body = JSON.stringify(sighting(id));
    const response = await fetch(`${running?.url}/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const answer = await response.text();
    writeFileSync(path(`${id}.receipt`), answer);
    for (const end = Date.now() + WITHIN_MS; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 100)))
      if ((await (await fetch(`${running?.url}/v1/receipts/local/${id}`)).text()).includes('"status":"sealed"')) return answer;
    throw new Error(`not sealed in time:\n${running?.stderr().slice(-3_000)}`);
  }
  running = await serveCustody(at('receipts'));
  await submit('first');
  expect(await runCustody(['checkpoint', 'pin', '--server', running.url], { CUSTODY_PINS_DIR: path('receipt-pins') })).toMatchObject({
    code: 0,
  });
  const [origin = ''] = (await (await fetch(`${running.url}/log/checkpoint`)).text()).split('\n', 1);
  const former = signingKey('receipt', receiptKeyName(origin), fromHex(readFileSync(path('receipts/receipt.key'), 'utf8').trim())!);
  const valid = { code: 0, revokedSince: false };
  expect(await verified('first.receipt')).toMatchObject(valid);
  await running.stop();

  expect(await runCustody(['key', 'rotate', 'receipt'], at('receipts'))).toMatchObject({ code: 0 });
  running = await serveCustody(at('receipts'));
  await submit('second');
  for (const name of ['first.receipt', 'second.receipt']) expect(await verified(name)).toMatchObject(valid);
  await running.stop();

  expect(await runCustody(['key', 'revoke', formatVerifierKey(former)], at('receipts'))).toMatchObject({ code: 0 });
  running = await serveCustody(at('receipts'));
  // What stands in the log before the revocation its key may sign.
  for (const end = Date.now() + WITHIN_MS; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 100)))
    if ((await (await fetch(`${running.url}/v1/log/keys`)).text()).includes('revoke')) break;
  const answer = JSON.parse(await submit('third')) as { captured: string };
  expect(await verified('first.receipt')).toMatchObject({ code: 0, revokedSince: true });
  for (const name of ['second.receipt', 'third.receipt']) expect(await verified(name)).toMatchObject(valid);
  const content = (await (await fetch(`${running.url}/v1/events/third/proof?agency=local`)).json()) as {
    events: { shown: { content: string } }[];
  };
  const contentHash = sha256Hex(content.events[0]!.shown.content);
  const about = { log: origin, agency: 'local', id: 'third', contentHash, captured: answer.captured, durability: 'single-node' } as const;
  writeFileSync(path('forged.receipt'), utf8Text(signReceipt(about, former)) as string);
  expect(await verified('forged.receipt')).toMatchObject({ code: 12, codes: ['key.revoked-receipt'] });
});
