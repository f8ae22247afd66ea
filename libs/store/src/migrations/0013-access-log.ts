/**
 * The access log: who read what. Its records are appended by the role `access` alone, before the answer that they are about leaves; the sealer
 * names the log's head in each seal, and keeps its tiles. A schema of its own: nothing in it feeds a timeline.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AccessLog implements MigrationInterface {
  readonly name = 'access-log-0000000000013';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [READS, TREE, POLICIES, GRANTS]) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup that the older version wrote.');
  }
}

/** One row a record; what stands beside its bytes follows from them, and an audit holds it against them. */
const READS = `
create schema access;

create table access.head (
  one boolean not null default true check (one),
  size bigint primary key default 0 check (size >= 0)
);
insert into access.head default values;
comment on table access.head is 'One row. Its lock orders whoever appends: the numbers of records are dense, and commit in their order.';

create table access.reads (
  n bigint primary key check (n >= 0),
  tenant text collate "C" not null,
  agency text collate "C" not null,
  principal text collate "C" not null,
  items text[] collate "C" not null,
  evidence text[] collate "C" not null,
  commitment bytea not null check (octet_length(commitment) = 32),
  secret bytea not null check (octet_length(secret) = 32),
  bytes bytea not null
);
create index reads_tenant on access.reads (tenant, n);
create index reads_actor on access.reads (tenant, principal, agency, n);
comment on table access.reads is 'One row per read and agency that is told of it: the reader''s own, and each whose events or evidence were read.';
comment on column access.reads.tenant is 'The agency that is told; nobody else sees the row.';
comment on column access.reads.agency is 'Of the reader, with principal.';
comment on column access.reads.bytes is 'The record, canonical JSON: names and no content.';

create function access.refuse_change() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  raise exception 'ledger.append-only: the access log only grows; % of %.% was refused.', lower(tg_op), tg_table_schema, tg_table_name
    using errcode = 'CL001';
end $$;
create trigger append_only before update or delete on access.reads for each row execute function access.refuse_change();
create trigger append_only_truncate before truncate on access.reads for each statement execute function access.refuse_change();

create function access.refuse_shrinking() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  if new.size >= old.size then
    return new;
  end if;
  raise exception 'ledger.append-only: the access log only grows; % of %.% was refused.', lower(tg_op), tg_table_schema, tg_table_name
    using errcode = 'CL001';
end $$;
create trigger only_grows before update on access.head for each row execute function access.refuse_shrinking();

create function access.take(count bigint) returns bigint language plpgsql
set search_path = pg_catalog set enable_seqscan = off set enable_bitmapscan = off as $$
declare
  first bigint;
begin
  update access.head set size = size + count where size >= (select max(size) from access.head) returning size - count into first;
  return first;
end $$;
comment on function access.take(bigint) is 'So many numbers: the first of them. The newest version of the head is found by its key, so that those which a long snapshot keeps (an audit, a backup) are not walked for each append; whoever had to wait for it takes what he finds then, which is no smaller.';
`;

/** As proof.tiles; and what each seal says of the access log, to be looked up. */
const TREE = `
create table proof.access_tiles (
  level smallint not null,
  n bigint not null,
  hashes bytea not null check (octet_length(hashes) between 32 and 8192 and octet_length(hashes) % 32 = 0),
  primary key (level, n)
);
alter table proof.access_tiles alter column hashes set storage external;
comment on table proof.access_tiles is 'Tiles of the access log, as proof.tiles are of the log.';
alter table proof.seals add column access_size bigint, add column access_root bytea check (octet_length(access_root) = 32);
alter table proof.seals add constraint access_whole check ((access_size is null) = (access_root is null));
comment on column proof.seals.access_size is 'Records of the access log that the seal stands over; null: there were none.';
create index seals_access on proof.seals (access_size, log_index) where access_size is not null;
`;

const asItself = (role: string): string => `(select pg_has_role(current_user, 'custody_${role}', 'usage'))`;
const AS_OWNER = `current_user = (select pg_get_userbyid(nspowner) from pg_catalog.pg_namespace where nspname = 'ctx')`;

/** In the manner of 0009: an agency sees the records that are kept for it; the writer sees none, the sealer commitments by its column grant. */
const POLICIES = `
alter table access.reads enable row level security, force row level security;
create policy reader on access.reads for select to custody_gateway using (tenant = (select ctx.agency()));
create policy access_appends on access.reads for insert to custody_access with check (${asItself('access')});
create policy sealer_reads on access.reads for select to custody_sealer using (${asItself('sealer')});
create policy operator_reads on access.reads for select to custody_operator using (${asItself('operator')});
create policy owner on access.reads to current_user using (${AS_OWNER});
`;

const GRANTS = `
revoke all on schema access from public;
revoke all on all functions in schema access from public;
grant usage on schema access to custody_access, custody_gateway, custody_sealer, custody_operator;
grant select, update (size) on access.head to custody_access;
grant execute on function access.take(bigint) to custody_access;
grant insert on access.reads to custody_access;
grant select on access.head, access.reads to custody_gateway, custody_operator;
grant select on access.head to custody_sealer;
grant select (n, commitment) on access.reads to custody_sealer;
grant select, insert, update (hashes) on proof.access_tiles to custody_sealer;
grant select on proof.access_tiles to custody_gateway, custody_operator;
`;
