/**
 * What stands under an id, kept from a colleague whom TLP:RED does not name: capture is told which entries are so, and nothing of them. And bytes of
 * evidence, opened to others by what cites them alone: an act on evidence says what was done with it, and shares nothing.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class NamedPersons implements MigrationInterface {
  readonly name = 'named-persons-0000000000012';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [NAMED_TO_OTHERS, UPLOADS]) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup that the older version wrote.');
  }
}

/** One probe of content_named for each entry, which holds what names persons alone; the rule of apps/gateway/src/named-readers.ts. */
const NAMED_TO_OTHERS = `
create function ctx.named_to_others(indexes bigint[], submitting_agency text, submitter text) returns setof bigint
language sql stable security definer parallel restricted set search_path = pg_catalog, pg_temp as $$
  select c.log_index
  from unnest(indexes) as asked (log_index)
  cross join lateral (
    select n.log_index from ledger.content n
    where n.log_index = asked.log_index and position('\\x227072696e636970616c73223a5b'::bytea in n.bytes) > 0 offset 0
  ) named
  join ledger.content c on c.log_index = named.log_index
  join ledger.entries e on e.log_index = named.log_index
  cross join lateral (select convert_from(c.bytes, 'UTF8')::jsonb -> 'handling' as said offset 0) handling
  where said ->> 'tlp' = 'RED' and jsonb_array_length(said -> 'principals') > 0
    and not (e.agency = submitting_agency and c.principal = submitter)
    and not said -> 'principals' ?| array[submitter, submitting_agency || '/' || submitter]
$$;
comment on function ctx.named_to_others(bigint[], text, text) is 'Which of these entries are TLP:RED and name others than this submitter, who is not their author.';
revoke all on function ctx.named_to_others(bigint[], text, text) from public;
grant usage on schema ctx to custody_capture;
grant execute on function ctx.named_to_others(bigint[], text, text) to custody_capture;
`;

/** As 0010 made it, but for acts: kind 15, `evidence`. */
const UPLOADS = `
alter policy reader on evidence.uploads using (
  agency = (select ctx.agency()) or exists (
    select from ledger.evidence_refs r join ledger.entries e on e.log_index = r.log_index
    where r.sha256 = uploads.sha256 and r.grp = any ((select ctx.groups())::integer[]) and r.kind <> 15 and e.agency = uploads.agency offset 0));
comment on table evidence.uploads is 'Which agency has shown that it has the bytes, by sending all of them. What it says of items and cites them in opens them to others, and nothing else.';
`;
