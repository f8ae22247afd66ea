/** An installation of the program on this machine, and how all of it is killed at once. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEmbeddedLog } from '#lib/event-log';
import { createPool, type StorePool } from '#lib/store';
import { childrenOf, outputOf, startNode, type Child } from './child-process.ts';
import { embeddedOwnerUrl } from './embedded-owner.ts';
import { metric } from './metric.ts';
import { lagOf, NO_LIMITS } from './scene.ts';
import { isAllSealed } from './sealing.ts';
import type { Stack } from './stack.ts';
import { until } from './wait.ts';

/** A first start makes a database cluster; after a kill Postgres recovers. */
const READY_WITHIN_MS = 90_000;
const SETTLED_WITHIN_MS = 90_000;
/** The program's default. */
const TOPIC = 'custody.sightings.v1';

/** What an import says of itself. */
export interface Said {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
}

export interface InstallationOptions {
  readonly name: string;
  /** The case file that is imported. */
  readonly file: string;
  /** A module that is loaded before the program when it imports. */
  readonly importsWith?: string;
}

/** The program as `npm start` runs it, with all its roles, embedded database and event log, in a data directory of its own; but for the demo. */
export class Installation {
  readonly folder: string;
  base = '';
  readonly #stack: Stack;
  readonly #options: InstallationOptions;
  readonly #port: number;
  #server: Child | null = null;
  #runs = 0;

  private constructor(stack: Stack, options: InstallationOptions, port: number) {
    this.folder = join(stack.workDir, options.name);
    mkdirSync(this.folder, { recursive: true });
    this.#stack = stack;
    this.#options = options;
    this.#port = port;
  }

  /** Running. */
  static async open(stack: Stack, options: InstallationOptions): Promise<Installation> {
    const installation = new Installation(stack, options, await stack.freePort());
    await installation.start();
    return installation;
  }

  async start(): Promise<void> {
    this.#server = this.#run(['serve']);
    this.base = (await this.#server.line(/^Ready\s+(http:\/\/[^\s/]+)/m, READY_WITHIN_MS))[1] as string;
  }

  startImport(): Child {
    const { file, importsWith } = this.#options;
    const before = importsWith === undefined ? [] : ['--import', importsWith];
    return this.#run(['import', file, '--server', `http://127.0.0.1:${this.#port}`, '--json', '--quiet'], before);
  }

  /** Runs the import to its end. */
  async importAll(): Promise<Said> {
    const importer = this.startImport();
    const code = await importer.exited;
    const output = outputOf(importer.logFile);
    if (code !== 0) throw new Error(`the import ended with ${code}:\n${output.slice(-2_000)}`);
    const { accepted, duplicates, rejected } = JSON.parse(output.split('\n').find((line) => line.startsWith('{"file"')) ?? '') as Said & {
      rejected: unknown[];
    };
    return { accepted, duplicates, rejected: (rejected as unknown[]).length };
  }

  /** All that was appended is in the ledger, sealed and published. False: not in time. */
  async settled(): Promise<boolean> {
    return this.withLedger(async (pool) => {
      const log = createEmbeddedLog({ pool });
      const isSettled = async (): Promise<boolean> => (await lagOf(log, TOPIC, pool)) === 0 && (await isAllSealed(pool));
      try {
        return await until('the import to be in the ledger and sealed', SETTLED_WITHIN_MS, isSettled).catch(() => false);
      } finally {
        await log.close();
      }
    });
  }

  /** `custody audit --full`, beside the server: its exit code. */
  audit(): Promise<number | null> {
    return this.#run(['audit', '--full']).exited;
  }

  async withLedger<T>(work: (pool: StorePool) => Promise<T>): Promise<T> {
    const pool = createPool({ url: this.databaseUrl(), applicationName: 'chaos', max: 4 });
    try {
      return await work(pool);
    } finally {
      await pool.close();
    }
  }

  /** Lines that capture has answered since the server started. */
  judged(): Promise<number> {
    return metric(this.base, 'custody_capture_events_total', '');
  }

  async killAll(importer: Child): Promise<void> {
    const postmaster = Number(readFileSync(join(this.#dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
    const backends = childrenOf(postmaster);
    // The server first: it would start a new Postgres.
    this.#server?.signal('SIGKILL');
    for (const pid of [postmaster, ...backends]) kill(pid);
    await Promise.all([importer.kill(), this.#server?.kill()]);
    // A killed server that nobody has waited for yet still has its pid.
    await sleep(50);
  }

  databaseUrl(): string {
    return embeddedOwnerUrl(this.#dataDir);
  }

  async close(): Promise<void> {
    await this.#server?.stop();
  }

  get #dataDir(): string {
    return join(this.folder, 'data');
  }

  #run(args: readonly string[], before: readonly string[] = []): Child {
    const env = {
      ...NO_LIMITS,
      CUSTODY_DATA_DIR: this.#dataDir,
      CUSTODY_PORT: String(this.#port),
      CUSTODY_DEMO: 'false',
      CUSTODY_ACCESS: 'open',
      CUSTODY_LOG_LEVEL: 'warn',
    };
    const program = join(this.#stack.root, 'dist', 'apps', 'custody', 'src', 'main.js');
    return startNode({
      args: [...before, program, ...args],
      env,
      logFile: join(this.folder, `${args[0] ?? ''}-${++this.#runs}.log`),
      cwd: this.folder,
    });
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // a backend that ended by itself meanwhile
  }
}
