/** The ledger, the embedded event log, the app roles and what each may do. Rows of the ledger are never changed or removed (append-only triggers). */
import { randomBytes } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { APPEND_ONLY_SQLSTATE } from '../errors.ts';
import { APP_ROLES, roleName } from '../roles.ts';

export class Ledger implements MigrationInterface {
  /** The thirteen digits are what TypeORM orders by. */
  readonly name = 'ledger-0000000000001';

  async up(runner: QueryRunner): Promise<void> {
    for (const role of APP_ROLES) await runner.query(createRole(roleName(role)));
    for (const statement of [LEDGER, EVENT_LOG, APPEND_ONLY, GRANTS]) await runner.query(statement);
    await runner.query('insert into ledger.head (size, origin, map_salt) values (0, $1 || gen_random_uuid(), $2)', [
      'custody-ledger.invalid/',
      randomBytes(MAP_SALT_BYTES),
    ]);
    await runner.query('insert into event_log.cluster (id) values (gen_random_uuid())');
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup that the older version wrote.');
  }
}

const MAP_SALT_BYTES = 32;

/**
 * Roles belong to the whole server, so another database's migration may create the same one at this moment. Whoever migrates must be able
 * to step down to the role (`set role`); a superuser can anyway.
 */
export const createRole = (name: string): string => `
do $$ begin
  begin
    create role ${name} nologin;
  exception when duplicate_object or unique_violation then null;
  end;
  if not (select rolsuper from pg_roles where rolname = current_user) then grant ${name} to current_user; end if;
end $$`;

const LEDGER = `
create schema if not exists ledger;

create table ledger.head (
  one boolean primary key default true check (one),
  size bigint not null check (size >= 0),
  origin text collate "C" not null,
  map_salt bytea not null check (octet_length(map_salt) = ${MAP_SALT_BYTES})
) with (fillfactor = 10);
comment on table ledger.head is 'One row. Its lock, held until commit, orders all projectors: log indexes are dense and commit in order.';

create table ledger.offsets (
  cluster_id text collate "C" not null,
  topic_id text collate "C" not null,
  partition integer not null,
  topic text collate "C" not null,
  next bigint not null check (next >= 0),
  primary key (cluster_id, topic_id, partition)
) with (fillfactor = 10);
comment on table ledger.offsets is 'The first offset of a partition that is not in the ledger yet; moved by compare-and-set, first in the transaction.';

create table ledger.entries (
  log_index bigint primary key,
  agency text collate "C" not null check (octet_length(agency) between 1 and 64),
  id text collate "C" not null check (octet_length(id) between 1 and 128),
  commitment bytea not null check (octet_length(commitment) = 32),
  content_hash bytea not null check (octet_length(content_hash) = 32),
  constraint entries_event unique (agency, id)
);

create table ledger.content (
  log_index bigint primary key,
  principal text collate "C" not null,
  captured bigint not null,
  secret bytea not null check (octet_length(secret) = 32),
  bytes bytea not null
);
comment on column ledger.content.captured is 'Microseconds since 1970-01-01T00:00:00Z by the clock of capture.';

create table ledger.reader_groups (
  id integer generated always as identity primary key,
  name text collate "C" not null unique check (octet_length(name) between 1 and 255)
);

create table ledger.timeline (
  item text collate "C" not null check (octet_length(item) <= 1024),
  grp integer not null,
  starts bigint not null,
  ends bigint not null,
  agency text collate "C" not null,
  id text collate "C" not null,
  log_index bigint not null,
  kind smallint not null,
  map_key bytea not null check (octet_length(map_key) = 32),
  primary key (item, grp, starts, ends, agency, id) include (log_index)
);
create index timeline_log_index on ledger.timeline (log_index);
comment on table ledger.timeline is 'One row per (item, reader group) of an entry; an entry without items stands under the item '''' so that its reader groups are known.';
comment on column ledger.timeline.starts is 'Microseconds since 1970, start of occurred; the greatest bigint where it is not known. So for ends.';

create table ledger.relations (
  target_agency text collate "C" not null,
  target_id text collate "C" not null,
  grp integer not null,
  log_index bigint not null,
  kind smallint not null,
  primary key (target_agency, target_id, grp, log_index)
);

create table ledger.conflicts (
  agency text collate "C" not null,
  id text collate "C" not null,
  content_hash bytea not null,
  principal text collate "C" not null,
  captured bigint not null,
  value bytea not null,
  cluster_id text collate "C" not null,
  topic_id text collate "C" not null,
  topic text collate "C" not null,
  partition integer not null,
  "offset" bigint not null,
  primary key (agency, id, content_hash)
);
comment on table ledger.conflicts is 'The same (agency, id) with other bytes than the entry that stands: the whole value, kept for its submitter.';

create table ledger.dead_letters (
  seq bigint generated always as identity primary key,
  cluster_id text collate "C" not null,
  topic_id text collate "C" not null,
  topic text collate "C" not null,
  partition integer not null,
  "offset" bigint not null,
  code text collate "C" not null,
  detail text collate "C" not null,
  key bytea,
  headers bytea not null,
  value bytea not null,
  found bigint not null,
  retried bigint,
  copied bigint,
  unique (cluster_id, topic_id, partition, "offset")
);
create index dead_letters_not_copied on ledger.dead_letters (seq) where copied is null;
comment on column ledger.dead_letters.headers is 'JSON text: pairs of a name and the raw bytes in base64.';
comment on column ledger.dead_letters.found is 'Microseconds since 1970 by the clock of the database; so retried.';
comment on column ledger.dead_letters.copied is 'When it was in the dead letters'' topic, as found; null: it is not there yet. A mark on each and no cursor: numbers are given before commit, so a lower one may appear behind a cursor.';

create table ledger.search_keys (
  grp integer not null,
  key text collate "C" not null,
  item text collate "C" not null,
  alias text collate "C" not null
);
create index search_keys_key on ledger.search_keys (grp, key);
comment on table ledger.search_keys is 'Rows are unique by how they are made; a unique index over them would take four times the room of this one, whose equal keys are kept once.';
comment on column ledger.search_keys.alias is 'As stated, of a key by which an alias is found; empty: of the item itself.';
`;

