/** Whose event a dead letter was, so that its submitter can be told: from what its publisher's key vouches for, and only then. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Receipts implements MigrationInterface {
  readonly name = 'receipts-0000000000005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(DEAD_LETTERS);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup that the older version wrote.');
  }
}

const DEAD_LETTERS = `
alter table ledger.dead_letters
  add column agency text collate "C",
  add column id text collate "C",
  add column content_hash bytea;
create index dead_letters_event on ledger.dead_letters (agency, id, seq) where agency is not null;
comment on column ledger.dead_letters.agency is 'Of the event that the record was, with id and content_hash; null where the record was not signed by a publisher of that agency, or before this was kept.';
`;
