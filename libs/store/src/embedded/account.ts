/**
 * Postgres refuses to run as root. As root we start it under an unprivileged account that is there already, and make none:
 * `postgres` if the system has it, else `nobody`.
 */
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** In this order; `daemon` is for systems whose `nobody` is missing (some minimal images). */
const ACCOUNTS = ['postgres', 'nobody', 'daemon'];

/** `null`: this process is not root and Postgres runs as the same user. Throws where root finds no account to step down to. */
export function serverAccount(): Account | null {
  if (process.getuid?.() !== 0) return null;
  const entries = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ACCOUNTS) {
    const entry = entries.find((fields) => fields[0] === name);
    if (entry !== undefined && Number(entry[2]) !== 0) return { name, uid: Number(entry[2]), gid: Number(entry[3]) };
  }
  throw new Error(
    `Postgres does not run as root, and /etc/passwd has none of ${ACCOUNTS.join(', ')} to run it as. Start as an ordinary user, or set DATABASE_URL.`,
  );
}

/**
 * Whether the account can walk down to `path` (each directory above it has the search bit for it). `null` = this process's own user.
 * Mode bits only: access control lists are not read, so the answer may be no where it could be yes.
 */
export function canReach(account: Account | null, path: string): boolean {
  for (let at = dirname(resolve(path)); ; at = dirname(at)) {
    if (!canSearch(account, at)) return false;
    if (at === dirname(at)) return true;
  }
}

function canSearch(account: Account | null, directory: string): boolean {
  try {
    if (account === null) {
      accessSync(directory, constants.X_OK);
      return true;
    }
    const { mode, uid, gid } = statSync(directory);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    return (mode & bit) !== 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true; // will be made by us, open to the account
    return false;
  }
}
