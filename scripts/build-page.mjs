// Makes dist/apps/verify-page/verify.html out of apps/verify-page: one file with everything in it, that runs from a disk and can reach nothing.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const SOURCE = 'apps/verify-page/src';
const OUTPUT = 'dist/apps/verify-page/verify.html';
/** Browsers of the last years: what they lack, esbuild rewrites. */
const TARGET = ['chrome110', 'firefox115', 'safari16.4'];

/**
 * The same sources give the same bytes, so that a page can be known by its hash.
 * @param {string} root
 * @returns {boolean} whether there is a page to make
 */
export function buildPage(root) {
  const source = join(root, SOURCE);
  if (!existsSync(join(source, 'main.ts'))) return false;
  // Without this its service outlives the build, beside the server that `npm start` then becomes.
  process.env.ESBUILD_WORKER_THREADS = '0';
  // Loaded here: whoever imports this file may be about to install it.
  const { buildSync } = createRequire(import.meta.url)('esbuild');
  const bundle = (entry, options) =>
    buildSync({
      absWorkingDir: root,
      entryPoints: [join(source, entry)],
      bundle: true,
      minify: true,
      target: TARGET,
      write: false,
      logLevel: 'warning',
      ...options,
    }).outputFiles[0].text.trimEnd();
  // "browser" in package.json puts the browser's primitives in the place of Node's.
  const script = bundle('main.ts', { format: 'iife', platform: 'browser', conditions: ['source'], charset: 'utf8', legalComments: 'none' });
  const style = bundle('page.css', {});
  const html = page(readFileSync(join(source, 'page.html'), 'utf8'), script, style);
  mkdirSync(dirname(join(root, OUTPUT)), { recursive: true });
  writeFileSync(join(root, OUTPUT), html);
  return true;
}

/** Script and style in the places of their files, and a policy that allows nothing but these two, word for word. */
function page(template, script, style) {
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "connect-src 'none'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  const parts = {
    [`content="default-src 'none'"`]: `content="${policy}"`,
    '<link rel="stylesheet" href="page.css" />': `<style>${style}</style>`,
    '<script src="main.ts"></script>': `<script>${script}</script>`,
  };
  return Object.entries(parts).reduce((html, [from, to]) => {
    if (html.split(from).length !== 2) throw new Error(`the page has to have this once: ${from}`);
    // A function: in a text `$` would mean something.
    return html.replace(from, () => to);
  }, template);
}

const hashOf = (text) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
