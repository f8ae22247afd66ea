/** The database of this process: the embedded Postgres of the data directory, or the one that DATABASE_URL names. */
import { type Config, keptKey, linesOf, type Log } from '#lib/runtime';
import {
  type AppRole,
  createPool,
  type EmbeddedPostgres,
  installContextKey,
  type Login,
  migrate,
  type MigrationReport,
  readLogin,
  startEmbedded,
  type StorePool,
} from '#lib/store';
import { databaseFault } from './database-fault.ts';

export interface RolePoolOptions {
  readonly max?: number;
  readonly statementTimeoutMs?: number;
  /** Each connection is asked for while a client of ours waits for its answer. */
  readonly clientsWait?: boolean;
}

export interface Database {
  readonly embedded: EmbeddedPostgres | null;
  /** A pool with the rights of a role and no others. */
  pool(role: AppRole, options?: RolePoolOptions): StorePool;
  /** Whose login this role's connections have. On a connection of its own, closed afterwards. */
  login(role: AppRole): Promise<Login>;
  /** For what no app role may do: rebuild. */
  ownerPool(): StorePool;
  migrate(): Promise<MigrationReport>;
  /** After migrations, and before the gateway's pool is asked for: installs the key by which that pool says who reads, made at first use. */
  installContexts(): Promise<void>;
  /** Closes every pool. */
  closePools(): Promise<void>;
  /** Stops the embedded server; does nothing for one that is not ours. */
  stop(): Promise<void>;
}

/**
 * Who waits for a connection of a busy pool is answered 503 after this long: a client should not hear nothing for two seconds. Not for work
 * of our own, which waits as long as the store does: while a process starts on a busy machine, modules that load keep it from its sockets
 * for more than a second, and a connection that stood long ago was told as lost.
 */
const CONNECT_TIMEOUT_MS = 1_000;
/** One that rebuilds, one that looks after it. */
const OWNER_CONNECTIONS = 2;

/** Any period: only that the timer is there counts. */
const HOLD_MS = 1_000;

/** Throws StoreError `data.locked`, `data.newer`. */
export async function openDatabase(config: Config, log: Log): Promise<Database> {
  const storeLog = linesOf(log, 'store');
  const external = config.databaseUrl;
  const embedded = external === null ? await startEmbedded({ dataDir: config.dataDir, log: storeLog }) : null;
  const ownerUrl = embedded === null ? (external as string) : embedded.url('owner');
  const pools = openPools();
  let contextKey: Buffer | undefined;
  const ownLogins = ownLoginsOf(config);
  const loginOf = (role: AppRole): { url: string; role?: AppRole } =>
    embedded === null ? { url: ownLogins[role] ?? (external as string), role } : { url: embedded.url(role) };
  return {
    embedded,
    pool(role, options = {}) {
      const max = options.max ?? config.limits.poolConnections;
      const timeout = options.statementTimeoutMs === undefined ? {} : { statementTimeoutMs: options.statementTimeoutMs };
      const patience = options.clientsWait === true ? { connectTimeoutMs: CONNECT_TIMEOUT_MS } : {};
      const signs = role === 'gateway' || role === 'evidence' ? { contextKey } : {};
      const login = { ...loginOf(role), ...timeout, ...patience, ...signs };
      return pools.keep(createPool({ ...login, max, applicationName: `custody ${role}`, log: storeLog }));
    },
    async login(role) {
      const connectTimeoutMs = CONNECT_TIMEOUT_MS;
      const pool = createPool({ ...loginOf(role), max: 1, connectTimeoutMs, applicationName: 'custody logins', log: storeLog });
      try {
        return await readLogin(pool, role);
      } catch (error) {
        const own = ownLogins[role];
        if (external === null) throw error;
        throw databaseFault(error, own ?? external, own === null ? 'DATABASE_URL' : `DATABASE_URL_${role.toUpperCase()}`);
      } finally {
        await pool.close();
      }
    },
    ownerPool() {
      const pool = createPool({
        url: ownerUrl,
        max: OWNER_CONNECTIONS,
        statementTimeoutMs: 0,
        applicationName: 'custody owner',
        log: storeLog,
      });
      return pools.keep(pool);
    },
    async migrate() {
      try {
        return await migrate(ownerUrl);
      } catch (error) {
        throw external === null ? error : databaseFault(error, external, 'DATABASE_URL');
      }
    },
    async installContexts() {
      contextKey = await installedContextKey(config, ownerUrl);
    },
    closePools: () => pools.close(),
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

/** `null`: the role has none of its own. */
const ownLoginsOf = (config: Config): Record<AppRole, string | null> => ({
  capture: config.databaseUrlCapture,
  projector: config.databaseUrlProjector,
  gateway: config.databaseUrlGateway,
  operator: config.databaseUrlOperator,
  sealer: config.databaseUrlSealer,
  access: config.databaseUrlAccess,
  evidence: config.databaseUrlEvidence,
});

/** The key by which the gateway and evidence say who reads: the one that is set, or the data directory's. */
async function installedContextKey(config: Config, ownerUrl: string): Promise<Buffer> {
  const key = Buffer.from(config.contextKey ?? (await keptKey(config.dataDir, 'context.key', 'context key')), 'hex');
  const owner = createPool({ url: ownerUrl, max: 1, applicationName: 'custody owner' });
  await installContextKey(owner, key).finally(() => owner.close());
  return key;
}

/** Those that are to be closed with the database. One that was closed before is not closed again, which the driver takes for a fault. */
function openPools(): { keep(pool: StorePool): StorePool; close(): Promise<void> } {
  const open = new Set<StorePool>();
  return {
    keep(pool) {
      const kept: StorePool = {
        ...pool,
        async close() {
          if (open.delete(kept)) await pool.close();
        },
      };
      open.add(kept);
      return kept;
    },
    async close() {
      await Promise.all([...open].map((pool) => pool.close()));
    },
  };
}
