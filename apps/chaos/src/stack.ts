/**
 * The servers of a run: one Kafka broker and one Postgres, real ones, on loopback, with fsync on, in a folder of their own. The harness owns
 * them: it kills them, and (Postgres: by the product's own launcher) they come back.
 */
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createPool, migrate, startEmbedded, type EmbeddedPostgres, type StorePool } from '#lib/store';
import { childrenOf } from './child-process.ts';
import { until } from './wait.ts';

/** Of deploy/kafka/broker.d.mts. */
interface Broker {
  readonly brokers: string;
  readonly port: number;
  readonly pid: number;
  readonly dir: string;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

interface BrokerModule {
  startBroker(options: { dir: string; port?: number }): Promise<Broker>;
  missingForBroker(): Promise<string | null>;
  freePort(): Promise<number>;
}

export interface Stack {
  /** The project's folder. */
  readonly root: string;
  readonly workDir: string;
  /** As KAFKA_BROKERS; the same over restarts. */
  readonly brokers: string;
  readonly brokerPort: number;
  readonly postgres: EmbeddedPostgres;
  /** A database with the product's empty schema. */
  freshDatabase(name: string): Promise<Database>;
  /** SIGKILL to the broker; resolves when it is gone. */
  killBroker(): Promise<void>;
  restartBroker(): Promise<void>;
  /** SIGKILL to the server and all of its backends at once. Its launcher starts it again. */
  killPostgres(): void;
  /** Lines of the server's own log so far that match. */
  postgresLogged(pattern: RegExp): number;
  freePort(): Promise<number>;
  /** Removes the folder too, unless it is to be kept. */
  stop(keep: boolean): Promise<void>;
}

export interface Database {
  readonly name: string;
  /** Owner's login. */
  readonly url: string;
  readonly tcpUrl: string;
  /** Of the owner. */
  readonly pool: StorePool;
  drop(): Promise<void>;
}

const gone = (): Promise<void> => Promise.resolve();
const NO_BROKER: Broker = { brokers: '127.0.0.1:1', port: 1, pid: 0, dir: '', stop: gone, kill: gone };

const TEMPLATE = 'chaos_template';
/** The launcher tries for about 40 s. */
const POSTGRES_BACK_MS = 60_000;

/** Without `withKafka` there is no broker, and rows that need none run without Java. */
export async function startStack(root: string, parentDir: string, withKafka: boolean): Promise<Stack> {
  const workDir = mkdtempSync(join(parentDir, 'run-'));
  // Postgres runs as another user when this runs as root, and must be able to get at its own folder below.
  chmodSync(workDir, 0o755);
  const kafka = (await import(pathToFileURL(join(root, 'deploy', 'kafka', 'broker.mjs')).href)) as BrokerModule;
  const missing = withKafka ? await kafka.missingForBroker() : null;
  if (missing !== null) throw new Error(missing);
  const [postgres, first] = await Promise.all([
    startEmbedded({ dataDir: join(workDir, 'postgres'), log: () => undefined }),
    withKafka ? kafka.startBroker({ dir: join(workDir, 'kafka') }) : NO_BROKER,
  ]);
  let broker = first;
  const admin = createPool({ url: postgres.url('owner', 'postgres'), applicationName: 'chaos', max: 1, statementTimeoutMs: 0 });
  await admin.query(`create database ${TEMPLATE}`);
  await migrate(postgres.url('owner', TEMPLATE));
  const postgresLog = join(postgres.dataDir, 'postgres.log');
  return {
    root, workDir, postgres,
    brokers: first.brokers,
    brokerPort: first.port,
    freshDatabase: (name) => freshDatabase(postgres, admin, name),
    killBroker: () => broker.kill(),
    async restartBroker() {
      broker = await kafka.startBroker({ dir: first.dir, port: first.port });
    },
    killPostgres() {
      const { pid } = postgres;
      for (const each of [pid, ...childrenOf(pid)]) killIfThere(each);
    },
    postgresLogged: (pattern) => readFileSync(postgresLog, 'utf8').split('\n').filter((line) => pattern.test(line)).length,
    freePort: () => kafka.freePort(),
    async stop(keep) {
      await admin.close();
      await Promise.all([broker.stop(), postgres.stop()]);
      if (!keep) rmSync(workDir, { recursive: true, force: true });
    },
  }; // prettier-ignore
}

async function freshDatabase(postgres: EmbeddedPostgres, admin: StorePool, name: string): Promise<Database> {
  const run = (statement: string) => until(statement, POSTGRES_BACK_MS, async () => (await admin.query(statement)).rowCount >= 0 || true);
  await run(`drop database if exists ${name} with (force)`);
  await admin.query(`create database ${name} template ${TEMPLATE}`);
  const pool = createPool({ url: postgres.url('owner', name), applicationName: 'chaos', max: 4 });
  return {
    name,
    url: postgres.url('owner', name),
    tcpUrl: postgres.tcpUrl('owner', name),
    pool,
    async drop() {
      await pool.close();
      await run(`drop database if exists ${name} with (force)`);
    },
  };
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // a backend that ended by itself meanwhile
  }
}
