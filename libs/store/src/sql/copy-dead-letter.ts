/** Dead letters on their way to their topic: oldest first, by the partial index of those that are not there yet. */
import type { StorePool } from '../pool.ts';
import { readDeadLetter, type StoredDeadLetter } from './dead-letters.ts';

/** Locked, so that of several projectors each takes others. */
export const NEXT_TO_COPY = {
  name: 'next_dead_letters_to_copy',
  text: 'select seq from ledger.dead_letters where copied is null order by seq limit $1::integer for update skip locked',
};
export const MARK = {
  name: 'mark_dead_letters_copied',
  text: `update ledger.dead_letters set copied = (extract(epoch from clock_timestamp()) * 1000000)::bigint where seq = any($1::bigint[])`,
};
export const LEFT_TO_COPY = {
  name: 'dead_letters_left_to_copy',
  text: `select count(*) as n, coalesce(min(seq), 0) as oldest
    from (select seq from ledger.dead_letters where copied is null order by seq limit $1::integer) as left_over`,
};
/** Counting further would cost more than it says. */
const COUNTED_MAX = 1_000;

/** Copied in one transaction: each costs a round trip to the log anyway, and this many come again after a crash. */
const AT_ONCE = 100;

/**
 * Hands the oldest dead letters that were not copied to `copy`, one after the other, and marks those for which it resolved; returns how
 * many. Rejects as `copy` did, with those before it marked. A crash before the mark makes them come again: at least once, and never again
 * after the mark.
 */
export async function copyDeadLetters(pool: StorePool, copy: (letter: StoredDeadLetter) => Promise<void>): Promise<number> {
  const copied: number[] = [];
  const failure = await pool.transaction(async (client) => {
    const { rows } = await client.run<{ seq: number }>(NEXT_TO_COPY, [AT_ONCE]);
    let failed: { readonly error: unknown } | null = null;
    for (const { seq } of rows) {
      const letter = await readDeadLetter(client, seq);
      if (letter === null) continue;
      failed = await copy(letter).then(
        () => null,
        (error: unknown) => ({ error }),
      );
      if (failed !== null) break;
      copied.push(seq);
    }
    if (copied.length > 0) await client.run(MARK, [copied]);
    return failed;
  });
  if (failure !== null) throw failure.error;
  return copied.length;
}

/** How many are not in their topic yet (at most 1,000 are counted), and the number of the oldest; for health. */
export async function deadLettersToCopy(pool: StorePool): Promise<{ readonly n: number; readonly oldest: number }> {
  return (await pool.run<{ n: number; oldest: number }>(LEFT_TO_COPY, [COUNTED_MAX])).rows[0] ?? { n: 0, oldest: 0 };
}
