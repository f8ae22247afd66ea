/**
 * Row-level security: the database itself keeps each reader to the rows of his reader groups. A reader's statement runs under a context (who
 * asks, in which groups) that the gateway signs and the database checks: schema ctx. What each role sees and writes: POLICIES.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CONTEXT_SETTING, MAC_HEX } from '../reader-context.ts';

export class RowSecurity implements MigrationInterface {
  readonly name = 'row-security-0000000000009';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [READERS, SECRETS, CONTEXT, PUBLIC_LOG, GUARDED, POLICIES, INTAKE, CONTEXT_GRANTS])
      await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup that the older version wrote.');
  }
}

/** Entries and content say who may read them. Of rows that are there the timeline says it: every entry has rows in each of its groups. */
const READERS = `
alter table ledger.entries add column grps integer[] not null default '{}';
alter table ledger.content add column grps integer[] not null default '{}';
comment on column ledger.entries.grps is 'Reader groups that may read the row; none = nobody, so that a row whose readers were forgotten is seen by nobody.';
comment on column ledger.content.grps is 'As in ledger.entries.';
create temporary table readers on commit drop as
  select log_index, array_agg(distinct grp order by grp) as grps from ledger.timeline group by log_index;
alter table ledger.entries disable trigger append_only;
alter table ledger.content disable trigger append_only;
update ledger.entries e set grps = r.grps from pg_temp.readers r where r.log_index = e.log_index;
update ledger.content c set grps = r.grps from pg_temp.readers r where r.log_index = c.log_index;
alter table ledger.entries enable trigger append_only;
alter table ledger.content enable trigger append_only;
`;

/** HMAC-SHA-256 needs of its key the two blocks alone that are hashed first (RFC 2104): kept so, each is one call of sha256(). */
const SECRETS = `
create schema ctx;
revoke all on schema ctx from public;
create table ctx.secrets (
  id text collate "C" primary key check (id ~ '^[0-9a-f]{16}$'),
  inner_pad bytea not null check (octet_length(inner_pad) = 64),
  outer_pad bytea not null check (octet_length(outer_pad) = 64),
  installed timestamptz not null default clock_timestamp()
);
comment on table ctx.secrets is 'Keys by which readers'' contexts are signed; nobody but the owner reads them. The newest two are accepted.';
`;

/**
 * In a function: the context that is set, if it is one of this kind, signed, of this backend and of now. Everything before the comparison of
 * the MAC is total: whatever somebody sets is no context, and no error tells him why. Time is that of the transaction's start, so that a
 * context holds for the whole of its transaction.
 */
const openedInto = (kind: string, given: string): string => `
declare
  given constant text := ${given};
  said constant text := left(given, -${MAC_HEX + 1});
  pads record;
begin
  select s.inner_pad, s.outer_pad into pads from ctx.secrets s where s.id = split_part(said, ' ', 2);
  if not found
    or encode(sha256(pads.outer_pad || sha256(pads.inner_pad || convert_to(said, 'UTF8'))), 'hex') is distinct from right(given, ${MAC_HEX})
    or split_part(said, ' ', 1) <> '${kind}'
    or split_part(said, ' ', 3)::integer <> pg_backend_pid()
    or split_part(said, ' ', 4)::bigint < extract(epoch from now())
  then`;

const SET = `current_setting('${CONTEXT_SETTING}', true)`;

/** Parallel restricted, not safe: the pid of a parallel worker is another than the context's. They are called once a statement, by the leader. */
const CONTEXT = `
create function ctx.groups() returns integer[]
language plpgsql stable security definer parallel restricted set search_path = pg_catalog, pg_temp as $$${openedInto('read', SET)}
    return '{}';
  end if;
  return split_part(said, ' ', 6)::integer[];
end $$;
comment on function ctx.groups() is 'Reader groups of whoever the statement is run for; none without a context that holds.';

create function ctx.agency() returns text
language plpgsql stable security definer parallel restricted set search_path = pg_catalog, pg_temp as $$${openedInto('read', SET)}
    return '';
  end if;
  return split_part(said, ' ', 5);
end $$;
comment on function ctx.agency() is 'Agency of whoever the statement is run for; empty without a context that holds.';

create function ctx.groups_named(given_names text) returns table (id integer, name text)
language plpgsql stable security definer parallel restricted set search_path = pg_catalog, pg_temp as $$${openedInto('names', 'given_names')}
    return;
  end if;
  return query select g.id, g.name from ledger.reader_groups g
    where g.name = any (array(select json_array_elements_text(convert_from(decode(split_part(said, ' ', 5), 'hex'), 'UTF8')::json)));
end $$;
comment on function ctx.groups_named(text) is 'Numbers of the reader groups that a signed list names: nobody else is told which there are.';
`;

/**
 * What is not a tenant's though it stands in a tenant's table. Commitments of all entries are the log itself, which anyone may read under
 * /log; map links are told to auditing witnesses. Neither has an identifier, a group or a time.
 */
const PUBLIC_LOG = `
create function ctx.commitments(first bigint, behind bigint) returns table (log_index bigint, commitment bytea)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select e.log_index, e.commitment from ledger.entries e where e.log_index >= first and e.log_index < behind order by e.log_index
$$;
create function ctx.map_links(first bigint, behind bigint, most bigint) returns table (log_index bigint, map_key bytea)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select t.log_index, t.map_key from ledger.timeline t where t.log_index >= first and t.log_index < behind and t.item <> ''
  order by t.log_index, t.map_key limit most
$$;

-- Of each agency the entry of one id: found by a skip scan over agencies, which under a policy would walk all of a hidden agency's rows.
create function ctx.events_named(named text) returns setof bigint
language plpgsql stable security definer parallel restricted set search_path = pg_catalog, pg_temp as $$
declare
  readers constant integer[] := ctx.groups();
begin
  return query
    with recursive agencies (agency) as (
      (select e.agency from ledger.entries e order by e.agency limit 1)
      union all
      select (select e.agency from ledger.entries e where e.agency > a.agency order by e.agency limit 1) from agencies a where a.agency is not null
    )
    select e.log_index from agencies a
    cross join lateral (select f.log_index, f.grps from ledger.entries f where f.agency = a.agency and f.id = named offset 0) e
    where e.grps && readers;
end $$;
comment on function ctx.events_named(text) is 'Log indexes of the events of this id that the context''s reader may see, of whichever agency.';
`;

