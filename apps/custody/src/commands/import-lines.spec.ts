/** What the lines of one file are to each other: an import says of each what becomes of it, whatever the server could see. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

describe('two lines of one file with one id', () => {
  const many = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, n) => line(`n-${from + n}`));

  it.each([1, 700, 2_600])(
    'and other content are told %i lines apart: the second is rejected, and nothing that becomes a conflict is accepted',
    async (apart) => {
      const lines = [line('a'), ...many(1, apart), lineOf('a', { grade: 'B2' })];
      const { exit, report, asked } = await importFrom(accept, file(...lines));
      expect([exit, report.accepted, rejected(report)]).toEqual([6, apart, [`${apart + 1} event.id-conflict`]]);
      expect(report.rejected[0]?.faults[0]).toMatchObject({
        pointer: '/id',
        detail: expect.stringMatching(/^Line 1 of the file, too,/) as string,
      });
      expect(sent(asked).filter((id) => id === 'a')).toHaveLength(1);
    },
  );

  it('and the same content are one line, however it is written', async () => {
    const spaced = line('a').replace('{', '{ ').replaceAll(':"', ' : "');
    const { exit, report } = await importFrom(accept, file(line('a'), ...many(1, 600), spaced));
    expect([exit, rejected(report)]).toEqual([0, []]);
  });

  it('are not both right where the first is rejected by itself', async () => {
    const { report } = await importFrom(accept, file(lineOf('a', { kind: 'rumour' }), line('a'), lineOf('a', { kind: 'rumour' })));
    expect(rejected(report)).toEqual(['1 import.kind-unknown', '2 event.id-conflict', '3 import.kind-unknown']);
  });

  it('are told before anything is kept under rollback, and each pass over the file begins anew', async () => {
    const bad = await importFrom(accept, file(line('a'), lineOf('a', { grade: 'B2' })), { onError: 'rollback' });
    expect([bad.exit, bad.report.written, bad.asked.map(({ url }) => url.includes('dryRun=true'))]).toEqual([6, false, [true]]);
    const good = await importFrom(accept, file(line('a'), line('b')), { onError: 'rollback' });
    expect([good.exit, good.report.accepted]).toEqual([0, 2]);
  });
});

describe('a byte order mark', () => {
  const marked = (text: string): string => {
    const path = join(folder, 'marked.jsonl');
    writeFileSync(path, `\ufeff${text}`);
    return path;
  };

  it('before the first line belongs to the file: the line is read, and what corrects it is taken', async () => {
    const correction = lineOf('b', { kind: 'correction', corrects: 'a' });
    const { exit, asked } = await importFrom(accept, marked(`${line('a')}\r\n${correction}\r\n`));
    expect([exit, asked.flatMap(({ rows }) => rows)]).toMatchObject([0, [{ id: 'a' }, { id: 'b', as: 'observation' }]]);
    expect((await importFrom(accept, marked(line('a')))).report.accepted).toBe(1);
    // Alone on its line it is nothing.
    const alone = await importFrom(accept, marked(`\n${line('a')}`));
    expect([alone.exit, alone.report.lines, alone.report.accepted]).toEqual([0, 1, 1]);
  });

  it('is not written out with the first line, nor counted in what is told of it', async () => {
    const rejects = join(folder, 'marked-rejects.jsonl');
    const { report } = await importFrom(accept, marked('{"id":"a"\n'), { rejects });
    expect(report.rejected).toMatchObject([{ line: 1, raw: Buffer.from('{"id":"a"'), faults: [{ code: 'json.syntax', offset: 9 }] }]);
  });

  it('before any other line is no part of JSON', async () => {
    const { report } = await importFrom(accept, file(line('a'), `\ufeff${line('b')}`));
    expect(rejected(report)).toEqual(['2 json.encoding']);
  });
});
