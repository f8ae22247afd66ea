/**
 * Markings, applied when reading: which handling an entry has now, beside the reader groups that it came in with. Those stand in entry, item
 * trees and map for good; what a reader is shown is decided by what is kept here.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Markings implements MigrationInterface {
  readonly name = 'markings-0000000000016';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [HANDLINGS, POLICIES, FUNCTIONS, READERS, TOLD_TO_THE_GATEWAY, GRANTS]) await runner.query(statement);
    // Until this version they were shown and not applied. 0022 applies those that are there: what settles them reads what 0018 keeps and 0022 adds.
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup that the older version wrote.');
  }
}

/** 13 is `marking` in KINDS of libs/domain, 14 `policy`. */
const HANDLINGS = `
create table ledger.marked (log_index bigint primary key);
comment on table ledger.marked is 'Entries that have a row in ledger.handlings: numbers of the log and nothing else, so that a policy can ask without seeing that row.';

create table ledger.handlings (
  log_index bigint primary key,
  grps integer[] not null,
  handling text collate "C" not null
);
create index handlings_named on ledger.handlings (log_index) where position('"principals":[' in handling) > 0;
comment on table ledger.handlings is 'The handling in effect of each entry that its own agency marked, and of each marking: derived, and the one derived table whose rows change.';
comment on column ledger.handlings.grps is 'Reader groups that may read the entry now, in the place of those that it came in with.';

create index relations_markings on ledger.relations (target_agency, target_id, log_index) where kind = 13;

alter table ledger.timeline drop constraint timeline_map_key_check;
alter table ledger.timeline add constraint timeline_map_key_check check (octet_length(map_key) in (0, 32));
comment on column ledger.timeline.map_key is 'Empty: a marking opened the entry to this group later. The row is a leaf of no item tree.';

alter table ledger.head add column policy bigint not null default 0;
comment on column ledger.head.policy is 'Log size from which on the handlings hold that are in effect now.';
`;

const asItself = (role: string): string => `(select pg_has_role(current_user, 'custody_${role}', 'usage'))`;
const AS_OWNER = `current_user = (select pg_get_userbyid(nspowner) from pg_catalog.pg_namespace where nspname = 'ctx')`;
const GROUPS = '(select ctx.groups())';

/** What a reader sees of it are handlings of what he sees. */
const POLICIES = `
alter table ledger.handlings enable row level security, force row level security;
create policy reader on ledger.handlings for select to custody_gateway, custody_evidence using (grps && ${GROUPS});
create policy operator_reads on ledger.handlings for select to custody_operator using (${asItself('operator')});
create policy owner on ledger.handlings to current_user using (${AS_OWNER});
`;

/**
 * The row has a group of the reader's, and was not marked since; or it was, and its handling now is one that he sees. Of what was not marked, which is
 * nearly everything, this is one probe of an empty or short index for each row.
 */
const shownIf = (table: string, ofGroup: string): string => `
  (${ofGroup} and not exists (select from ledger.marked m where m.log_index = ${table}.log_index))
  or exists (select from ledger.handlings h where h.log_index = ${table}.log_index)`;
const ROW = `grps[1] = any (${GROUPS}::integer[]) or grps && ${GROUPS}`;

const READERS = [
  ...['entries', 'content'].map((table) => `alter policy reader on ledger.${table} using (${shownIf(table, `(${ROW})`)});`),
  // A row is of one group; of an entry that was opened later there are rows of those groups too.
  ...['timeline', 'relations', 'evidence_refs', 'audit', 'batch_members'].map(
    (table) => `alter policy reader on ledger.${table} using (
  grp = any (${GROUPS}::integer[]) and (not exists (select from ledger.marked m where m.log_index = ${table}.log_index)
    or exists (select from ledger.handlings h where h.log_index = ${table}.log_index)));`,
  ),
].join('\n');

/**
 * For the projector, which reads no content but what markings are about: the events of these references that speak of a handling, or of which one
 * speaks; and which words an event's own agency has about it, the first of the log of each kind. A relation may be a target or a contradiction: what
 * is no word about the event is left out before any are counted.
 */
