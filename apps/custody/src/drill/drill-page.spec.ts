/** README's table of what tampering is found says what the committed drill found, and nothing else (UPDATE_DOCS=1 writes it). */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DrillResult, TAMPER_CLASSES } from './drill.ts';
import { drillSection } from './drill-report.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const README = join(ROOT, 'README.md');
const [BEGIN, END] = ['<!-- drill:begin -->', '<!-- drill:end -->'];
const MUTATIONS_MIN = 10_000;

const result = JSON.parse(readFileSync(join(ROOT, 'docs/drill.json'), 'utf8')) as DrillResult;

function withSection(text: string): string {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`README.md needs ${BEGIN} and ${END}.`);
  return `${text.slice(0, begin + BEGIN.length)}\n${drillSection(result)}\n${text.slice(end)}`;
}

describe('the committed drill', () => {
  test('has every class that there is, enough of each, and nothing but what is claimed', () => {
    expect(result.classes.map(({ name }) => name)).toEqual(TAMPER_CLASSES.map(({ name }) => name));
    expect(result.mutations).toBeGreaterThanOrEqual(MUTATIONS_MIN);
    expect(result.classes.filter(({ asClaimed }) => !asClaimed)).toEqual([]);
    expect(result.clean.runs).toBeGreaterThanOrEqual(100);
    expect(result.clean.alarms).toBe(0);
  });

  test('is what README says', () => {
    const text = readFileSync(README, 'utf8');
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(README, withSection(text));
    expect(readFileSync(README, 'utf8')).toBe(withSection(text));
    expect(withSection(text.replace('**no**', 'yes'))).toBe(withSection(text));
  });
});
