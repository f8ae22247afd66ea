/** Looking at and hitting the projector's transactions. */
import { setTimeout as sleep } from 'node:timers/promises';
import { processState, type Child } from './child-process.ts';
import type { Random } from './random.ts';
import type { Scene } from './scene.ts';
import { until } from './wait.ts';

/** As the product's projectors show in pg_stat_activity. */
const PROJECTOR = 'custody projector';
/** Times that a process which is just between two transactions is let go on and stopped again. */
const AIMS_MAX = 40;
const STOPPED_WITHIN_MS = 5_000;

/** Transactions of projectors on this ledger that have written; the background's search index is none of them. */
async function openTransactions(scene: Scene, applicationName: string): Promise<number> {
  const { rows } = await scene.database.pool.query<{ open: number }>(
    `
    select count(*) as open from pg_stat_activity
    where datname = current_database() and application_name = $1 and backend_xid is not null and query not like '%search_%'`,
    [applicationName],
  );
  return rows[0]?.open ?? 0;
}

/** Sessions of projectors, those that are ending included. */
export async function projectorSessions(scene: Scene): Promise<number> {
  const { rows } = await scene.database.pool.query<{ sessions: number }>(
    `select count(*) as sessions from pg_stat_activity where datname = current_database() and application_name = 'custody projector'`,
  );
  return rows[0]?.sessions ?? 0;
}

export async function freeze(child: Child): Promise<void> {
  child.signal('SIGSTOP');
  await until('the process to stop', STOPPED_WITHIN_MS, () => ['T', 'Z', null].includes(processState(child.pid)), 1);
}

/** Stops the process, at best within a transaction. Returns how many transactions it has open as it stands there. */
export async function freezeInTransaction(
  scene: Scene,
  child: Child,
  random: Random,
  applicationName = PROJECTOR,
  aims = AIMS_MAX,
): Promise<number> {
  for (let aim = 1; ; aim++) {
    await freeze(child);
    const open = await openTransactions(scene, applicationName);
    if (open > 0 || aim === aims) return open;
    child.signal('SIGCONT');
    await sleep(random.between(1, 15));
  }
}

/** Ends the sessions of that name, as the server does by itself with a transaction that is idle for 30 s. */
export async function endSessions(scene: Scene, applicationName: string): Promise<void> {
  const statement = 'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = $1';
  await scene.database.pool.query(statement, [applicationName]);
}
