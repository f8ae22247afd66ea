/**
 * What a data directory holds:
 *
 *   FORMAT            version of the data (data-format.ts); there once the directory is ready
 *   owner.<n>.lock    who owns it (owner-lock.ts)
 *   passwords.json    of the database roles, mode 0600
 *   postgres/         the cluster
 *   run/              its unix socket
 *   postgres.log      what the server says (and postgres.log.1, the one before)
 */
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { canReach, serverAccount, type Account } from './account.ts';

export interface DataPaths {
  readonly root: string;
  readonly pgData: string;
  /** A cluster that is being made: taken for nothing until it is renamed. */
  readonly pgDataNew: string;
  readonly run: string;
  readonly logFile: string;
}

/** Where root keeps data and binaries when the account of the server cannot reach the directory that was asked for. */
export const REACHABLE_ROOT = '/var/lib/custody-ledger';

/**
 * The directory that is really used: the one asked for, or, as root and where the server's account cannot walk down to it (a home of
 * mode 0700), one under /var/lib/custody-ledger that follows from the path asked for. The same for every call.
 */
export function dataPaths(dataDir: string, account: Account | null = serverAccount()): DataPaths {
  const asked = resolve(dataDir);
  const usable = account === null || canReach(account, asked);
  return pathsIn(usable ? asked : join(REACHABLE_ROOT, createHash('sha256').update(asked).digest('hex').slice(0, 12)));
}

export function pathsIn(root: string): DataPaths {
  return {
    root,
    pgData: join(root, 'postgres'),
    pgDataNew: join(root, 'postgres.new'),
    run: join(root, 'run'),
    logFile: join(root, 'postgres.log'),
  };
}
