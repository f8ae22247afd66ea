/** Makes a data directory, hands it to the server's account, and removes it. */
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, realpathSync, rmSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Account } from './account.ts';
import { dataPaths, pathsIn, REACHABLE_ROOT, type DataPaths } from './data-paths.ts';
import { isLockFile, takeOwnership } from './owner-lock.ts';
import { stopOrphan } from './postmaster.ts';
import type { StoreLog } from '../store-log.ts';

/** Makes the directory, open to nobody but us yet; what has to be made above it can be walked through by the account, whatever the umask. */
export function makeRoot(root: string): void {
  const above = dirname(root);
  const first = mkdirSync(above, { recursive: true });
  if (first !== undefined) for (let made = above; made.length >= first.length; made = dirname(made)) chmodSync(made, 0o755);
  if (above === REACHABLE_ROOT) chmodSync(above, 0o755); // ours alone, whoever made it and how
  if (!existsSync(root)) mkdirSync(root, { mode: 0o700 });
}

/** Gives the directories to the account, and to nobody else; returns them without symbolic links. */
export function handOver(paths: DataPaths, account: Account | null): DataPaths {
  for (const directory of [paths.root, paths.run]) {
    if (!existsSync(directory)) mkdirSync(directory);
    chmodSync(directory, 0o700);
    if (account !== null) chownSync(directory, account.uid, account.gid);
  }
  return pathsIn(realpathSync(paths.root));
}

const OURS = new Set([
  'FORMAT',
  'FORMAT.new',
  'passwords.json',
  'passwords.json.new',
  'postgres',
  'postgres.new',
  'run',
  'postgres.log',
  'postgres.log.1',
  'binaries',
  // The bytes of evidence go with the ledger that says what became of them.
  'evidence',
  // Made by libs/runtime and apps/custody; secrets that must not outlive their ledger, and what was said of it.
  'publisher.key',
  'checkpoint.key',
  'receipt.key',
  'context.key',
  'keys.json',
  'previous.checkpoint',
  'demo.unfinished',
]);
/** The head of each log that was signed from here, and the operator's key of each process that ran over it. */
const OURS_BY_FORM = /^(sealed(-[A-Za-z0-9.-]+)?\.json|operator-[a-z0-9._[\]-]+\.key)(\.new)?$/;

/**
 * Removes everything that we made in a data directory, and the directory when nothing else is left in it. What is not ours stays.
 * A server that outlived its parent is stopped first. Throws `data.locked` where a process uses the directory.
 */
export async function resetData(dataDir: string, log: StoreLog = () => {}): Promise<void> {
  const paths = dataPaths(dataDir);
  if (!existsSync(paths.root)) return;
  const lock = takeOwnership(paths.root);
  try {
    await stopOrphan(paths.pgData, log);
    for (const name of readdirSync(paths.root)) {
      if (OURS.has(name) || OURS_BY_FORM.test(name)) rmSync(join(paths.root, name), { recursive: true, force: true });
    }
  } finally {
    lock.release();
  }
  for (const name of readdirSync(paths.root)) if (isLockFile(name)) rmSync(join(paths.root, name), { force: true });
  if (readdirSync(paths.root).length === 0) rmdirSync(paths.root);
}
