/**
 * Whose login a pool has. A role that is only stepped down to (`set role`) is a convenience: whoever can make the program run SQL of his
 * own says `set role none` and has the login's rights. With a login of its own there is nothing above the role to go back to.
 */
import type { StorePool } from './pool.ts';
import { roleName, type AppRole } from './roles.ts';

/** Not stepped down at all (options in the URL replace ours), or anything that the session could do beyond the role's own rights: attributes, other memberships, ownership of what is ours. */
const BEYOND = `
select session_user::text as login, current_user <> $1 or
  (select rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolreplication from pg_roles where rolname = session_user)
  or exists (select from pg_roles other where other.rolname not in (session_user, $1) and pg_has_role(session_user, other.oid, 'member'))
  or exists (select from pg_namespace where nspname in ('ledger', 'event_log') and pg_get_userbyid(nspowner) = session_user)
  or exists (select from pg_class c join pg_namespace n on n.oid = relnamespace
    where nspname in ('ledger', 'event_log') and pg_get_userbyid(relowner) = session_user) as beyond`;

export interface Login {
  readonly role: AppRole;
  /** The user who logged in. */
  readonly login: string;
  /** It can do more than the role: `set role none` gains something. */
  readonly shared: boolean;
  /** Of the ledger that this login leads to. */
  readonly origin: string;
}

/** Asked of the database itself, by a connection as the role's own pool makes them. */
export async function readLogin(pool: StorePool, role: AppRole): Promise<Login> {
  const { rows } = await pool.query<{ login: string; beyond: boolean }>(BEYOND, [roleName(role)]);
  const head = await pool.query<{ origin: string }>('select origin from ledger.head');
  return { role, login: rows[0]?.login ?? '', shared: rows[0]?.beyond !== false, origin: head.rows[0]?.origin ?? '' };
}
