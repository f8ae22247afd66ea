/** The HTTP side of this process: the controllers of its roles and the health pages, on one port. */
import { type DynamicModule, Module } from '@nestjs/common';
import { type AcceptPool, CaptureModule, inlineAcceptPool, threadAcceptPool } from '#app/capture';
import { type DeadLetterRetry, GatewayModule, ledgerReads } from '#app/gateway';
import type { Grants } from '#app/evidence';
import { evidenceBytesOf } from './evidence-bytes.ts';
import { evidenceFolder, evidenceModule } from './evidence-role.ts';
import { opened } from './opened-pool.ts';
import { openSubmitting, type Submitting } from './submitting.ts';
import { type ErrorCode, isErrorCode, problem, statusOf } from '#lib/contracts';
import { openBreakGlass, OPERATING_AGENCY, submitterKeyStanding, type Actor, type SubmitterKeyStanding } from '#lib/domain';
import type { EventLog } from '#lib/event-log';
import { openEvidenceFiles } from '#lib/evidence';
import { JSON_BYTES_MAX } from '#lib/ledger';
import {
  type Certificate,
  certificateStands,
  type Config,
  createHttpServer,
  isDemoMode,
  isForOthers,
  isSecure,
  ownOriginOf,
  type ReadLog,
  type Translate,
} from '#lib/runtime';
import { listDeadLetters, logSize, markRetried, readDeadLetter, readLogin, storeFault, type StorePool } from '#lib/store';
import type { NewApiKey } from './access/api-key.ts';
import { startAlerts } from './alerts-role.ts';
import { httpAccess, type AuthenticatorOptions } from './access/authenticator.ts';
import { cookiesOf } from './access/cookies.ts';
import { KeyUses } from './access/key-uses.ts';
import { LOGIN_DEPS, LoginController, type LoginDeps } from './access/login.controller.ts';
import { OneTimeLink } from './access/one-time-link.ts';
import { OpenIdProvider } from './access/openid-provider.ts';
import { verifyAccessToken } from './access/openid-token.ts';
import { PolicyFollower } from './access/policy-follower.ts';
import { openReadLog } from './access/read-log.ts';
import { POLICY_DEPS, PolicyController } from './access/policy.controller.ts';
import { Sessions } from './access/sessions.ts';
import { SessionsController } from './access/sessions.controller.ts';
import { HEALTH_DEPS, HealthController } from './health.controller.ts';
import { receiptSigningKey } from './log-key.ts';
import type { Parts } from './parts.ts';
import { watchPromises } from './promise-watch.ts';
import { databaseAnswers } from './readiness.ts';

const MICROS_PER_MS = 1000;

@Module({})
class CustodyModule {}

/** Where it listens, where users find it, and what opens the operator's first session there: null where the process gives no such link away. */
export interface Served {
  readonly url: string;
  readonly publicUrl: string;
  readonly link: string | null;
}

/** Roles that append to the event log. */
const SUBMITTING: ReadonlySet<string> = new Set(['capture', 'evidence', 'alerts']);