const TENANT_TABLES = [
  'entries',
  'content',
  'timeline',
  'relations',
  'search_keys',
  'reader_groups',
  'conflicts',
  'dead_letters',
  'policy',
];

const GUARDED = [...TENANT_TABLES.map((table) => `ledger.${table}`), 'ctx.secrets']
  .map((table) => `alter table ${table} enable row level security, force row level security;`)
  .join('\n');

/** Scalar subqueries: the planner evaluates them once a statement, and not once a row. */
const GROUPS = '(select ctx.groups())';
const AGENCY = '(select ctx.agency())';

/** Nearly every row has one group; && costs ten times as much, and is not come to where the first group is one of the reader's. */
const READERS_OF_ROW = `grps[1] = any (${GROUPS}::integer[]) or grps && ${GROUPS}`;

/** Rows that a reader sees; of acts of policy none, which the role access alone reads. */
const SEEN_BY_READER: Readonly<Record<string, string>> = {
  entries: READERS_OF_ROW,
  content: READERS_OF_ROW,
  timeline: `grp = any (${GROUPS}::integer[])`,
  relations: `grp = any (${GROUPS}::integer[])`,
  search_keys: `grp = any (${GROUPS}::integer[])`,
  reader_groups: `id = any (${GROUPS}::integer[])`,
  conflicts: `agency = ${AGENCY}`,
  dead_letters: `agency = ${AGENCY}`,
};

/** Tables that a role reads as a whole. What is not here is hidden from it, whatever it was granted. */
const READ_WHOLE: Readonly<Record<string, readonly string[]>> = {
  // Identities, to answer 409 and to name a target's items; of content the time of capture, by its column grant.
  capture: ['entries', 'timeline', 'content'],
  // What it needs to know what is there already. Content it only writes.
  projector: ['entries', 'timeline', 'search_keys', 'reader_groups', 'conflicts', 'dead_letters'],
  // Who may do what: it knows callers by it.
  access: ['policy'],
  // Commitments and map keys.
  sealer: ['entries', 'timeline'],
  // Whoever runs the deployment audits what is stored, and looks after dead letters of any agency.
  operator: TENANT_TABLES,
};
/** Beside what it copies: INTAKE. */
const APPENDED_BY_PROJECTOR = ['reader_groups', 'conflicts', 'dead_letters'];

/**
 * A role sees as itself alone. Where a view or function of the owner runs for somebody else its tables are read with the owner's rights, and so
 * by the policies of the owner and of every role that he is a member of; but current_user is who asks: such a view shows what the asker is
 * shown anyway. That is what FORCE is for: without it the owner's rights have no policy.
 */
const asItself = (role: string): string => `(select pg_has_role(current_user, 'custody_${role}', 'usage'))`;
const AS_OWNER = `current_user = (select pg_get_userbyid(nspowner) from pg_catalog.pg_namespace where nspname = 'ctx')`;

const POLICIES = [
  ...Object.entries(SEEN_BY_READER).map(
    ([table, rows]) => `create policy reader on ledger.${table} for select to custody_gateway using (${rows});`,
  ),
  ...Object.entries(READ_WHOLE).flatMap(([role, tables]) =>
    tables.map((table) => `create policy ${role}_reads on ledger.${table} for select to custody_${role} using (${asItself(role)});`),
  ),
  ...APPENDED_BY_PROJECTOR.map(
    (table) => `create policy projector_appends on ledger.${table} for insert to custody_projector with check (${asItself('projector')});`,
  ),
  ...['projector', 'operator'].map(
    (role) => `create policy ${role}_marks on ledger.dead_letters for update to custody_${role} using (${asItself(role)});`,
  ),
  ...[...TENANT_TABLES.map((table) => `ledger.${table}`), 'ctx.secrets'].map(
    (table) => `create policy owner on ${table} to current_user using (${AS_OWNER});`,
  ),
].join('\n');

/**
 * COPY takes no rows for a table that it names and that has policies, not even from its owner. So each table into which many rows are copied is
 * the one partition of a table that has none: rows that are copied there are routed into it, at the cost of a COPY. Nobody may read there, and
 * the projector alone appends; who reads the ledger's own table is held to its policies. A column is added there, and comes into both.
 */
export const doorInto = (table: string, column: string): string => `
create table intake.${table} (like ledger.${table} including defaults) partition by list (${column});
alter table intake.${table} attach partition ledger.${table} default;
grant insert on intake.${table} to custody_projector;
comment on table intake.${table} is 'The door by which COPY comes into ledger.${table}: its only partition. Nobody reads here.';`;

const INTAKE = `
create schema intake;
revoke all on schema intake from public;
grant usage on schema intake to custody_projector;
${Object.entries({
  entries: 'log_index',
  content: 'log_index',
  timeline: 'log_index',
  relations: 'log_index',
  search_keys: 'grp',
  policy: 'log_index',
})
  .map(([table, column]) => doorInto(table, column))
  .join('')}
`;

const CONTEXT_GRANTS = `
revoke all on all functions in schema ctx from public;
grant usage on schema ctx to custody_gateway;
grant execute on all functions in schema ctx to custody_gateway;
`;
