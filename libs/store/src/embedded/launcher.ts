/**
 * The embedded Postgres: real server binaries, started, watched and stopped by the one process that owns the data directory.
 *
 * - Nothing of a start is taken for done until it is: a first start that was cut off at any point is finished by the next one.
 * - The owner was killed and its server lives on: the next owner attaches to that server.
 * - The server was killed: it is started again on the same port; queries meanwhile fail with `store.unavailable`.
 */
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { serverAccount, type Account } from './account.ts';
import { findBinaries } from './binaries.ts';
import { createCluster, createLogins, DATABASE, haveLogins } from './cluster.ts';
import { handOver, makeRoot } from './data-directory.ts';
import { dataPaths, type DataPaths } from './data-paths.ts';
import { readFormat, writeFormat } from './data-format.ts';
import { takeOwnership } from './owner-lock.ts';
import { passwordsOf } from './passwords.ts';
import { findOrphan, startPostmaster, stopPostmaster, type Endpoint } from './postmaster.ts';
import { processIdentity } from './process-identity.ts';
import { StoreError } from '../errors.ts';
import { roleName, type Role } from '../roles.ts';
import type { StoreLog } from '../store-log.ts';

export interface EmbeddedOptions {
  readonly dataDir: string;
  readonly log: StoreLog;
}

export interface EmbeddedPostgres {
  /** Connection URL of a role; by the unix socket where there is one. It stays the same over restarts of the server. */
  url(role: Role, database?: string): string;
  /** The same by TCP on loopback, for tools and drivers that know no sockets. */
  tcpUrl(role: Role, database?: string): string;
  /** Of the server that runs now. */
  readonly pid: number;
  /** The server was running already, left behind by an owner that was killed. */
  readonly attached: boolean;
  /** The directory in use: another than asked for where the server's account could not reach that one. */
  readonly dataDir: string;
  /** Resolves with the reason when the server died and could not be started again; the owner should end. */
  readonly failed: Promise<Error>;
  /** Stops the server (fast shutdown) and lets go of the directory. */
  stop(): Promise<void>;
}

/** sockaddr_un holds 108 bytes on Linux, 104 on macOS, with a closing zero; `/.s.PGSQL.65535` is 16. */
const SOCKET_DIRECTORY_BYTES_MAX = 103 - 16;
/** A free port may be taken between our look and the server's bind. */
const PORT_TRIES = 5;
/** After kill -9 the old server's children may hold its shared memory for a moment; a full disk may last longer. 100 ms doubling to 5 s: about 40 s. */
const RESTART_TRIES = 12;
const RESTART_PAUSE_MS = 100;
const RESTART_PAUSE_MAX_MS = 5_000;
/** A server that recovers or shuts down while we look is done by then, or stuck. */
const ATTACH_TIMEOUT_MS = 60_000;
/** A server that is not our child has no exit event. */
const WATCH_MS = 250;

/** Throws `data.locked` (another process owns the directory) and `data.newer` (a later version wrote it) as StoreError, anything else as Error. */
export async function startEmbedded({ dataDir, log }: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const account = serverAccount();
  const asked = dataPaths(dataDir, account);
  if (account !== null) log('info', `Running as root: Postgres runs as ${account.name}, its data is in ${asked.root}.`);
  makeRoot(asked.root);
  const lock = takeOwnership(asked.root);
  try {
    readFormat(asked.root);
    const paths = handOver(asked, account);
    return await new Supervisor(paths, account, log, lock.release).start();
  } catch (error) {
    lock.release();
    throw error;
  }
}

class Supervisor implements EmbeddedPostgres {
  // Set once by start().
  attached = false;
  pid = 0;
  readonly failed: Promise<Error>;
  readonly dataDir: string;
  private endpoint: Endpoint = { port: 0, socketDir: null };
  private readonly passwords;

  // Owned by the watch: what runs and whether it should.
  private stopping = false;
  private child: ChildProcess | null = null;
  private watch: Promise<void> = Promise.resolve();
  private fail: (error: Error) => void = () => {};

  private readonly paths: DataPaths;
  private readonly account: Account | null;
  private readonly log: StoreLog;
  private readonly release: () => void;

  constructor(paths: DataPaths, account: Account | null, log: StoreLog, release: () => void) {
    this.paths = paths;
    this.account = account;
    this.log = log;
    this.release = release;
    this.dataDir = paths.root;
    this.passwords = passwordsOf(paths.root);
    this.failed = new Promise((resolve) => (this.fail = resolve));
  }

