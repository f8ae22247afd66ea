/** Acts of policy as the projector finds them in the log, for who has to know what holds: the role `access`, and nobody else. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { roleName } from '../roles.ts';
import { APPEND_ONLY_SQLSTATE } from '../errors.ts';
import { createRole } from './0001-ledger.ts';

export class PolicyActs implements MigrationInterface {
  readonly name = 'policy-0000000000008';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(createRole(roleName('access')));
    await runner.query(POLICY);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup that the older version wrote.');
  }
}

/**
 * Derived: everything in it follows from entries and content. A function of its own keeps it, so that whatever a later migration says of other
 * derived tables leaves it as it is.
 */
const POLICY = `
create table ledger.policy (
  log_index bigint primary key,
  agency text collate "C" not null,
  principal text collate "C" not null,
  captured bigint not null,
  act bytea not null
);
comment on table ledger.policy is 'Acts of policy in the order of the log, with or without effect: what they come to is folded from them.';
comment on column ledger.policy.agency is 'Of the author, with principal; captured in microseconds since 1970.';
comment on column ledger.policy.act is 'JSON: extension.policy of the document.';

-- documents that name persons (TLP:RED): "principals":[
create index content_named on ledger.content (log_index) where position('\\x227072696e636970616c73223a5b'::bytea in bytes) > 0;

create function ledger.refuse_change_but_rebuild() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  -- A rebuild empties what is derived from entries and content; only the owner may truncate at all.
  if tg_op = 'TRUNCATE' and current_setting('custody.rebuild', true) = 'on' then
    return null;
  end if;
  raise exception 'ledger.append-only: the ledger only grows; % of %.% was refused. Submit another act instead.',
    lower(tg_op), tg_table_schema, tg_table_name using errcode = '${APPEND_ONLY_SQLSTATE}';
end $$;
create trigger append_only before update or delete on ledger.policy for each row execute function ledger.refuse_change_but_rebuild();
create trigger append_only_truncate before truncate on ledger.policy for each statement execute function ledger.refuse_change_but_rebuild();

grant insert on ledger.policy to custody_projector;
grant usage on schema ledger to custody_access;
grant select on ledger.policy to custody_access;
-- which ledger it is
grant select (origin, size) on ledger.head to custody_access;
`;
