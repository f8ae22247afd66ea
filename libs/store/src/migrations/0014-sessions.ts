/** Sessions of browsers: for whoever has to know callers, the role `access`, and nobody else. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Sessions implements MigrationInterface {
  readonly name = 'sessions-0000000000014';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [SESSIONS, POLICIES, FORGET, GRANTS]) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup that the older version wrote.');
  }
}

/**
 * A schema of its own, which no backup has: a session that was ended since would be there again with the backup's rows. Of the cookie only its hash is
 * kept. Times are the database's, so that processes whose clocks differ agree on what has ended.
 */
const SESSIONS = `
create schema login;
create table login.sessions (
  id text collate "C" primary key,
  sha256 bytea not null unique check (octet_length(sha256) = 32),
  agency text collate "C" not null,
  principal text collate "C" not null,
  issuer text collate "C",
  subject text collate "C",
  begun timestamptz not null default clock_timestamp(),
  seen timestamptz not null default clock_timestamp(),
  expires timestamptz not null,
  ended timestamptz,
  ended_by text collate "C",
  check ((issuer is null) = (subject is null))
);
create index sessions_of_principal on login.sessions (agency, principal, begun);
create index sessions_expired on login.sessions (expires);
comment on table login.sessions is 'Who is logged in by a browser. Not derived from the log, and in no backup: without its rows everybody logs in again.';
comment on column login.sessions.sha256 is 'Of the text of the cookie, which is kept nowhere.';
comment on column login.sessions.issuer is 'With subject: the account by which the session began; null: the one-time link of this machine.';
comment on column login.sessions.ended is 'Before its time: by its principal, or an admin of the agency.';
`;

const asItself = `(select pg_has_role(current_user, 'custody_access', 'usage'))`;
const AS_OWNER = `current_user = (select pg_get_userbyid(nspowner) from pg_catalog.pg_namespace where nspname = 'ctx')`;

/** In the manner of 0009. The role that knows callers reads all agencies' sessions; which of them are shown to whom the server decides. */
const POLICIES = `
alter table login.sessions enable row level security, force row level security;
create policy access on login.sessions to custody_access using (${asItself}) with check (${asItself});
create policy owner on login.sessions to current_user using (${AS_OWNER});
`;

/** No role deletes rows: this alone does, of the owner, and only what is over so long that nobody is told of it any more. */
const FORGET = `
create function login.forget() returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
  delete from login.sessions where expires < clock_timestamp() - interval '7 days'
$$;
comment on function login.forget() is 'Takes away sessions whose time was over a week ago.';
`;

const GRANTS = `
revoke all on schema login from public;
grant usage on schema login to custody_access;
grant select, insert on login.sessions to custody_access;
grant update (seen, ended, ended_by) on login.sessions to custody_access;
revoke all on function login.forget() from public;
grant execute on function login.forget() to custody_access;
`;
