/** What an auditor does with the command line: pins a log, checks items, events and receipts, compares heads; and what a lie looks like. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import type { ReceiptStatus } from '#lib/contracts';
import { resetData } from '#lib/store';
import { runCustody, type RunningCustody, serveCustody, temporaryFolder } from '../test-process.ts';
import { sighting } from './tested-product.contract.ts';

jest.setTimeout(120_000);

const CAR = 'vin:WDDSYNTH9JA000001';
const SEALS = { CUSTODY_SEALER_INTERVAL_MS: '100' };

let temporary: ReturnType<typeof temporaryFolder>;
let folder: string;
let running: RunningCustody;
const started: RunningCustody[] = [];
const dataDirs: string[] = [];

async function serve(dataDir: string, env: Record<string, string> = {}): Promise<RunningCustody> {
  const made = await serveCustody({ ...SEALS, ...env, CUSTODY_DATA_DIR: dataDir });
  started.push(made);
  dataDirs.push(dataDir);
  return made;
}

beforeAll(async () => {
  temporary = temporaryFolder();
  folder = temporary.path;
  running = await serve(join(folder, 'data'));
});
afterAll(async () => {
  for (const one of started) await one.stop();
  for (const dataDir of dataDirs) await resetData(dataDir);
  temporary.remove();
});

interface Verdict {
  readonly verdict: string;
  readonly summary: string;
  readonly statements: readonly { readonly step: string; readonly state: string; readonly says: string; readonly code?: string }[];
}

/** As a user with pins of his own. */
async function custody(args: readonly string[], { pins = 'pins', server = running }: { pins?: string; server?: RunningCustody } = {}) {
  const { code, stdout } = await runCustody([...args, '--json', '--server', server.url], { CUSTODY_PINS_DIR: join(folder, pins) });
  const answer = JSON.parse(stdout) as Verdict;
  if (answer.verdict === undefined) throw new Error(stdout);
  return { code, ...answer };
}
const codes = ({ statements }: Verdict, state: string) => statements.filter((one) => one.state === state).map(({ code }) => code);

const submission = (id: string) => sighting(id, { items: [{ id: CAR, role: 'subject' }], reported: { at: '2019-01-01T00:00:00Z' } });

