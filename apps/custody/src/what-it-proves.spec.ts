/** docs/what-it-proves.md: eight questions, and each answer's tests are there. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from './package-root.ts';

const page = fileURLToPath(new URL('docs/what-it-proves.md', packageRoot()));
const LINK = /\]\((\.\.\/[^ ]+) "([^"]+)"\)/g;

/** Links whose file does not have the words of the test. */
function broken(text: string): string[] {
  return [...text.matchAll(LINK)].flatMap(([, path, words]) => {
    const source = readFileSync(join(dirname(page), path as string), 'utf8');
    return source.includes(words as string) ? [] : [`${path as string}: ${words as string}`];
  });
}

test('eight questions, each with a test that shows its answer', () => {
  const text = readFileSync(page, 'utf8');
  const answers = text.split(/^## \d\. /m).slice(1);
  expect(answers).toHaveLength(8);
  expect(answers.filter((answer) => [...answer.matchAll(LINK)].length === 0)).toEqual([]);
  expect(broken(text)).toEqual([]);
});

test('control: a test that is gone is named', () => {
  expect(broken('- [x](../libs/ledger/src/witness.spec.ts "no such test at all")')).toEqual([
    '../libs/ledger/src/witness.spec.ts: no such test at all',
  ]);
});
