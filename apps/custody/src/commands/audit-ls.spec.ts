import { jest } from '@jest/globals';
import type { AuditRow, AuditView } from '#lib/contracts';
import type { Client } from '../client.ts';
import { type AuditListOptions, list, proof } from './audit-ls.ts';

const row = (logIndex: number): AuditRow => ({
  logIndex,
  recorded: null,
  captured: '2026-01-01T00:00:00.000000Z',
  agency: 'local',
  principal: 'operator',
  action: 'observation',
  id: `e${logIndex}`,
  items: ['vin:X'],
  evidence: [],
  contentHash: 'c'.repeat(64),
  batch: null,
});
const ROWS = 1_200;

async function listed(options: Partial<AuditListOptions>): Promise<{ readonly out: string; readonly err: string }> {
  const coordinates = { asOf: { basis: 'log', logSize: ROWS }, policy: 0 } as const;
  const get = (_: string, { cursor = '0', limit }: Record<string, string>): Promise<AuditView> => {
    const from = Number(cursor);
    const to = Math.min(from + Number(limit), ROWS);
    const rows = Array.from({ length: to - from }, (__, n) => row(from + n));
    return Promise.resolve({ coordinates, rows, reads: [], next: to < ROWS ? String(to) : null });
  };
  const said = { out: '', err: '' };
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((said.out += String(text)), true));
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => ((said.err += String(text)), true));
  try {
    await list({ get } as unknown as Client, [], { as: 'table', ...options });
    return said;
  } finally {
    jest.restoreAllMocks();
  }
}

const linesOf = (text: string): string[] => text.split('\n').slice(0, -1);

test('a person and one object get a page of rows, and hear that there are more; a program that reads lines gets all', async () => {
  const table = await listed({});
  expect([linesOf(table.out).length, table.err]).toEqual([50, '50 lines at log size 1 200. There may be more: --limit.\n']);
  const whole = JSON.parse((await listed({ json: true })).out) as AuditView;
  expect([whole.rows.length, whole.next, whole.coordinates.asOf.logSize]).toEqual([50, '50', ROWS]);
  expect(JSON.parse((await listed({ json: true, limit: '1200' })).out)).toMatchObject({ rows: { length: ROWS }, next: null });
  for (const options of [{ jsonl: true }, { plain: true }, { as: 'ndjson' } as const])
    expect(linesOf((await listed(options)).out)).toHaveLength(ROWS);
  expect(linesOf((await listed({ as: 'csv' })).out)).toHaveLength(ROWS + 1);
});

test('--jsonl is --as ndjson: each row with what it was read at', async () => {
  const { out } = await listed({ jsonl: true, limit: '2' });
  expect(out).toBe((await listed({ as: 'ndjson', limit: '2' })).out);
  expect(JSON.parse(linesOf(out)[1] ?? '')).toEqual({ ...row(1), logSize: ROWS, policy: 0 });
});

test('--quiet leaves the rows alone, and two forms at once are refused', async () => {
  expect((await listed({ quiet: true })).err).toBe('');
  await expect(listed({ as: 'csv', plain: true })).rejects.toMatchObject({ exitCode: 2, code: 'usage' });
});

test('audit read prints the proof of a read as the server gave it, and asks for no number that is none', async () => {
  const asked: string[] = [];
  const text = (path: string): Promise<string> => (asked.push(path), Promise.resolve('{"format":"custody-read/1"}'));
  let out = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((said) => ((out += String(said)), true));
  try {
    await proof({ text } as unknown as Client, '7');
    await expect(proof({ text } as unknown as Client, '7/x')).rejects.toMatchObject({ code: 'usage' });
  } finally {
    jest.restoreAllMocks();
  }
  expect([asked, out]).toEqual([['/v1/audit/reads/7/proof'], '{"format":"custody-read/1"}']);
});
