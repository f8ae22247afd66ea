/**
 * What a reader may rely on anywhere in this repository, checked over its own files. Each rule is a function from files to violations, and
 * each is shown a planted violation, so that none of them can go blind.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser';
import typescript from 'typescript';
import { asyncApiDocument, DEAD_LETTERS_TOPIC, errorsPage, openApiDocument, SIGHTINGS_TOPIC } from '#lib/contracts';
import { configReference, readConfig } from '#lib/runtime';
import { program } from './program.ts';

const ROOT = join(import.meta.dirname, '../../..');
const LINES_MAX = 500;
/** Libs whose public names all have to say what they are: they are read by whoever checks the evidence. */
const DOCUMENTED_LIBS = ['domain', 'ledger', 'event-log'];

interface SourceFile {
  readonly path: string;
  readonly text: string;
}

const files = filesOf(ROOT);

describe('the repository', () => {
  test('has no folder that collects what has no name', () => {
    expect(namelessFolders(files)).toEqual([]);
    expect(namelessFolders([{ path: 'libs/domain/src/utils/a.ts', text: '' }])).toEqual(['libs/domain/src/utils/a.ts']);
  });

  test(`has no file of more than ${LINES_MAX} lines`, () => {
    expect(longFiles(files)).toEqual([]);
    expect(longFiles([{ path: 'a.ts', text: '\n'.repeat(LINES_MAX + 1) }])).toEqual(['a.ts: 501 lines']);
  });

  test('leaves nothing unfinished', () => {
    expect(unfinished(files)).toEqual([]);
    for (const word of UNFINISHED_WORDS)
      expect(unfinished([{ path: 'a.ts', text: `fine\n// ${word} later` }])).toEqual([`a.ts:2: ${word}`]);
  });

  test('runs all of its tests', () => {
    expect(focused(files)).toEqual([]);
    for (const call of ['test.only(', 'describe.only(', 'it.only.each(', 'fit(', 'fdescribe(']) {
      expect(focused([{ path: 'a.spec.ts', text: `  ${call}'x', () => {})` }])).toEqual(['a.spec.ts:1']);
    }
  });

  test('logs fixed messages: what varies stands in fields, which are on a list', () => {
    expect(variableMessages(files)).toEqual([]);
    for (const call of ['log.info(`got ${id}`)', 'log.warn(error.message)', 'this.log.error(text, {})']) {
      expect(variableMessages([{ path: 'apps/a.ts', text: call }])).toEqual(['apps/a.ts:1']);
    }
  });

  test.each(DOCUMENTED_LIBS)('says what every public name of libs/%s is', (lib) => {
    expect(undocumented(files, lib)).toEqual([]);
    const planted = [
      { path: `libs/${lib}/src/index.ts`, text: "export { told, untold } from './a.ts';\nexport * from './b.ts';" },
      { path: `libs/${lib}/src/a.ts`, text: '/** Told. */\nexport const told = 1;\nexport const untold = 2;\nexport const inner = 3;' },
      { path: `libs/${lib}/src/b.ts`, text: 'export interface Bare {}\n/** Told. */\nexport function fine(): void {}' },
    ];
    expect(undocumented(planted, lib)).toEqual([`libs/${lib}/src/a.ts: untold`, `libs/${lib}/src/b.ts: Bare`]);
  });

  test('has what its package scripts run', () => {
    const scripts = packageScripts();
    expect(brokenScripts(scripts)).toEqual([]);
    expect(brokenScripts({ gone: 'node scripts/build.mjs && node dist/apps/gone/src/main.js' })).toEqual([
      'gone: dist/apps/gone/src/main.js',
    ]);
  });

  test('has the commands that its pages show, in blocks and in sentences', () => {
    const pages = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter(
      (path) => path.endsWith('.md') && !/(?:^|[\\/])(?:node_modules|dist|\.custody|\.git)[\\/]/.test(path),
    );
    expect(pages).toContain('README.md');
    expect(pages.flatMap((page) => unknownCommands(readFileSync(join(ROOT, page), 'utf8')))).toEqual([]);
    expect(unknownCommands('```sh\nnpm run fly\nnpm start\ncustody levitate vin:X\ncustody trace vin:X\n```')).toEqual([
      'npm run fly',
      'custody levitate',
    ]);
    expect(unknownCommands('`npm run fly` and `npm test -- libs`, or `custody levitate`')).toEqual(['npm run fly', 'custody levitate']);
  });

  test('has the pages that are made from code as the code makes them', () => {
    const json = (document: object): string => `${JSON.stringify(document, null, 2)}\n`;
    const pages = {
      'configuration.md': configReference(),
      'errors.md': errorsPage(),
      'openapi.json': json(openApiDocument()),
      'asyncapi.json': json(asyncApiDocument()),
    };
    expect(stalePages(pages)).toEqual([]);
    expect(stalePages({ ...pages, 'errors.md': `${errorsPage()}more` })).toEqual(['docs/errors.md']);
  });

  test('has each app of the program in nest-cli.json, with the file that it begins with', () => {
    const { projects } = JSON.parse(readFileSync(join(ROOT, 'nest-cli.json'), 'utf8')) as { projects: Record<string, NestProject> };
    expect(wrongProjects(files, projects)).toEqual([]);
    const planted = [...files, { path: 'apps/planted/src/index.ts', text: '' }];
    expect(wrongProjects(planted, projects)).toEqual(['apps/planted/src/index: not in nest-cli.json']);
    expect(wrongProjects(files, { ...projects, gone: { root: 'apps/gone', entryFile: 'apps/gone/src/index' } })).toEqual([
      'apps/gone/src/index: not there',
    ]);
  });

  test('publishes the topics that it uses by default', () => {
    const result = readConfig({ env: {}, cwd: ROOT });
    expect(result.ok && result.config.topics).toMatchObject({ events: SIGHTINGS_TOPIC, deadLetters: DEAD_LETTERS_TOPIC });
  });
});

