import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MUTANTS, SOAK_MUTANTS } from '../../../libs/ledger/src/mutants.contract.ts';
import {
  MUTANT_PATHS,
  MUTANT_SUITES,
  type MutantCount,
  MUTANTS_FILE,
  MUTANTS_OF_A_CLASS,
  type MutantsResult,
  shortcomings,
} from './mutants-result.ts';
import { outdatedSince, revisionOf, standingOf, treeHash } from './soak.ts';

const ROOT = join(import.meta.dirname, '../../..');
const kept = JSON.parse(readFileSync(join(ROOT, MUTANTS_FILE), 'utf8')) as MutantsResult;

const whole: MutantCount = { name: 'a', tried: 12_000, readable: MUTANTS_OF_A_CLASS, accepted: 0 };
const suitesOf = (count: MutantCount) => ({ suites: Object.fromEntries(Object.keys(MUTANT_SUITES).map((suite) => [suite, [count]])) });

test('a class counts with ten thousand that survive parsing, however few there seemed to be, and with none accepted', () => {
  expect(shortcomings(suitesOf(whole))).toEqual([]);
  expect(shortcomings(suitesOf({ ...whole, readable: 0, formAlone: true }))).toEqual([]);
  for (const count of [
    { ...whole, readable: 9_999 },
    { ...whole, readable: 70, exhaustedBy: 3_000 },
    { ...whole, accepted: 1 },
  ])
    expect(shortcomings(suitesOf(count))).toHaveLength(Object.keys(MUTANT_SUITES).length);
  expect(shortcomings({ suites: { ...suitesOf(whole).suites, receipt: [] } })).toEqual(['receipt: no class was run']);
});

test('the suites of the result are there, and leave their counts under its names, from the same size on', () => {
  expect(SOAK_MUTANTS).toBe(MUTANTS_OF_A_CLASS);
  expect(MUTANTS).toBeGreaterThan(0);
  for (const [name, path] of Object.entries(MUTANT_SUITES))
    expect(readFileSync(join(ROOT, path), 'utf8')).toContain(`keepCounts('${name}',`);
});

describe('the committed result of the mutants', () => {
  test('is about this code, or not older than a week', () => {
    const revision = revisionOf(ROOT);
    if (revision === null) return void console.log('no git here: the result of the mutants is not held against the code');
    const standing = standingOf(kept, { ...revision, treeHash: treeHash(ROOT, MUTANT_PATHS) });
    if (standing !== 'current') console.log(`mutants outdated since ${outdatedSince(ROOT, kept)}`);
    expect(standing).not.toBe('too-old');
  });

  test('has the counts that a release is held to', () => {
    expect([kept.covers, kept.mutants, shortcomings(kept)]).toEqual([[...MUTANT_PATHS], MUTANTS_OF_A_CLASS, []]);
  });
});
