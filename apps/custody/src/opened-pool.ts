/** A pool of a role that begins to work. */
import type { StorePool } from '#lib/store';

const OPENING_TRIES = 10;

/**
 * With a first connection, for what is read next. A pool whose clients do not wait long gives a connection up after a second; a start does
 * not end for it, though on a busy machine modules that load keep this process from its sockets for longer.
 */
export async function opened(pool: StorePool): Promise<StorePool> {
  for (let tries = 1; ; tries++) {
    try {
      await pool.query('select 1');
      return pool;
    } catch (error) {
      if (tries === OPENING_TRIES) throw error;
    }
  }
}
