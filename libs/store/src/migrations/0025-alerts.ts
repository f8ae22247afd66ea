/**
 * For whoever raises alerts: which entries are handled otherwise since when, whoever may see them; and how far it has come for each agency. What an
 * agency watches, and what it was told, are events, and stand nowhere else.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Alerts implements MigrationInterface {
  readonly name = 'alerts-0000000000025';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [CHANGED, SET_HANDLINGS, CURSORS, POLICIES, GRANTS]) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup that the older version wrote.');
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

const POLICIES = `
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