/** What an append locks and moves, and what consumers read: sql-port.ts of libs/event-log. */
const EVENT_LOG = `
create schema if not exists event_log;

create table event_log.cluster (
  one boolean primary key default true check (one),
  id uuid not null
);
create table event_log.topics (
  topic text collate "C" primary key,
  topic_id uuid not null default gen_random_uuid(),
  topic_no integer generated always as identity unique,
  partitions integer not null check (partitions > 0)
);
create table event_log.partitions (
  topic_no integer not null,
  partition integer not null,
  next bigint not null default 0 check (next >= 0),
  low bigint not null default 0 check (low >= 0),
  primary key (topic_no, partition)
) with (fillfactor = 10);
create table event_log.records (
  topic_no integer not null,
  partition integer not null,
  "offset" bigint not null,
  key bytea,
  headers bytea not null,
  value bytea not null,
  primary key (topic_no, partition, "offset")
);
`;

const APPEND_ONLY_TABLES = ['entries', 'content', 'timeline', 'relations', 'conflicts'];

/** Rows: for each row changed or removed. Truncate: for the statement, since it fires no row triggers. Both hold for the owner too. */
const APPEND_ONLY = `
create function ledger.refuse_change() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  -- A rebuild empties what is derived from entries and content; only the owner may truncate at all.
  if tg_op = 'TRUNCATE' and tg_table_name in ('timeline', 'relations') and current_setting('custody.rebuild', true) = 'on' then
    return null;
  end if;
  raise exception 'ledger.append-only: the ledger only grows; % of %.% was refused. Submit a correction, a retraction or a marking instead.',
    lower(tg_op), tg_table_schema, tg_table_name using errcode = '${APPEND_ONLY_SQLSTATE}';
end $$;
${APPEND_ONLY_TABLES.map(
  (table) => `
create trigger append_only before update or delete on ledger.${table} for each row execute function ledger.refuse_change();
create trigger append_only_truncate before truncate on ledger.${table} for each statement execute function ledger.refuse_change();`,
).join('')}
`;

/** One line says what an app may do; what is not here, it may not. */
const GRANTS = `
revoke all on schema ledger, event_log from public;
grant usage on schema ledger to custody_capture, custody_projector, custody_gateway, custody_operator;

-- the embedded event log is capture's alone, in every process: there the projector reads by capture's login and a retry appends by it
grant usage on schema event_log to custody_capture;
-- capture appends to the event log and reads it, and reads what it needs to answer 409 and to name a missing item of a target
grant select on event_log.cluster, event_log.topics, event_log.partitions, event_log.records to custody_capture;
grant insert on event_log.topics, event_log.partitions, event_log.records to custody_capture;
grant update (next) on event_log.partitions to custody_capture;
grant select on ledger.head, ledger.entries, ledger.timeline to custody_capture;
grant select (log_index, captured) on ledger.content to custody_capture;

-- projector writes the ledger, and marks dead letters as copied
grant select on all tables in schema ledger to custody_projector;
grant insert on ledger.entries, ledger.content, ledger.timeline, ledger.relations, ledger.conflicts, ledger.dead_letters,
  ledger.offsets, ledger.reader_groups, ledger.search_keys to custody_projector;
grant update (size) on ledger.head to custody_projector;
grant update (next) on ledger.offsets to custody_projector;
grant update (copied) on ledger.dead_letters to custody_projector;

-- gateway reads
grant select on all tables in schema ledger to custody_gateway;

-- operator reads, and marks dead letters as retried
grant select on all tables in schema ledger to custody_operator;
grant update (retried) on ledger.dead_letters to custody_operator;
`;
