/** The embedded database of a running program, by the login that owns it: address and password as they lie in its data directory. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { roleName } from '#lib/store';

/** Throws where no database runs over the directory. */
export function embeddedOwnerUrl(dataDir: string): string {
  const { owner } = JSON.parse(readFileSync(join(dataDir, 'passwords.json'), 'utf8')) as { owner: string };
  const port = readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[3];
  return `postgresql://${roleName('owner')}:${owner}@127.0.0.1:${port}/custody`;
}
