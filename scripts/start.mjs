// `npm start [-- flags]`: installs and builds what is missing, then runs all roles in one process: `custody serve`.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { installIfNeeded } from './install.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ENTRY = join(ROOT, 'dist/apps/custody/src/main.js');

const say = (line) => console.error(`${line} ...`);

try {
  installIfNeeded(ROOT, say);
  build({ root: ROOT, say });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
if (!existsSync(ENTRY)) {
  console.error(`${ENTRY} is missing after the build; run: node scripts/build.mjs --force`);
  process.exit(1);
}
// In this process: signals, exit code and terminal are the program's own, and there is no parent to be killed apart from it.
process.argv.splice(1, process.argv.length - 1, ENTRY, 'serve', ...process.argv.slice(2));
await import(pathToFileURL(ENTRY).href);
