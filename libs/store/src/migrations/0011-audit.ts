/** Who wrote what: the entries of the log by author, kind, evidence and import, for whoever audits it. Derived, as the timeline is. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Audit implements MigrationInterface {
  readonly name = 'audit-0000000000011';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [AUDIT, FILL, GRANTS]) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup that the older version wrote.');
  }
}

const TABLES = ['audit', 'audit_evidence', 'batch_members'];

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

create table ledger.audit_evidence (
  grp integer not null,
  sha256 bytea not null check (octet_length(sha256) = 32),
  log_index bigint not null,
  primary key (grp, sha256, log_index)
);
comment on table ledger.audit_evidence is 'One row per (entry, evidence that it cites, reader group). Derived.';

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
insert into ledger.audit_evidence (grp, sha256, log_index)
select distinct a.grp, decode(cited ->> 'sha256', 'hex'), a.log_index
from ledger.audit a join ledger.content c using (log_index)
cross join lateral jsonb_array_elements(coalesce(convert_from(c.bytes, 'UTF8')::jsonb -> 'evidence', '[]')) as cited;
`;

const GRANTS = `
grant select, insert on ${TABLES.map((table) => `ledger.${table}`).join(', ')} to custody_projector;
grant select on ${TABLES.map((table) => `ledger.${table}`).join(', ')} to custody_gateway, custody_operator;
`;
