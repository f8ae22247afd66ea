/** The fold's known answers: they are those that are committed, and each rule decides one of them. `UPDATE_ANSWERS=1` writes them anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { validateDocument } from '#lib/contracts';
import { RULES, rulesWithout, type RuleName } from '#lib/domain';
import { compareAnswers, foldAnswers, type FoldAnswers } from './answers.ts';
import { HISTORIES } from './histories.ts';

const FILE = join(import.meta.dirname, 'released.ts');
const START = `/**
 * What the fold of this version makes of each history, by its name. Made by \`UPDATE_ANSWERS=1 npm test -- fold-answers\`: a change here is a
 * change of what readers are told of ledgers that are there, and stands in the change log.
 */
`;
const WIDTH = 140;
const lineOf = ([name, answer]: [string, string]): string => {
  const key = /^\w+$/.test(name) ? name : `'${name}'`;
  const line = `  ${key}: '${answer}',`;
  return line.length <= WIDTH ? line : `  ${key}:\n    '${answer}',`;
};
const page = (answers: FoldAnswers): string =>
  `${START}export const RELEASED: Readonly<Record<string, string>> = {\n${Object.entries(answers).map(lineOf).join('\n')}\n};\n`;

describe("the fold's known answers", () => {
  let found: FoldAnswers;
  beforeAll(async () => {
    found = await foldAnswers();
  }, 60_000);

  it('are those that this version is released with', async () => {
    if (process.env['UPDATE_ANSWERS'] === '1') writeFileSync(FILE, page(found));
    expect(readFileSync(FILE, 'utf8')).toBe(page(found));
    if (process.env['UPDATE_ANSWERS'] !== '1')
      expect(compareAnswers(found)).toMatchObject({ differing: [], cases: Object.keys(found).length });
  });

  it.each(Object.keys(RULES) as RuleName[])('name the rule %s where the fold is without it', async (name) => {
    const compared = compareAnswers(await foldAnswers(rulesWithout(name)), found);
    expect(compared.differing).toContain(name);
    expect(compared.sha256).not.toBe(compared.released);
  });

  it('are the same each time', async () => {
    expect(await foldAnswers(RULES)).toEqual(found);
  });

  it('count one that is missing or that nobody knows', () => {
    const { retractionPrevails: gone = '', ...others } = found;
    expect(compareAnswers(others, { ...others, retractionPrevails: gone }).differing).toEqual(['retractionPrevails']);
    expect(compareAnswers({ ...others, retractionPrevails: gone }, others).differing).toEqual(['retractionPrevails']);
  });

  it('are of documents that capture would take, each with an id of its own', () => {
    const told = Object.values(HISTORIES).flat();
    expect(told.flatMap(({ id, document }) => validateDocument(document).map((fault) => [id, fault]))).toEqual([]);
    expect(new Set(told.map(({ agency, id }) => `${agency}/${id}`)).size).toBe(told.length);
  });
});
