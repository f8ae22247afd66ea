/** Connections: one pool per database role, on `pg`. */
import pg from 'pg';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { copyIn, copyOut, Pieces } from './copy-protocol.ts';
import { ContextSigner, type ReaderContext } from './reader-context.ts';
import { ContextRefused, enterContext, queryAsReader } from './reader-query.ts';
import { roleName, type AppRole } from './roles.ts';
import type { StoreLog } from './store-log.ts';

/** A statement that is parsed and planned once per connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** What a statement is run by. */
export interface Statements {
  query<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<{ rows: Row[]; rowCount: number }>;
  run<Row = Record<string, unknown>>(statement: Statement, values?: readonly unknown[]): Promise<{ rows: Row[]; rowCount: number }>;
}

/** Statements and transactions of one reader, of which the database shows him what is his. */
export interface ReaderPool extends Statements {
  /** Of one snapshot, and read only. */
  transaction<T>(work: (client: StoreClient) => Promise<T>): Promise<T>;
}

/**
 * One connection. int8 comes as number and rejects beyond 2^53 (bigints of ours stay below; sentinels are turned to null in SQL), bytea as
 * Buffer. Fits the SqlClient of libs/event-log. Rejections are the driver's own errors: `storeFault` reads them.
 */
export interface StoreClient extends Statements {
  /** `copy ... from stdin` with the whole payload, on this connection and in its transaction. The payload is free again when it settles. */
  copyIn(text: string, payload: Buffer): Promise<void>;
  /** `copy ... to stdout`, the whole payload. */
  copyOut(text: string): Promise<Buffer>;
  /** The same piece by piece, for what may not fit into memory. A piece is valid only during the call. */
  copyOutPieces(text: string, onPiece: (piece: Buffer) => void): Promise<void>;
  /** Back to the pool; with `broken` the connection is closed instead. */
  release(broken?: boolean): void;
}

/** Fits the SqlPool of libs/event-log. */
export interface StorePool extends Statements {
  connect(): Promise<StoreClient>;
  /**
   * Reads for this reader: each statement is a transaction that begins with his context, in one round trip. Everything else that is asked of
   * the pool is asked by nobody, and sees no row of a tenant. Statements reject with StoreError `store.context` where the database does not
   * accept the context. Throws Error for a pool without a context key. Cost: docs of libs/store/src/reader-query.ts; some 30 µs.
   */
  as(context: ReaderContext): ReaderPool;
  /** Numbers and names of those of the reader groups that there are: what a reader is entitled to, and no others. Needs the context key too. */
  groupsNamed(names: readonly string[]): Promise<{ id: number; name: string }[]>;
  /**
   * `work` between begin and commit on one connection; rolled back where it throws. When the commit's own answer is lost the outcome is
   * unknown: it may be committed although this rejects.
   */
  transaction<T>(work: (client: StoreClient) => Promise<T>): Promise<T>;
  /** LISTEN on a connection of its own, made again when it is lost; `onNotify('')` also fires once after each reconnect. Returns stop. */
  listen(channel: string, onNotify: (payload: string) => void): Promise<() => Promise<void>>;
  /** For metrics. */
  counts(): { readonly total: number; readonly idle: number; readonly waiting: number };
  /** Waits for connections that are out. */
  close(): Promise<void>;
}

export interface PoolOptions {
  readonly url: string;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Upper bound of connections; who wants one more waits for at most `connectTimeoutMs`. */
  readonly max: number;
  /** The login of `url` is the owner's: each connection steps down to this role (the login must be a member of it). Absent: as logged in. */
  readonly role?: AppRole;
  /**
   * The server stops a statement that runs longer (57014). Where it does not answer at all (a machine that is gone, a network that drops) the
   * connection is given up `answerGraceMs` later (`store.unavailable`). Default 30 s; 0 = never, for migrations and rebuilds.
   */
  readonly statementTimeoutMs?: number;
  readonly answerGraceMs?: number;
  readonly connectTimeoutMs?: number;
  readonly log?: StoreLog;
  /** Signs the contexts of readers (32 bytes); installed by `installContextKey`. For the roles gateway and evidence alone. */
  readonly contextKey?: Uint8Array | undefined;
}

