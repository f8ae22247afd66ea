/** What the lines of one file are to each other: an import says of each what becomes of it, whatever the server could see. */
import { rmSync } from 'node:fs';
import type { JsonObject } from '#lib/contracts';
import { accept, caseFolder, importFrom, line } from './import-server.contract.ts';
import type { ImportReport } from './import-report.ts';

const { folder, file } = caseFolder();
afterAll(() => rmSync(folder, { recursive: true }));

const lineOf = (id: string, members: JsonObject): string => JSON.stringify({ ...(JSON.parse(line(id)) as JsonObject), ...members });
const rejected = (report: ImportReport): string[] =>
  report.rejected.map(({ line: number, faults }) => `${number} ${faults[0]?.code ?? ''}`);
const sent = (asked: readonly { rows: readonly { id: string }[] }[]): string[] => asked.flatMap(({ rows }) => rows.map(({ id }) => id));

describe('an import of a line and its correction', () => {
  const CORRECTION = lineOf('p2', { kind: 'correction', corrects: 'p1', place: { name: 'Nakhodka', country: 'RU' } });
  const PLAN = lineOf('p1', { claimType: 'scheduled', place: { name: 'Nakhodka', country: 'RU' }, item: 'vin:WDDSYNTH9JA000001' });

  it.each<[string, string, string]>([
    ['is mapped to nothing', PLAN.replace('"vin:', '"plate:'), 'import.scheme-unknown'],
    ['has a member twice', PLAN.replace('{', '{"id":"p1",'), 'json.duplicate-key'],
    ['ends too early', PLAN.slice(0, -1), 'json.syntax'],
    ['has half a character', PLAN.replace('Nakhodka', '\\ud800'), 'json.lone-surrogate'],
    ['is too long', PLAN.replace('Nakhodka', 'x'.repeat(1_100_000)), 'json.too-large'],
  ])('takes neither where the line %s, whichever comes first', async (_, bad, code) => {
    const after = await importFrom(accept, file(bad, CORRECTION, line('other')));
    expect([after.exit, rejected(after.report), sent(after.asked)]).toEqual([6, [`1 ${code}`, '2 import.target-refused'], ['other']]);
    const before = await importFrom(accept, file(line('other'), CORRECTION, bad));
    expect([before.exit, rejected(before.report), sent(before.asked)]).toEqual([6, ['2 import.target-refused', `3 ${code}`], ['other']]);
  });

  it('finds it by a member name with an escape in it, too', async () => {
    const escaped = CORRECTION.replace('"corrects"', '"corr\\u0065cts"');
    const { report } = await importFrom(accept, file(PLAN.slice(0, -1), escaped));
    expect(rejected(report)).toEqual(['1 json.syntax', '2 import.target-refused']);
  });

  it('takes both once the line is mended, and the correction is a plan as well', async () => {
    const { exit, asked } = await importFrom(accept, file(PLAN, CORRECTION));
    expect([exit, asked.flatMap(({ rows }) => rows)]).toMatchObject([
      0,
      [{ modality: 'planned' }, { as: 'observation', modality: 'planned' }],
    ]);
  });

  it('takes a correction whose target is in another file, which the author has to tell apart himself', async () => {
    // A line that cannot be read and only names it somewhere is not that line.
    const { report } = await importFrom(accept, file(CORRECTION, `{"id":"q","links":["p1"]`));
    expect(rejected(report)).toEqual(['2 json.syntax']);
  });
});
