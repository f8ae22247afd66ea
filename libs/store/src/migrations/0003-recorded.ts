/** Finds the last seal at or before a time, for answers as they were recorded by then. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Recorded implements MigrationInterface {
  readonly name = 'recorded-0000000000003';

  async up(runner: QueryRunner): Promise<void> {
    // A seal a second is 31 million rows a year: without it the oldest times cost the longest walks.
    await runner.query('create index seals_time on proof.seals (time, log_index)');
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup that the older version wrote.');
  }
}