const STATEMENT_TIMEOUT_MS = 30_000;
/** Between the server's own end of a statement and ours: its word takes a moment to arrive, also under load, and says more. */
const ANSWER_GRACE_MS = 5_000;
/** An idle peer is probed after this (then once a second, ten times): the system's default is two hours. */
const KEEP_ALIVE_MS = 10_000;
/** A local server answers in milliseconds, one that restarts in a second; a caller should answer 503 before its own client gives up. */
const CONNECT_TIMEOUT_MS = 5_000;
/** A connection that nobody needed for this long goes; each holds some megabytes of the server. */
const IDLE_TIMEOUT_MS = 60_000;
/** A transaction that its owner forgot (a stopped process) gives its locks back after this long. Batches take well under a second. */
const IDLE_IN_TRANSACTION_MS = 30_000;
const LISTEN_PAUSE_MS = 100;
const LISTEN_PAUSE_MAX_MS = 5_000;

/** Connects when first used. */
export function createPool(options: PoolOptions): StorePool {
  const log = options.log ?? ((): void => {});
  const config = clientConfig(options);
  const pool = new pg.Pool({ ...config, max: options.max, idleTimeoutMillis: IDLE_TIMEOUT_MS });
  // Without listeners a connection that the server drops would end this process: idle ones by the pool's event, those out by their own.
  let closing = false;
  // A server that is stopped right behind the pools may end a connection before it has read our goodbye: that is none that was lost.
  pool.on('error', (error) => {
    if (!closing) log('warn', 'An idle database connection was lost.', { error });
  });
  pool.on('connect', (client) => client.on('error', () => {}));
  const deadlineMs = deadlineOf(options);
  const connect = async (): Promise<StoreClient> => wrap(await pool.connect(), deadlineMs);
  return {
    connect,
    ...readers(() => pool.connect(), deadlineMs, options.contextKey),
    query: (text, values) => withClient(connect, (client) => client.query(text, values)),
    run: (statement, values) => withClient(connect, (client) => client.run(statement, values)),
    transaction: (work) => transaction(connect, 'begin', work),
    listen: (channel, onNotify) => listen(config, channel, onNotify, log),
    counts: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    close: () => {
      closing = true;
      return pool.end();
    },
  };
}

function clientConfig(options: PoolOptions): pg.ClientConfig {
  const settings = [
    ...(options.role === undefined ? [] : [`role=${roleName(options.role)}`]),
    'search_path=pg_catalog',
    `statement_timeout=${options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS}`,
    `idle_in_transaction_session_timeout=${IDLE_IN_TRANSACTION_MS}`,
  ];
  return {
    connectionString: options.url,
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    options: settings.map((setting) => `-c ${setting}`).join(' '),
    types: { getTypeParser },
  };
}

/** 0 = never. */
function deadlineOf({ statementTimeoutMs = STATEMENT_TIMEOUT_MS, answerGraceMs = ANSWER_GRACE_MS }: PoolOptions): number {
  return statementTimeoutMs === 0 ? 0 : statementTimeoutMs + answerGraceMs;
}

const INT8 = 20;

/** Of this pool alone: the driver's global table stays as it is. */
const getTypeParser: typeof pg.types.getTypeParser = ((oid: number, format?: 'text' | 'binary') =>
  oid === INT8 && format !== 'binary' ? parseInt8 : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser;

function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`The int8 ${text} is not exact as a number.`);
  return value;
}

type Readers = Pick<StorePool, 'as' | 'groupsNamed'>;

function readers(connect: () => Promise<pg.PoolClient>, deadlineMs: number, key: Uint8Array | undefined): Readers {
  if (key === undefined) {
    const none = (): never => {
      throw new Error('This pool has no context key: it cannot say who reads.');
    };
    return { as: none, groupsNamed: none };
  }
  const signer = new ContextSigner(key);
  return {
    as(context) {
      const alone = (of: { name?: string; text: string }, values: readonly unknown[] = []): Promise<pg.QueryResult> =>
        withClient(connect, (client) =>
          giveUpAfter(client, deadlineMs, queryAsReader(client, of, values, signer.read(context, pidOf(client)))),
        );
      return {
        query: async (text, values) => answer(await alone({ text }, values)),
        run: async (statement, values) => answer(await alone(statement, values)),
        transaction: async (work) => {
          let driver: pg.PoolClient | undefined;
          const opened = async (): Promise<StoreClient> => wrap((driver = await connect()), deadlineMs);
          const begin = 'begin isolation level repeatable read, read only';
          return transaction(opened, begin, async (client) => {
            if (driver !== undefined) await enterContext(driver, signer.read(context, pidOf(driver)));
            return work(client);
          });
        },
      };
    },
    groupsNamed: (names) =>
      withClient(connect, async (client) => {
        const values = [signer.names(names, pidOf(client))];
        return (await client.query<{ id: number; name: string }>('select id, name from ctx.groups_named($1::text)', values)).rows;
      }),
  };
}