const FUNCTIONS = `
create function ledger.said(document bytea) returns jsonb
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select jsonb_build_object('kind', d -> 'kind', 'handling', d -> 'handling', 'target', d #> '{relations,target}',
    'gives', d #> '{relations,handling}', 'policy', d #> '{extension,policy}')
  from (select convert_from(document, 'UTF8')::jsonb as d offset 0) parsed
$$;
comment on function ledger.said(bytea) is 'What a document says of handlings, and of whose.';

create function ledger.handled_events(agencies text[], ids text[])
returns table (log_index bigint, agency text, id text, principal text, captured bigint, content_hash bytea, said text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select e.log_index, e.agency, e.id, c.principal, c.captured, e.content_hash, ledger.said(c.bytes)::text
  from unnest(agencies, ids) as asked (agency, id)
  cross join lateral (select * from ledger.entries e where e.agency = asked.agency and e.id = asked.id offset 0) e
  join ledger.content c on c.log_index = e.log_index
  where exists (select from ledger.relations r where r.kind = 13 and r.target_agency = e.agency and r.target_id = e.id)
    or (select t.kind from ledger.timeline t where t.log_index = e.log_index limit 1) in (9, 10, 13, 14)
$$;
comment on function ledger.handled_events(text[], text[]) is 'Of these events the ones whose handling may be another than they came in with, and those that say so.';

create function ledger.own_words(agencies text[], ids text[], kinds integer[], most integer)
returns table (of_id text, log_index bigint, agency text, id text, principal text, captured bigint, content_hash bytea, said text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select asked.id, w.log_index, e.agency, e.id, w.principal, w.captured, e.content_hash, w.said::text
  from unnest(agencies, ids) as asked (agency, id)
  cross join unnest(kinds) as of (kind)
  cross join lateral (
    select r.log_index, c.principal, c.captured, d.said
    from (
      select distinct r.log_index from ledger.relations r
      join ledger.entries by on by.log_index = r.log_index and by.agency = asked.agency
      where r.target_agency = asked.agency and r.target_id = asked.id and r.kind = of.kind
    ) r
    join ledger.content c on c.log_index = r.log_index
    cross join lateral (select ledger.said(c.bytes) as said offset 0) d
    where of.kind = 14 or d.said ->> 'target' in (asked.id, asked.agency || '/' || asked.id)
    order by r.log_index limit most
  ) w
  join ledger.entries e on e.log_index = w.log_index
$$;
comment on function ledger.own_words(text[], text[], integer[], integer) is 'What the agency of each event says about it, by kind.';

create function ledger.handled_content(indexes bigint[]) returns table (log_index bigint, shown_in integer[], bytes bytea)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select c.log_index, array(select distinct t.grp from ledger.timeline t where t.log_index = c.log_index), c.bytes
  from ledger.content c where c.log_index = any(indexes) and exists (
    select from ledger.entries e
    join ledger.relations r on r.kind = 13 and r.target_agency = e.agency and r.target_id = e.id
    where e.log_index = c.log_index)
$$;
comment on function ledger.handled_content(bigint[]) is 'Documents of these entries, of which a marking speaks, and the reader groups that they have rows in.';

create function ledger.awaited(first bigint, behind bigint) returns table (agency text, id text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select e.agency, e.id from ledger.entries e
  where (select exists (select from ledger.relations where kind = 13)) and e.log_index >= first and e.log_index < behind
    and exists (select from ledger.relations r where r.kind = 13 and r.target_agency = e.agency and r.target_id = e.id)
$$;
comment on function ledger.awaited(bigint, bigint) is 'Entries of a stretch of the log that a marking speaks about, which may have come before.';

create function ledger.acts_until(last bigint) returns table (log_index bigint, agency text, principal text, captured bigint, act bytea)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select p.log_index, p.agency, p.principal, p.captured, p.act from ledger.policy p where p.log_index <= last order by p.log_index
$$;
comment on function ledger.acts_until(bigint) is 'From which is folded who may approve; asked only where something was approved.';

create function ledger.set_handlings(indexes bigint[], groups_of text[], said text[]) returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
  with given as (
    select i as log_index, g::integer[] as grps, s as handling from unnest(indexes, groups_of, said) as given (i, g, s)
  ), named as (
    insert into ledger.marked select log_index from given on conflict do nothing
  ), changed as (
    insert into ledger.handlings as h select * from given
    on conflict (log_index) do update set grps = excluded.grps, handling = excluded.handling
      where h.grps <> excluded.grps or h.handling <> excluded.handling
    returning 1
  )
  select count(*) from changed
$$;
comment on function ledger.set_handlings(bigint[], text[], text[]) is 'Keeps what is in effect of these entries; returns of how many it is another than before.';
`;

