/** What the sealer writes: entries of the operator (seals), the log's tiles, item trees, the item map, checkpoints. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { roleName } from '../roles.ts';
import { createRole } from './0001-ledger.ts';

export class Proof implements MigrationInterface {
  readonly name = 'proof-0000000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(createRole(roleName('sealer')));
    for (const statement of [NOTICES, PROOF, GRANTS]) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup that the older version wrote.');
  }
}

/** A length that an entry bundle can say. */
const ENTRY_BYTES_MAX = 65_535;

const NOTICES = `
create table ledger.notices (
  log_index bigint primary key,
  bytes bytea not null check (octet_length(bytes) between 1 and ${ENTRY_BYTES_MAX})
);
comment on table ledger.notices is 'Entries of the log that its operator makes: genesis, seals. The log is these and ledger.entries together, dense.';
create trigger append_only before update or delete on ledger.notices for each row execute function ledger.refuse_change();
create trigger append_only_truncate before truncate on ledger.notices for each statement execute function ledger.refuse_change();
`;

/** Hash columns are not compressed: they cannot be, and a piece of one is read without the rest. */
const PROOF = `
create schema proof;

create table proof.sealer (
  one boolean primary key default true check (one),
  token bigint not null check (token >= 0)
);
insert into proof.sealer (token) values (0);
comment on table proof.sealer is 'One row. Who starts to seal raises the token; a seal is written only under the token that its writer took.';

create table proof.seals (
  log_index bigint primary key,
  covers bigint not null,
  time bigint not null,
  map_root bytea not null check (octet_length(map_root) = 32),
  map_size bigint not null
);
create index seals_covers on proof.seals (covers);
comment on table proof.seals is 'The seals of ledger.notices once more, to be looked up by what they cover. time: microseconds since 1970.';

create table proof.tiles (
  level smallint not null,
  n bigint not null,
  hashes bytea not null check (octet_length(hashes) between 32 and 8192 and octet_length(hashes) % 32 = 0),
  primary key (level, n)
);
alter table proof.tiles alter column hashes set storage external;
comment on table proof.tiles is 'C2SP tlog-tiles. A tile that has grown begins with what it was: one row serves each of its widths.';

create table proof.items (
  item integer primary key,
  map_key bytea not null unique check (octet_length(map_key) = 32)
);
create table proof.item_leaves (
  item integer not null,
  n integer not null,
  log_index bigint not null,
  hashes bytea not null,
  primary key (item, n)
);
create index item_leaves_log_index on proof.item_leaves (log_index);
alter table proof.item_leaves alter column hashes set storage external;
comment on column proof.item_leaves.hashes is 'The hashes that leaf n completes: its own, then of each larger complete subtree. Node (level, k) stands in the row (k + 1) * 2^level - 1.';

create table proof.map_tiles (
  tile integer not null,
  seal bigint not null,
  changed bytea not null check (octet_length(changed) = 32),
  kinds bytea not null,
  hashes bytea not null,
  primary key (tile, seal)
);
create index map_tiles_seal on proof.map_tiles (seal);
alter table proof.map_tiles alter column hashes set storage external;
comment on table proof.map_tiles is 'Hashes of the item map that a seal changed: tile 0 at depth 8, tile 1 + p at depth 16 below prefix p. changed: a bit for each of 256, most significant first; of each of those a byte of kinds: 1 where one leaf alone lies below, 2 for an inner node.';

create table proof.checkpoints (
  size bigint primary key,
  note text collate "C" not null
);
comment on table proof.checkpoints is 'Signed notes (C2SP tlog-checkpoint), with the cosignatures that were there when it was published.';
`;

const GRANTS = `
revoke all on schema proof from public;
grant usage on schema proof to custody_sealer, custody_gateway, custody_operator;
grant usage on schema ledger to custody_sealer;

-- sealer reads what was committed, and appends what it says about it
grant select on ledger.head, ledger.entries, ledger.notices, ledger.timeline to custody_sealer;
grant update (size) on ledger.head to custody_sealer;
grant insert on ledger.notices to custody_sealer;
grant select, insert on all tables in schema proof to custody_sealer;
grant update (hashes) on proof.tiles to custody_sealer;
grant update (token) on proof.sealer to custody_sealer;
grant update (note) on proof.checkpoints to custody_sealer;

grant select on ledger.notices to custody_capture, custody_projector, custody_gateway, custody_operator;
grant select on all tables in schema proof to custody_gateway, custody_operator;
`;