/** Of the backend: not in the driver's types. */
const pidOf = (client: pg.PoolClient): number => (client as unknown as { processID: number }).processID;

/** @param deadlineMs of each statement; 0 = none */
function wrap(client: pg.PoolClient, deadlineMs: number): StoreClient {
  const timed = <T>(statement: Promise<T>): Promise<T> => giveUpAfter(client, deadlineMs, statement);
  return {
    query: async (text, values) => answer(await timed(client.query(text, values as unknown[]))),
    run: async ({ name, text }, values) => answer(await timed(client.query({ name, text, values: values as unknown[] }))),
    copyIn: async (text, payload) => {
      await timed(copyIn(client, text, payload));
    },
    copyOut: async (text) => {
      const pieces = new Pieces();
      await timed(copyOut(client, text, (piece) => pieces.add(piece)));
      return pieces.whole();
    },
    copyOutPieces: (text, onPiece) => timed(copyOut(client, text, onPiece)),
    release: (broken) => client.release(broken),
  };
}

/**
 * Cuts the connection when the statement has no answer in time: the driver then rejects it, whatever kind it is, and knows the connection as
 * lost. The driver's own query_timeout does not do for COPY, and would leave the connection waiting for the old answer.
 */
async function giveUpAfter<T>(client: pg.PoolClient, ms: number, statement: Promise<T>): Promise<T> {
  if (ms === 0) return statement;
  const timer = setTimeout(() => streamOf(client).destroy(), ms).unref();
  try {
    return await statement;
  } finally {
    clearTimeout(timer);
  }
}

/** Not in the driver's types. */
const streamOf = (client: pg.PoolClient): Duplex => (client as unknown as { connection: { stream: Duplex } }).connection.stream;

const answer = <Row>(result: pg.QueryResult): { rows: Row[]; rowCount: number } => ({
  rows: result.rows as Row[],
  rowCount: result.rowCount ?? 0,
});

async function withClient<Client extends { release(broken?: boolean): void }, T>(
  connect: () => Promise<Client>,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = await connect();
  let broken = true;
  try {
    const result = await work(client);
    broken = false;
    return result;
  } catch (error) {
    // An error of the server's own leaves the connection whole; anything else (timeout of the driver, lost socket) does not.
    broken = !isServerError(error) && !(error instanceof ContextRefused);
    throw error;
  } finally {
    client.release(broken);
  }
}

const isServerError = (error: unknown): boolean => error instanceof pg.DatabaseError && error.severity === 'ERROR';

async function transaction<T>(connect: () => Promise<StoreClient>, begin: string, work: (client: StoreClient) => Promise<T>): Promise<T> {
  const client = await connect();
  let whole = false;
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query('commit');
    whole = true;
    return result;
  } catch (error) {
    whole = await client.query('rollback').then(
      () => true,
      () => false,
    );
    throw error;
  } finally {
    client.release(!whole);
  }
}

async function listen(
  config: pg.ClientConfig,
  channel: string,
  onNotify: (payload: string) => void,
  log: StoreLog,
): Promise<() => Promise<void>> {
  let stopped = false;
  let current = await subscribe(config, channel, onNotify);
  const loop = (async (): Promise<void> => {
    for (let pauseMs = LISTEN_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LISTEN_PAUSE_MAX_MS)) {
      await current.lost;
      if (stopped) return;
      try {
        current = await subscribe(config, channel, onNotify);
        pauseMs = LISTEN_PAUSE_MS;
        if (stopped) await current.client.end();
        else onNotify('');
      } catch (error) {
        log('warn', 'Listening for notifications failed; trying again.', { error });
        await sleep(pauseMs);
      }
    }
  })();
  return async () => {
    stopped = true;
    await current.client.end().catch(() => {});
    await loop;
  };
}

async function subscribe(
  config: pg.ClientConfig,
  channel: string,
  onNotify: (payload: string) => void,
): Promise<{ client: pg.Client; lost: Promise<void> }> {
  const client = new pg.Client({ ...config, statement_timeout: 0 });
  client.on('error', () => {}); // `end` follows
  const lost = new Promise<void>((resolve) => client.once('end', resolve));
  client.on('notification', (message) => onNotify(message.payload ?? ''));
  try {
    await client.connect();
    await client.query(`listen ${client.escapeIdentifier(channel)}`);
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
  return { client, lost };
}
