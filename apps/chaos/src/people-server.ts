/** The built program as a server of several agencies, for what is measured of it: persons and keys are made as anybody makes them, by commands. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createPool, resetData, type StorePool } from '#lib/store';
import { operatorKeyFor } from '../../custody/src/operator-key.ts';
import { outputOf, startNode, type Child } from './child-process.ts';
import { embeddedOwnerUrl } from './embedded-owner.ts';
import { NO_LIMITS } from './scene.ts';

/** A first start makes a database cluster; on two busy cores that takes more than a minute. */
const READY_WITHIN_MS = 200_000;
const OPERATOR = 'local/operator';

export interface PeopleServerOptions {
  /** Reachable for the account of the database. Everything of the server is in it. */
  readonly folder: string;
  /** Main file of the program. */
  readonly program: string;
  readonly env?: Readonly<Record<string, string>>;
}

export class PeopleServer {
  base = '';
  readonly #options: PeopleServerOptions;
  #program: string;
  readonly #keys = new Map<string, string>();
  #server: Child | null = null;
  #commands = 0;
  #starts = 0;

  private constructor(options: PeopleServerOptions) {
    this.#options = options;
    this.#program = options.program;
    mkdirSync(options.folder, { recursive: true });
  }

  /** Running, with nobody but its operator. Rejects with what it said where it does not come up. */
  static async open(options: PeopleServerOptions): Promise<PeopleServer> {
    const server = new PeopleServer(options);
    try {
      await server.#start();
      return server;
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  /** Ends it and serves the same data by another program. */
  async continueWith(program: string): Promise<void> {
    await this.#server?.stop();
    this.#program = program;
    await this.#start();
  }

  get pid(): number {
    return this.#server?.pid ?? 0;
  }

  /** One more person, who may submit, and his key. Makes the agency too where it is new. @param who `agency/name` */
  async addPerson(who: string): Promise<void> {
    const [agency = ''] = who.split('/');
    const isNew = ![...this.#keys.keys()].some((each) => each.startsWith(`${agency}/`));
    if (isNew) await this.did('agency', 'add', agency);
    await this.did('principal', 'add', who, '--role', 'contributor');
    const key = /custody_[a-z0-9]+_[A-Za-z0-9_-]{43}/.exec(await this.did('key', 'add', who, '--scope', 'contributor'))?.[0];
    if (key === undefined) throw new Error(`no key was told of ${who}`);
    this.#keys.set(who, key);
  }

  headersOf(who: string): Record<string, string> {
    return { authorization: `Bearer ${this.#keyOf(who)}` };
  }

  /** `custody ARGS` by the operator, with this program. Not waited for. */
  startCommand(...args: string[]): Child {
    return startNode({
      args: [this.#program, '--server', this.base, ...args],
      env: { CUSTODY_API_KEY: this.#keyOf(OPERATOR) },
      logFile: join(this.#options.folder, `command-${++this.#commands}.log`),
      cwd: this.#options.folder,
    });
  }

  /** Waits for its end; throws with what it said where it fails. Returns what it said. */
  async did(...args: string[]): Promise<string> {
    const child = this.startCommand(...args);
    const code = await child.exited;
    const output = outputOf(child.logFile);
    if (code !== 0) throw new Error(`custody ${args.join(' ')} ended with ${String(code)}: ${output}`);
    return output.trim();
  }

  /** Its database by the login that owns it. */
  async withOwner<T>(work: (pool: StorePool) => Promise<T>): Promise<T> {
    const pool = createPool({ url: embeddedOwnerUrl(this.#dataDir), applicationName: 'chaos', max: 2, statementTimeoutMs: 0 });
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

  #keyOf(who: string): string {
    const key = who === OPERATOR ? operatorKeyFor(this.#dataDir, this.base)?.key : this.#keys.get(who);
    if (key === undefined) throw new Error(`${who} has no key`);
    return key;
  }

  async #start(): Promise<void> {
    const { folder, env } = this.#options;
    const own = {
      ...NO_LIMITS,
      CUSTODY_DATA_DIR: this.#dataDir,
      CUSTODY_PORT: '0',
      CUSTODY_DEMO: 'false',
      CUSTODY_ACCESS: 'required',
      CUSTODY_LOG_LEVEL: 'warn',
    };
    const logFile = join(folder, `serve-${++this.#starts}.log`);
    this.#server = startNode({ args: [this.#program, 'serve'], env: { ...own, ...env }, logFile, cwd: folder });
    this.base = (await this.#server.line(/^Ready\s+(http:\/\/[^\s/]+)/m, READY_WITHIN_MS))[1] as string;
  }
}
