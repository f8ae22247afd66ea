/**
 * The servers of a run: one Kafka broker and one Postgres, real ones, on loopback, with fsync on, in a folder of their own. Databases are
 * made from one migrated template, so that every measure begins with an empty ledger and the same catalogue.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { migrate, startEmbedded } from '#lib/store';
import pg from 'pg';

const TEMPLATE = 'bench_template';
/** Read back from the server and written into the result: what durability costs is part of every figure. */
const SETTINGS = ['fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers', 'max_wal_size'];

export interface Servers {
  /** host:port of the broker; null: no Java or no Maven here. */
  readonly kafka: { readonly brokers: string; readonly pid: number } | { readonly missing: string };
  readonly postgresPid: number;
  /** Owner's login, by the server's socket where it has one. */
  databaseUrl(database: string): string;
  /** The same by TCP, for drivers that know no sockets. */
  tcpUrl(database: string): string;
  /** A database with the product's empty schema, made anew. Returns its owner's URL. */
  freshDatabase(database: string): Promise<string>;
  dropDatabase(database: string): Promise<void>;
  readonly versions: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

interface Broker {
  readonly brokers: string;
  readonly pid: number;
  stop(): Promise<void>;
}

export async function startServers(root: string, workDir: string, note: (line: string) => void): Promise<Servers> {
  await mkdir(workDir, { recursive: true });
  const postgres = await startEmbedded({
    dataDir: join(workDir, 'postgres'),
    log: (level, message) => (level === 'info' ? undefined : note(`postgres: ${message}`)),
  });
  const broker = await startKafka(root, join(workDir, 'kafka')).catch((error: unknown) =>
    error instanceof Error ? error.message : String(error),
  );
  const databaseUrl = (database: string) => postgres.url('owner', database);
  await asOwner(databaseUrl('postgres'), `create database ${TEMPLATE}`);
  await migrate(databaseUrl(TEMPLATE));
  const drop = (database: string) => asOwner(databaseUrl('postgres'), `drop database if exists ${database} with (force)`);
  return {
    kafka: typeof broker === 'string' ? { missing: broker } : { brokers: broker.brokers, pid: broker.pid },
    postgresPid: postgres.pid,
    databaseUrl,
    tcpUrl: (database) => postgres.tcpUrl('owner', database),
    async freshDatabase(database) {
      await drop(database);
      await asOwner(databaseUrl('postgres'), `create database ${database} template ${TEMPLATE}`);
      // The copy's pages go to disk now and not during the measure that follows.
      await asOwner(databaseUrl('postgres'), 'checkpoint');
      return databaseUrl(database);
    },
    dropDatabase: drop,
    versions: {
      ...(await postgresVersions(databaseUrl('postgres'))),
      ...(typeof broker === 'string' ? {} : { Kafka: await kafkaVersion(root) }),
    },
    async stop() {
      if (typeof broker !== 'string') await broker.stop();
      await postgres.stop();
    },
  };
}

async function startKafka(root: string, dir: string): Promise<Broker> {
  const module = (await import(pathToFileURL(join(root, 'deploy', 'kafka', 'broker.mjs')).href)) as {
    startBroker(options: { dir: string }): Promise<Broker>;
  };
  return module.startBroker({ dir });
}

/** From the pom that brought the broker's jars. */
async function kafkaVersion(root: string): Promise<string> {
  const pom = await readFile(join(root, 'deploy', 'kafka', 'pom.xml'), 'utf8');
  return /kafka_2\.13<\/artifactId>\s*<version>([^<]+)/.exec(pom)?.[1] ?? 'of deploy/kafka/pom.xml';
}

async function postgresVersions(url: string): Promise<Record<string, string>> {
  return withClient(url, async (client) => {
    const version = await client.query<{ server_version: string }>('show server_version');
    const settings = await client.query<{ name: string; setting: string }>(
      'select name, current_setting(name) as setting from pg_settings where name = any($1) order by array_position($1, name)',
      [SETTINGS],
    );
    const text = settings.rows.map(({ name, setting }) => `${name} ${setting}`).join(', ');
    return { PostgreSQL: `${version.rows[0]?.server_version ?? ''} (${text})` };
  });
}

async function asOwner(url: string, statement: string): Promise<void> {
  await withClient(url, (client) => client.query(statement));
}

/** One connection for the time of `work`. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'bench' });
  client.on('error', () => undefined); // a lost connection rejects the query that runs
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
