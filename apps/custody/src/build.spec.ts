/** The build step that `npm start` and `npm test` share: it runs when it has to, and only then. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');
const { build } = (await import(join(ROOT, 'scripts/build.mjs'))) as {
  build: (options: { root: string; force?: boolean }) => 'built' | 'fresh';
};

let tree: string;
beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'build-'));
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
  for (const name of ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'])
    write(name, readFileSync(join(ROOT, name), 'utf8'));
  write('libs/sums/src/index.ts', 'export const two: number = 2;\n');
  write('libs/sums/src/old.ts', 'export const old: number = 1;\n');
});
afterEach(() => rmSync(tree, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), text);
}

const output = (name: string): string => join(tree, 'dist/libs/sums/src', name);
const BUILD_TIMEOUT_MS = 30_000;

test(
  'a second build does nothing, in milliseconds',
  () => {
    expect(build({ root: tree })).toBe('built');
    const started = performance.now();
    expect(build({ root: tree })).toBe('fresh');
    expect(performance.now() - started).toBeLessThan(250);
    expect(build({ root: tree, force: true })).toBe('built');
  },
  BUILD_TIMEOUT_MS,
);

test(
  'a changed source, setting or lock file is built again; a changed suite is not',
  () => {
    build({ root: tree });
    write('libs/sums/src/sums.spec.ts', 'export {};\n');
    expect(build({ root: tree })).toBe('fresh');
    write('libs/sums/src/index.ts', 'export const two: number = 1 + 1;\n');
    expect(build({ root: tree })).toBe('built');
    expect(readFileSync(output('index.js'), 'utf8')).toContain('1 + 1');
    write('package-lock.json', '{}');
    expect(build({ root: tree })).toBe('built');
  },
  BUILD_TIMEOUT_MS,
);

test(
  'what was deleted from the sources is gone from the output, and comes back with its source',
  () => {
    build({ root: tree });
    const source = join(tree, 'libs/sums/src/old.ts');
    const text = readFileSync(source, 'utf8');
    rmSync(source);
    expect(build({ root: tree })).toBe('built');
    expect([existsSync(output('old.js')), existsSync(output('index.js'))]).toEqual([false, true]);
    writeFileSync(source, text);
    build({ root: tree });
    expect(existsSync(output('old.js'))).toBe(true);
  },
  BUILD_TIMEOUT_MS,
);

test(
  'a build that fails is not taken for done',
  () => {
    build({ root: tree });
    write('libs/sums/src/index.ts', "export const two: number = 'two';\n");
    for (let attempt = 0; attempt < 2; attempt++) expect(() => build({ root: tree })).toThrow('the build failed');
    write('libs/sums/src/index.ts', 'export const two: number = 2;\n');
    expect(build({ root: tree })).toBe('built');
  },
  BUILD_TIMEOUT_MS,
);

/** With tsc of the Nest CLI: another compiler than ours (TypeScript 6 and not 7), on the same settings. */
test(
  'nest build makes the same output by nest-cli.json',
  () => {
    const config = readFileSync(join(ROOT, 'nest-cli.json'), 'utf8');
    write('nest-cli.json', config);
    write('apps/custody/src/main.ts', 'export const three: number = 3;\n');
    const nest = (): number | null =>
      spawnSync(process.execPath, [join(ROOT, 'node_modules/@nestjs/cli/bin/nest.js'), 'build'], { cwd: tree }).status;
    expect(nest()).toBe(0);
    expect(readFileSync(join(tree, 'dist/apps/custody/src/main.js'), 'utf8')).toContain('three = 3');
    // It judges the sources, and does not only copy them.
    write('apps/custody/src/main.ts', "export const three: number = 'three';\n");
    expect(nest()).not.toBe(0);
  },
  2 * BUILD_TIMEOUT_MS,
);
