/** What every row of the fault matrix is held to, in its small size: run by the program itself, in a process and on servers of its own. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Row } from './harness.ts';
import type { RowResult } from './outcome.ts';

const PROGRAM = join(import.meta.dirname, '../../../dist/apps/chaos/src/main.js');

/** An injection that missed (no transaction was open, no zombie was asleep at work) proves nothing either way. */
const missed = ({ product }: RowResult): boolean =>
  product.problems.length > 0 && product.problems.every((problem) => problem.startsWith('only '));

export function testRows(rows: readonly Row[], withinMs: number): void {
  const results = new Map<string, RowResult>();
  let output = '';

  async function run(names: readonly string[], seed: readonly string[]): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'custody-chaos-'));
    const file = join(folder, 'result.json');
    const child = spawn(process.execPath, [PROGRAM, ...seed, '--json', file, ...names.flatMap((name) => ['--row', name])], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    await new Promise((resolve) => child.once('close', resolve));
    const all = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { rows: RowResult[] }).rows : [];
    const order = rows.map(({ name }) => name).filter((name) => names.includes(name));
    for (const [n, name] of order.entries()) if (all[n] !== undefined) results.set(name, all[n]);
    rmSync(folder, { recursive: true, force: true });
  }

  beforeAll(async () => {
    const seed = process.env['CHAOS_SEED'] === undefined ? [] : ['--seed', process.env['CHAOS_SEED']];
    await run(rows.map(({ name }) => name), seed); // prettier-ignore
    const again = [...results].filter(([, result]) => missed(result)).map(([name]) => name);
    // Once more, from a seed of its own; whatever else went wrong stands.
    if (again.length > 0) await run(again, []);
    console.log(output.slice(output.lastIndexOf('fault ')));
  }, withinMs);

  describe.each(rows.map(({ name, title }) => [name, title] as const))('%s: %s', (name) => {
    const result = (): RowResult => {
      const found = results.get(name);
      if (found === undefined) throw new Error(`the row did not come to its end:\n${output.slice(-3_000)}`);
      return found;
    };

    test('loses nothing, doubles nothing, blames no good record', () => {
      expect(result().product.problems).toEqual([]);
    });

    test('turns red without the defence', () => {
      const { control } = result();
      expect(control.problems).toContainEqual(expect.stringContaining(control.shows ?? 'what it shows'));
    });
  });
}
