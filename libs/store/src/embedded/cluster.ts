/** Makes a new Postgres cluster, and in a running one the database and the logins of the roles. */
import { execFile } from 'node:child_process';
import { chmodSync, chownSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { Account } from './account.ts';
import type { DataPaths } from './data-paths.ts';
import type { Passwords } from './passwords.ts';
import { serverEnvironment } from './postmaster.ts';
import { APP_ROLES, roleName } from '../roles.ts';

/** initdb takes 1-2 s; on a slow disk that syncs forty megabytes it may take many times that. */
const INITDB_TIMEOUT_MS = 120_000;

export const DATABASE = 'custody';

/** Code-point order and UTF-8 everywhere, checksums on each page. The cluster gets its name only when it is whole. */
export async function createCluster(initdb: string, paths: DataPaths, ownerPassword: string, account: Account | null): Promise<void> {
  rmSync(paths.pgDataNew, { recursive: true, force: true });
  const passwordFile = join(paths.run, 'initdb-password');
  writeFileSync(passwordFile, `${ownerPassword}\n`, { mode: 0o600 });
  chmodSync(passwordFile, 0o600);
  if (account !== null) chownSync(passwordFile, account.uid, account.gid);
  try {
    await promisify(execFile)(
      initdb,
      [
        '-D',
        paths.pgDataNew,
        '--username',
        roleName('owner'),
        '--pwfile',
        passwordFile,
        '--auth',
        'scram-sha-256',
        '--locale',
        'C',
        '--encoding',
        'UTF8',
        '--data-checksums',
        '--no-instructions',
      ],
      {
        cwd: paths.root,
        timeout: INITDB_TIMEOUT_MS,
        env: serverEnvironment(),
        ...(account === null ? {} : { uid: account.uid, gid: account.gid }),
      },
    );
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim();
    throw new Error(`initdb failed: ${said === undefined || said === '' ? (error as Error).message : said}`, { cause: error });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(paths.pgDataNew, paths.pgData);
}

/** Whether each app role can log in. About 10 ms. */
export function haveLogins(ownerUrl: (database: string) => string): Promise<boolean> {
  return asOwner(ownerUrl, async (client) => {
    const { rowCount } = await client.query('select from pg_roles where rolcanlogin and rolname = any($1)', [APP_ROLES.map(roleName)]);
    return rowCount === APP_ROLES.length;
  });
}

/** The database and a login for each app role. May be repeated: a first start that was cut off is finished by the next one. */
export async function createLogins(ownerUrl: (database: string) => string, passwords: Passwords): Promise<void> {
  await asOwner(ownerUrl, async (client) => {
    for (const role of APP_ROLES) {
      const name = client.escapeIdentifier(roleName(role));
      const { rowCount } = await client.query('select from pg_roles where rolname = $1', [roleName(role)]);
      await client.query(`${rowCount === 0 ? 'create' : 'alter'} role ${name} login password ${client.escapeLiteral(passwords[role])}`);
    }
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  });
}

async function asOwner<T>(ownerUrl: (database: string) => string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: ownerUrl('postgres') });
  client.on('error', () => {}); // a lost connection rejects the query that runs
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
