/** The embedded Postgres of a process that runs, for whoever reads beside it: nothing is started, owned or stopped. */
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { roleName, type Role } from '../roles.ts';
import { DATABASE } from './cluster.ts';
import { dataPaths, pathsIn } from './data-paths.ts';
import { passwordsOf } from './passwords.ts';
import { readPidFile } from './postmaster.ts';
import { isPostmasterOf } from './process-identity.ts';

/** `null`: no server of this data directory is ready. Whoever may read the directory's passwords has the rights of every role. */
export function embeddedBeside(dataDir: string): { url(role: Role): string } | null {
  const { root } = dataPaths(dataDir);
  if (!existsSync(root)) return null;
  const paths = pathsIn(realpathSync(root));
  const file = readPidFile(paths.pgData);
  if (file === null || file.status !== 'ready' || !isPostmasterOf(file.pid, paths.pgData)) return null;
  if (!existsSync(join(paths.root, 'passwords.json'))) return null;
  const passwords = passwordsOf(paths.root);
  const host = file.socketDir === '' ? '127.0.0.1' : encodeURIComponent(file.socketDir);
  return { url: (role) => `postgresql://${roleName(role)}:${passwords[role]}@${host}:${file.port}/${DATABASE}` };
}
