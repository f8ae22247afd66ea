/** The log of a drill as others reach it: over HTTP by the gateway itself, reading by whichever connection has the tampering in its transaction. */
import 'reflect-metadata';
import { GatewayModule, ledgerReads, type LedgerReads } from '#app/gateway';
import { isErrorCode, problem, routeReads, statusOf, type ErrorCode } from '#lib/contracts';
import { createHttpServer, createLog, createMetrics, onlyActor } from '#lib/runtime';
import { ROOT_ACTOR } from '#lib/domain';
import type { StoreClient, StorePool } from '#lib/store';
import { DRILL_AGENCY } from './drill-events.ts';

const LIMITS = { ratePerSecond: 1e6, rateBurst: 1e6, requestsInFlight: 128, bodyBytes: 1_024 };

export interface ServedLog {
  /** Of the log, without a slash at its end. */
  readonly prefix: string;
  close(): Promise<void>;
}

export interface ServedScene extends ServedLog {
  /** Reads by the connection that is shown, one statement after another. */
  readonly pool: StorePool;
  /** From now on, until another is. */
  show(client: StoreClient): void;
}

/** @param first the connection that is shown first, of this pool */
export async function serveScene(pool: StorePool, first: StoreClient): Promise<ServedScene> {
  let shown = first;
  let turn: Promise<unknown> = Promise.resolve();
  const within = <T>(work: (client: StoreClient) => Promise<T>): Promise<T> => {
    const mine = turn.then(() => work(shown));
    turn = mine.catch(() => undefined);
    return mine;
  };
  const scene: StorePool = {
    ...pool,
    query: (text, values) => within((client) => client.query(text, values)),
    run: (statement, values) => within((client) => client.run(statement, values)),
    // It is in one already, and nothing that serves a log writes.
    transaction: within,
    // What a reader is shown is the same whoever has tampered: nothing is read here by a reader.
    as: () => scene,
  };
  const reads = await ledgerReads(scene);
  const server = await serveLog(reads, DRILL_AGENCY);
  return { prefix: server.prefix, pool: scene, show: (client) => (shown = client), close: server.close };
}

/** A gateway on a port of its own, for who reads and cosigns the log: nothing is submitted to it. */
export async function serveLog(reads: LedgerReads, agency: string): Promise<ServedLog> {
  const gateway = GatewayModule.with({
    reads,
    breaksGlass: () => false,
    deadLetters: null as never,
    receiptKey: null as never,
    mapLinks: true,
    streams: { streams: 0, streamsPerCaller: 0 },
    evidenceBytes: null as never,
  });
  const routes = routeReads();
  const server = await createHttpServer(gateway, {
    limits: LIMITS,
    log: createLog({ level: 'silent', secrets: [] }),
    metrics: createMetrics(),
    access: onlyActor({ ...ROOT_ACTOR, agency }),
    reads: { readsOf: (route) => routes.get(route), record: () => Promise.resolve() },
    catalogue: {
      isCode: isErrorCode,
      statusOf: (code: string) => statusOf(code as ErrorCode),
      problem: (code: string, of: object) => problem(code as ErrorCode, of as never),
    },
  });
  const url = await server.listen('127.0.0.1', 0);
  return { prefix: `${url}/log`, close: () => server.close() };
}