/** @param own by which this process knows itself @param certificate null: without TLS @param opening what is done before the first caller is answered */
export async function startHttp(
  parts: Parts,
  own: NewApiKey,
  certificate: Certificate | null,
  opening: (url: string) => Promise<void>,
): Promise<Served> {
  const { config, log, metrics, health, shutdown } = parts;
  const { follower, sessions, keyUses } = await followPolicy(parts);
  const policy = (): ReturnType<PolicyFollower['current']> => follower.current();
  const breaksGlass = async (actor: Actor): Promise<boolean> =>
    openBreakGlass(await policy(), actor, Date.now() * MICROS_PER_MS) !== undefined;
  const login = loginDeps(parts, sessions, policy);
  const grantsPoint = async (): Promise<number> => (await policy()).last + 1;
  const imports: DynamicModule[] = [];
  const submitting = !parts.hasEnded && config.roles.some((role) => SUBMITTING.has(role)) ? await openSubmitting(parts) : null;
  if (submitting === null) {
    if (parts.hasEnded) imports.push(CaptureModule.ended());
  } else if (config.roles.includes('capture')) imports.push(captureModule(parts, submitting));
  if (config.roles.includes('gateway')) imports.push(await gatewayModule(parts, { breaksGlass, grantsPoint }, submitterKeyBy(follower)));
  if (config.roles.includes('evidence')) imports.push(await evidenceModule(parts, submitting, { breaksGlass, grantsPoint }));
  if (submitting !== null && config.roles.includes('alerts')) await startAlerts(parts, submitting, follower);
  const root: DynamicModule = {
    module: CustodyModule,
    imports,
    controllers: config.roles.includes('gateway')
      ? [HealthController, PolicyController, LoginController, SessionsController]
      : [HealthController],
    providers: [
      { provide: HEALTH_DEPS, useValue: { health, metrics } },
      { provide: POLICY_DEPS, useValue: { policy, keyUses: (agency: string) => keyUses.of(agency) } },
      { provide: LOGIN_DEPS, useValue: login },
    ],
  };
  const catalogue = {
    isCode: isErrorCode,
    statusOf: (code: string) => statusOf(code as ErrorCode),
    problem: (code: string, of: object) => problem(code as ErrorCode, of as never),
  };
  const origin = ownOriginOf(config);
  const server = await createHttpServer(root, {
    limits: config.limits,
    own: origin,
    ...(certificate === null ? {} : { certificate }),
    log,
    metrics,
    catalogue,
    translate,
    access: {
      ...httpAccess({
        access: config.access,
        readsAnonymously: isDemoMode(config),
        cookies: cookiesOf(isSecure(origin)),
        own,
        policy,
        tokenLogin: tokenLogin(config, login.provider),
        session: (text) => sessions.of(text),
      }),
      used: (actor, request) => {
        keyUses.note(actor);
        return sessions.used(actor, request);
      },
    },
    reads: await readLog(parts, follower),
  });
  const url = await server.listen(config.host, config.port, opening);
  if (certificate !== null) health.dependency({ name: 'certificate', ask: () => certificateStands(server.certificate() ?? certificate) });
  shutdown.at('http', 'http', () => server.close());
  const publicUrl = config.publicUrl ?? url;
  return { url, publicUrl, link: login.link === null ? null : `${publicUrl}/auth/open?link=${login.link.text}` };
}

/** One that follows, one for who asks first after a silence, and for sessions, of which each request is a probe of an index; one for uses of keys. */
const ACCESS_CONNECTIONS = 4;

/** Who callers are has to be known before the first one comes. */
async function followPolicy({
  config,
  database,
  log,
  shutdown,
}: Parts): Promise<{ follower: PolicyFollower; sessions: Sessions; keyUses: KeyUses }> {
  const pool = database.pool('access', { max: ACCESS_CONNECTIONS, statementTimeoutMs: config.limits.statementMs, clientsWait: true });
  const follower = new PolicyFollower(await opened(pool), { log });
  await follower.start();
  shutdown.at('consumers', 'policy', () => Promise.resolve(follower.stop()));
  const keyUses = new KeyUses(pool, { log });
  shutdown.at('producers', 'uses of keys', () => keyUses.close());
  return { follower, sessions: new Sessions(pool, config.session, cookiesOf(isSecure(ownOriginOf(config)))), keyUses };
}

/**
 * The link is for a ledger that somebody runs on his own machine, and asks everybody who he is: where access is open he needs none, and where others come
 * whoever reads the output of the process (a journal, a container's log) would be the operator, from anywhere.
 */
