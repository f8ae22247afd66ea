/**
 * Of each marking that needs an approver what it comes to, beside its handling, so that whoever is told of it is told whether it waits. And approvals
 * that do not count take no place of those that do: each is decided once, and looked up no more where it does not.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { settleAll } from '../markings/settle.ts';

export class Approvals implements MigrationInterface {
  readonly name = 'approvals-0000000000022';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [KEPT, DECIDED_ANEW, FUNCTIONS, GRANTS]) await runner.query(statement);
    const client = {
      query: async <Row>(text: string, values: readonly unknown[] = []) => ({ rows: (await runner.query(text, [...values])) as Row[] }),
    };
    await settleAll(client, null);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup that the older version wrote.');
  }
}

const KEPT = `
alter table ledger.handlings add column approval text collate "C";
comment on column ledger.handlings.approval is 'Of a marking that needs an approver: awaited, approved, undoing-awaited or void. Null: of any other.';

create index spoken_undecided on ledger.spoken (agency, target, approves, log_index) where kind = 14 and in_force is null;
create index spoken_approvals on ledger.spoken (agency, target, approves, log_index) where kind = 14 and in_force;
comment on column ledger.spoken.in_force is 'Of an approval of the bytes that stand, once it was asked for: whether it counts. Another than their author made it, who had the authority to where it stands in the log.';
`;

/** Until this version it said of the authority alone. */
const DECIDED_ANEW = `update ledger.spoken set in_force = null where kind = 14 and in_force is not null`;

/** Kinds by their position in KINDS of libs/domain: 9 is \`correction\`, 10 \`retraction\`, 14 \`policy\`, of which approvals alone are words. */
const FUNCTIONS = `
drop function ledger.undecided_approvals(bigint[]);
create function ledger.undecided_approvals(indexes bigint[]) returns table (n bigint, by_another boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  with markings as materialized (
    select e.log_index, e.agency, e.id, e.content_hash from unnest(indexes) as asked (log_index)
    cross join lateral (select * from ledger.entries e where e.log_index = asked.log_index offset 0) e
  ), approved as materialized (
    select log_index, agency, id, content_hash from markings
    union
    select w.log_index, m.agency, e.id, e.content_hash
    from markings m cross join unnest(array[9, 10]) as of (kind) cross join lateral ledger.words_on(of.kind, m.agency, m.id) w
    cross join lateral (select e.id, e.content_hash from ledger.entries e where e.log_index = w.log_index offset 0) e
  )
  select a.log_index, by.principal <> author.principal
  from approved p
  cross join lateral (
    select s.log_index from ledger.spoken s
    where s.kind = 14 and s.in_force is null and s.agency = p.agency and s.target = p.id and s.approves = encode(p.content_hash, 'hex') offset 0
  ) a
  cross join lateral (select c.principal from ledger.content c where c.log_index = a.log_index offset 0) by
  cross join lateral (select c.principal from ledger.content c where c.log_index = p.log_index offset 0) author
  order by a.log_index
$$;
comment on function ledger.undecided_approvals(bigint[]) is 'Approvals of the very bytes of these markings, and of what undoes them, of which nobody said whether they count; and whether another than the author of those bytes made them.';

drop function ledger.approval_of(text, text, text, bytea);
create function ledger.approval_of(of_agency text, of_id text, hash bytea) returns bigint
language sql stable set search_path = pg_catalog, pg_temp as $$
  select s.log_index from ledger.spoken s
  where s.kind = 14 and s.in_force and s.agency = of_agency and s.target = of_id and s.approves = encode(hash, 'hex') order by s.log_index limit 1
$$;
comment on function ledger.approval_of(text, text, bytea) is 'Where another principal first approved these very bytes.';

create or replace function ledger.judge_markings(indexes bigint[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  with asked as materialized (
    select e.log_index, e.agency, e.id, e.content_hash from unnest(indexes) as asked (log_index)
    cross join lateral (select * from ledger.entries e where e.log_index = asked.log_index offset 0) e
  ), undoing as materialized (
    select a.log_index as of, ledger.approval_of(a.agency, e.id, e.content_hash) is not null
      and not exists (select from ledger.spoken u where u.kind = 9 and u.agency = a.agency and u.target = e.id)
      and not exists (select from ledger.spoken u where u.kind = 10 and u.agency = a.agency and u.target = e.id) as lifts
    from asked a cross join unnest(array[9, 10]) as of (kind) cross join lateral ledger.words_on(of.kind, a.agency, a.id) w
    cross join lateral (select e.id, e.content_hash from ledger.entries e where e.log_index = w.log_index offset 0) e
  ), judged as materialized (
    select a.log_index, ledger.approval_of(a.agency, a.id, a.content_hash) as approved_at,
      exists (select from undoing u where u.of = a.log_index) as undone, exists (select from undoing u where u.of = a.log_index and u.lifts) as lifted
    from asked a
  )
  update ledger.spoken s set approved_at = j.approved_at, undone = j.undone, lifted = j.lifted from judged j
  where s.log_index = j.log_index and (s.approved_at, s.undone, s.lifted) is distinct from (j.approved_at, j.undone, j.lifted)
$$;

drop function ledger.set_handlings(bigint[], text[], text[]);
create function ledger.set_handlings(indexes bigint[], groups_of text[], said text[], approvals text[]) returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
  with given as (
    select i as log_index, g::integer[] as grps, s as handling, a as approval from unnest(indexes, groups_of, said, approvals) as given (i, g, s, a)
  ), named as (
    insert into ledger.marked select log_index from given on conflict do nothing
  ), changed as (
    insert into ledger.handlings as h (log_index, grps, handling, approval) select * from given
    on conflict (log_index) do update set grps = excluded.grps, handling = excluded.handling, approval = excluded.approval
      where h.grps <> excluded.grps or h.handling <> excluded.handling or h.approval is distinct from excluded.approval
    returning 1
  )
  select count(*) from changed
$$;
comment on function ledger.set_handlings(bigint[], text[], text[], text[]) is 'Keeps what is in effect of these entries, and of markings what they come to; returns of how many it is another than before.';
`;

const OWN = ['undecided_approvals(bigint[])', 'set_handlings(bigint[], text[], text[], text[])'];
const INNER = ['approval_of(text, text, bytea)'];

const GRANTS = `
${[...OWN, ...INNER].map((name) => `revoke all on function ledger.${name} from public;`).join('\n')}
${OWN.map((name) => `grant execute on function ledger.${name} to custody_projector;`).join('\n')}
`;