async function submit(id: string): Promise<{ readonly signature: string | null }> {
  const document = submission(id);
  const response = await fetch(`${running.url}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(document),
  });
  return (await response.json()) as { signature: string | null };
}

async function sealed(id: string): Promise<ReceiptStatus> {
  for (const end = Date.now() + 30_000; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const status = (await (await fetch(`${running.url}/v1/receipts/local/${id}`)).json()) as ReceiptStatus;
    if (status.status === 'sealed') return status;
    if (Date.now() > end) throw new Error('not sealed in time');
  }
}

test('a log that is not pinned is not believed; pinned, each step is shown', async () => {
  expect(await custody(['verify', CAR])).toMatchObject({ code: 12, verdict: 'untrusted-key' });
  expect(await custody(['checkpoint', 'pin'])).toMatchObject({ code: 0, verdict: 'verified' });
  const item = await custody(['verify', CAR]);
  expect([item.code, item.verdict, codes(item, 'failed')]).toEqual([0, 'verified', []]);
  expect(item.statements.map(({ step }) => step)).toEqual(
    expect.arrayContaining(['signature', 'kept', 'seal', 'salt', 'map', 'tree', 'events', 'inclusion', 'completeness']),
  );
  expect(await custody(['verify', 'vin:WDDSYNTH9JA000009'])).toMatchObject({ code: 0 });
  for (const event of ['lux-0009', 'local/lux-0009']) expect(await custody(['verify', event])).toMatchObject({ code: 0 });
  expect(await custody(['verify', 'other/lux-0009'])).toMatchObject({ code: 11 });
  expect(await custody(['verify', 'no-such-event'])).toMatchObject({ code: 11, verdict: 'not-in-log' });
});

test('a receipt is held against the log; its sealed receipt against the lists of the items', async () => {
  const { signature } = await submit('mine-1');
  const receipt = join(folder, 'mine-1.receipt');
  writeFileSync(receipt, signature as string);
  expect(await custody(['verify', receipt, '--offline'])).toMatchObject({ code: 13, verdict: 'incomplete' });
  const status = await sealed('mine-1');
  expect(await custody(['verify', receipt])).toMatchObject({ code: 0, verdict: 'verified' });
  writeFileSync(receipt, (signature as string).replace('mine-1', 'mine-2'));
  expect(await custody(['verify', receipt, '--offline'])).toMatchObject({ code: 10, verdict: 'altered' });

  const paper = join(folder, 'mine-1.sealed');
  writeFileSync(paper, status.sealed as string);
  // With nobody asked: an entry alone, or with what its submitter kept of it the event itself.
  expect(await custody(['verify', paper, '--offline'])).toMatchObject({ code: 13, verdict: 'incomplete' });
  const kept = join(folder, 'mine-1.json');
  writeFileSync(kept, JSON.stringify(submission('mine-1'), null, 2));
  const alone = await custody(['verify', paper, '--offline', '--content', kept]);
  expect([alone.code, alone.verdict, codes(alone, 'not-established')]).toEqual([
    0,
    'verified',
    expect.arrayContaining(['sealed.not-asked']),
  ]);
  writeFileSync(kept, JSON.stringify(submission('mine-3')));
  expect(await custody(['verify', paper, '--offline', '--content', kept])).toMatchObject({ code: 10, verdict: 'altered' });
  for (const args of [
    [paper, '--content', kept],
    [CAR, '--content', kept],
  ])
    expect((await runCustody(['verify', ...args, '--server', running.url], {})).code).toBe(2);
  const held = await custody(['verify', paper]);
  expect([held.code, held.statements.filter(({ step }) => step === 'tree').map(({ state }) => state)]).toEqual([0, ['established']]);
  writeFileSync(
    paper,
    (status.sealed as string).replace(/"n":(\d+)/, (_, n: string) => `"n":${Number(n) - 1}`),
  );
  expect(codes(await custody(['verify', paper]), 'failed')).toEqual(['sealed.left-out']);
});

test('an item goes out as a bundle, at one head the same to the byte, which is checked with nobody asked; cut off, it is not said to be altered', async () => {
  const [, size = ''] = (await (await fetch(`${running.url}/log/checkpoint`)).text()).split('\n');
  const bundles = ['a.zip', 'b.zip'].map((name) => join(folder, name));
  for (const bundle of bundles) {
    const args = ['export', `item:${CAR}`, '-o', bundle, '--size', size, '--json', '--server', running.url];
    const { code, stdout } = await runCustody(args);
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      expect.objectContaining({ file: bundle, size: Number(size), events: expect.any(Number) }),
    ]);
  }
  const [first, second] = bundles.map((bundle) => readFileSync(bundle)) as [Buffer, Buffer];
  expect(first.equals(second)).toBe(true);
  expect(await custody(['verify', bundles[0] as string, '--offline'])).toMatchObject({ code: 0, verdict: 'verified' });
  writeFileSync(bundles[1] as string, second.subarray(0, -1));
  expect(await custody(['verify', bundles[1] as string, '--offline'])).toMatchObject({ code: 20, verdict: 'not-checked' });
});

test('a proof in a file is checked with nobody asked, and a changed byte is found', async () => {
  const proof = await (await fetch(`${running.url}/v1/items/${encodeURIComponent(CAR)}/proof?events=true&inclusion=true`)).text();
  const file = join(folder, 'proof.json');
  writeFileSync(file, proof);
  expect(await custody(['verify', file, '--offline'])).toMatchObject({ code: 0, verdict: 'verified' });
  writeFileSync(file, proof.replace('Rotterdam', 'Rotterdan'));
  expect(await custody(['verify', file, '--offline'])).toMatchObject({ code: 10, verdict: 'altered' });
  writeFileSync(file, 'nothing of the kind');
  const { code, stderr } = await runCustody(['verify', file, '--offline']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('[verify.unknown]')]);
});

test('a log that was forked is found in one exchange, and one that only grew is not', async () => {
  await running.stop();
  // With its owners: the database's account reads it.
  execFileSync('cp', ['-a', join(folder, 'data'), join(folder, 'fork')]);
  running = await serve(join(folder, 'data'));
  const fork = await serve(join(folder, 'fork'));
  expect(await custody(['checkpoint', 'compare'])).toMatchObject({ code: 0, verdict: 'verified' });
  expect(await custody(['checkpoint', 'compare', fork.url])).toMatchObject({ code: 0, verdict: 'verified' });
  const common = Number((await (await fetch(`${running.url}/log/checkpoint`)).text()).split('\n')[1]);
  await submit('here-1');
  await sealed('here-1');
  const own = running;
  running = fork;
  await submit('there-1');
  await sealed('there-1');
  await submit('there-2');
  await sealed('there-2');
  running = own;
  const [a, b] = [await custody(['checkpoint', 'pin'], { pins: 'a' }), await custody(['checkpoint', 'pin'], { pins: 'b', server: fork })];
  expect([a.code, b.code]).toEqual([0, 0]);
  const between = await custody(['checkpoint', 'compare', fork.url], { pins: 'a' });
  expect([between.code, between.verdict, between.summary]).toEqual([
    10,
    'altered',
    expect.stringMatching(new RegExp(`at entry ${common}, below ${common + 2}`)),
  ]);
  const otherWay = await custody(['checkpoint', 'compare', running.url], { pins: 'b', server: fork });
  expect([otherWay.code, otherWay.summary]).toEqual([10, expect.stringMatching(new RegExp(`at entry ${common}, below ${common + 2}`))]);
  const pinned = await custody(['checkpoint', 'compare'], { pins: 'a', server: fork });
  expect([pinned.code, pinned.summary]).toEqual([10, expect.stringContaining(`forked below ${common + 2}`)]);
  const item = await custody(['verify', CAR], { pins: 'a', server: fork });
  expect([item.code, codes(item, 'failed')]).toEqual([10, ['proof.forked']]);
  // A server that is behind the pin was put back; a shorter head that somebody holds the server with the longer log can be asked about, and
  // about a longer one nobody can: that is left open, and not as if it were nothing.
  const behind = await custody(['checkpoint', 'compare'], { pins: 'b' });
  expect([behind.code, codes(behind, 'failed')]).toEqual([10, ['proof.stale']]);
  for (const [holder, pins, server, verdict] of [
    ['a', 'b', fork, 'altered'],
    ['b', 'a', running, 'incomplete'],
  ] as const) {
    const [pin] = readdirSync(join(folder, holder));
    const { checkpoint } = JSON.parse(readFileSync(join(folder, holder, pin as string), 'utf8')) as { checkpoint: string };
    writeFileSync(join(folder, 'theirs'), checkpoint);
    expect(await custody(['checkpoint', 'compare', join(folder, 'theirs')], { pins, server })).toMatchObject({ verdict });
  }
  await fork.stop();
});

test('a server that is away leaves the question open, and says that nothing is known to be wrong', async () => {
  await running.stop();
  const away = await custody(['verify', CAR]);
  expect([away.code, away.verdict, away.summary]).toEqual([20, 'not-checked', expect.stringMatching(/nothing is known to be wrong/)]);
});
