/** The HTTP side of this process: the controllers of its roles and the health pages, on one port. */
import { type DynamicModule, Module } from '@nestjs/common';
import { type AcceptPool, CaptureModule, inlineAcceptPool, threadAcceptPool } from '#app/capture';
import { GatewayModule, ledgerReads } from '#app/gateway';
import { type ErrorCode, isErrorCode, problem, statusOf } from '#lib/contracts';
import { formatInstant, openBreakGlass, type PolicyState } from '#lib/domain';
import { JSON_BYTES_MAX } from '#lib/ledger';
import { type Config, createHttpServer, type Translate } from '#lib/runtime';
import {
  firstEvents,
  knownItems,
  ledgerConstants,
  listDeadLetters,
  logSize,
  markRetried,
  readDeadLetter,
  storeFault,
  type StorePool,
} from '#lib/store';
import { followDurability } from './event-logs.ts';
import type { NewApiKey } from './access/api-key.ts';
import { httpAccess } from './access/authenticator.ts';
import { PolicyFollower } from './access/policy-follower.ts';
import { POLICY_DEPS, PolicyController } from './access/policy.controller.ts';
import { HEALTH_DEPS, HealthController } from './health.controller.ts';
import { receiptSigningKey } from './log-key.ts';
import type { Parts } from './parts.ts';
import { watchPromises } from './promise-watch.ts';
import { databaseAnswers, watchedAppends } from './readiness.ts';

const MICROS_PER_MS = 1000;

@Module({})
class CustodyModule {}

/** @param own by which this process knows itself. Returns the base URL. */
export async function startHttp(parts: Parts, own: NewApiKey): Promise<string> {
  const { config, log, metrics, health, shutdown } = parts;
  const follower = await followPolicy(parts);
  const policy = (): ReturnType<PolicyFollower['current']> => follower.current();
  const imports: DynamicModule[] = [];
  if (parts.hasEnded) imports.push(CaptureModule.ended());
  else if (config.roles.includes('capture')) imports.push(await captureModule(parts));
  if (config.roles.includes('gateway')) imports.push(await gatewayModule(parts, policy));
  const root: DynamicModule = {
    module: CustodyModule,
    imports,
    controllers: config.roles.includes('gateway') ? [HealthController, PolicyController] : [HealthController],
    providers: [
      { provide: HEALTH_DEPS, useValue: { health, metrics } },
      { provide: POLICY_DEPS, useValue: { policy } },
    ],
  };
  const catalogue = {
    isCode: isErrorCode,
    statusOf: (code: string) => statusOf(code as ErrorCode),
    problem: (code: string, of: object) => problem(code as ErrorCode, of as never),
  };
  const server = await createHttpServer(root, {
    limits: config.limits,
    log,
    metrics,
    catalogue,
    translate,
    access: httpAccess({ access: config.access, own, policy }),
  });
  const url = await server.listen(config.host, config.port);
  shutdown.at('http', 'http', () => server.close());
  return url;
}

/** One that follows, and one for who asks first after a silence. */
const ACCESS_CONNECTIONS = 2;

/** Who callers are has to be known before the first one comes. */
async function followPolicy({ config, database, log, shutdown }: Parts): Promise<PolicyFollower> {
  const pool = database.pool('access', { max: ACCESS_CONNECTIONS, statementTimeoutMs: config.limits.statementMs, clientsWait: true });
  const follower = new PolicyFollower(await opened(pool), { log });
  await follower.start();
  shutdown.at('consumers', 'policy', () => Promise.resolve(follower.stop()));
  return follower;
}

const OPENING_TRIES = 10;

/**
 * With a first connection, for what is read next. A pool whose clients do not wait long gives a connection up after a second; a start does
 * not end for it, though on a busy machine modules that load keep this process from its sockets for longer.
 */
async function opened(pool: StorePool): Promise<StorePool> {
  for (let tries = 1; ; tries++) {
    try {
      await pool.query('select 1');
      return pool;
    } catch (error) {
      if (tries === OPENING_TRIES) throw error;
    }
  }
}

