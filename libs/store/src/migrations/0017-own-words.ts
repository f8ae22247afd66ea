/**
 * Which relation is a word of the event's own agency about it, kept where markings are looked up: what contradicts many events, or is another
 * agency's, costs nothing where it decides nothing. A batch that parsed it once for each of those events would time out, come again, and time out
 * for ever.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class OwnWords implements MigrationInterface {
  readonly name = 'own-words-0000000000017';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [WORDS, KNOWN, INDEX, FUNCTIONS]) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup that the older version wrote.');
  }
}

/** Both: a partition has no column that its door has not. */
const WORDS = `
alter table intake.relations add column word boolean not null default false;
comment on column ledger.relations.word is 'The entry marks, corrects, withdraws or approves this event, and is of the same agency: not that it contradicts or resolves it.';
`;

/** 9 is `correction` in KINDS of libs/domain, 10 `retraction`, 13 `marking`, 14 `policy`, of which only approvals speak of events. */
const KNOWN = `
alter table ledger.relations disable trigger append_only;
with spoken as materialized (
  select e.log_index, e.agency, ledger.said(c.bytes) ->> 'target' as target from ledger.entries e
  join ledger.content c on c.log_index = e.log_index
  where e.log_index in (select r.log_index from ledger.relations r where r.kind in (9, 10, 13, 14))
)
update ledger.relations r set word = true from spoken s
where s.log_index = r.log_index and r.kind in (9, 10, 13, 14) and r.target_agency = s.agency
  and (r.kind = 14 or s.target in (r.target_id, r.target_agency || '/' || r.target_id));
alter table ledger.relations enable trigger append_only;
`;

const INDEX = `
drop index ledger.relations_markings;
create index relations_words on ledger.relations (kind, target_agency, target_id, log_index) where word;
`;

/** As before, but that they look for words alone, and that own_words reads no more documents than it tells of. */
const FUNCTIONS = `
create or replace function ledger.handled_events(agencies text[], ids text[])
returns table (log_index bigint, agency text, id text, principal text, captured bigint, content_hash bytea, said text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select e.log_index, e.agency, e.id, c.principal, c.captured, e.content_hash, ledger.said(c.bytes)::text
  from unnest(agencies, ids) as asked (agency, id)
  cross join lateral (select * from ledger.entries e where e.agency = asked.agency and e.id = asked.id offset 0) e
  join ledger.content c on c.log_index = e.log_index
  where exists (select from ledger.relations r where r.word and r.kind = 13 and r.target_agency = e.agency and r.target_id = e.id)
    or (select t.kind from ledger.timeline t where t.log_index = e.log_index limit 1) in (9, 10, 13, 14)
$$;

create or replace function ledger.own_words(agencies text[], ids text[], kinds integer[], most integer)
returns table (of_id text, log_index bigint, agency text, id text, principal text, captured bigint, content_hash bytea, said text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select asked.id, w.log_index, e.agency, e.id, c.principal, c.captured, e.content_hash, ledger.said(c.bytes)::text
  from unnest(agencies, ids) as asked (agency, id)
  cross join unnest(kinds) as of (kind)
  cross join lateral (
    select distinct r.log_index from ledger.relations r
    where r.word and r.target_agency = asked.agency and r.target_id = asked.id and r.kind = of.kind
    order by r.log_index limit most
  ) w
  join ledger.entries e on e.log_index = w.log_index
  join ledger.content c on c.log_index = w.log_index
$$;

create or replace function ledger.handled_content(indexes bigint[]) returns table (log_index bigint, shown_in integer[], bytes bytea)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select c.log_index, array(select distinct t.grp from ledger.timeline t where t.log_index = c.log_index), c.bytes
  from ledger.content c where c.log_index = any(indexes) and exists (
    select from ledger.entries e
    join ledger.relations r on r.word and r.kind = 13 and r.target_agency = e.agency and r.target_id = e.id
    where e.log_index = c.log_index)
$$;

create or replace function ledger.awaited(first bigint, behind bigint) returns table (agency text, id text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select e.agency, e.id from ledger.entries e
  where (select exists (select from ledger.relations where word and kind = 13)) and e.log_index >= first and e.log_index < behind
    and exists (select from ledger.relations r where r.word and r.kind = 13 and r.target_agency = e.agency and r.target_id = e.id)
$$;
`;
