/** The key by which readers' contexts are signed, as the database knows it. */
import { contextKeyId, contextPads } from './reader-context.ts';
import type { Statements } from './pool.ts';

/** The one before is accepted too, so that a key can be changed while processes run. */
const KEYS_ACCEPTED = 2;

/** May be repeated: the same key again is the newest again. `owner` is the owner's: no app role may write or read the table. */
export async function installContextKey(owner: Statements, key: Uint8Array): Promise<void> {
  const { inner, outer } = contextPads(key);
  await owner.query(
    `insert into ctx.secrets (id, inner_pad, outer_pad) values ($1::text, $2::bytea, $3::bytea)
      on conflict (id) do update set installed = clock_timestamp()`,
    [contextKeyId(key), inner, outer],
  );
  await owner.query(
    `delete from ctx.secrets where id not in (select id from ctx.secrets order by installed desc, id limit ${KEYS_ACCEPTED})`,
  );
}
