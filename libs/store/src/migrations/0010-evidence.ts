/** Which entries cite which evidence, and whose bytes are here: by them the bytes are shown to whoever may see them. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { APPEND_ONLY_SQLSTATE } from '../errors.ts';
import { roleName } from '../roles.ts';
import { createRole } from './0001-ledger.ts';
import { doorInto } from './0009-row-security.ts';

export class Evidence implements MigrationInterface {
  readonly name = 'evidence-0000000000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(createRole(roleName('evidence')));
    for (const statement of [REFS, KNOWN_BEFORE, APPEND_ONLY, UPLOADS, POLICIES, GRANTS]) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup that the older version wrote.');
  }
}

const REFS = `
create table ledger.evidence_refs (
  sha256 bytea not null check (octet_length(sha256) = 32),
  grp integer not null,
  log_index bigint not null,
  kind smallint not null,
  primary key (sha256, grp, log_index)
);
comment on table ledger.evidence_refs is 'One row per (evidence, reader group) of an entry that cites the evidence, or says an act on it; derived, in the transaction of the entry.';
`;

/** Of what the ledger holds already. Its documents were accepted: none has a NUL or half a surrogate, which jsonb would refuse. */
const KNOWN_BEFORE = `
insert into ledger.evidence_refs (sha256, grp, log_index, kind)
select distinct decode(cited.evidence ->> 'sha256', 'hex'), t.grp, c.log_index, t.kind
from ledger.content c
cross join lateral jsonb_array_elements(coalesce(convert_from(c.bytes, 'UTF8')::jsonb -> 'evidence', '[]')) as cited (evidence)
join ledger.timeline t on t.log_index = c.log_index;
`;

const APPEND_ONLY = `
create or replace function ledger.refuse_change() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  -- A rebuild empties what is derived from entries and content; only the owner may truncate at all.
  if tg_op = 'TRUNCATE' and tg_table_name in ('timeline', 'relations', 'evidence_refs') and current_setting('custody.rebuild', true) = 'on' then
    return null;
  end if;
  raise exception 'ledger.append-only: the ledger only grows; % of %.% was refused. Submit a correction, a retraction or a marking instead.',
    lower(tg_op), tg_table_schema, tg_table_name using errcode = '${APPEND_ONLY_SQLSTATE}';
end $$;
create trigger append_only before update or delete on ledger.evidence_refs for each row execute function ledger.refuse_change();
create trigger append_only_truncate before truncate on ledger.evidence_refs for each statement execute function ledger.refuse_change();
`;

const UPLOADS = `
create schema evidence;
create table evidence.uploads (
  sha256 bytea not null check (octet_length(sha256) = 32),
  agency text collate "C" not null check (octet_length(agency) between 1 and 64),
  principal text collate "C" not null,
  received bigint not null,
  bytes bigint not null check (bytes >= 0),
  media_type text collate "C" not null,
  event_id text collate "C" not null,
  primary key (sha256, agency)
);
comment on table evidence.uploads is 'Which agency has shown that it has the bytes, by sending all of them. Its own events alone open them to others.';
comment on column evidence.uploads.received is 'Microseconds since 1970-01-01T00:00:00Z by the clock of the store; of the first upload of that agency.';
comment on column evidence.uploads.event_id is 'The act by which the agency received it, in the ledger.';
`;

/** What a reader sees of the ledger, by the policies of 0009. */
const READ_AS_READER = ['entries', 'content', 'relations', 'reader_groups'];

const asItself = (role: string): string => `(select pg_has_role(current_user, 'custody_${role}', 'usage'))`;
const AS_OWNER = `current_user = (select pg_get_userbyid(nspowner) from pg_catalog.pg_namespace where nspname = 'ctx')`;

/**
 * In the manner of 0009. Readers read by the roles gateway and evidence, each for whoever's context is set. Uploads are seen by their agency, and
 * by whoever sees an entry of it that cites the evidence: the subquery reads under its tables' own policies.
 */
const POLICIES = [
  ...['ledger.evidence_refs', 'evidence.uploads'].flatMap((table) => [
    `alter table ${table} enable row level security, force row level security;`,
    `create policy operator_reads on ${table} for select to custody_operator using (${asItself('operator')});`,
    `create policy owner on ${table} to current_user using (${AS_OWNER});`,
  ]),
  ...READ_AS_READER.map((table) => `alter policy reader on ledger.${table} to custody_gateway, custody_evidence;`),
  `create policy reader on ledger.evidence_refs for select to custody_gateway, custody_evidence
    using (grp = any ((select ctx.groups())::integer[]));`,
  `create policy reader on evidence.uploads for select to custody_gateway, custody_evidence using (
    agency = (select ctx.agency()) or exists (
      select from ledger.evidence_refs r join ledger.entries e on e.log_index = r.log_index
      where r.sha256 = uploads.sha256 and r.grp = any ((select ctx.groups())::integer[]) and e.agency = uploads.agency offset 0));`,
  doorInto('evidence_refs', 'grp'),
  // An upload is said by its agency, and of no other.
  `create policy evidence_receives on evidence.uploads for insert to custody_evidence with check (agency = (select ctx.agency()));`,
].join('\n');

const GRANTS = `
grant select on ledger.evidence_refs to custody_gateway, custody_operator;

-- evidence writes its uploads, and reads who may see what, for whoever asks
revoke all on schema evidence from public;
grant usage on schema evidence to custody_evidence, custody_gateway, custody_operator;
grant select, insert on evidence.uploads to custody_evidence;
grant select on evidence.uploads to custody_gateway, custody_operator;
grant usage on schema ledger, ctx to custody_evidence;
grant execute on function ctx.groups(), ctx.agency(), ctx.groups_named(text) to custody_evidence;
grant select on ledger.head, ledger.entries, ledger.content, ledger.relations, ledger.reader_groups, ledger.evidence_refs to custody_evidence;
`;
