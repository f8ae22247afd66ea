// Compiles apps and libs to dist. Skipped when nothing changed since the last build, so that a warm start costs milliseconds:
// `node scripts/build.mjs [--force]`.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPage } from './build-page.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** What a build depends on beside the sources. */
const SETTINGS = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];

const STAMP = 'dist/.built';

/**
 * @param {{ root?: string, force?: boolean, say?: (line: string) => void }} [options]
 * @returns {'built' | 'fresh'} throws when the compiler finds errors; its messages are on stderr.
 */
export function build({ root = ROOT, force = false, say = () => {} } = {}) {
  const before = fingerprint(root);
  const stamp = join(root, STAMP);
  if (!force && existsSync(stamp) && readFileSync(stamp, 'utf8') === before) return 'fresh';
  say('building');
  rmSync(stamp, { force: true });
  removeOutputWithoutSource(root);
  const compiler = join(root, 'node_modules/typescript7/bin/tsc');
  const { status, error } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('the build failed; the compiler says why above', { cause: error });
  mkdirSync(join(root, 'dist'), { recursive: true });
  buildPage(root);
  // The state from before compiling: what was saved meanwhile is built next time.
  writeFileSync(stamp, before);
  return 'built';
}

/** Names, sizes and times of everything that is compiled: 5 ms for a few hundred files, where hashing contents would be 30. */
function fingerprint(root) {
  const hash = createHash('sha256');
  for (const path of [...SETTINGS.map((file) => join(root, file)), ...sources(root)]) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${relative(root, path)}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function sources(root) {
  return ['apps', 'libs'].flatMap((folder) =>
    filesUnder(join(root, folder)).filter((path) => /\.(ts|json|html|css)$/.test(path) && !/\.(spec|contract)\.ts$/.test(path)),
  );
}

function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** A module that was deleted must not go on working because its output is still there. */
function removeOutputWithoutSource(root) {
  for (const folder of ['apps', 'libs']) {
    for (const output of filesUnder(join(root, 'dist', folder))) {
      const source = relative(join(root, 'dist'), output).replace(/\.js(\.map)?$/, '.ts');
      if (source.endsWith('.ts') && !existsSync(join(root, source))) {
        rmSync(output);
        // The incremental state would take the file for up to date.
        rmSync(join(root, 'dist/.tsbuildinfo'), { force: true });
      }
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const started = performance.now();
    const outcome = build({ force: process.argv.includes('--force'), say: (line) => console.error(`${line} ...`) });
    if (outcome === 'built') console.error(`built in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