function loginDeps(
  { config, log }: Parts,
  sessions: Sessions,
  policy: LoginDeps['policy'],
): LoginDeps & { readonly provider: OpenIdProvider | null } {
  const { issuer, clientId, clientSecret, scope } = config.oidc;
  const provider = issuer === null ? null : new OpenIdProvider({ issuer });
  const isAlone = config.databaseUrl === null && !isForOthers(config);
  const hasLink = isAlone && config.access === 'required' && config.roles.includes('gateway');
  return {
    sessions,
    policy,
    provider,
    openId: provider === null || clientId === null ? null : { provider, client: { clientId, clientSecret, scope } },
    link: hasLink ? new OneTimeLink() : null,
    own: ownOriginOf(config),
    log,
  };
}

function tokenLogin({ oidc: { audience } }: Config, provider: OpenIdProvider | null): AuthenticatorOptions['tokenLogin'] {
  if (provider === null || audience === null) return null;
  return (token) => verifyAccessToken(token, { issuer: provider.issuer, audience, keys: provider.keys });
}

/** One that writes a group, and one for who asks while it was lost. */
const READ_LOG_CONNECTIONS = 2;
/** Behind it an answer waits for nobody: the read is refused. */
const READ_LOG_STATEMENT_MS = 5_000;

async function readLog({ database }: Parts, follower: PolicyFollower): Promise<ReadLog> {
  const pool = database.pool('access', {
    max: READ_LOG_CONNECTIONS,
    statementTimeoutMs: READ_LOG_STATEMENT_MS,
    clientsWait: true,
  });
  const { origin } = await readLogin(await opened(pool), 'access');
  return openReadLog({ origin, pool, policy: () => follower.last + 1 });
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
    limits: {
      bodyBytesMax: config.limits.bodyBytes,
      documentBytesMax: JSON_BYTES_MAX,
      batchDocumentsMax: config.limits.batchDocuments,
      chunkDocuments: config.capture.chunkDocuments,
    },
    metrics,
  });
}

/** Records that no publisher signed are nobody's: whoever runs the ledger looks after them. @param pool has the operator's rights */
export function deadLetterRetry(pool: StorePool, log: EventLog): DeadLetterRetry {
  const owner = { agency: OPERATING_AGENCY, unproved: true };
  return {
    log,
    list: (before, limit) => listDeadLetters(pool, owner, { before, limit }),
    read: (seq) => readDeadLetter(pool, seq, owner),
    markRetried: (seq) => markRetried(pool, seq),
  };
}

/** As the policy stood there: it is read anew first, so that every act before what is judged was seen. */
const submitterKeyBy =
  (follower: PolicyFollower) =>
  async (agency: string, vkey: string, logIndex: number): Promise<SubmitterKeyStanding> => {
    await follower.refresh();
    return submitterKeyStanding(await follower.current(), agency, vkey, logIndex);
  };

async function gatewayModule(parts: Parts, grants: Grants, submitterKeyAt: ReturnType<typeof submitterKeyBy>): Promise<DynamicModule> {
  const { config, database, eventLog, health, metrics } = parts;
  const statementTimeoutMs = config.limits.statementMs;
  const pool = database.pool('gateway', { statementTimeoutMs, clientsWait: true });
  const operator = database.pool('operator', { statementTimeoutMs, max: 2, clientsWait: true });
  const reach = async (): Promise<string> => `log size ${await logSize(pool)}`;
  health.dependency({ name: 'gateway: database', ask: () => databaseAnswers(reach) });
  const reads = await ledgerReads(await opened(pool), submitterKeyAt);
  watchPromises(parts, operator);
  return GatewayModule.with({
    reads,
    ...grants,
    receiptKey: await receiptSigningKey(config, reads.origin),
    deadLetters: deadLetterRetry(operator, eventLog),
    mapLinks: config.sealer.mapLinks,
    evidenceBytes: evidenceBytesOf(await openEvidenceFiles(evidenceFolder(config))),
    streams: {
      streams: config.limits.streams,
      streamsPerCaller: config.limits.streamsPerCaller,
      onCount: (open) => metrics.streamsOpen.set(open),
    },
  });
}
