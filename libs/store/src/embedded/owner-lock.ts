/**
 * One process owns a data directory. The lock is a file `owner.<n>.lock` with the owner's pid and start time; the greatest n counts.
 * Taking over from an owner that is dead or has let go means creating n + 1, which only one of several can do (link(2) fails where the
 * name exists). A lock is never replaced but by its
 * own holder, so a slow process cannot remove the lock of a fast one; and the file outlives its owner, so numbers never come again.
 */
import { linkSync, readFileSync, readdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from '../errors.ts';
import { processIdentity } from './process-identity.ts';

interface Owner {
  readonly pid: number;
  /** `null`: let go. */
  readonly identity: string | null;
}

export interface OwnerLock {
  release(): void;
}

/** Each turn means that another process got in between; more than a few do not start at one time. */
const TURNS_MAX = 100;

/** The directory must be there. Throws `data.locked` naming the pid where another live process (or this one, earlier) holds the directory. */
export function takeOwnership(dataDir: string): OwnerLock {
  for (let turn = 0; turn < TURNS_MAX; turn += 1) {
    const last = generations(dataDir).at(-1) ?? 0;
    const owner = last === 0 ? null : readOwner(pathOf(dataDir, last));
    if (owner !== null && isHeld(owner)) throw locked(dataDir, owner.pid);
    if (!create(dataDir, last + 1)) continue;
    const found = generations(dataDir);
    if (found.at(-1) !== last + 1) {
      // A whole generation passed between our look and our create.
      rmSync(pathOf(dataDir, last + 1), { force: true });
      continue;
    }
    for (const older of found.slice(0, -1)) rmSync(pathOf(dataDir, older), { force: true });
    return { release: () => letGo(dataDir, last + 1) };
  }
  throw new StoreError('data.locked', `${dataDir}: other processes keep taking and leaving the data directory.`);
}

/** Names of lock files, for whoever lists or removes a data directory. */
export const isLockFile = (name: string): boolean => /^owner\.\d+\.(lock|\d+\.new)$/.test(name);

const pathOf = (dataDir: string, generation: number): string => join(dataDir, `owner.${generation}.lock`);

function generations(dataDir: string): number[] {
  return readdirSync(dataDir)
    .map((name) => Number(/^owner\.(\d+)\.lock$/.exec(name)?.[1] ?? 0))
    .filter((n) => n > 0)
    .sort((a, b) => a - b);
}

function isHeld(owner: Owner): boolean {
  return owner.identity !== null && processIdentity(owner.pid) === owner.identity;
}

/** The content is there from the first moment that the name is. `false`: the name was taken. */
function create(dataDir: string, generation: number): boolean {
  const mine: Owner = { pid: process.pid, identity: processIdentity(process.pid) };
  const fresh = join(dataDir, `owner.${generation}.${process.pid}.new`);
  writeFileSync(fresh, `${JSON.stringify(mine)}\n`, { mode: 0o600 });
  try {
    linkSync(fresh, pathOf(dataDir, generation));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    unlinkSync(fresh);
  }
}

/** `null`: removed meanwhile by the owner of a later generation. */
function readOwner(path: string): Owner | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Owner;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function letGo(dataDir: string, generation: number): void {
  const released: Owner = { pid: process.pid, identity: null };
  const fresh = join(dataDir, `owner.${generation}.${process.pid}.new`);
  try {
    writeFileSync(fresh, `${JSON.stringify(released)}\n`, { mode: 0o600 });
    renameSync(fresh, pathOf(dataDir, generation));
  } catch (error) {
    // The directory itself was removed: nothing is left to be held.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function locked(dataDir: string, pid: number): StoreError {
  return new StoreError('data.locked', `${dataDir} is in use by the process ${pid}${pid === process.pid ? ' (this one)' : ''}.`);
}
