/** Who wrote what: the entries of the log by author, kind and import, for whoever audits it; what cites which evidence, evidence_refs says. Derived, as the timeline is. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { doorInto } from './0009-row-security.ts';

export class Audit implements MigrationInterface {
  readonly name = 'audit-0000000000011';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [AUDIT, FILL, POLICIES, GRANTS]) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup that the older version wrote.');
  }
}

const TABLES = ['audit', 'batch_members'];

/** The reader group comes first in every key: what a reader's page costs and holds depends on nothing that is hidden from him. */
const AUDIT = `
create table ledger.audit (
  grp integer not null,
  kind smallint not null,
  agency text collate "C" not null,
  principal text collate "C" not null,
  log_index bigint not null,
  primary key (grp, kind, log_index)
);
create index audit_actor on ledger.audit (grp, principal, agency, kind, log_index);
comment on table ledger.audit is 'One row per (entry, reader group): who wrote it, and what kind of thing it is. Derived from entries and content.';

create table ledger.batch_members (
  grp integer not null,
  agency text collate "C" not null,
  batch text collate "C" not null,
  id text collate "C" not null,
  log_index bigint not null,
  primary key (grp, agency, batch, id, log_index)
);
create index batch_members_event on ledger.batch_members (grp, agency, id);
comment on table ledger.batch_members is 'Which events an import says that it brought in, for each reader group that sees the import. Derived.';
comment on column ledger.batch_members.log_index is 'Of the document that says so; the event may come after it, and is known by (agency, id).';
${TABLES.map(
  (table) => `create trigger append_only before update or delete on ledger.${table} for each row execute function ledger.refuse_change();
create trigger append_only_truncate before truncate on ledger.${table} for each statement
  when (current_setting('custody.rebuild', true) is distinct from 'on') execute function ledger.refuse_change();`,
).join('\n')}
`;

/** What was there before this version has no batches. */
const FILL = `
insert into ledger.audit (grp, kind, agency, principal, log_index)
select distinct t.grp, t.kind, e.agency, c.principal, t.log_index
from ledger.timeline t join ledger.entries e using (log_index) join ledger.content c using (log_index);
`;

const asItself = (role: string): string => `(select pg_has_role(current_user, 'custody_${role}', 'usage'))`;
const AS_OWNER = `current_user = (select pg_get_userbyid(nspowner) from pg_catalog.pg_namespace where nspname = 'ctx')`;

/** In the manner of 0009: the gateway reads for whoever's context is set, the operator reads all, and the projector copies in by the door. */
const POLICIES = TABLES.flatMap((table) => [
  `alter table ledger.${table} enable row level security, force row level security;`,
  `create policy reader on ledger.${table} for select to custody_gateway using (grp = any ((select ctx.groups())::integer[]));`,
  `create policy operator_reads on ledger.${table} for select to custody_operator using (${asItself('operator')});`,
  `create policy owner on ledger.${table} to current_user using (${AS_OWNER});`,
  doorInto(table, 'grp'),
]).join('\n');

const GRANTS = `grant select on ${TABLES.map((table) => `ledger.${table}`).join(', ')} to custody_gateway, custody_operator;`;
