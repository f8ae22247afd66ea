/** What the rows about the sealer share: processes that seal one log, an observer who follows it, and how far sealing is. */
import { join } from 'node:path';
import type { Child } from './child-process.ts';
import { startObserver, type Observation, type Observer } from './observing.ts';
import { outcomeOf, type Outcome } from './outcome.ts';
import type { Scene } from './scene.ts';
import type { Load } from './load-process.ts';
import { until } from './wait.ts';
import { countEntriesFrom, lastCheckpoint, lastSeal, type StorePool } from '#lib/store';

/** Every sealer of a run signs by it: one log has one key. */
export const LOG_KEY_SEED = '5ea1ed'.padEnd(64, '0');
/** The least that can be set. */
const INTERVAL_MS = '100';
/** As apps/custody has it: whoever holds it is the one sealer. */
const ADVISORY_LOCK = 7_217_003;
const SEALED_WITHIN_MS = 60_000;
/** A sealer is within a transaction for a small part of the time: it is stopped and let go on until it is. */
export const SEALER_AIMS = 400;

/** A sealer with a name of its own in pg_stat_activity, so that its sessions are told from another's. */
export interface SealerProcess {
  readonly child: Child;
  readonly name: string;
}

/** @param machine sealers of one machine know what the others of it signed */
export function sealerEnv(scene: Scene, name: string, machine: string): Record<string, string> {
  return {
    CUSTODY_SEALER_KEY: LOG_KEY_SEED,
    CUSTODY_SEALER_INTERVAL_MS: INTERVAL_MS,
    CUSTODY_SEALER_STATE_FILE: join(scene.folder, `signed-by-${machine}.json`),
    DATABASE_URL: `${scene.database.url}?application_name=${name}`,
  };
}

/** Not waited for. */
export function launchSealer(scene: Scene, name: string, machine: string, failpoint?: string): SealerProcess {
  const env = sealerEnv(scene, name, machine);
  return {
    name,
    child: scene.launch('sealer', { ...env, ...(failpoint === undefined ? {} : { CUSTODY_TEST_SEAL_FAILPOINT: failpoint }) }),
  };
}

/** It is the one that seals, or it is dead already. */
export async function seals(scene: Scene, { child, name }: SealerProcess): Promise<void> {
  await until(
    `${name} to be the one that seals`,
    SEALED_WITHIN_MS,
    async () => {
      const { rows } = await scene.database.pool.query<{ name: string }>(HOLDER, [ADVISORY_LOCK]);
      return !child.running || rows.some((row) => row.name === name);
    },
    10,
  );
}

const HOLDER = `select a.application_name as name from pg_locks l join pg_stat_activity a on a.pid = l.pid
  where l.locktype = 'advisory' and l.granted and l.objid = $1::bigint and a.datname = current_database()`;

/** Ends the session by which it is the one that seals, as the server does where a machine is gone; its others live on. */
export async function takeLockFrom(scene: Scene, name: string): Promise<void> {
  await scene.database.pool.query(
    `select pg_terminate_backend(l.pid) from pg_locks l join pg_stat_activity a on a.pid = l.pid
      where l.locktype = 'advisory' and l.granted and l.objid = $1::bigint and a.application_name = $2`,
    [ADVISORY_LOCK, name],
  );
}

export interface SealingState {
  readonly seals: number;
  /** Entries that no seal covers. */
  readonly unsealed: number;
  /** Size at the newest seal, and at the newest checkpoint. */
  readonly sealed: number;
  readonly published: number;
}

export async function sealingState(pool: StorePool): Promise<SealingState> {
  const last = await lastSeal(pool);
  const { rows } = await pool.query<{ count: number }>('select count(*)::integer as count from proof.seals');
  return {
    seals: rows[0]?.count ?? 0,
    unsealed: await countEntriesFrom(pool, last?.covers ?? 0),
    sealed: last === null ? 0 : last.logIndex + 1,
    published: (await lastCheckpoint(pool))?.size ?? 0,
  };
}

/** Nothing waits for a seal, and the newest seal is published. */
export async function allSealed(scene: Scene, timeoutMs = SEALED_WITHIN_MS): Promise<void> {
  await scene.drained();
  await until('all entries to be sealed and published', timeoutMs, () => isAllSealed(scene.database.pool));
}

export async function isAllSealed(pool: StorePool): Promise<boolean> {
  const { unsealed, sealed, published } = await sealingState(pool);
  return unsealed === 0 && sealed > 0 && sealed === published;
}

/** At least so many seals more are published, or the process is dead. */
export async function publishes(scene: Scene, child: Child, more = 1): Promise<void> {
  const before = await count(scene);
  await until('checkpoints to be published', SEALED_WITHIN_MS, async () => !child.running || (await count(scene)) >= before + more, 10);
}

async function count({ database }: Scene): Promise<number> {
  return (await database.pool.query<{ count: number }>('select count(*)::integer as count from proof.checkpoints')).rows[0]?.count ?? 0;
}

/** @param base of a gateway over this ledger */
export const observe = (scene: Scene, base: string): Promise<Observer> =>
  startObserver(
    { databaseUrl: scene.database.url, base, keySeed: LOG_KEY_SEED, file: join(scene.folder, 'served-checkpoints.jsonl') },
    join(scene.folder, 'observer.log'),
  );

/** What each look at the log found, after which step. */
export class Steps {
  readonly problems: string[] = [];
  count = 0;
  private readonly observer: Observer;

  constructor(observer: Observer) {
    this.observer = observer;
  }

  /** Audits the whole log. */
  async after(step: string): Promise<Observation> {
    const observation = await this.observer.whole();
    this.count++;
    this.note(step, observation);
    return observation;
  }

  note(step: string, { problems }: Observation): void {
    for (const problem of problems) this.problems.push(`after ${step}: ${problem}`);
  }
}

/** The load ends, all of it is sealed by whoever seals now, and everything that was served stands; with the oracle's figures. */
export async function outcomeOfSealing(
  scene: Scene,
  { base, steps, observer, load }: { base: string; steps: Steps; observer: Observer; load?: Load },
  more: Partial<Outcome>,
): Promise<Outcome> {
  load?.enough();
  await load?.done;
  const unsealed = await allSealed(scene).then(
    () => [],
    (error: unknown) => [String(error)],
  );
  const end = await observer.atEnd();
  steps.note('the end', end);
  await observer.child.kill();
  const { seals: sealed, unsealed: left } = await sealingState(scene.database.pool);
  const verdict = await scene.judge(undefined, { api: base });
  const measured = {
    ...more.measured,
    'whole audits': steps.count + 1,
    seals: sealed,
    'checkpoints served': end.heads,
    'entries unsealed': left,
  };
  return outcomeOf(verdict, { ...more, problems: [...steps.problems, ...unsealed, ...(more.problems ?? [])], measured });
}