  async start(): Promise<this> {
    const binaries = findBinaries(
      this.account,
      this.account === null ? join(this.paths.root, 'binaries') : '/var/lib/custody-ledger',
      this.log,
    );
    if (!existsSync(this.paths.pgData)) await createCluster(binaries.initdb, this.paths, this.passwords.owner, this.account);
    if (!(await this.attach())) await this.startOnFreePort(binaries.postgres);
    try {
      const isNew = readFormat(this.paths.root) === null;
      const ownerUrl = (database: string): string => this.url('owner', database);
      // A directory that is older than a role has no login of it.
      if (isNew || !(await haveLogins(ownerUrl))) await createLogins(ownerUrl, this.passwords);
      if (isNew) writeFormat(this.paths.root);
    } catch (error) {
      await stopPostmaster(this.pid);
      throw error;
    }
    this.watch = this.supervise(binaries.postgres);
    process.once('exit', this.onExit);
    return this;
  }

  url(role: Role, database: string = DATABASE): string {
    const { port, socketDir } = this.endpoint;
    if (socketDir === null) return this.tcpUrl(role, database);
    return `postgresql://${roleName(role)}:${this.passwords[role]}@${encodeURIComponent(socketDir)}:${port}/${database}`;
  }

  tcpUrl(role: Role, database: string = DATABASE): string {
    return `postgresql://${roleName(role)}:${this.passwords[role]}@127.0.0.1:${this.endpoint.port}/${database}`;
  }

  async stop(): Promise<void> {
    if (this.stopping) return;
    this.stopping = true;
    process.off('exit', this.onExit);
    await stopPostmaster(this.pid);
    // The watch keeps no program alive. But the server may be gone before its end is told, and whoever stops it waits for that.
    const held = setInterval(() => undefined, WATCH_MS);
    await this.watch.finally(() => clearInterval(held));
    this.release();
  }

  /** Of a process that ends without stop(): the server is told to end by itself. After kill -9 the next owner attaches. */
  private readonly onExit = (): void => {
    try {
      process.kill(this.pid, 'SIGINT');
    } catch {
      // it is gone already
    }
  };

  /** `false`: there is no such server, or it was on its way out and has ended now. */
  private async attach(): Promise<boolean> {
    for (const until = Date.now() + ATTACH_TIMEOUT_MS; Date.now() < until; await sleep(WATCH_MS)) {
      const orphan = findOrphan(this.paths, this.log);
      if (orphan === null) return false;
      if (orphan.status !== 'ready') continue;
      this.log('warn', 'Attaching to a Postgres server that outlived its parent.', { pid: orphan.pid });
      this.attached = true;
      this.pid = orphan.pid;
      this.endpoint = { port: orphan.port, socketDir: orphan.socketDir === '' ? null : orphan.socketDir };
      return true;
    }
    throw new StoreError('store.unavailable', `A Postgres server runs on ${this.paths.pgData} and does not get ready.`);
  }

  private async startOnFreePort(postgres: string): Promise<void> {
    const socketDir =
      process.platform !== 'win32' && Buffer.byteLength(this.paths.run) <= SOCKET_DIRECTORY_BYTES_MAX ? this.paths.run : null;
    for (let attempt = 1; ; attempt += 1) {
      this.endpoint = { port: await freePort(), socketDir };
      try {
        return this.adopt(await startPostmaster(postgres, this.paths, this.endpoint, this.account));
      } catch (error) {
        if (attempt === PORT_TRIES || !/could not (bind|create any TCP)/.test(String(error))) throw error;
      }
    }
  }

  private adopt(child: ChildProcess): void {
    this.child = child;
    this.pid = child.pid ?? 0;
  }

  private async supervise(postgres: string): Promise<void> {
    for (;;) {
      await this.ended();
      if (this.stopping) return;
      this.log('error', 'The Postgres server died; starting it again.', { pid: this.pid });
      const error = await this.restart(postgres);
      if (error !== null) return this.fail(error);
      if (this.stopping) return stopPostmaster(this.pid);
    }
  }

  /** Resolves when the server that runs now is gone. */
  private async ended(): Promise<void> {
    const { child } = this;
    if (child === null) {
      const identity = processIdentity(this.pid);
      while (identity !== null && processIdentity(this.pid) === identity) await sleep(WATCH_MS, undefined, { ref: false });
    } else if (child.exitCode === null && child.signalCode === null) {
      await new Promise((resolve) => child.once('exit', resolve));
    }
  }

  private async restart(postgres: string): Promise<Error | null> {
    let pauseMs = RESTART_PAUSE_MS;
    for (let attempt = 1; ; attempt += 1) {
      try {
        findOrphan(this.paths, this.log);
        this.adopt(await startPostmaster(postgres, this.paths, this.endpoint, this.account));
        this.log('info', 'The Postgres server runs again.', { pid: this.pid });
        return null;
      } catch (error) {
        if (this.stopping) return null;
        if (attempt === RESTART_TRIES) return error as Error;
        await sleep(pauseMs);
        pauseMs = Math.min(2 * pauseMs, RESTART_PAUSE_MAX_MS);
      }
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
