/** Passwords of the database roles of an embedded server: made once, kept beside the data with mode 0600. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROLES, type Role } from '../roles.ts';

export type Passwords = Readonly<Record<Role, string>>;

export function passwordsOf(dataDir: string): Passwords {
  const path = join(dataDir, 'passwords.json');
  const kept = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Partial<Passwords>) : {};
  if (ROLES.every((role) => kept[role] !== undefined)) return kept as Passwords;
  const passwords = Object.fromEntries(ROLES.map((role) => [role, kept[role] ?? randomBytes(24).toString('base64url')])) as Record<
    Role,
    string
  >;
  writeFileSync(`${path}.new`, `${JSON.stringify(passwords, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return passwords;
}
