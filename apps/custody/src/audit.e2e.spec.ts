/** An audit and a backup with the whole binary, beside a server that runs. What they find and refuse: commands/backup.int.spec.ts, drill. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import type { AuditReport } from '#app/audit';
import { resetData } from '#lib/store';
import { runCustody, type RunningCustody, serveCustody, temporaryFolder } from '../test-process.ts';

jest.setTimeout(240_000);

const DEMO_EVENTS = 62;
/** Some twenty seconds on a machine that has nothing else to do. */
const DRILL_WITHIN_MS = 200_000;
const ENV = { CUSTODY_ROLES: 'capture,projector,gateway,sealer', CUSTODY_SEALER_INTERVAL_MS: '100' };
let temporary: ReturnType<typeof temporaryFolder>;
let folder: string;
let running: RunningCustody;
const path = (name: string): string => join(folder, name);
const at = (dataDir: string) => ({ ...ENV, CUSTODY_DATA_DIR: path(dataDir) });

beforeAll(async () => {
  temporary = temporaryFolder();
  folder = temporary.path;
  running = await serveCustody(at('data'));
});
afterAll(async () => {
  await running.stop();
  for (const dataDir of ['data', 'restored']) if (existsSync(path(dataDir))) await resetData(path(dataDir));
  temporary.remove();
});

/** Waits until the demo case is there, and all of it signed for: an audit says so. */
async function sealed(): Promise<AuditReport> {
  for (const end = Date.now() + 90_000; ;) {
    const { stdout, stderr } = await runCustody(['audit', '--full', '--json'], at('data'));
    if (stdout === '') throw new Error(stderr);
    const report = JSON.parse(stdout) as AuditReport;
    if (report.verdict === 'altered') throw new Error(JSON.stringify(report.first));
    if (report.signed === report.size && report.checked.events === DEMO_EVENTS) return report;
    if (Date.now() > end) throw new Error(`not sealed in time: ${stdout}`);
  }
}

test('audits and backs up beside a server that runs, and restores that elsewhere', async () => {
  const report = await sealed();
  expect(report).toMatchObject({ verdict: 'verified', first: null, anchors: [{ kind: 'signed-head', outcome: 'holds' }] });
  writeFileSync(path('pin.txt'), (await runCustody(['checkpoint', 'get', '--server', running.url])).stdout);
  const said = await runCustody(['audit', '--full', '--pin', path('pin.txt')], at('data'));
  expect(said).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Verified: the first \d+ entries .*are what was signed/) as string,
  });
  expect(await runCustody(['backup', '-o', path('backup')], at('data'))).toMatchObject({ code: 0 });
  const restored = await runCustody(['restore', path('backup'), '--verify', '--pin', path('pin.txt')], at('restored'));
  expect(restored).toMatchObject({ code: 0, stdout: expect.stringContaining('are restored') as string });
  expect((await fetch(`${running.url}/livez`)).status).toBe(200);
});

test('a drill tampers with a copy of this ledger, whose log stands by a key that the drill has not, and leaves the ledger as it is', async () => {
  const asked = ['drill', 'tamper', '--mutations', '10', '--seed', '7', '--json', '-q'];
  const { code, stdout, stderr } = await runCustody(asked, at('data'), undefined, DRILL_WITHIN_MS);
  expect([code, stderr]).toEqual([0, '']);
  const result = JSON.parse(stdout) as { clean: { runs: number; alarms: number }; classes: { asClaimed: boolean }[] };
  expect(result.clean.alarms).toBe(0);
  expect(result.clean.runs).toBeGreaterThan(0);
  expect(result.classes.filter(({ asClaimed }) => !asClaimed)).toEqual([]);
  expect((await runCustody(['audit', '--full'], at('data'))).code).toBe(0);
});

test('says what is wrong with how it was asked', async () => {
  expect(await runCustody(['audit'], at('data'))).toMatchObject({ code: 2 });
  expect(await runCustody(['drill', 'tamper', '--mutations', 'many'], at('data'))).toMatchObject({ code: 2 });
  const none = await runCustody(['audit', '--full'], at('nowhere'));
  expect(none).toMatchObject({ code: 3, stderr: expect.stringContaining('[data.none]') as string });
});
