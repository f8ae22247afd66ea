// Brings node_modules in line with the lock file, when it is not. Used by `npm start` and `npm test`, so that a fresh clone needs no other command.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Which lock file the folder was installed from. */
const STAMP = 'node_modules/.installed-from';
/** Written by npm itself at the end of every installation. */
const NPM_STAMP = 'node_modules/.package-lock.json';

/**
 * `npm ci --ignore-scripts`: exactly the lock file, and no package runs code of its own at installation.
 * @param {string} root
 * @param {(line: string) => void} say
 * @returns {'installed' | 'fresh'} throws when npm fails; its messages are on stderr.
 */
export function installIfNeeded(root, say) {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, STAMP);
  if (existsSync(stamp) && existsSync(join(root, NPM_STAMP)) && readFileSync(stamp, 'utf8') === lock) return 'fresh';
  if (!existsSync(stamp) && installedByHand(root)) {
    writeFileSync(stamp, lock);
    return 'fresh';
  }
  say('installing packages (npm ci, about a minute)');
  const { status, error } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error('npm ci failed; npm says why above', { cause: error });
  writeFileSync(stamp, lock);
  return 'installed';
}

/** Whoever ran `npm ci` or `npm install` before need not wait for it again: npm's own record names the same packages as the lock file. */
function installedByHand(root) {
  if (!existsSync(join(root, NPM_STAMP))) return false;
  const versions = (path) => JSON.parse(readFileSync(join(root, path), 'utf8')).packages;
  const [wanted, there] = [versions('package-lock.json'), versions(NPM_STAMP)];
  return Object.entries(wanted).every(
    ([name, { version, optional }]) => name === '' || optional === true || there[name]?.version === version,
  );
}
