/**
 * docs/what-it-proves.md: eight questions, and each answer's tests are there and run. Words count only where they stand in the title of a test:
 * not of one that is skipped, in a comment, or as data. A test that runs only where its engine is (`engine ? test : test.skip`) counts: the
 * check before a change is taken fails where one is skipped.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import typescript, { type CallExpression, type Expression, type Node, type SourceFile } from 'typescript';
import { packageRoot } from './package-root.ts';

const page = fileURLToPath(new URL('docs/what-it-proves.md', packageRoot()));
const LINK = /\]\((\.\.\/[^ ]+) "([^"]+)"\)/g;
const TESTS = new Set(['test', 'it']);
const NOT_RUN = /^(?:x(?:test|it|describe)|(?:test|it|describe)\.(?:skip|todo|failing)\b)/;

/** Links whose file has no test that runs and says these words in its title. */
function broken(text: string, read = (path: string): string => readFileSync(join(dirname(page), path), 'utf8')): string[] {
  return [...text.matchAll(LINK)].flatMap(([, path = '', words = '']) => {
    const titles = titlesIn(read(path));
    return titles.some((title) => title.includes(words)) ? [] : [`${path}: ${words}`];
  });
}

/** Titles of the tests in a file that are run, as they are written: of a template what does not vary, piece by piece. */
function titlesIn(source: string): string[] {
  const file = typescript.createSourceFile('a.ts', source, typescript.ScriptTarget.Latest, true);
  const [named, makers] = [new Set(TESTS), new Set<string>()];
  const titles: string[] = [];
  each(file, (node) => {
    if (!typescript.isVariableDeclaration(node) && !typescript.isFunctionDeclaration(node)) return;
    const name = node.name?.getText();
    const value = typescript.isVariableDeclaration(node) ? node.initializer : node;
    if (name === undefined || value === undefined) return;
    if (typescript.isConditionalExpression(value) && [value.whenTrue, value.whenFalse].some((branch) => TESTS.has(branch.getText())))
      named.add(name);
    // A function of the suite that makes one test of each call, such as `control(...)`: what it is given is in the title.
    if ((typescript.isArrowFunction(value) || typescript.isFunctionDeclaration(value)) && makesTests(value)) makers.add(name);
  });
  each(file, (node) => {
    if (!typescript.isCallExpression(node) || isSkipped(node)) return;
    const called = calledName(node.expression);
    if (named.has(called)) titles.push(...textsOf(node.arguments[0]));
    else if (makers.has(called)) titles.push(...node.arguments.flatMap(textsOf));
  });
  return titles;
}

function each(node: Node, visit: (node: Node) => void): void {
  visit(node);
  typescript.forEachChild(node, (child) => each(child, visit));
}

/** Of `test.each(table)(...)` the name before the dot, of a plain call its own. */
function calledName(called: Expression): string {
  const isEach = typescript.isCallExpression(called) && typescript.isPropertyAccessExpression(called.expression);
  const inner = isEach ? called.expression : called;
  return typescript.isPropertyAccessExpression(inner) ? (inner.name.text === 'each' ? inner.expression.getText() : '') : inner.getText();
}

/** In it, or in a block around it, something says that it does not run. */
function isSkipped(node: Node | SourceFile): boolean {
  if (typescript.isSourceFile(node)) return false;
  return (typescript.isCallExpression(node) && NOT_RUN.test(node.expression.getText())) || isSkipped(node.parent);
}

function makesTests(maker: Node): boolean {
  let makes = false;
  each(maker, (node) => {
    makes ||= isTestCall(node) && typescript.isTemplateExpression(node.arguments[0] ?? node);
  });
  return makes;
}

const isTestCall = (node: Node): node is CallExpression => typescript.isCallExpression(node) && TESTS.has(calledName(node.expression));

function textsOf(given: Expression | undefined): string[] {
  if (given === undefined) return [];
  if (typescript.isStringLiteralLike(given)) return [given.text];
  return typescript.isTemplateExpression(given) ? [given.head.text, ...given.templateSpans.map(({ literal }) => literal.text)] : [];
}

test('eight questions, each with a test that shows its answer', () => {
  const text = readFileSync(page, 'utf8');
  const answers = text.split(/^## \d\. /m).slice(1);
  expect(answers).toHaveLength(8);
  expect(answers.filter((answer) => [...answer.matchAll(LINK)].length === 0)).toEqual([]);
  expect(broken(text)).toEqual([]);
});

describe('control: of a link to a file that has', () => {
  const link = '- [x](../a.spec.ts "finds a lie")';
  const gone = ['../a.spec.ts: finds a lie'];

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
    expect(broken(link, () => source)).toEqual([]);
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
    expect(broken(link, () => source)).toEqual(gone);
  });
});
