/** What an auditor and whoever keeps backups does, with the whole binary: beside a server that runs, and after it is gone. */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import type { AuditReport } from '#app/audit';
import { resetData } from '#lib/store';
import { runCustody, type RunningCustody, serveCustody } from '../test-process.ts';
import { sighting } from './tested-product.contract.ts';

jest.setTimeout(120_000);

const ENV = { CUSTODY_ROLES: 'capture,projector,gateway,sealer', CUSTODY_SEALER_INTERVAL_MS: '100' };
let folder: string;
let running: RunningCustody;
const path = (name: string): string => join(folder, name);
const at = (dataDir: string) => ({ ...ENV, CUSTODY_DATA_DIR: path(dataDir) });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'custody-e2e-'));
  running = await serveCustody(at('data'));
});
afterAll(async () => {
  await running.stop();
  for (const dataDir of ['data', 'restored', 'older', 'forked']) if (existsSync(path(dataDir))) await resetData(path(dataDir));
  rmSync(folder, { recursive: true, force: true });
});

async function audited(dataDir: string, ...args: string[]): Promise<{ code: number | null; report: AuditReport }> {
  const { code, stdout, stderr } = await runCustody(['audit', '--full', '--json', ...args], at(dataDir));
  if (stdout === '') throw new Error(stderr);
  return { code, report: JSON.parse(stdout) as AuditReport };
}

/** Waits until everything that was submitted is sealed and signed. */
async function sealed(): Promise<AuditReport> {
  for (const end = Date.now() + 30_000; ;) {
    const { code, report } = await audited('data');
    if (report.verdict === 'altered') throw new Error(JSON.stringify(report.first));
    if (code === 0 && report.signed === report.size) return report;
    if (Date.now() > end) throw new Error('not sealed in time');
  }
}

const pin = async (name: string): Promise<string> => {
  writeFileSync(path(name), (await runCustody(['checkpoint', 'get', '--server', running.url])).stdout);
  return path(name);
};
const submit = (id: string): Promise<Response> =>
  fetch(`${running.url}/v1/sightings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(sighting(id)),
  });

function changeEntry(backup: string): void {
  const file = join(backup, 'ledger.entries.tsv');
  const text = readFileSync(file, 'utf8').replace(/\\\\x([0-9a-f])/, (_, digit: string) => `\\\\x${digit === '0' ? '1' : '0'}`);
  writeFileSync(file, text);
  const manifest = JSON.parse(readFileSync(join(backup, 'manifest.json'), 'utf8')) as { tables: { name: string; sha256: string }[] };
  for (const table of manifest.tables) if (table.name === 'ledger.entries') table.sha256 = createHash('sha256').update(text).digest('hex');
  writeFileSync(join(backup, 'manifest.json'), JSON.stringify(manifest));
}

test('audits beside a server that runs, backs up beside it, and restores what is not behind what was signed', async () => {
  const report = await sealed();
  expect(report.checked).toMatchObject({ events: report.checked.entries });
  expect(report.anchors).toMatchObject([{ kind: 'signed-head', outcome: 'holds' }]);
  const early = await pin('early.txt');
  const said = await runCustody(['audit', '--full', '--pin', early], at('data'));
  expect(said).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Verified: the first \d+ entries .*are what was signed/) as string,
  });
  expect(said.stdout).toContain('This does not show');

  expect(await runCustody(['backup', '-o', path('backup')], at('data'))).toMatchObject({ code: 0 });
  expect(await runCustody(['backup', '-o', path('backup')], at('data'))).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('[backup.exists]') as string,
  });
  expect(existsSync(path('backup/keys'))).toBe(false);

  expect((await submit('after-the-backup')).status).toBe(202);
  await sealed();
  const late = await pin('late.txt');

  const restored = await runCustody(['restore', path('backup'), '--verify', '--pin', early], at('restored'));
  expect(restored).toMatchObject({ code: 0, stdout: expect.stringContaining('are restored') as string });
  expect(restored.stdout).toContain('by the key that the backup itself names');
  expect(await runCustody(['restore', path('backup')], at('restored'))).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('[restore.not-empty]') as string,
  });

  const behind = await runCustody(['restore', path('backup'), '--pin', late], at('older'));
  expect(behind).toMatchObject({ code: 5, stderr: expect.stringContaining('[restore.behind]') as string });
  // A machine that signed more than the backup has knows it without being told.
  await resetData(path('older'));
  cpSync(path('data/sealed.json'), path('sealed.json'));
  const own = await runCustody(['restore', path('backup')], { ...at('older'), CUSTODY_SEALER_STATE_FILE: path('sealed.json') });
  expect(own).toMatchObject({ code: 5, stderr: expect.stringContaining('[restore.behind]') as string });

  writeFileSync(path('other.json'), JSON.stringify({ size: report.signed, root: '07'.repeat(32) }));
  const fork = await runCustody(['restore', path('backup')], { ...at('forked'), CUSTODY_SEALER_STATE_FILE: path('other.json') });
  expect(fork).toMatchObject({ code: 5, stderr: expect.stringContaining('[restore.fork]') as string });

  // A backup that somebody changed, with a manifest that says so of each file.
  cpSync(path('backup'), path('changed'), { recursive: true });
  changeEntry(path('changed'));
  const changed = await runCustody(['restore', path('changed'), '--verify'], at('forked'));
  expect(changed).toMatchObject({ code: 10, stderr: expect.stringContaining('[restore.altered]') as string });

  const { stdout: key } = await runCustody(['checkpoint', 'key', '--server', running.url], at('data'));
  expect((await audited('restored', '--key', key.trim(), '--pin', early)).report).toMatchObject({ verdict: 'verified' });
  const ahead = await audited('restored', '--key', key.trim(), '--pin', late);
  expect(ahead).toMatchObject({ code: 10, report: { verdict: 'altered', first: { code: 'audit.behind' } } });
});

test('says that it could not check where no key is known, and what is wrong with how it was asked', async () => {
  expect(await audited('restored')).toMatchObject({ code: 20, report: { verdict: 'unchecked' } });
  expect(await runCustody(['audit'], at('data'))).toMatchObject({ code: 2 });
  expect(await runCustody(['audit', '--full', '--pin', path('sealed.json')], at('data'))).toMatchObject({ code: 2 });
  expect(await runCustody(['audit', '--full'], at('nowhere'))).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('[data.none]') as string,
  });
});

test('drills on a copy of the ledger, and leaves the ledger as it was', async () => {
  const before = await audited('data');
  const { code, stdout, stderr } = await runCustody(['drill', 'tamper', '--mutations', '1', '--seed', '3', '--json'], at('data'));
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(JSON.parse(stdout)).toMatchObject({ seed: 3, clean: { alarms: 0 } });
  const after = await audited('data');
  expect(after.report.checked).toEqual(before.report.checked);
});
