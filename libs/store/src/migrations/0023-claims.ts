/** What may say of an item what else it is, found without a look at all that is said of it. It changes what no statement answers. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Claims implements MigrationInterface {
  readonly name = 'claims-0000000000023';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CLAIMS);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup that the older version wrote.');
  }
}

/** Kinds by their position in KINDS of libs/domain: 8 is `identification`, 9 `correction`, which may put one in place. */
const CLAIMS = `create index timeline_claims on ledger.timeline (item, grp, log_index) where kind in (8, 9)`;
