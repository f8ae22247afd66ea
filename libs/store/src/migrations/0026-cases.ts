/** Cases: what was said of one is told to whoever may see the document that opened it, whatever reader groups the acts themselves are of. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Cases implements MigrationInterface {
  readonly name = 'cases-0000000000026';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(FUNCTION);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup that the older version wrote.');
  }
}

/**
 * 19 is `case` in KINDS of libs/domain, 20 `case-act`. An act is an event of its agency's alone; by that group each has one row of relations to its case, in the
 * order of the log. Whether the reader sees the case, its groups say, or the handling in effect where it was marked: the rule of the policies of entries.
 */
const FUNCTION = `
create function ctx.case_acts(of_agency text, of_id text, below bigint, most integer, bytes_most bigint)
returns table (log_index bigint, agency text, id text, principal text, captured bigint, bytes bytea, commitment bytea, content_hash bytea, secret bytea, handling text)
language plpgsql stable security definer parallel restricted set search_path = pg_catalog, pg_temp as $$
declare
  readers constant integer[] := ctx.groups();
begin
  if not exists (
    select from ledger.entries e
    where e.agency = of_agency and e.id = of_id and e.log_index < below
      and exists (select from ledger.timeline t where t.log_index = e.log_index and t.kind = 19)
      and case when exists (select from ledger.marked m where m.log_index = e.log_index)
        then exists (select from ledger.handlings h where h.log_index = e.log_index and h.grps && readers)
        else e.grps && readers end
  ) then
    return;
  end if;
  return query
    select f.log_index, f.agency, f.id, f.principal, f.captured, f.bytes, f.commitment, f.content_hash, f.secret,
      (select h.handling from ledger.handlings h where h.log_index = f.log_index)
    from (
      select e.log_index, e.agency, e.id, c.principal, c.captured, c.bytes, e.commitment, e.content_hash, c.secret,
        sum(octet_length(c.bytes)) over (order by e.log_index) - octet_length(c.bytes) as bytes_before
      from (
        select r.log_index from ledger.relations r
        where r.target_agency = of_agency and r.target_id = of_id
          and r.grp = (select g.id from ledger.reader_groups g where g.name = 'agency:' || of_agency)
          and r.log_index < below and r.kind = 20
        order by r.target_agency, r.target_id, r.grp, r.log_index
        limit most
      ) acts
      cross join lateral (select * from ledger.entries e where e.log_index = acts.log_index offset 0) e
      cross join lateral (select * from ledger.content c where c.log_index = acts.log_index offset 0) c
    ) f
    where f.bytes_before <= bytes_most
    order by f.log_index;
end $$;
comment on function ctx.case_acts(text, text, bigint, integer, bigint) is 'What was said of a case, to a reader who may see the case: acts in the order of the log, with the handling in effect of each that was marked.';
revoke all on function ctx.case_acts(text, text, bigint, integer, bigint) from public;
grant execute on function ctx.case_acts(text, text, bigint, integer, bigint) to custody_gateway;
`;
