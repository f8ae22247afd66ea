import { mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { type CaseOrder, compareCaseOrder } from '#lib/sources';
import { caseSorter } from './case-sorter.ts';

/** Hundreds of files are written and read: nothing here is about time, and a busy disk takes its own. */
jest.setTimeout(180_000);

const orderOf = (at: number, id: string): CaseOrder => ({ at: at as CaseOrder['at'], id });

async function sorted(
  rows: readonly (readonly [CaseOrder, string])[],
  limits: { runCharactersMax?: number; runsMax?: number },
): Promise<string[]> {
  const sorter = caseSorter(limits);
  try {
    for (const [order, text] of rows) await sorter.add(order, text);
    let all = '';
    for await (const piece of sorter.sorted()) all += piece;
    return all.split('\n').slice(0, -1);
  } finally {
    await sorter.close();
  }
}

describe('lines of a case', () => {
  // Times before 1970, without a time, equal ones; texts with spaces, separators that other readers take for line ends, several bytes.
  const rows = Array.from({ length: 3_000 }, (_, n): readonly [CaseOrder, string] => {
    const at = n % 17 === 0 ? -Infinity : ((n * 7_919) % 1_000) * 1_000_000 - 500_000_000;
    return [orderOf(at, `id-${(n * 31) % 997}`), JSON.stringify({ n, text: `é \u2028 ${'x'.repeat(n % 400)}` })];
  });
  const expected = rows
    .map(([order, text], n) => ({ order, text, n }))
    .sort((a, b) => compareCaseOrder(a.order, b.order) || a.n - b.n)
    .map(({ text }) => text);

  it.each([
    ['in memory', {}],
    ['in runs on disk', { runCharactersMax: 20_000 }],
    ['in more runs than are read side by side', { runCharactersMax: 5_000, runsMax: 4 }],
    ['in many runs', { runCharactersMax: 3_000 }],
  ])('come out in order, each once, sorted %s', async (_, limits) => {
    expect(await sorted(rows, limits)).toEqual(expected);
  });

  it('leave no file that has a name, not even while they are sorted', async () => {
    const ours = mkdtempSync(join(tmpdir(), 'custody-sorted-'));
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = ours;
    const sorter = caseSorter({ runCharactersMax: 10 });
    for (const [order, text] of rows.slice(0, 20)) await sorter.add(order, text);
    expect(readdirSync(ours)).toEqual([]);
    await sorter.close();
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    rmdirSync(ours);
  });

  it('longer than what is read at once come out whole', async () => {
    const long = ['a', 'b', 'c'].map((id, n): readonly [CaseOrder, string] => [orderOf(3 - n, id), id.repeat(300_000)]);
    expect(await sorted(long, { runCharactersMax: 1 })).toEqual(long.map(([, text]) => text).reverse());
  });
});