describe('dependencies', () => {
  test('go only where the allow-list says', async () => {
    expect(await forbiddenDependencies(ROOT)).toEqual([]);
  }, 60_000);

  const clean: Readonly<Record<string, string>> = {
    'libs/domain/src/index.ts': "export { a } from './a.ts';",
    'libs/domain/src/a.ts': 'export const a = 1;',
    'libs/ledger/src/index.ts': "import { a } from '#lib/domain';\nimport { hash } from './primitives.ts';\nexport const b = [a, hash];",
    'libs/ledger/src/primitives.ts': "export { createHash as hash } from 'node:crypto';",
    'libs/event-log/src/index.ts': "import kafkajs from 'kafkajs';\nexport type Port = typeof kafkajs;",
    'libs/store/src/index.ts':
      "import pg from 'pg';\nimport type { Port } from '#lib/event-log';\nexport const c: [typeof pg, Port?] = [pg];",
    'apps/gateway/src/index.ts': "export { c } from '#lib/store';",
    'apps/custody/src/main.ts': "import { c } from '#app/gateway';\nc.at(0);",
  };

  test('in order are found in order: the copy into which violations are planted has none', async () => {
    expect(await withTree(clean, forbiddenDependencies)).toEqual([]);
  });

  test.each<[string, string, string, string]>([
    [
      'a type from kafkajs in domain',
      'libs/domain/src/a.ts',
      "import type { Kafka } from 'kafkajs';\nexport const a: Kafka | 1 = 1;",
      'libs/domain: allow-list',
    ],
    ['a Node module in domain', 'libs/domain/src/a.ts', "export { sep as a } from 'node:path';", 'libs/domain: allow-list'],
    ['an upper lib in domain', 'libs/domain/src/a.ts', "export { b as a } from '#lib/ledger';", 'libs/domain: allow-list'],
    ['pg in a role', 'apps/gateway/src/index.ts', "export { default as c } from 'pg';", 'apps/gateway: allow-list'],
    [
      'pg in the event log',
      'libs/event-log/src/index.ts',
      "import kafkajs from 'kafkajs';\nimport pg from 'pg';\nexport type Port = [typeof kafkajs, typeof pg];",
      'libs/event-log: allow-list',
    ],
    [
      'code of the event log in store',
      'libs/store/src/index.ts',
      "import pg from 'pg';\nexport { x } from '#lib/event-log';\nexport const c = [pg];",
      'store knows the event log by type alone',
    ],
    [
      'a second file with node:crypto in ledger',
      'libs/ledger/src/index.ts',
      "import { hash } from './primitives.ts';\nimport { createHmac } from 'node:crypto';\nexport const b = [hash, createHmac];",
      'one file of ledger knows node:crypto',
    ],
    [
      'a deep import',
      'libs/ledger/src/index.ts',
      "import { a } from '../../domain/src/a.ts';\nimport { hash } from './primitives.ts';\nexport const b = [a, hash];",
      'no deep imports',
    ],
    ['a role in another role', 'apps/projector/src/index.ts', "export { c } from '#app/gateway';", 'apps/projector: allow-list'],
    [
      'the bench in a program',
      'apps/custody/src/main.ts',
      "import { c } from '#app/gateway';\nimport '../../bench/src/run.ts';\nc.at(0);",
      'nobody imports the bench or the chaos harness',
    ],
    ['a cycle', 'libs/domain/src/a.ts', "import * as all from './index.ts';\nexport const a: unknown = all;", 'no-circular'],
    ['a file that nobody uses', 'libs/domain/src/forgotten.ts', 'export const forgotten = 1;', 'no-orphans'],
    ['a new folder', 'libs/analysis2/src/index.ts', "export { a } from '#lib/domain';", 'every folder has a list'],
  ])('planted: %s is found', async (_what, path, text, rule) => {
    const bench = { 'apps/bench/src/run.ts': "export { a } from '#lib/domain';" };
    const found = await withTree({ ...clean, ...bench, [path]: text }, forbiddenDependencies);
    expect(found.map((violation) => violation.split(' | ')[0])).toContain(rule);
  });
});

