/** When each API key was last used: for whoever has to know callers, the role `access`, and nobody else. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class KeyUses implements MigrationInterface {
  readonly name = 'key-uses-0000000000019';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [USES, POLICIES, GRANTS]) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup that the older version wrote.');
  }
}

/** Beside the sessions, in the schema that no backup has: what a restored ledger said of its keys would be as old as the backup. */
const USES = `
create table login.key_uses (
  agency text collate "C",
  key text collate "C",
  used timestamptz not null,
  primary key (agency, key)
);
comment on table login.key_uses is 'When each API key was last let in. Not derived from the log, and in no backup.';
comment on column login.key_uses.used is 'To the minute, by the clock of the database.';
create table login.key_uses_begun (begun timestamptz not null default date_trunc('minute', clock_timestamp(), 'UTC'));
insert into login.key_uses_begun default values;
comment on table login.key_uses_begun is 'Since when uses are noted: of a key that is older, nobody can say that it was never used.';
`;

const asItself = `(select pg_has_role(current_user, 'custody_access', 'usage'))`;
const AS_OWNER = `current_user = (select pg_get_userbyid(nspowner) from pg_catalog.pg_namespace where nspname = 'ctx')`;

/** As of sessions (0014): which of them are shown to whom the server decides. */
const POLICIES = ['key_uses', 'key_uses_begun']
  .map(
    (table) => `
alter table login.${table} enable row level security, force row level security;
create policy access on login.${table} to custody_access using (${asItself}) with check (${asItself});
create policy owner on login.${table} to current_user using (${AS_OWNER});
`,
  )
  .join('');

const GRANTS = `
grant select, insert on login.key_uses to custody_access;
grant update (used) on login.key_uses to custody_access;
grant select on login.key_uses_begun to custody_access;
`;