/** Functions of the owner that look past the policies of whoever asks: each by the same rule. */
const TOLD_TO_THE_GATEWAY = `
create or replace function ctx.events_named(named text) returns setof bigint
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
    left join ledger.handlings h on h.log_index = e.log_index
    where coalesce(h.grps, e.grps) && readers;
end $$;

create or replace function ctx.map_links(first bigint, behind bigint, most bigint) returns table (log_index bigint, map_key bytea)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select t.log_index, t.map_key from ledger.timeline t
  where t.log_index >= first and t.log_index < behind and t.item <> '' and t.map_key <> ''
  order by t.log_index, t.map_key limit most
$$;

create function ctx.commitments_at(indexes bigint[]) returns table (log_index bigint, commitment bytea)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select e.log_index, e.commitment from ledger.entries e where e.log_index = any(indexes)
$$;
comment on function ctx.commitments_at(bigint[]) is 'Of the log, as ctx.commitments: leaves of an item tree that are not opened to whoever asks.';

create function ctx.touched(items text[]) returns setof text
language plpgsql stable security definer parallel restricted set search_path = pg_catalog, pg_temp as $$
declare
  readers constant integer[] := ctx.groups();
begin
  return query
    select distinct t.item from ledger.handlings h
    join ledger.timeline t on t.log_index = h.log_index and t.item = any(items) and t.grp = any(readers)
    where not h.grps && readers;
end $$;
comment on function ctx.touched(text[]) is 'Of these items the ones that an entry concerns which has rows of the reader''s groups and is not shown to them.';

create or replace function ctx.named_to_others(indexes bigint[], submitting_agency text, submitter text) returns setof bigint
language sql stable security definer parallel restricted set search_path = pg_catalog, pg_temp as $$
  select c.log_index
  from unnest(indexes) as asked (log_index)
  cross join lateral (
    (select n.log_index from ledger.content n
    where n.log_index = asked.log_index and position('\\x227072696e636970616c73223a5b'::bytea in n.bytes) > 0 offset 0)
    union
    (select h.log_index from ledger.handlings h where h.log_index = asked.log_index and position('"principals":[' in h.handling) > 0 offset 0)
  ) named
  join ledger.content c on c.log_index = named.log_index
  join ledger.entries e on e.log_index = named.log_index
  left join ledger.handlings h on h.log_index = named.log_index
  cross join lateral (select coalesce(h.handling::jsonb, convert_from(c.bytes, 'UTF8')::jsonb -> 'handling') as said offset 0) handling
  where said ->> 'tlp' = 'RED' and jsonb_array_length(said -> 'principals') > 0
    and not (e.agency = submitting_agency and c.principal = submitter)
    and not said -> 'principals' ?| array[submitter, submitting_agency || '/' || submitter]
$$;
`;

const OWN = [
  'handled_events(text[], text[])',
  'own_words(text[], text[], integer[], integer)',
  'handled_content(bigint[])',
  'awaited(bigint, bigint)',
  'acts_until(bigint)',
  'set_handlings(bigint[], text[], text[])',
];

const GRANTS = `
grant select on ledger.marked, ledger.handlings to custody_gateway, custody_evidence, custody_operator;
grant update (policy) on ledger.head to custody_projector;
${OWN.map((name) => `revoke all on function ledger.${name} from public; grant execute on function ledger.${name} to custody_projector;`).join('\n')}
revoke all on function ledger.said(bytea) from public;
revoke all on function ctx.commitments_at(bigint[]), ctx.touched(text[]) from public;
grant execute on function ctx.commitments_at(bigint[]), ctx.touched(text[]) to custody_gateway;
`;
