/** A gateway on a real ledger that records what is read of it in a real access log, and readers of it, for specs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { acceptDocument } from '#app/capture';
import { GatewayModule, ledgerReads } from '#app/gateway';
import { decode } from '#app/projector';
import { openSealer } from '#app/sealer';
import { type ErrorCode, isErrorCode, problem, routeReads, routeRoles, type SightingDocument, statusOf } from '#lib/contracts';
import { ACTOR_ROLES, aliasKeys, ANONYMOUS, type Actor, searchKeys } from '#lib/domain';
import { canonicalize, readAccessRecord, type AccessRecord, signingKey, type SigningKey } from '#lib/ledger';
import { createHttpServer, createLog, createMetrics, DomainError, type HttpServer, type ReadLog } from '#lib/runtime';
import { ledgerConstants, projectBatch, type StorePool } from '#lib/store';
import { testDatabase, type TestDatabase } from '../../../libs/store/test-database.ts';
import { openReadLog } from './access/read-log.ts';
import { POLICY_DEPS, PolicyController } from './access/policy.controller.ts';

/** On a machine that is busy a connection takes its time, and a read that waits for it is not what is tested. */
export const PATIENT = { connectTimeoutMs: 60_000 };
const PUBLISHER = Buffer.alloc(32, 7);
const PARTITION = { clusterId: 'c', topicId: 't', topic: 'sightings', partition: 0 };
const LIMITS = { ratePerSecond: 100_000, rateBurst: 100_000, requestsInFlight: 100, bodyBytes: 1 << 20 };
const STREAMS = { streams: 100, streamsPerCaller: 100, times: { lookAgainMs: 100, heartbeatMs: 300, slowMs: 30_000 } };
/** Log size from which on the grants hold, as records name it. */
export const POLICY_AT = 4;

export const actor = (agency: string, principal: string): Actor => ({
  ...{ agency, principal, communities: [], key: `key-of-${principal}`, via: 'key' as const },
  roles: ACTOR_ROLES,
});

export const sighting = (id: string, item: string, handling: SightingDocument['handling']): SightingDocument => ({
  id,
  kind: 'observation',
  handling,
  items: [{ id: item, role: 'subject' }],
  source: { kind: 'photo' },
  parties: [{ role: 'shipper', name: 'One for all' }],
});

@Module({})
class Product {}

export class ReadsScene {
  readonly database: TestDatabase;
  readonly owner: StorePool;
  readonly origin: string;
  /** Who asks, whatever he shows. */
  asking: Actor = ANONYMOUS;
  /** Who has declared an emergency. */
  glassBreaker: Actor | null = null;
  /** His key does not hold any more. */
  isRefused = false;
  url = '';
  readonly #projector: StorePool;
  readonly #sealer: StorePool;
  readonly #folder = mkdtempSync(join(tmpdir(), 'reads-'));
  readonly #servers: HttpServer[] = [];
  #offset = 0;

  private constructor(database: TestDatabase, owner: StorePool, origin: string) {
    this.database = database;
    this.owner = owner;
    this.origin = origin;
    this.#projector = database.pool('projector', PATIENT);
    this.#sealer = database.pool('sealer', PATIENT);
  }

  static async open(): Promise<ReadsScene> {
    const database = await testDatabase();
    const owner = database.pool('owner', PATIENT);
    const { origin } = await ledgerConstants(owner);
    const scene = new ReadsScene(database, owner, origin);
    const pool = database.pool('access', { max: 2, ...PATIENT });
    scene.url = await scene.serve(openReadLog({ origin, pool, policy: () => POLICY_AT }));
    return scene;
  }

