/** Everything killed during an import, on the embedded default, with small counts. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RowResult } from './outcome.ts';

const PROGRAM = join(import.meta.dirname, '../../../dist/apps/chaos/src/main.js');
const RUN_WITHIN_MS = 5 * 60_000;

let row: RowResult;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'custody-chaos-'));
  const file = join(folder, 'result.json');
  const child = spawn(process.execPath, [PROGRAM, '--row', 'import-killed', '--json', file], { stdio: ['ignore', 'ignore', 'inherit'] });
  await new Promise((resolve) => child.once('close', resolve));
  row = (JSON.parse(readFileSync(file, 'utf8')) as { rows: [RowResult] }).rows[0];
  rmSync(folder, { recursive: true, force: true });
}, RUN_WITHIN_MS);

test('after everything was killed in the middle of it, the import again leaves every line once', () => {
  expect(row.product.problems).toEqual([]);
});

test('lines without ids of their own are doubled by the same', () => {
  expect(row.control.problems).not.toEqual([]);
});
