/** Which sightings have a key of search: a word of a name or a text, a place, a month, a code. Derived, as the timeline is. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { doorInto } from './0009-row-security.ts';

export class SightingKeys implements MigrationInterface {
  readonly name = 'sighting-keys-0000000000024';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [KEYS, POLICIES, BEGINS]) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup that the older version wrote.');
  }
}

/** The reader group comes first: what a walk costs and holds depends on nothing that is hidden from its reader's groups. */
const KEYS = `
create table ledger.sighting_keys (
  grp integer not null,
  key integer not null,
  first bigint not null,
  more bytea not null,
  primary key (grp, key, first)
);
comment on table ledger.sighting_keys is 'Which entries have a key of search, by reader group: one row for those of one batch. Derived; a row says of no entry that it may be read, which is asked of the entries.';
comment on column ledger.sighting_keys.first is 'Log index of the first.';
comment on column ledger.sighting_keys.more is 'Of the others how far each lies behind the first: 16 bits, big-endian, rising.';
create trigger append_only before update or delete on ledger.sighting_keys for each row execute function ledger.refuse_change();
create trigger append_only_truncate before truncate on ledger.sighting_keys for each statement
  when (current_setting('custody.rebuild', true) is distinct from 'on') execute function ledger.refuse_change();
`;

const asItself = (role: string): string => `(select pg_has_role(current_user, 'custody_${role}', 'usage'))`;
const AS_OWNER = `current_user = (select pg_get_userbyid(nspowner) from pg_catalog.pg_namespace where nspname = 'ctx')`;

const POLICIES = `
alter table ledger.sighting_keys enable row level security, force row level security;
create policy reader on ledger.sighting_keys for select to custody_gateway using (grp = any ((select ctx.groups())::integer[]));
create policy operator_reads on ledger.sighting_keys for select to custody_operator using (${asItself('operator')});
create policy owner on ledger.sighting_keys to current_user using (${AS_OWNER});
${doorInto('sighting_keys', 'grp')}
grant select on ledger.sighting_keys to custody_gateway, custody_operator;
`;

/** What was there before has no keys until a rebuild, which a search says. */
const BEGINS = `
alter table ledger.head add column searched_from bigint not null default 0;
comment on column ledger.head.searched_from is 'Log index from which on entries have their keys in sighting_keys; a rebuild makes those of all.';
update ledger.head set searched_from = size;
`;
