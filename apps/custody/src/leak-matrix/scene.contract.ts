/** All roles of one process on a real ledger, with keys, people, communities and markings by real acts of policy: for suites about who is told what. */
import { ALERT_PRINCIPAL, AlertWriter } from '#app/alerts';
import { alertPorts } from '../alerts-role.ts';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { acceptDocument, CaptureModule, inlineAcceptPool } from '#app/capture';
import { EvidenceModule, evidenceReads } from '#app/evidence';
import { GatewayModule, ledgerReads } from '#app/gateway';
import { decode } from '#app/projector';
import { openSealer } from '#app/sealer';
import {
  type ErrorCode,
  indexSighting,
  isErrorCode,
  problem,
  readSighting,
  type Receipt,
  type SightingDocument,
  statusOf,
} from '#lib/contracts';
import { ACTOR_ROLES, aliasKeys, formatInstant, type Actor, type Instant, searchKeys } from '#lib/domain';
import { createMemoryLog, type MemoryLog } from '#lib/event-log';
import { evidenceBytesOf } from '../evidence-bytes.ts';
import { openEvidenceFiles, type EvidenceStore } from '#lib/evidence';
import { canonicalize, sha256Hex, signingKey } from '#lib/ledger';
import { createHealth, createHttpServer, createLog, createMetrics, type HttpServer, uuidv7 } from '#lib/runtime';
import {
  knownEvents,
  ledgerConstants,
  logSize,
  projectBatch,
  type AppRole,
  type DeadLetter,
  type EventIndex,
  type ProjectedEvent,
  type StorePool,
} from '#lib/store';
import { testDatabase, type TestDatabase } from '../../../../libs/store/test-database.ts';
import { newApiKey } from '../access/api-key.ts';
import { httpAccess } from '../access/authenticator.ts';
import { KeyUses } from '../access/key-uses.ts';
import { LOGIN_DEPS, LoginController } from '../access/login.controller.ts';
import { PolicyFollower } from '../access/policy-follower.ts';
import { POLICY_DEPS, PolicyController } from '../access/policy.controller.ts';
import { openReadLog } from '../access/read-log.ts';
import { Sessions } from '../access/sessions.ts';
import { SessionsController } from '../access/sessions.controller.ts';
import { HEALTH_DEPS, HealthController } from '../health.controller.ts';
import { deadLetterRetry } from '../http.ts';
import { knownEventsOf } from '../submitting.ts';

/** On a machine that is busy a connection takes its time, and how long is not what is tested. */
const PATIENT = { connectTimeoutMs: 60_000, statementTimeoutMs: 60_000 };
const PUBLISHER = Buffer.alloc(32, 7);
const TOPIC = 'sightings';
const PARTITION = { clusterId: 'c', topicId: 't', topic: TOPIC, partition: 0 };
const LIMITS = { ratePerSecond: 1e6, rateBurst: 1e6, requestsInFlight: 1_000, bodyBytes: 1 << 20 };
const EVIDENCE_BYTES_MAX = 1_000_000;
const SESSION = { hours: 12, idleMinutes: 60 };
/** 2026-11-24T00:00:00Z; each document a microsecond later than the one before. */
const BEGAN = 1_795_478_400_000_000;

/** Who says what, and how its record is spoilt on its way. */
export interface Saying {
  readonly by: string;
  readonly document: SightingDocument;
  /** Headers that it comes with instead. */
  readonly spoilt?: Readonly<Record<string, string>>;
}

/** Controls: what a process does that has one fault. */
export interface Fault {
  /** Takes every caller for somebody whom TLP:RED names. */
  readonly namesEverybody?: boolean;
  /** Takes every caller for a member of all that there is: its statements run as that one. */
  readonly asEverybody?: boolean;
}

@Module({})
class Product {}

const catalogue = {
  isCode: isErrorCode,
  statusOf: (code: string) => statusOf(code as ErrorCode),
  problem: (code: string, of: object) => problem(code as ErrorCode, of as never),
};