/** Threads load for a second before they take anything: begun with the process, they are ready when the database is. */
export const startAccepting = ({ roles, capture: { threads } }: Config): AcceptPool =>
  threads === 0 || !roles.includes('capture') ? inlineAcceptPool() : threadAcceptPool(threads);

/** Failures below the controllers, in words of the catalogue. */
export const translate: Translate = (error) => {
  const { code, message } = error as { code?: unknown; message?: string };
  if (code === 'log.unavailable' || code === 'append.refused' || code === 'topic.missing') return { code };
  // The client stopped for good, and of what was to be appended nothing is in the log: brokers too old, for instance.
  if (code === 'consumer.stopped') return { code: 'append.refused', ...(message === undefined ? {} : { detail: message }) };
  if (code === 'record.too-large')
    return {
      code: 'topic.record-refused',
      detail: 'The topic takes no record of this size. Of a list, others may be in the log.',
    };
  const fault = storeFault(error);
  return fault === null ? undefined : { code: fault.code };
};

async function captureModule(parts: Parts): Promise<DynamicModule> {
  const { accepting, config, database, eventLog, health, keys, metrics, shutdown } = parts;
  const pool = database.pool('capture', { statementTimeoutMs: config.limits.statementMs, clientsWait: true });
  const { origin } = await ledgerConstants(await opened(pool));
  const durability = await followDurability(eventLog, config.topics.events);
  shutdown.at('producers', 'durability', () => Promise.resolve(durability.close()));
  const appends = watchedAppends(eventLog, metrics);
  health.dependency({ name: 'capture: database', ask: () => databaseAnswers(() => logSize(pool)) });
  health.dependency({ name: 'capture: event log', ask: appends.ask });
  return CaptureModule.with({
    pool: accepting,
    known: {
      firsts: async (refs) => {
        const found = await firstEvents(pool, refs);
        return new Map(
          [...found].map(([key, { contentHash, capturedMicros }]) => [key, { contentHash, captured: formatInstant(capturedMicros) }]),
        );
      },
      items: (refs) => knownItems(pool, refs),
    },
    log: appends.log,
    topic: config.topics.events,
    appendTimeoutMs: config.capture.appendTimeoutMs,
    origin,
    get durability() {
      return durability.now();
    },
    publisherKey: keys.own,
    receiptKey: await receiptSigningKey(config, origin),
    limits: {
      bodyBytesMax: config.limits.bodyBytes,
      documentBytesMax: JSON_BYTES_MAX,
      batchDocumentsMax: config.limits.batchDocuments,
      chunkDocuments: config.capture.chunkDocuments,
    },
    now: () => formatInstant(Date.now() * MICROS_PER_MS),
    metrics,
  });
}

async function gatewayModule(parts: Parts, policy: () => Promise<PolicyState>): Promise<DynamicModule> {
  const { config, database, eventLog, health } = parts;
  const statementTimeoutMs = config.limits.statementMs;
  const pool = database.pool('gateway', { statementTimeoutMs, clientsWait: true });
  const operator = database.pool('operator', { statementTimeoutMs, max: 2, clientsWait: true });
  const reach = async (): Promise<string> => `log size ${await logSize(pool)}`;
  health.dependency({ name: 'gateway: database', ask: () => databaseAnswers(reach) });
  const reads = await ledgerReads(await opened(pool));
  watchPromises(parts, operator);
  return GatewayModule.with({
    reads,
    breaksGlass: async ({ agency, principal, via }) =>
      via !== 'anonymous' && openBreakGlass(await policy(), agency, principal, Date.now() * MICROS_PER_MS) !== undefined,
    receiptKey: await receiptSigningKey(config, reads.origin),
    deadLetters: {
      log: eventLog,
      list: (before, limit) => listDeadLetters(operator, before === undefined ? { limit } : { before, limit }),
      read: (seq) => readDeadLetter(operator, seq),
      markRetried: (seq) => markRetried(operator, seq),
    },
    mapLinks: config.sealer.mapLinks,
  });
}
