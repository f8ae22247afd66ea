/** The database of this process: the embedded Postgres of the data directory, or the one that DATABASE_URL names. */
import type { Config, Log } from '#lib/runtime';
import {
  type AppRole,
  createPool,
  type EmbeddedPostgres,
  migrate,
  type MigrationReport,
  startEmbedded,
  type StoreLog,
  type StorePool,
} from '#lib/store';

export interface Database {
  readonly embedded: EmbeddedPostgres | null;
  /** A pool with the rights of a role and no others. */
  pool(role: AppRole, options?: { readonly max?: number; readonly statementTimeoutMs?: number }): StorePool;
  /** For what no app role may do: rebuild. */
  ownerPool(): StorePool;
  migrate(): Promise<MigrationReport>;
  /** Closes every pool. */
  closePools(): Promise<void>;
  /** Stops the embedded server; does nothing for one that is not ours. */
  stop(): Promise<void>;
}

/** Who waits for a connection of a busy pool is answered 503 after this long: a client should not hear nothing for two seconds. */
const CONNECT_TIMEOUT_MS = 1_000;
/** One that rebuilds, one that looks after it. */
const OWNER_CONNECTIONS = 2;

/** Any period: only that the timer is there counts. */
const HOLD_MS = 1_000;

/** Throws StoreError `data.locked`, `data.newer`. */
export async function openDatabase(config: Config, log: Log): Promise<Database> {
  const storeLog = storeLogOf(log);
  const external = config.databaseUrl;
  const embedded = external === null ? await startEmbedded({ dataDir: config.dataDir, log: storeLog }) : null;
  const ownerUrl = embedded === null ? (external as string) : embedded.url('owner');
  const pools: StorePool[] = [];
  return {
    embedded,
    pool(role, options = {}) {
      const login = embedded === null ? { url: external as string, role } : { url: embedded.url(role) };
      const max = options.max ?? config.limits.poolConnections;
      const timeout = options.statementTimeoutMs === undefined ? {} : { statementTimeoutMs: options.statementTimeoutMs };
      const connectTimeoutMs = CONNECT_TIMEOUT_MS;
      const pool = createPool({ ...login, ...timeout, max, connectTimeoutMs, applicationName: `custody ${role}`, log: storeLog });
      pools.push(pool);
      return pool;
    },
    ownerPool() {
      const pool = createPool({
        url: ownerUrl,
        max: OWNER_CONNECTIONS,
        statementTimeoutMs: 0,
        applicationName: 'custody owner',
        log: storeLog,
      });
      pools.push(pool);
      return pool;
    },
    migrate: () => migrate(ownerUrl),
    async closePools() {
      await Promise.all(pools.map((pool) => pool.close()));
    },
    async stop() {
      // The server's process does not hold this one open, and so neither does waiting for its end: Node would leave with exit code 13.
      const held = setInterval(() => undefined, HOLD_MS);
      try {
        await embedded?.stop();
      } finally {
        clearInterval(held);
      }
    },
  };
}

/** The store's own words are ours and hold no content; reasons are texts of the driver and stay out. */
function storeLogOf(log: Log): StoreLog {
  const lines = log.with({ component: 'store' });
  return (level, message) => lines[level](message);
}