  #asking(): Actor {
    if (this.isRefused) throw new DomainError('auth.key-revoked', 'The key was revoked.');
    return this.asking;
  }

  /** One whose records of reads go nowhere. */
  serveForgetful(): Promise<string> {
    const routes = routeReads();
    return this.serve({ readsOf: (route) => routes.get(route), record: () => Promise.resolve() });
  }

  /** One more server of the same ledger; returns its URL. */
  async serve(reads: ReadLog): Promise<string> {
    const gateway = GatewayModule.with({
      reads: await ledgerReads(this.database.pool('gateway', PATIENT)),
      breaksGlass: ({ agency, principal }) => agency === this.glassBreaker?.agency && principal === this.glassBreaker.principal,
      grantsPoint: () => Promise.resolve(POLICY_AT),
      receiptKey: signingKey('receipt', `${this.origin}/receipt`, new Uint8Array(32).fill(3)),
      deadLetters: {
        log: null as never,
        list: () => Promise.resolve([]),
        read: () => Promise.resolve(null),
        markRetried: () => Promise.resolve(true),
      },
      mapLinks: true,
      streams: STREAMS,
      evidenceBytes: () => Promise.resolve(null),
    });
    const policy = { agencies: () => [], communities: () => [], last: POLICY_AT, flagged: [] };
    const keyUses = () => Promise.resolve({ begun: '2026-11-01T08:00:00Z', lastUsed: new Map() });
    const routes = routeRoles();
    const server = await createHttpServer(
      {
        module: Product,
        imports: [gateway],
        controllers: [PolicyController],
        providers: [{ provide: POLICY_DEPS, useValue: { policy: () => Promise.resolve(policy), keyUses } }],
      },
      {
        limits: LIMITS,
        log: createLog({ level: 'silent', secrets: [] }),
        metrics: createMetrics(),
        catalogue: {
          isCode: isErrorCode,
          statusOf: (code: string) => statusOf(code as ErrorCode),
          problem: (code: string, of: object) => problem(code as ErrorCode, of as never),
        },
        access: { authenticate: () => this.#asking(), anonymous: ANONYMOUS, rolesOf: (route) => routes.get(route) },
        reads,
      },
    );
    this.#servers.push(server);
    return server.listen('127.0.0.1', 0);
  }

  async close(): Promise<void> {
    for (const server of this.#servers) await server.close();
    await this.database.drop();
    rmSync(this.#folder, { recursive: true });
  }

  /** As the projector keeps what capture accepted. */
  async submit(document: SightingDocument, { agency, principal }: Actor): Promise<void> {
    const said = {
      agency,
      principal,
      roles: ACTOR_ROLES,
      captured: '2026-11-24T02:10:00.000000Z',
      publisherKey: PUBLISHER,
      requestId: 'r',
      ...(document.kind === 'alert' ? { raisesAlerts: true as const } : {}),
    };
    const accepted = acceptDocument(Buffer.from(canonicalize(document as never), 'utf8'), said, () => 'never-1');
    if (!accepted.ok) throw new Error(JSON.stringify(accepted.faults));
    const decoded = decode(
      { offset: this.#offset, key: Buffer.from(accepted.key), value: accepted.value, headers: accepted.headers },
      new Map([['', [PUBLISHER]]]),
    );
    if (!('event' in decoded)) throw new Error('a dead letter');
    const keys = { ofItem: searchKeys, ofAlias: aliasKeys };
    await projectBatch(this.#projector, PARTITION, this.#offset, this.#offset + 1, [decoded.event], [], { keys });
    this.#offset += 1;
  }

  get logKey(): SigningKey<'log'> {
    return signingKey('log', this.origin, new Uint8Array(32).fill(5));
  }

  async seal(forReads = false, entriesMax = 50_000): Promise<void> {
    const signedHeadFile = join(this.#folder, 'sealed.json');
    const sealer = await openSealer({ pool: this.#sealer, origin: this.origin, key: this.logKey, signedHeadFile, entriesMax });
    await sealer.seal({ forReads });
  }

  async ask(as: Actor, path: string, headers: Record<string, string> = {}): Promise<{ status: number; text: string }> {
    this.asking = as;
    const answer = await fetch(`${this.url}${path}`, { headers });
    return { status: answer.status, text: await answer.text() };
  }

  /** What is recorded from a number on. */
  async records(from = 0): Promise<AccessRecord[]> {
    const { rows } = await this.owner.query<{ bytes: Buffer }>('select bytes from access.reads where n >= $1 order by n', [from]);
    return rows.map(({ bytes }) => {
      const record = readAccessRecord(bytes);
      if (record === null) throw new Error('no record');
      return record;
    });
  }

  async count(): Promise<number> {
    return (await this.owner.query<{ size: number }>('select size from access.head')).rows[0]?.size ?? -1;
  }
}
