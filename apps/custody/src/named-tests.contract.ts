/**
 * Pages name tests in links: `[what is claimed](../path/of.spec.ts "words of the title")`. Words count only where they stand in the title of one
 * test: not of one that is skipped, in a comment, or as data. A test that runs only where its engine is (`engine ? test : test.skip`)
 * counts: the check before a change is taken fails where one is skipped.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import typescript, { type CallExpression, type Expression, type Node, type SourceFile } from 'typescript';
import { packageRoot } from './package-root.ts';

const ROOT = fileURLToPath(packageRoot());
const LINK = /\]\(([^ )]+\.(?:spec|contract)\.ts)(?: "([^"]+)")?\)/g;
const IMPORT = /^(?:import|export) (?!type )[^;]*? from '(\.[^']+\.contract\.ts)';/gm;
const TESTS = new Set(['test', 'it']);
const NOT_RUN = /^(?:x(?:test|it|describe)|(?:test|it|describe)\.(?:skip|todo|failing)\b)/;

/** Suites by their path from the root. */
export type Suites = ReadonlyMap<string, string>;

export const readPage = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

export const linksIn = (text: string): readonly string[] => [...text.matchAll(LINK)].map(([link]) => link);

export function readSuites(): Suites {
  const paths = ['apps', 'libs'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(?:spec|contract)\.ts$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  return new Map(paths.map((path) => [relative(ROOT, path).replaceAll(sep, '/'), readFileSync(path, 'utf8')]));
}

/** Links of a page that do not lead to one test that runs, each with its reason. */
export function brokenLinks(page: string, text: string, suites: Suites): string[] {
  return [...text.matchAll(LINK)].flatMap(([, link = '', words]) => {
    const path = posix.join(posix.dirname(page), link);
    const source = suites.get(path);
    if (source === undefined) return [`${path}: not there`];
    if (words === undefined) return [`${path}: names no test`];
    if (!isRun(path, suites)) return [`${path}: no suite runs it`];
    const titles = titlesOf(source).filter((title) => title.includes(words));
    if (titles.length === 1) return [];
    return [`${path}: ${words}${titles.length === 0 ? '' : ` (${titles.length} tests)`}`];
  });
}

/** Jest runs specs; what stands in a contract is run where a spec takes it in, itself or by another contract. */
function isRun(path: string, suites: Suites, seen: ReadonlySet<string> = new Set()): boolean {
  if (path.endsWith('.spec.ts')) return true;
  const on = new Set([...seen, path]);
  return [...suites].some(
    ([other, text]) =>
      !on.has(other) &&
      [...text.matchAll(IMPORT)].some(([, name = '']) => posix.join(posix.dirname(other), name) === path) &&
      isRun(other, suites, on),
  );
}

const known = new Map<string, readonly string[]>();

/** A page names a suite many times: each is parsed once. */
function titlesOf(source: string): readonly string[] {
  const titles = known.get(source) ?? titlesIn(source);
  known.set(source, titles);
  return titles;
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