describe('the linter', () => {
  const planted: Readonly<Record<string, string>> = {
    '@typescript-eslint/no-floating-promises': 'export function run(work: () => Promise<void>): void {\n  work();\n}\n',
    '@typescript-eslint/no-misused-promises':
      'export function run(items: number[], work: (n: number) => Promise<void>): void {\n  items.forEach(async (item) => {\n    await work(item);\n  });\n}\n',
    '@typescript-eslint/await-thenable': 'export async function run(): Promise<void> {\n  await 1;\n}\n',
    'no-restricted-imports': "export { a } from '#lib/domain/src/time';\n",
    'max-lines': `${'export {};\n'.repeat(501)}`,
    'max-lines-per-function': `export function run(): number {\n  let sum = 0;\n${'  sum += 1;\n'.repeat(70)}  return sum;\n}\n`,
    'no-console': "console.log('x');\nexport {};\n",
    none: 'export const fine = 1;\n',
  };

  test('finds what is planted, and nothing in what is in order', () => {
    const found = lint(planted);
    for (const [rule, messages] of Object.entries(found))
      expect([rule, messages]).toEqual([rule, rule === 'none' ? [] : expect.arrayContaining([rule])]);
  }, 120_000);
});

function filesOf(root: string): SourceFile[] {
  const skipped = /(^|\/)(node_modules|dist|\.custody)\/|^deploy\/kafka\/(libs|target)\//;
  return ['apps', 'libs', 'scripts', 'bin', 'deploy']
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.(ts|mts|mjs)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(root, path), full: path }))
    .filter(({ path }) => !skipped.test(path))
    .map(({ path, full }) => ({ path, text: readFileSync(full, 'utf8') }));
}

function namelessFolders(among: readonly SourceFile[]): string[] {
  return among.map(({ path }) => path).filter((path) => /(^|\/)(utils?|helpers?|common|shared|misc)\//.test(path));
}

/** Generated tables hold their data in few long lines and stay below it, too. */
function longFiles(among: readonly SourceFile[]): string[] {
  return among
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > LINES_MAX)
    .map(({ path, lines }) => `${path}: ${lines} lines`);
}

// Written apart, so that this file does not find itself.
const UNFINISHED_WORDS = [
  'TO' + 'DO',
  'FIX' + 'ME',
  'XX' + 'X',
  'HA' + 'CK',
  'st' + 'ub',
  'for' + ' now',
  'not implemented' + ' yet',
  'place' + 'holder',
];

function unfinished(among: readonly SourceFile[]): string[] {
  const anywhere = new RegExp(`\\b(${UNFINISHED_WORDS.slice(0, -1).join('|')})\\b`);
  // The last word is also the proper name of a part of a path or a statement: there only a comment that uses it is suspicious.
  const remark = new RegExp(`(?://|^\\s*/?\\*).*\\b(${UNFINISHED_WORDS.at(-1) ?? ''})\\b`);
  return linesWhere(among, (line) => (anywhere.exec(line) ?? remark.exec(line))?.[1]).map(
    ({ path, line, found }) => `${path}:${line}: ${found}`,
  );
}

