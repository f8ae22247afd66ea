/** Dead letters on their way to their topic: oldest first, by the partial index of those that are not there yet. */
import type { StorePool } from '../pool.ts';
import { readDeadLetter, type StoredDeadLetter } from './dead-letters.ts';

/** Locked, so that of several projectors each takes others. */
export const NEXT_TO_COPY = {
  name: 'next_dead_letters_to_copy',
  text: 'select seq from ledger.dead_letters where copied is null order by seq limit $1::integer for update skip locked',
};
const MARK = {
  name: 'mark_dead_letters_copied',
  text: `update ledger.dead_letters set copied = (extract(epoch from clock_timestamp()) * 1000000)::bigint where seq = any($1::bigint[])`,
};
export const COUNT_TO_COPY = {
  name: 'count_dead_letters_to_copy',
  text: 'select count(*) as n from ledger.dead_letters where copied is null',
};

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

/** How many are not in their topic yet; for health. */
export async function countDeadLettersToCopy(pool: StorePool): Promise<number> {
  return (await pool.run<{ n: number }>(COUNT_TO_COPY)).rows[0]?.n ?? 0;
}
