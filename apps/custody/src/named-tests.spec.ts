/** Each page that says what tests show: what it names is there, runs, and is one test. */
import { brokenLinks, linksIn, readPage, readSuites } from './named-tests.contract.ts';

const suites = readSuites();

test.each(['ARCHITECTURE.md', 'SECURITY.md', 'docs/asvs.md', 'docs/what-it-proves.md'])('%s names tests that are there and run', (page) => {
  const text = readPage(page);
  expect(linksIn(text).length).toBeGreaterThan(0);
  expect(brokenLinks(page, text, suites)).toEqual([]);
});

test('eight questions, each with a test that shows its answer', () => {
  const answers = readPage('docs/what-it-proves.md')
    .split(/^## \d\. /m)
    .slice(1);
  expect(answers).toHaveLength(8);
  expect(answers.filter((answer) => linksIn(answer).length === 0)).toEqual([]);
});

describe('control: of a link to a file that has', () => {
  const brokenIn = (source: string): string[] =>
    brokenLinks('docs/x.md', '- [x](../a.spec.ts "finds a lie")', new Map([['a.spec.ts', source]]));

  test.each([
    ['a test', "test('it finds a lie', () => {});"],
    ['a test in a block', "describe('a', () => { it('finds a lie', async () => {}); });"],
    ['a test for each of some', "test.each([1])('finds a lie: %s', () => {});"],
    ['a test whose title varies', 'test(`finds a lie in ${count}`, () => {});'],
    ['a test that needs an engine', "const withGo = has ? test : test.skip; withGo('finds a lie', () => {});"],
    [
      'a test that a function of the suite makes',
      "const control = (name: string) => { test(`${name}: refused`, () => {}); }; control('finds a lie');",
    ],
  ])('%s it is taken', (_, source) => {
    expect(brokenIn(source)).toEqual([]);
  });

  test.each([
    ['no such test', "test('finds nothing', () => {});"],
    ['a test that is skipped', "test.skip('finds a lie', () => {});"],
    ['a test for each that is skipped', "it.skip.each([1])('finds a lie', () => {});"],
    ['a test in a block that is skipped', "describe.skip('a', () => { test('finds a lie', () => {}); });"],
    ['a test that is yet to be written', "test.todo('finds a lie');"],
    ['a test in a comment', "// test('finds a lie', () => {});\n/* test('finds a lie') */"],
    ['the words as data', "const says = 'finds a lie'; test('x', () => { expect(says).toBe('finds a lie'); });"],
    ['the words as the name of a block alone', "describe('finds a lie', () => { test('x', () => {}); });"],
  ])('%s it is named', (_, source) => {
    expect(brokenIn(source)).toEqual(['a.spec.ts: finds a lie']);
  });
});

describe('control: of a link', () => {
  const source = "test('finds a lie', () => {});";

  test.each([
    ['to a file that is gone', '[x](../b.spec.ts "finds a lie")', 'b.spec.ts: not there'],
    ['without the words of a title', '[x](../a.spec.ts)', 'a.spec.ts: names no test'],
    ['to several tests, of which each could go', '[x](../two.spec.ts "lie")', 'two.spec.ts: lie (2 tests)'],
    ['to a contract that no spec takes in', '[x](../left.contract.ts "finds a lie")', 'left.contract.ts: no suite runs it'],
    ['to contracts that take in each other alone', '[x](../ring.contract.ts "finds a lie")', 'ring.contract.ts: no suite runs it'],
  ])('%s it is named', (_, link, said) => {
    const takesIn = (name: string): string => `import { x } from './${name}.contract.ts';\n${source}`;
    const some = new Map([
      ['a.spec.ts', source],
      ['two.spec.ts', `${source} test('finds another lie', () => {});`],
      ['left.contract.ts', source],
      ['ring.contract.ts', takesIn('other-ring')],
      ['other-ring.contract.ts', takesIn('ring')],
    ]);
    expect(brokenLinks('docs/x.md', link, some)).toEqual([said]);
  });

  test('to a contract that a spec takes in by another it is taken', () => {
    const some = new Map([
      ['apps/a.spec.ts', "import { b } from './b.contract.ts';"],
      ['apps/b.contract.ts', "import { b } from '../libs/c.contract.ts';"],
      ['libs/c.contract.ts', source],
    ]);
    expect(brokenLinks('ARCHITECTURE.md', '[x](libs/c.contract.ts "finds a lie")', some)).toEqual([]);
  });
});
