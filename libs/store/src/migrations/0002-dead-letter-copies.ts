/** Which dead letters were copied to their topic, so that the copying goes on over restarts where it stood. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class DeadLetterCopies implements MigrationInterface {
  readonly name = 'dead-letter-copies-0000000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(COPIES);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup that the older version wrote.');
  }
}

/** A mark on each and no cursor: numbers are given before commit, so a lower one may appear behind a cursor and would never be copied. */
const COPIES = `
alter table ledger.dead_letters add column copied bigint;
comment on column ledger.dead_letters.copied is 'When it was in the dead letters'' topic, as found; null: it is not there yet.';
create index dead_letters_not_copied on ledger.dead_letters (seq) where copied is null;
grant update (copied) on ledger.dead_letters to custody_projector;
`;
