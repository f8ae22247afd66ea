#!/usr/bin/env node
// The command line, from the build. `npm start` and `npm run build` make one.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const entry = new URL('../dist/apps/custody/src/main.js', import.meta.url);
if (existsSync(fileURLToPath(entry))) {
  await import(entry.href);
} else {
  console.error('custody is not built yet: run `npm run build` first.');
  process.exitCode = 1;
}
