/** README's table of what tampering is found says what the committed drill found, and nothing else (UPDATE_DOCS=1 writes it). */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DrillResult, TAMPER_CLASSES } from './drill.ts';
import { withDrillSection } from './drill-report.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const README = join(ROOT, 'README.md');
const result = JSON.parse(readFileSync(join(ROOT, 'docs/drill.json'), 'utf8')) as DrillResult;

describe('the committed drill', () => {
  test('has every class that there is, the same number of each, and nothing but what is claimed', () => {
    expect(result.classes.map(({ name }) => name)).toEqual(TAMPER_CLASSES.map(({ name }) => name));
    expect(new Set(result.classes.map(({ count }) => count)).size).toBe(1);
    expect(result.classes.filter(({ asClaimed }) => !asClaimed)).toEqual([]);
    expect(result.classes.filter(({ witness, auditing }) => witness.shown === 0 || auditing.shown === 0)).toEqual([]);
  });

  test('is what README says', () => {
    const text = readFileSync(README, 'utf8');
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(README, withDrillSection(text, result));
    expect(readFileSync(README, 'utf8')).toBe(withDrillSection(text, result));
    expect(withDrillSection(text.replace('**no**', 'yes'), result)).toBe(withDrillSection(text, result));
  });
});