function focused(among: readonly SourceFile[]): string[] {
  const suites = among.filter(({ path }) => path.endsWith('.spec.ts') || path.endsWith('.contract.ts'));
  return linesWhere(suites, (line) => /^\s*(?:(?:test|it|describe)\.only\b|f(?:it|describe)\()/.exec(line)?.[0]).map(
    ({ path, line }) => `${path}:${line}`,
  );
}

function variableMessages(among: readonly SourceFile[]): string[] {
  const program = among.filter(({ path }) => /^(apps|libs)\//.test(path) && !path.startsWith('apps/bench/') && !path.endsWith('.spec.ts'));
  return linesWhere(program, (line) => /\blog\.(?:debug|info|warn|error)\((?!['"]|`[^$`]*`|$|\.\.\.)/.exec(line)?.[0]).map(
    ({ path, line }) => `${path}:${line}`,
  );
}

function linesWhere(
  among: readonly SourceFile[],
  find: (line: string) => string | undefined,
): { path: string; line: number; found: string }[] {
  return among.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      const found = find(line);
      return found === undefined ? [] : [{ path, line: index + 1, found }];
    }),
  );
}

/** Names that a lib's index exports and that have no doc comment where they are declared. */
function undocumented(among: readonly SourceFile[], lib: string): string[] {
  const folder = `libs/${lib}/src/`;
  const index = among.find(({ path }) => path === `${folder}index.ts`);
  if (index === undefined) return [`${folder}index.ts is missing`];
  return exportsOf(index).flatMap(({ module, names }) => {
    const path = join(folder, module);
    const file = among.find((candidate) => candidate.path === path);
    if (file === undefined) return [`${path} is missing`];
    const declared = declarationsOf(file);
    const wanted = names ?? [...declared.keys()];
    // A name that the module only passes on is checked where it comes from, when that is exported too.
    return wanted.filter((name) => declared.get(name) === false).map((name) => `${path}: ${name}`);
  });
}

/** Re-exports of an index: module, and the names as declared there (null = all). */
function exportsOf({ path, text }: SourceFile): { module: string; names: string[] | null }[] {
  const source = typescript.createSourceFile(path, text, typescript.ScriptTarget.ES2023, true);
  return source.statements.filter(typescript.isExportDeclaration).flatMap(({ moduleSpecifier, exportClause }) => {
    if (moduleSpecifier === undefined || !typescript.isStringLiteral(moduleSpecifier) || !moduleSpecifier.text.startsWith('.')) return [];
    const named =
      exportClause !== undefined && typescript.isNamedExports(exportClause)
        ? exportClause.elements.map((element) => (element.propertyName ?? element.name).text)
        : null;
    return [{ module: moduleSpecifier.text, names: named }];
  });
}

/** Exported declarations of a module, and whether any of a name has a doc comment. */
function declarationsOf({ path, text }: SourceFile): Map<string, boolean> {
  const source = typescript.createSourceFile(path, text, typescript.ScriptTarget.ES2023, true);
  const documented = new Map<string, boolean>();
  for (const statement of source.statements) {
    if (
      !typescript.canHaveModifiers(statement) ||
      typescript.getModifiers(statement)?.some(({ kind }) => kind === typescript.SyntaxKind.ExportKeyword) !== true
    )
      continue;
    const told = typescript.getJSDocCommentsAndTags(statement).length > 0;
    const names = typescript.isVariableStatement(statement)
      ? statement.declarationList.declarations.map(({ name }) => name)
      : 'name' in statement
        ? [statement.name]
        : [];
    for (const name of names)
      if (name !== undefined && typescript.isIdentifier(name as typescript.Node))
        record(documented, (name as typescript.Identifier).text, told);
  }
  return documented;
}

const record = (documented: Map<string, boolean>, name: string, told: boolean): void =>
  void documented.set(name, told || documented.get(name) === true);

function packageScripts(): Record<string, string> {
  return (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> }).scripts;
}

/** Scripts that name a file which is not there; a built file is looked for as its source. */
function brokenScripts(scripts: Readonly<Record<string, string>>): string[] {
  return Object.entries(scripts).flatMap(([name, command]) =>
    [...command.matchAll(/\bnode ([^\s-]\S*)/g)]
      .map(([, path = '']) => path)
      .filter((path) => !existsSync(join(ROOT, path.replace(/^dist\/(.*)\.js$/, '$1.ts'))))
      .map((path) => `${name}: ${path}`),
  );
}

/** Commands in fenced blocks that neither package.json nor the command line has. */
function unknownCommands(markdown: string): string[] {
  const scripts = packageScripts();
  const commands = new Set(program().commands.map((command) => command.name()));
  const blocks = [...markdown.matchAll(/```(?:sh|bash|console|text)?\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.split('\n'));
  const spans = [...markdown.replace(/```[\s\S]*?```/g, '').matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
  return [...blocks, ...spans].flatMap((line) => {
    const [, npm, script, custody] =
      /^\s*(?:\$ )?(?:npx )?(?:(npm (?:run ([a-z:-]+)|start|test))|custody ([a-z]+(?:-[a-z]+)*))/.exec(line) ?? [];
    if (npm !== undefined) return (script ?? npm.slice('npm '.length)) in scripts ? [] : [npm];
    return custody === undefined || commands.has(custody) ? [] : [`custody ${custody}`];
  });
}

interface NestProject {
  readonly root: string;
  readonly entryFile: string;
}

/** The program is `custody` and the parts that it is put together from, each of which is had through its index; tools and pages are none. */
function wrongProjects(among: readonly SourceFile[], projects: Readonly<Record<string, NestProject>>): string[] {
  const parts = among.map(({ path }) => path).filter((path) => /^apps\/(?:custody\/src\/main|[^/]+\/src\/index)\.ts$/.test(path));
  const there = parts.map((path) => path.replace(/\.ts$/, ''));
  const listed = Object.values(projects).map(({ entryFile }) => entryFile);
  return [
    ...there.filter((entry) => !listed.includes(entry)).map((entry) => `${entry}: not in nest-cli.json`),
    ...listed.filter((entry) => !there.includes(entry)).map((entry) => `${entry}: not there`),
  ];
}

function stalePages(pages: Readonly<Record<string, string>>): string[] {
  return Object.entries(pages)
    .filter(([name, text]) => readFileSync(join(ROOT, 'docs', name), 'utf8') !== text)
    .map(([name]) => `docs/${name}`);
}

/** `rule | from -> to` of every violation of .dependency-cruiser.mjs in a tree. */
async function forbiddenDependencies(root: string): Promise<string[]> {
  const config = ((await import(join(ROOT, '.dependency-cruiser.mjs'))) as { default: { forbidden: object[]; options: object } }).default;
  const options = { ...config.options, ruleSet: { forbidden: config.forbidden }, validate: true, baseDir: root } as ICruiseOptions;
  const resolve = (config.options as { enhancedResolveOptions: object }).enhancedResolveOptions;
  const folders = ['apps', 'libs'].filter((folder) => existsSync(join(root, folder)));
  const { output } = await cruise(folders, options, resolve);
  return (output as ICruiseResult).summary.violations.map(({ rule, from, to }) => `${rule.name} | ${from} -> ${to}`).sort();
}

/** A small tree of its own with the packages that it names; removed afterwards. */
async function withTree<T>(tree: Readonly<Record<string, string>>, run: (root: string) => Promise<T>): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), 'tidy-'));
  const packages = Object.fromEntries(
    ['kafkajs', 'pg'].flatMap((name) => [
      [`node_modules/${name}/package.json`, `{"name":"${name}","main":"index.js"}`],
      [`node_modules/${name}/index.js`, 'module.exports = {};'],
    ]),
  );
  const settings = Object.fromEntries(['package.json', 'tsconfig.json'].map((name) => [name, readFileSync(join(ROOT, name), 'utf8')]));
  try {
    for (const [path, text] of Object.entries({ ...packages, ...settings, ...tree })) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return await run(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** Rules that ESLint reports for each text, as if it stood in the program. In a process of its own: ESLint loads its configuration by `import`. */
function lint(texts: Readonly<Record<string, string>>): Record<string, string[]> {
  const script = `
    import { ESLint } from 'eslint';
    const eslint = new ESLint();
    const found = {};
    for (const [name, text] of Object.entries(JSON.parse(process.env.TEXTS))) {
      const [result] = await eslint.lintText(text, { filePath: 'libs/runtime/src/ids.ts' });
      found[name] = result.messages.map(({ ruleId, message }) => ruleId ?? message);
    }
    console.log(JSON.stringify(found));`;
  // With CI set, typed lint takes every file as it lies on disk, and would not see what is planted in its place.
  const { NODE_OPTIONS: _, CI: __, ...env } = process.env;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: ROOT,
    env: { ...env, TEXTS: JSON.stringify(texts) },
    encoding: 'utf8',
  });
  return JSON.parse(output) as Record<string, string[]>;
}
