/**
 * What entries say of handlings, kept apart from their documents, and what became of each marking: whatever is settled anew under the lock of the
 * log head reads rows of some hundred bytes, and no further than they decide. A document may have a megabyte, and an agency may say any number of them.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { keepSpoken } from '../markings/spoken-before.ts';
import { doorInto } from './0009-row-security.ts';

export class Spoken implements MigrationInterface {
  readonly name = 'spoken-0000000000018';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [SPOKEN, POLICIES, FUNCTIONS, GRANTS]) await runner.query(statement);
    await keepSpoken({
      query: async <Row>(text: string, values: readonly unknown[] = []) => ({ rows: (await runner.query(text, [...values])) as Row[] }),
    });
    await runner.query('drop function ledger.said(bytea)');
    // 0022 settles what is kept now: what settles reads what that adds.
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup that the older version wrote.');
  }
}

const SPOKEN = `
create table ledger.spoken (
  log_index bigint primary key,
  kind smallint not null,
  agency text collate "C" not null,
  target text collate "C",
  handling text collate "C" not null,
  gives text collate "C",
  approves text collate "C",
  in_force boolean,
  approved_at bigint,
  undone boolean,
  lifted boolean,
  fits boolean
);
create index spoken_words on ledger.spoken (kind, agency, target, log_index) where target is not null;
comment on table ledger.spoken is 'What an entry says of handlings: its own, where its reader groups do not tell it, and of which event of its agency it is a word. Derived.';
comment on table ledger.handlings is 'The handling in effect of each entry that its own agency marked, and of each marking: derived, and its rows change.';
comment on column ledger.spoken.target is 'The event of the same agency that it marks, corrects, withdraws or approves: a word of that agency about it.';
comment on column ledger.spoken.handling is 'As submitted.';
comment on column ledger.spoken.gives is 'Of a marking: the handling that it says.';
comment on column ledger.spoken.approves is 'Of an approval: the hash of what is approved.';
comment on column ledger.spoken.in_force is 'Of an approval that was asked for: whether its author had the authority to, where it stands in the log.';
comment on column ledger.spoken.approved_at is 'Of a marking: where in the log another principal first approved it.';
comment on column ledger.spoken.undone is 'Of a marking: a retraction or correction of it is there.';
comment on column ledger.spoken.lifted is 'Of a marking: such a one was itself approved, and stands.';
comment on column ledger.spoken.fits is 'Of an approved marking: whether its target may have rows for all whom it names. Where it may, they are there.';
`;

const asItself = (role: string): string => `(select pg_has_role(current_user, 'custody_${role}', 'usage'))`;
const AS_OWNER = `current_user = (select pg_get_userbyid(nspowner) from pg_catalog.pg_namespace where nspname = 'ctx')`;

/** No reader asks it: what is in effect stands in ledger.handlings. */
const POLICIES = `
alter table ledger.spoken enable row level security, force row level security;
create policy operator_reads on ledger.spoken for select to custody_operator using (${asItself('operator')});
create policy owner on ledger.spoken to current_user using (${AS_OWNER});
${doorInto('spoken', 'log_index')}
`;

const COLUMNS = `log_index bigint, agency text, id text, principal text, captured bigint, kind smallint, target text,
  handling text, gives text, approved_at bigint, undone boolean, lifted boolean, fits boolean`;

