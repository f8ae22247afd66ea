/**
 * Markings that their own agency tells to those who lose what is marked: for proofs of an item, whose lists have a leaf for both. Everywhere else
 * such a reader is answered as if there were neither.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ToldMarkings implements MigrationInterface {
  readonly name = 'told-markings-0000000000020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(FUNCTION);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup that the older version wrote.');
  }
}

/**
 * 13 is `marking` in KINDS of libs/domain, 9 `correction`, 10 `retraction`. Of markings that came in for a group of the reader's (the leaf in his list
 * shows that there is one), that say which entry they withhold, and that nobody marked, corrected or withdrew; not of those of another marking. Of what they are about no row is read.
 */
const FUNCTION = `
create function ctx.told_markings(indexes bigint[])
returns table (log_index bigint, agency text, id text, principal text, captured bigint, bytes bytea, commitment bytea, content_hash bytea, secret bytea)
language plpgsql stable security definer parallel restricted set search_path = pg_catalog, pg_temp as $$
declare
  readers constant integer[] := ctx.groups();
begin
  return query
    select e.log_index, e.agency, e.id, c.principal, c.captured, c.bytes, e.commitment, e.content_hash, c.secret
    from unnest(indexes) as asked (log_index)
    cross join lateral (select * from ledger.spoken s where s.log_index = asked.log_index and s.kind = 13 and s.target is not null offset 0) s
    cross join lateral (select * from ledger.entries e where e.log_index = asked.log_index and e.grps && readers offset 0) e
    cross join lateral (
      select * from ledger.content c
      where c.log_index = asked.log_index and position('\\x2277697468686f6c6473223a7b'::bytea in c.bytes) > 0 offset 0
    ) c
    where not exists (
      select from ledger.entries t join ledger.spoken about on about.log_index = t.log_index
      where t.agency = e.agency and t.id = s.target and about.kind = 13
    ) and not exists (
      select from unnest(array[9, 10, 13]) as of (kind)
      cross join lateral (select from ledger.spoken w where w.kind = of.kind and w.agency = e.agency and w.target = e.id limit 1) w
    )
    order by e.log_index;
end $$;
comment on function ctx.told_markings(bigint[]) is 'Of these entries the markings that tell the reader''s groups what they withhold, though they may not be shown to him otherwise.';
revoke all on function ctx.told_markings(bigint[]) from public;
grant execute on function ctx.told_markings(bigint[]) to custody_gateway;
`;
