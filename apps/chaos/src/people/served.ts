/** The program as several agencies use it: all roles in one process, embedded database and event log; killed and started again at the same address. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEmbeddedLog } from '#lib/event-log';
import { createPool, resetData, type StorePool } from '#lib/store';
import { operatorKeyFor } from '../../../custody/src/operator-key.ts';
import { childrenOf, outputOf, startNode, type Child } from '../child-process.ts';
import { embeddedOwnerUrl } from '../embedded-owner.ts';
import { lagOf, NO_LIMITS } from '../scene.ts';
import { isAllSealed } from '../sealing.ts';
import { until } from '../wait.ts';

/** A first start makes a database cluster, which takes a minute on a busy machine; after a kill Postgres recovers. */
const READY_WITHIN_MS = 200_000;
const SETTLED_WITHIN_MS = 120_000;
/** On a busy machine a connection takes its time, and that is not what is looked at. */
const CONNECTED_WITHIN_MS = 60_000;
/** The program's default. */
const TOPIC = 'custody.sightings.v1';
/** Proofs are of what was sealed: the workload is to meet some. */
const SEAL_EVERY_MS = 300;

/** What is killed at once: the server alone, whose database lives on until the next one takes it over, or both. */
export type Killed = 'server' | 'server-and-database';

export interface ServedOptions {
  /** Reachable for the account of the database. Everything of the server is in it. */
  readonly folder: string;
  /** Main file of the program. */
  readonly program: string;
}

export class Served {
  readonly base: string;
  readonly #options: ServedOptions;
  readonly #port: number;
  #server: Child | null = null;
  #runs = 0;

  private constructor(options: ServedOptions, port: number) {
    this.#options = options;
    this.#port = port;
    this.base = `http://127.0.0.1:${port}`;
    mkdirSync(options.folder, { recursive: true });
  }

  /** Running. Rejects with what it said where it does not come up. */
  static async open(options: ServedOptions): Promise<Served> {
    const served = new Served(options, await freePort());
    await served.start();
    return served;
  }

  async start(): Promise<void> {
    // Demo mode, so that nobody reads too; but for the first start, since the demo case is brought to an empty ledger.
    this.#server = this.run(['serve'], { CUSTODY_DEMO: String(this.#runs > 0) });
    await this.#server.line(/^Ready /m, READY_WITHIN_MS);
  }

  /** The key by which commands of this machine are the operator's: another one at each start, and none of the ledger. */
  operatorKey(): string {
    const key = operatorKeyFor(this.#dataDir, this.base)?.key;
    if (key === undefined) throw new Error('the running process keeps no key of its operator');
    return key;
  }

  /** SIGKILL; resolves when all of them are gone. */
  async kill(what: Killed): Promise<void> {
    const postmaster = Number(readFileSync(this.#postmasterFile, 'utf8').split('\n')[0]);
    const backends = what === 'server' ? [] : childrenOf(postmaster);
    // The server first: it would start a new Postgres.
    this.#server?.signal('SIGKILL');
    if (what === 'server-and-database') for (const pid of [postmaster, ...backends]) kill(pid);
    await this.#server?.kill();
    // A killed server that nobody has waited for yet still has its pid.
    await sleep(50);
  }

  /** `custody ARGS` in the server's own data directory. @param env beside what the server is given */
  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Child {
    const { folder, program } = this.#options;
    return startNode({
      args: [program, ...args],
      env: {
        ...NO_LIMITS,
        CUSTODY_DATA_DIR: this.#dataDir,
        CUSTODY_PORT: String(this.#port),
        CUSTODY_DEMO: 'false',
        CUSTODY_ACCESS: 'required',
        CUSTODY_LOG_LEVEL: 'warn',
        CUSTODY_SEALER_INTERVAL_MS: String(SEAL_EVERY_MS),
        ...env,
      },
      logFile: join(folder, `${args[0] ?? ''}-${++this.#runs}.log`),
      cwd: folder,
    });
  }

  /** Waits until all that was appended is in the ledger, sealed and published. */
  async settled(): Promise<void> {
    await this.withOwner(async (pool) => {
      const log = createEmbeddedLog({ pool });
      const isSettled = async (): Promise<boolean> => (await lagOf(log, TOPIC, pool)) === 0 && (await isAllSealed(pool));
      await until('all of it to be in the ledger and sealed', SETTLED_WITHIN_MS, isSettled).finally(() => log.close());
    });
  }

  /** `custody audit --full`, beside the server: its exit code, and what it said. */
  async audit(): Promise<{ readonly code: number | null; readonly output: string }> {
    const child = this.run(['audit', '--full']);
    return { code: await child.exited, output: outputOf(child.logFile) };
  }

  /** Its database by the login that owns it. */
  async withOwner<T>(work: (pool: StorePool) => Promise<T>): Promise<T> {
    const pool = createPool({
      url: embeddedOwnerUrl(this.#dataDir),
      applicationName: 'chaos',
      max: 2,
      statementTimeoutMs: 0,
      connectTimeoutMs: CONNECTED_WITHIN_MS,
    });
    return work(pool).finally(() => pool.close());
  }

  /** Ends it, and its database where that is left; everything that it kept is gone. */
  async close(): Promise<void> {
    await this.#server?.stop();
    if (existsSync(this.#dataDir)) await resetData(this.#dataDir);
  }

  get #dataDir(): string {
    return join(this.#options.folder, 'data');
  }

  get #postmasterFile(): string {
    return join(this.#dataDir, 'postgres', 'postmaster.pid');
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // a backend that ended by itself meanwhile
  }
}

/** One that nobody had a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
