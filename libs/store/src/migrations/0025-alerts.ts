/**
 * Where open questions may be: derived, as the timeline is. And for whoever raises alerts: which entries are handled otherwise since when, whoever may see them; and how far it has come for each agency. What an
 * agency watches, and what it was told, are events, and stand nowhere else.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { parseIdentifier } from '#lib/domain';
import { doorInto } from './0009-row-security.ts';

export class Alerts implements MigrationInterface {
  readonly name = 'alerts-0000000000025';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [OPEN_POINTS, FILL, CHANGED, SET_HANDLINGS, CURSORS, POLICIES, GRANTS]) await runner.query(statement);
    await fillFailing(runner);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup that the older version wrote.');
  }
}

/** The reader group comes first: what a page of questions costs and holds depends on nothing that is hidden from its reader. */
const OPEN_POINTS = `
create table ledger.open_points (
  grp integer not null,
  code smallint not null,
  item text collate "C" not null,
  log_index bigint not null,
  primary key (grp, code, item, log_index)
);
comment on table ledger.open_points is 'Entries that may leave something for a person to decide, one row for each reader group. Whether they still do, the fold says. Derived.';
comment on column ledger.open_points.code is 'Position in OPEN_POINTS of libs/domain; item: whose it is, or empty.';
create trigger append_only before update or delete on ledger.open_points for each row execute function ledger.refuse_change();
create trigger append_only_truncate before truncate on ledger.open_points for each statement
  when (current_setting('custody.rebuild', true) is distinct from 'on') execute function ledger.refuse_change();
`;

/** Of what is there: kinds by their position in KINDS of libs/domain (9 correction, 10 retraction, 11 dispute). Identifiers that fail a check: fillFailing. */
const FILL = `
with said as materialized (
  select e.log_index, t.kind, convert_from(c.bytes, 'UTF8')::jsonb as d
  from ledger.entries e join ledger.content c using (log_index)
  cross join lateral (select t.kind from ledger.timeline t where t.log_index = e.log_index limit 1) t
  where t.kind <= 13
), points as (
  select log_index, 1 as code, '' as item from said where kind = 11 or jsonb_array_length(coalesce(d #> '{relations,contradicts}', '[]')) > 0
  union
  select s.log_index, 2, i ->> 'id' from said s cross join jsonb_array_elements(coalesce(s.d -> 'items', '[]')) i
  where s.kind <= 9 and s.d ? 'action' and i ->> 'role' = 'subject'
  union
  select log_index, 3, '' from said where kind in (9, 10)
  union
  select log_index, 4, '' from said where kind <= 9 and jsonb_array_length(coalesce(d -> 'items', '[]')) = 0
)
insert into ledger.open_points (grp, code, item, log_index)
select distinct t.grp, p.code, p.item, p.log_index from points p join ledger.timeline t on t.log_index = p.log_index;
`;

/** Items whose check fails, of which there are few: the rule is not one of SQL. Of a correction what it only takes over stands in the background. */
async function fillFailing(runner: QueryRunner): Promise<void> {
  for (let after = ''; ;) {
    const rows = (await runner.query(
      `select distinct item from ledger.timeline where item > $1::text and item <> '' order by item limit 10000`,
      [after],
    )) as { item: string }[];
    const last = rows.at(-1)?.item;
    if (last === undefined) return;
    after = last;
    const failing = rows.filter(({ item }) => {
      const read = parseIdentifier(item);
      return read.ok && read.check.verdict === 'invalid';
    });
    if (failing.length === 0) continue;
    await runner.query(
      `insert into ledger.open_points (grp, code, item, log_index)
        select distinct t.grp, 0, t.item, t.log_index from ledger.timeline t
        where t.item = any($1::text[]) and t.kind <= 9 and (t.kind < 9 or exists (
          select from ledger.content c cross join jsonb_array_elements(convert_from(c.bytes, 'UTF8')::jsonb -> 'items') i
          where c.log_index = t.log_index and i ->> 'id' = t.item and i ->> 'role' <> 'background'))`,
      [failing.map(({ item }) => item)],
    );
  }
}

/** Numbers of the log, as those of the entries: that something was marked, and when, P tells everybody. */
const CHANGED = `
alter table ledger.marked add column changed bigint not null default 0;
create index marked_changed on ledger.marked (changed, log_index);
comment on column ledger.marked.changed is 'Log size with which its handling came to be what it is; 0: before anybody asked.';
`;

/** As in 0022, which let stand when. */
const SET_HANDLINGS = `
create or replace function ledger.set_handlings(indexes bigint[], groups_of text[], said text[], approvals text[]) returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
  with given as (
    select i as log_index, g::integer[] as grps, s as handling, a as approval from unnest(indexes, groups_of, said, approvals) as given (i, g, s, a)
  ), other as materialized (
    select g.* from given g left join lateral (select * from ledger.handlings h where h.log_index = g.log_index offset 0) h on true
    where h.log_index is null or h.grps <> g.grps or h.handling <> g.handling or h.approval is distinct from g.approval
  ), named as (
    insert into ledger.marked as m (log_index, changed) select o.log_index, (select size from ledger.head) from other o
    on conflict (log_index) do update set changed = excluded.changed
  ), changed as (
    insert into ledger.handlings as h (log_index, grps, handling, approval) select * from other
    on conflict (log_index) do update set grps = excluded.grps, handling = excluded.handling, approval = excluded.approval
    returning 1
  )
  select count(*) from changed
$$;
`;

/** In no backup: where they are gone what there is to tell is looked for again, and nothing is told twice. */
const CURSORS = `
create schema alerts;
revoke all on schema alerts from public;
create table alerts.cursors (
  agency text collate "C" primary key,
  done bigint not null,
  groups text collate "C" not null
);
comment on table alerts.cursors is 'How far alerts were raised for each agency that watches something. Not derived from the log, and in no backup.';
comment on column alerts.cursors.done is 'Log index: everything below it, and all that was handled otherwise up to there, was looked at.';
comment on column alerts.cursors.groups is 'Names of the reader groups that the agency had then.';
`;

const asItself = `(select pg_has_role(current_user, 'custody_capture', 'usage'))`;
const AS_OWNER = `current_user = (select pg_get_userbyid(nspowner) from pg_catalog.pg_namespace where nspname = 'ctx')`;

/** In the manner of 0011 and 0021. */
const POLICIES = `
alter table ledger.open_points enable row level security, force row level security;
create policy reader on ledger.open_points for select to custody_gateway using (
  grp = any ((select ctx.groups())::integer[]) and (not exists (select from ledger.marked m where m.log_index = open_points.log_index)
    or exists (select from ledger.handlings h where h.log_index = open_points.log_index offset 0)));
create policy operator_reads on ledger.open_points for select to custody_operator using ((select pg_has_role(current_user, 'custody_operator', 'usage')));
create policy owner on ledger.open_points to current_user using (${AS_OWNER});
${doorInto('open_points', 'grp')}
grant select on ledger.open_points to custody_gateway, custody_operator;

alter table alerts.cursors enable row level security, force row level security;
create policy capture_keeps on alerts.cursors to custody_capture using (${asItself}) with check (${asItself});
create policy owner on alerts.cursors to current_user using (${AS_OWNER});
`;

/** Alerts are appended by capture's way, and so is kept how far they are. */
const GRANTS = `
grant usage on schema alerts to custody_capture;
grant select, insert on alerts.cursors to custody_capture;
grant update (done, groups) on alerts.cursors to custody_capture;
`;
