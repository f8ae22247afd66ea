/** A log that says that it ends: the database itself lets nothing in behind that but what the sealer still has to sign. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { FROZEN_SQLSTATE } from '../errors.ts';

export class Freeze implements MigrationInterface {
  readonly name = 'freeze-0000000000006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(FREEZE);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup that the older version wrote.');
  }
}

/** Whoever appends moves the log head first, so this one row decides. */
const FREEZE = `
alter table ledger.head add column frozen boolean not null default false;
create function ledger.refuse_growth() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  if not new.frozen or (new.size <> old.size and not pg_has_role(current_user, 'custody_sealer', 'usage')) then
    raise exception 'log.frozen: this log has ended; nothing is appended to it.' using errcode = '${FROZEN_SQLSTATE}';
  end if;
  return new;
end $$;
create trigger frozen before update on ledger.head for each row when (old.frozen) execute function ledger.refuse_growth();
grant update (frozen) on ledger.head to custody_sealer;
comment on column ledger.head.frozen is 'True for ever once the log has said that it ends (a notice): only seals that cover what came before are appended.';
`;
