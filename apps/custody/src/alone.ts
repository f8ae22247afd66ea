/** What one process at a time does, over all that work on one database. */
import type { StorePool } from '#lib/store';

/** Any constants: one number for one purpose in one database. */
const LOCKS = { sealer: 7_217_003, alerts: 7_217_004 } as const;

export interface Turn {
  readonly purpose: keyof typeof LOCKS;
  readonly ending: AbortSignal;
  readonly pause: (ms: number) => Promise<unknown>;
}

const LOOK_EVERY_MS = 200;

/** Runs the work while a connection of its own holds the lock of its purpose; waits for it as long as another has it. */
export async function alone(pool: StorePool, { purpose, ending, pause }: Turn, work: () => Promise<void>): Promise<void> {
  const client = await pool.connect();
  let isWhole = false;
  try {
    for (;;) {
      const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [LOCKS[purpose]]);
      if (rows[0]?.taken === true) break;
      await pause(LOOK_EVERY_MS);
      if (ending.aborted) return;
    }
    await work();
    await client.query('select pg_advisory_unlock($1)', [LOCKS[purpose]]);
    isWhole = true;
  } finally {
    // With the connection goes the lock.
    client.release(!isWhole);
  }
}
