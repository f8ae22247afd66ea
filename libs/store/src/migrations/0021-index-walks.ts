/** What no index led at 300,000 rows of each table: asked of an index from now on. It changes what no statement answers. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class IndexWalks implements MigrationInterface {
  readonly name = 'index-walks-0000000000021';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [READERS, DEAD_LETTERS, FORGET]) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup that the older version wrote.');
  }
}

const GROUPS = '(select ctx.groups())';
const ROW = `grps[1] = any (${GROUPS}::integer[]) or grps && ${GROUPS}`;
const isNotMarked = (table: string): string => `not exists (select from ledger.marked m where m.log_index = ${table}.log_index)`;
/** By `offset 0`, without which the planner may read all handlings into a hash for the first row that was marked. */
const isShown = (table: string): string => `exists (select from ledger.handlings h where h.log_index = ${table}.log_index offset 0)`;

/** As in 0016. */
const READERS = [
  ...['entries', 'content'].map(
    (table) => `alter policy reader on ledger.${table} using (
  ((${ROW}) and ${isNotMarked(table)})
  or ${isShown(table)});`,
  ),
  ...['timeline', 'relations', 'evidence_refs', 'audit', 'batch_members'].map(
    (table) => `alter policy reader on ledger.${table} using (
  grp = any (${GROUPS}::integer[]) and (${isNotMarked(table)}
    or ${isShown(table)}));`,
  ),
].join('\n');

/** An agency's, newest first, however many others have; and how many wait. */
const DEAD_LETTERS = `
create index dead_letters_agency on ledger.dead_letters (agency, seq);
create index dead_letters_waiting on ledger.dead_letters (seq) where retried is null;
`;

/** By the time of the statement: one that may be another for each row is compared with each. */
const FORGET = `
create or replace function login.forget() returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
  delete from login.sessions where expires < statement_timestamp() - interval '7 days'
$$;
`;
