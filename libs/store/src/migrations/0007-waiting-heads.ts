/** Every head that was signed is kept, also one that waits for cosignatures or was overtaken: a seal without one is then a fault, and never a habit. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class WaitingHeads implements MigrationInterface {
  readonly name = 'waiting-heads-0000000000007';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(WAITING_HEADS);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup that the older version wrote.');
  }
}

/** Apart from the published ones, so that nobody serves them by reading the newest. */
const WAITING_HEADS = `
create table proof.waiting_heads (
  size bigint primary key,
  note text collate "C" not null,
  published boolean not null default false
);
comment on table proof.waiting_heads is 'Heads that the log signed and that are not published: they wait for cosignatures, or a later one was published before them. Once one is published it is in proof.checkpoints.';
grant select, insert, update (note, published) on proof.waiting_heads to custody_sealer;
grant select on proof.waiting_heads to custody_gateway, custody_operator;
`;
