/**
 * Who reads which partition of the embedded log. Each member holds, on one connection of its own, a shared advisory lock that says it is
 * there and an advisory lock for each partition it reads; PostgreSQL frees them when the connection ends, however that happens. A process
 * that is stopped but not dead loses its connection by idle_session_timeout: its ticks are what keeps the session from being idle.
 * Members count each other in pg_locks, and each takes its share: the members are numbered by their backend's pid, all see the same order.
 */
import { createHash } from 'node:crypto';
import { backOffMs, pause } from '../back-off.ts';
import type { PartitionSet } from '../partition-set.ts';
import type { Report } from '../report.ts';
import type { SqlClient, SqlPool } from '../sql-port.ts';

/** How soon a partition that a dead member left is taken; those that leave in order say so. One short query each time. */
const TICK_MS = 1_000;

export interface MemberOptions {
  readonly pool: SqlPool;
  readonly set: PartitionSet;
  readonly topicNo: number;
  readonly group: string;
  readonly partitions: number;
  readonly sessionTimeoutMs: number;
  readonly report: Report;
  /** Tells the other members to look again. */
  readonly announce: (client: SqlClient) => Promise<unknown>;
}

export class GroupMember {
  readonly #options: MemberOptions;
  readonly #ending = new AbortController();
  readonly #here: bigint;
  readonly #held = new Set<number>();
  /** Partitions whose handler is still at work; unlocked when it has finished. */
  readonly #leaving = new Set<number>();
  #wake: AbortController = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(options: MemberOptions) {
    this.#options = options;
    this.#here = lockKey(options, 'members');
  }

  start(): void {
    this.#running = this.#run();
  }

  /** The group may have changed. */
  look(): void {
    this.#wake.abort();
  }

  /** Gives all partitions back: call it once their handlers have finished. */
  async leave(): Promise<void> {
    this.#ending.abort();
    this.#wake.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let failed = 0; !this.#ending.signal.aborted;) {
      try {
        const client = await this.#options.pool.connect();
        try {
          await this.#join(client);
          failed = 0;
          await this.#stay(client);
        } finally {
          client.release(true); // frees its locks, and its session is not like the pool's others
        }
      } catch (error) {
        failed++;
        this.#options.report('warn', 'Membership of the group was lost; joining again.', { attempt: failed, error });
      }
      this.#held.clear();
      void this.#options.set.assign([]);
      if (!this.#ending.signal.aborted) await pause(backOffMs(Math.max(failed, 1)), this.#ending.signal);
    }
  }

  async #join(client: SqlClient): Promise<void> {
    await client.query(`select set_config('idle_session_timeout', $1, false)`, [String(this.#options.sessionTimeoutMs)]);
    await client.query('select pg_advisory_lock_shared($1::bigint)', [this.#here]);
    await this.#options.announce(client);
  }

  async #stay(client: SqlClient): Promise<void> {
    while (!this.#ending.signal.aborted) {
      this.#wake = new AbortController();
      const { pids, own } = await this.#members(client);
      await this.#takeShare(client, shareOf(pids.indexOf(own), pids.length, this.#options.partitions));
      await pause(TICK_MS, this.#wake.signal);
    }
    await client.query('select pg_advisory_unlock_all()');
    await this.#options.announce(client);
  }

  async #members(client: SqlClient): Promise<{ pids: number[]; own: number }> {
    const { rows } = await client.query<{ pid: number; own: number }>(MEMBERS, [this.#here]);
    return { pids: rows.map(({ pid }) => pid), own: rows[0]?.own ?? 0 };
  }

  async #takeShare(client: SqlClient, share: number): Promise<void> {
    const { set, partitions } = this.#options;
    while (this.#held.size > share) this.#giveBack(client, Math.max(...this.#held));
    for (let partition = 0; partition < partitions && this.#held.size < share; partition++) {
      if (this.#held.has(partition) || this.#leaving.has(partition)) continue;
      const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1::bigint) as taken', [
        lockKey(this.#options, partition),
      ]);
      if (rows[0]?.taken === true) this.#held.add(partition);
    }
    void set.assign([...this.#held]);
  }

  /** In the background: ticks go on while a handler finishes. */
  #giveBack(client: SqlClient, partition: number): void {
    this.#held.delete(partition);
    this.#leaving.add(partition);
    this.#options.set
      .assign([...this.#held])
      .then(() => client.query('select pg_advisory_unlock($1::bigint)', [lockKey(this.#options, partition)]))
      .then(() => this.#options.announce(client))
      .catch((error: unknown) =>
        this.#options.report('debug', 'A partition was not given back; the end of the session frees it.', { partition, error }),
      )
      .finally(() => this.#leaving.delete(partition));
  }
}

const MEMBERS = `
select l.pid, pg_backend_pid() as own
from pg_locks l
where l.locktype = 'advisory' and l.granted and l.objsubid = 1
  and l.database = (select oid from pg_database where datname = current_database())
  and l.classid = (($1::bigint >> 32) & 4294967295)::oid and l.objid = ($1::bigint & 4294967295)::oid
order by l.pid`;

/** Partitions of the member of this rank: all shares differ by one at most and add up. */
export const shareOf = (rank: number, members: number, partitions: number): number =>
  Math.floor(partitions / members) + (rank < partitions % members ? 1 : 0);

/** 64 bits of SHA-256: advisory locks of the whole database share one space of keys. */
function lockKey({ topicNo, group }: Pick<MemberOptions, 'topicNo' | 'group'>, what: number | 'members'): bigint {
  return createHash('sha256')
    .update(JSON.stringify(['custody/event-log/group', topicNo, group, what]))
    .digest()
    .readBigInt64BE(0);
}