/** Kinds by their position in KINDS of libs/domain: 9 is \`correction\`, 10 \`retraction\`, 13 \`marking\`, 14 \`policy\`, of which approvals alone are words. */
const FUNCTIONS = `
drop function ledger.handled_events(text[], text[]), ledger.own_words(text[], text[], integer[], integer);

create function ledger.handled_events(agencies text[], ids text[]) returns table (${COLUMNS})
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select e.log_index, e.agency, e.id, c.principal, c.captured, s.kind, s.target,
    coalesce(s.handling, (select case g.name when 'clear' then '{"tlp":"CLEAR"}' when 'green' then '{"tlp":"GREEN"}' end
      from ledger.reader_groups g where g.id = e.grps[1])),
    s.gives, s.approved_at, s.undone, s.lifted, s.fits
  from unnest(agencies, ids) as asked (agency, id)
  cross join lateral (select * from ledger.entries e where e.agency = asked.agency and e.id = asked.id offset 0) e
  cross join lateral (select c.principal, c.captured from ledger.content c where c.log_index = e.log_index offset 0) c
  left join lateral (select * from ledger.spoken s where s.log_index = e.log_index offset 0) s on true
  where s.target is not null or s.kind = 13
    or exists (select from ledger.spoken w where w.kind = 13 and w.agency = e.agency and w.target = e.id)
$$;
comment on function ledger.handled_events(text[], text[]) is 'Of these events the ones whose handling may be another than they came in with, and those that say so.';

create function ledger.markings_of(agencies text[], ids text[], most integer, bytes integer) returns table (of_id text, size bigint, ${COLUMNS})
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select asked.id, w.size, w.log_index, w.agency, by.id, by.principal, by.captured, w.kind, w.target,
    case when w.size <= bytes then w.handling end, case when w.size <= bytes then w.gives end, w.approved_at, w.undone, w.lifted, w.fits
  from unnest(agencies, ids) as asked (agency, id)
  cross join lateral (
    select first.*, sum(octet_length(first.handling) + coalesce(octet_length(first.gives), 0)) over (order by first.log_index) as size
    from (
      select * from ledger.spoken s where s.kind = 13 and s.agency = asked.agency and s.target = asked.id order by s.log_index limit most
    ) first
  ) w
  cross join lateral (
    select e.id, c.principal, c.captured from ledger.entries e join ledger.content c on c.log_index = e.log_index
    where e.log_index = w.log_index offset 0
  ) by
  order by w.agency, asked.id, w.log_index
$$;
comment on function ledger.markings_of(text[], text[], integer, integer) is 'The first markings of each of these events, and how many bytes it and those before it have: of what has more no handlings are read.';

create function ledger.words_on(of_kind integer, of_agency text, of_id text) returns table (log_index bigint, approves text, in_force boolean)
language sql stable set search_path = pg_catalog, pg_temp as $$
  select s.log_index, s.approves, s.in_force from ledger.spoken s
  where s.kind = of_kind and s.agency = of_agency and s.target = of_id order by s.log_index limit 8
$$;
comment on function ledger.words_on(integer, text, text) is 'The first of one kind: more decide nothing.';

create function ledger.approval_of(of_agency text, of_id text, author text, hash bytea) returns bigint
language sql stable set search_path = pg_catalog, pg_temp as $$
  select min(a.log_index) from ledger.words_on(14, of_agency, of_id) a join ledger.content c on c.log_index = a.log_index
  where a.in_force and a.approves = encode(hash, 'hex') and c.principal <> author
$$;
comment on function ledger.approval_of(text, text, text, bytea) is 'Where another principal first approved these very bytes.';

create function ledger.undecided_approvals(indexes bigint[]) returns setof bigint
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  with markings as materialized (
    select e.agency, e.id from unnest(indexes) as asked (log_index)
    cross join lateral (select * from ledger.entries e where e.log_index = asked.log_index offset 0) e
  ), approved as materialized (
    select agency, id from markings
    union all
    select m.agency, e.id from markings m cross join unnest(array[9, 10]) as of (kind) cross join lateral ledger.words_on(of.kind, m.agency, m.id) w
    cross join lateral (select e.id from ledger.entries e where e.log_index = w.log_index offset 0) e
  )
  select distinct a.log_index from approved p cross join lateral ledger.words_on(14, p.agency, p.id) a where a.in_force is null
$$;
comment on function ledger.undecided_approvals(bigint[]) is 'Approvals of these markings, and of what undoes them, of which nobody said whether they are in force.';

create function ledger.decide_approvals(indexes bigint[], decided boolean[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  update ledger.spoken s set in_force = d.decided from unnest(indexes, decided) as d (log_index, decided) where s.log_index = d.log_index
$$;

create function ledger.judge_markings(indexes bigint[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  with asked as materialized (
    select e.log_index, e.agency, e.id, e.content_hash, c.principal from unnest(indexes) as asked (log_index)
    cross join lateral (select * from ledger.entries e where e.log_index = asked.log_index offset 0) e
    join ledger.content c on c.log_index = e.log_index
  ), undoing as materialized (
    select a.log_index as of, ledger.approval_of(a.agency, e.id, e.principal, e.content_hash) is not null
      and not exists (select from ledger.spoken u where u.kind = 9 and u.agency = a.agency and u.target = e.id)
      and not exists (select from ledger.spoken u where u.kind = 10 and u.agency = a.agency and u.target = e.id) as lifts
    from asked a cross join unnest(array[9, 10]) as of (kind) cross join lateral ledger.words_on(of.kind, a.agency, a.id) w
    cross join lateral (
      select e.id, e.content_hash, c.principal from ledger.entries e join ledger.content c on c.log_index = e.log_index
      where e.log_index = w.log_index offset 0
    ) e
  ), judged as materialized (
    select a.log_index, ledger.approval_of(a.agency, a.id, a.principal, a.content_hash) as approved_at,
      exists (select from undoing u where u.of = a.log_index) as undone, exists (select from undoing u where u.of = a.log_index and u.lifts) as lifted
    from asked a
  )
  update ledger.spoken s set approved_at = j.approved_at, undone = j.undone, lifted = j.lifted from judged j
  where s.log_index = j.log_index and (s.approved_at, s.undone, s.lifted) is distinct from (j.approved_at, j.undone, j.lifted)
$$;
comment on function ledger.judge_markings(bigint[]) is 'Keeps what became of these markings.';

create function ledger.keep_fits(indexes bigint[], kept boolean[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  update ledger.spoken s set fits = k.fits from unnest(indexes, kept) as k (log_index, fits) where s.log_index = k.log_index
$$;

create or replace function ledger.handled_content(indexes bigint[]) returns table (log_index bigint, shown_in integer[], bytes bytea)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select c.log_index, array(select distinct t.grp from ledger.timeline t where t.log_index = c.log_index), c.bytes
  from ledger.content c where c.log_index = any(indexes) and exists (
    select from ledger.entries e
    join ledger.spoken w on w.kind = 13 and w.agency = e.agency and w.target = e.id
    where e.log_index = c.log_index)
$$;

create or replace function ledger.awaited(first bigint, behind bigint) returns table (agency text, id text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select e.agency, e.id from ledger.entries e
  where (select exists (select from ledger.spoken where target is not null and kind = 13)) and e.log_index >= first and e.log_index < behind
    and exists (select from ledger.spoken w where w.kind = 13 and w.agency = e.agency and w.target = e.id)
$$;
`;

const OWN = [
  'handled_events(text[], text[])',
  'markings_of(text[], text[], integer, integer)',
  'undecided_approvals(bigint[])',
  'decide_approvals(bigint[], boolean[])',
  'judge_markings(bigint[])',
  'keep_fits(bigint[], boolean[])',
];
const INNER = ['words_on(integer, text, text)', 'approval_of(text, text, text, bytea)'];

const GRANTS = `
grant select on ledger.spoken to custody_operator;
${[...OWN, ...INNER].map((name) => `revoke all on function ledger.${name} from public;`).join('\n')}
${OWN.map((name) => `grant execute on function ledger.${name} to custody_projector;`).join('\n')}
`;
