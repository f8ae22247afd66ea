/** The HTTP side of this process: the controllers of its roles and the health pages, on one port. */
import { type DynamicModule, Module } from '@nestjs/common';
import { type AcceptPool, CaptureModule, inlineAcceptPool, threadAcceptPool } from '#app/capture';
import { GatewayModule, ledgerReads } from '#app/gateway';
import { evidenceModule } from './evidence-role.ts';
import { opened } from './opened-pool.ts';
import { openSubmitting, type Submitting } from './submitting.ts';
import { type ErrorCode, isErrorCode, problem, statusOf } from '#lib/contracts';
import { JSON_BYTES_MAX } from '#lib/ledger';
import { type Config, createHttpServer, type Translate } from '#lib/runtime';
import { logSize, markRetried, storeFault } from '#lib/store';
import { HEALTH_DEPS, HealthController } from './health.controller.ts';
import { receiptSigningKey } from './log-key.ts';
import type { Parts } from './parts.ts';
import { OPERATOR } from './operator.ts';
import { watchPromises } from './promise-watch.ts';
import { databaseAnswers } from './readiness.ts';

@Module({})
class CustodyModule {}

/** Returns the base URL. */
export async function startHttp(parts: Parts): Promise<string> {
  const { config, log, metrics, health, shutdown } = parts;
  const imports: DynamicModule[] = [];
  const submits = !parts.hasEnded && config.roles.some((role) => role === 'capture' || role === 'evidence');
  const submitting = submits ? await openSubmitting(parts) : null;
  if (submitting === null) {
    if (parts.hasEnded) imports.push(CaptureModule.ended());
  } else if (config.roles.includes('capture')) imports.push(captureModule(parts, submitting));
  if (config.roles.includes('gateway')) imports.push(await gatewayModule(parts));
  if (config.roles.includes('evidence')) imports.push(await evidenceModule(parts, submitting));
  const root: DynamicModule = {
    module: CustodyModule,
    imports,
    controllers: [HealthController],
    providers: [{ provide: HEALTH_DEPS, useValue: { health, metrics } }],
  };
  const catalogue = {
    isCode: isErrorCode,
    statusOf: (code: string) => statusOf(code as ErrorCode),
    problem: (code: string, of: object) => problem(code as ErrorCode, of as never),
  };
  const server = await createHttpServer(root, { limits: config.limits, log, metrics, catalogue, translate });
  const url = await server.listen(config.host, config.port);
  shutdown.at('http', 'http', () => server.close());
  return url;
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
  if (code === 'evidence.disk-full') return { code };
  if (code === 'record.too-large')
    return {
      code: 'topic.record-refused',
      detail: 'The topic takes no record of this size. Of a list, others may be in the log.',
    };
  const fault = storeFault(error);
  return fault === null ? undefined : { code: fault.code };
};

function captureModule({ config, metrics }: Parts, submitting: Submitting): DynamicModule {
  return CaptureModule.with({
    ...submitting,
    get durability() {
      return submitting.durability;
    },
    submitter: OPERATOR,
    limits: {
      bodyBytesMax: config.limits.bodyBytes,
      documentBytesMax: JSON_BYTES_MAX,
      batchDocumentsMax: config.limits.batchDocuments,
      chunkDocuments: config.capture.chunkDocuments,
    },
    metrics,
  });
}

async function gatewayModule(parts: Parts): Promise<DynamicModule> {
  const { config, database, eventLog, health } = parts;
  const statementTimeoutMs = config.limits.statementMs;
  const pool = database.pool('gateway', { statementTimeoutMs, clientsWait: true });
  const operator = database.pool('operator', { statementTimeoutMs, max: 2, clientsWait: true });
  const reach = async (): Promise<string> => `log size ${await logSize(pool)}`;
  health.dependency({ name: 'gateway: database', ask: () => databaseAnswers(reach) });
  const reads = await ledgerReads(await opened(pool));
  watchPromises(parts, pool);
  return GatewayModule.with({
    reads,
    agency: OPERATOR.agency,
    receiptKey: await receiptSigningKey(config, reads.origin),
    deadLetters: { log: eventLog, markRetried: (seq) => markRetried(operator, seq) },
    mapLinks: config.sealer.mapLinks,
  });
}