export class Scene {
  readonly database: TestDatabase;
  readonly folder: string;
  readonly origin: string;
  /** Reader groups of a process that takes everybody for a member of all. */
  everyGroup: readonly string[] = [];
  readonly sessions: Sessions;
  readonly keyUses: KeyUses;
  readonly #log = createLog({ level: 'silent', secrets: [] });
  readonly #eventLog: MemoryLog = createMemoryLog();
  readonly #store: EvidenceStore;
  readonly #follower: PolicyFollower;
  readonly #servers: HttpServer[] = [];
  readonly #pools = new Map<string, StorePool>();
  #offset = 0;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(database: TestDatabase, origin: string, folder: string, store: EvidenceStore) {
    this.database = database;
    this.origin = origin;
    this.folder = folder;
    this.#store = store;
    const access = this.#pool('access');
    this.#follower = new PolicyFollower(access, { log: this.#log });
    this.sessions = new Sessions(access, SESSION);
    this.keyUses = new KeyUses(access, { log: this.#log });
  }

  static async open(): Promise<Scene> {
    const database = await testDatabase();
    const { origin } = await ledgerConstants(database.pool('owner', PATIENT));
    const folder = mkdtempSync(join(tmpdir(), 'leaks-'));
    const scene = new Scene(database, origin, folder, await openEvidenceFiles(join(folder, 'evidence')));
    await scene.#eventLog.ensureTopics([{ topic: TOPIC, partitions: 1 }]);
    return scene;
  }

  async close(): Promise<void> {
    this.#follower.stop();
    for (const server of this.#servers) await server.close();
    await this.keyUses.close();
    await this.#eventLog.close();
    await this.database.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #pool(role: AppRole): StorePool {
    const pool = this.#pools.get(role) ?? this.database.pool(role, PATIENT);
    this.#pools.set(role, pool);
    return pool;
  }

  /** As capture takes it and the projector takes it up, in one transaction, one at a time. @returns the size of the log behind it */
  say(all: readonly Saying[]): Promise<number> {
    const said = this.#turn.then(() => this.#project(all));
    this.#turn = said.catch(() => undefined);
    return said;
  }

  async #project(all: readonly Saying[]): Promise<number> {
    const events: ProjectedEvent[] = [];
    const dead: DeadLetter[] = [];
    const from = this.#offset;
    for (const [n, { by, document, spoilt = {} }] of all.entries()) {
      const [agency = '', principal = ''] = by.split('/');
      const captured = formatInstant((BEGAN + from + n) as Instant);
      const context = { agency, principal, roles: ACTOR_ROLES, captured, publisherKey: PUBLISHER, requestId: 'r', ...raising(document) };
      const accepted = acceptDocument(Buffer.from(canonicalize(document as never), 'utf8'), context, uuidv7);
      if (!accepted.ok) throw new Error(`${by} ${document.id}: ${JSON.stringify(accepted.faults)}`);
      const { key, value, headers } = accepted;
      const record = { offset: from + n, key: Buffer.from(key), value, headers: { ...headers, ...spoilt } };
      const decoded = decode(record, new Map([['', [PUBLISHER]]]));
      if ('event' in decoded) events.push(decoded.event);
      else dead.push(decoded.dead);
    }
    this.#offset = from + all.length;
    const keys = { ofItem: searchKeys, ofAlias: aliasKeys };
    const projector = this.#pool('projector');
    await projectBatch(projector, PARTITION, from, this.#offset, events, dead, { keys, indexOf });
    return logSize(projector);
  }

  /** As the role alerts does, of what is sealed. */
  async tell(): Promise<void> {
    const ports = alertPorts(this.#pool('gateway'), this.#pool('capture'), this.#follower);
    const writer = new AlertWriter({
      ...ports,
      say: async (agency, documents) =>
        void (await this.say(documents.map((document) => ({ by: `${agency}/${ALERT_PRINCIPAL}`, document })))),
      pause: () => Promise.resolve(),
      ending: new AbortController().signal,
    });
    await writer.step();
  }

  /** What the policy has come to is known here. */
  async follow(): Promise<void> {
    await this.#follower.start();
  }

  async seal(forReads = false): Promise<void> {
    const key = signingKey('log', this.origin, new Uint8Array(32).fill(5));
    const signedHeadFile = join(this.folder, 'sealed.json');
    const sealer = await openSealer({ pool: this.#pool('sealer'), origin: this.origin, key, signedHeadFile });
    await sealer.seal({ forReads });
  }

  /** A server of this ledger; returns its URL. */
  async serve(fault: Fault = {}): Promise<string> {
    const { origin } = this;
    const metrics = createMetrics();
    const policy = () => this.#follower.current();
    const breaksGlass = (): boolean => fault.namesEverybody === true;
    const receiptKey = signingKey('receipt', `${origin}/receipt`, new Uint8Array(32).fill(3));
    const reads = await ledgerReads(this.#pool('gateway'));
    const gateway = GatewayModule.with({
      reads: fault.asEverybody === true ? { ...reads, groupNumbers: () => reads.groupNumbers(this.everyGroup) } : reads,
      breaksGlass,
      receiptKey,
      deadLetters: deadLetterRetry(this.#pool('operator'), this.#eventLog),
      mapLinks: true,
      evidenceBytes: evidenceBytesOf(this.#store),
      streams: { streams: 1_000, streamsPerCaller: 1_000 },
    });
    const capture = CaptureModule.with({
      pool: inlineAcceptPool(),
      known: knownEventsOf(this.#pool('capture')),
      log: this.#eventLog,
      topic: TOPIC,
      appendTimeoutMs: 10_000,
      origin,
      durability: 'single-node',
      publisherKey: PUBLISHER,
      receiptKey,
      limits: { documentBytesMax: 1 << 20, batchDocumentsMax: 8, chunkDocuments: 3, bodyBytesMax: 1 << 20 },
      now: () => formatInstant(BEGAN as Instant),
      metrics,
    });
    const evidence = EvidenceModule.with({
      store: this.#store,
      reads: evidenceReads(this.#pool('evidence'), { breaksGlass }),
      say: (document, actor) => this.#sayOf(document, actor),
      hasEnded: false,
      bytesMax: EVIDENCE_BYTES_MAX,
      nowMicros: () => BEGAN,
    });
    const providers = [
      { provide: HEALTH_DEPS, useValue: { health: createHealth(), metrics } },
      { provide: POLICY_DEPS, useValue: { policy, keyUses: (agency: string) => this.keyUses.of(agency) } },
      { provide: LOGIN_DEPS, useValue: { sessions: this.sessions, policy, openId: null, link: null, log: this.#log } },
    ];
    const controllers = [HealthController, PolicyController, LoginController, SessionsController];
    const module = { module: Product, imports: [gateway, capture, evidence], controllers, providers };
    const session = (text: string) => this.sessions.of(text);
    const server = await createHttpServer(module, {
      limits: LIMITS,
      log: this.#log,
      metrics,
      catalogue,
      access: httpAccess({ access: 'required', readsAnonymously: true, own: newApiKey(), policy, tokenLogin: null, session }),
      reads: openReadLog({ origin, pool: this.#pool('access'), policy: () => this.#follower.last }),
    });
    this.#servers.push(server);
    return server.listen('127.0.0.1', 0);
  }

  /** `null`: the id is taken by other bytes. */
  async #sayOf(given: SightingDocument, { agency, principal }: Actor): Promise<Receipt | null> {
    const document = { ...given, id: given.id ?? uuidv7() };
    const contentHash = sha256Hex(Buffer.from(canonicalize(document as never), 'utf8'));
    const { id } = document;
    const known = (await knownEvents(this.#pool('capture'), [{ agency, id }])).get(`${agency}/${id}`);
    if (known !== undefined && known !== contentHash) return null;
    if (known === undefined) await this.say([{ by: `${agency}/${principal}`, document }]);
    const said = { log: this.origin, agency, id, contentHash, captured: formatInstant(BEGAN as Instant) };
    return { ...said, duplicate: known !== undefined, durability: 'single-node', signature: null };
  }
}

const raising = ({ kind }: SightingDocument): { raisesAlerts?: true } => (kind === 'alert' ? { raisesAlerts: true } : {});

function indexOf(content: Buffer, agency: string): EventIndex {
  const document = JSON.parse(content.toString('utf8')) as SightingDocument;
  const read = readSighting(document, { agency, id: document.id ?? '', principal: '' });
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  return indexSighting(read.sighting);
}

/** A key whose id is a word that is known again. */
export function keyNamed(id: string): { readonly id: string; readonly text: string; readonly sha256: string } {
  const text = `custody_${id}_${randomBytes(32).toString('base64url')}`;
  return { id, text, sha256: sha256Hex(Buffer.from(text, 'utf8')) };
}
