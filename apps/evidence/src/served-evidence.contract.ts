/** The evidence role over HTTP, on a real ledger and a store of files; what it says is projected at once. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ErrorCode,
  indexSighting,
  isErrorCode,
  problem,
  readSighting,
  routeReads,
  routeRoles,
  type Receipt,
  type SightingDocument,
  statusOf,
  validateDocument,
} from '#lib/contracts';
import { ANONYMOUS, type Actor } from '#lib/domain';
import { openEvidenceFiles, type EvidenceStore } from '#lib/evidence';
import { canonicalize } from '#lib/ledger';
import {
  createHttpServer,
  createLog,
  createMetrics,
  DomainError,
  type HttpAccess,
  type HttpServer,
  notRecorded,
  type ReadLog,
  type ReadRequest,
  uuidv7,
} from '#lib/runtime';
import { knownEvents, projectBatch, type StorePool } from '#lib/store';
import { testDatabase, type TestDatabase } from '../../../libs/store/test-database.ts';
import { evidenceReads } from './evidence-reads.ts';
import { EvidenceModule } from './evidence.module.ts';

export const BYTES_MAX = 1_000_000;
export const hashOf = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

const catalogue = {
  isCode: isErrorCode,
  statusOf: (code: string) => statusOf(code as ErrorCode),
  problem: (code: string, of: { instance: string; requestId: string }) => problem(code as ErrorCode, of),
};
const limits = { ratePerSecond: 100_000, rateBurst: 100_000, requestsInFlight: 64, bodyBytes: 1_024 };

export const actor = (agency: string, principal = 'eva'): Actor => ({
  agency,
  principal,
  roles: ['investigator'],
  communities: [],
  key: null,
  via: agency === '' ? 'anonymous' : 'key',
});

export class ServedEvidence {
  readonly database: TestDatabase;
  readonly folder: string;
  readonly store: EvidenceStore;
  readonly url: string;
  /** Whoever asks, until it is somebody else. */
  asking: Actor = actor('customs');
  /** Whether he has declared an emergency. */
  breaksGlass = false;
  /** What the event log does with the next act. */
  logFails: string | null = null;
  hasEnded = false;
  /** What the access log was given; rejects while it is away. */
  readonly recorded: ReadRequest[] = [];
  recordFails = false;
  readonly #server: HttpServer;
  readonly #projector: StorePool;
  #offset = 0;

  record(read: ReadRequest): Promise<void> {
    if (this.recordFails) return Promise.reject(notRecorded(new Error('away')));
    this.recorded.push(read);
    return Promise.resolve();
  }

  private constructor(database: TestDatabase, folder: string, store: EvidenceStore, server: HttpServer, url: string, projector: StorePool) {
    this.database = database;
    this.folder = folder;
    this.store = store;
    this.url = url;
    this.#server = server;
    this.#projector = projector;
  }

  static async open(): Promise<ServedEvidence> {
    const database = await testDatabase();
    const folder = mkdtempSync(join(tmpdir(), 'evidence-'));
    const store = await openEvidenceFiles(folder);
    const self: { served?: ServedEvidence } = {};
    const served = (): ServedEvidence => self.served as ServedEvidence;
    const module = EvidenceModule.with({
      store,
      reads: evidenceReads(database.pool('evidence'), { breaksGlass: () => served().breaksGlass }),
      say: (document, by) => served().say(document, by),
      get hasEnded() {
        return served().hasEnded;
      },
      bytesMax: BYTES_MAX,
      nowMicros: () => Date.now() * 1000,
    });
    const log = createLog({ level: 'silent', secrets: [] });
    const translate = (error: unknown) =>
      (error as { code?: unknown }).code === 'evidence.disk-full' ? { code: 'evidence.disk-full' } : undefined;
    const [routes, operations] = [routeRoles(), routeReads()];
    const reads: ReadLog = { readsOf: (route) => operations.get(route), record: (read) => served().record(read) };
    const access: HttpAccess = {
      authenticate: () => served().asking,
      anonymous: ANONYMOUS,
      rolesOf: (route) => routes.get(route),
    };
    const server = await createHttpServer(module, { limits, log, metrics: createMetrics(), catalogue, translate, access, reads });
    const url = await server.listen('127.0.0.1', 0);
    return (self.served = new ServedEvidence(database, folder, store, server, url, database.pool('projector')));
  }

  async close(): Promise<void> {
    await this.#server.close();
    await this.database.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** As capture and the projector would, and as strictly. `null`: the id is taken. */
  async say(document: SightingDocument, { agency, principal }: Pick<Actor, 'agency' | 'principal'>): Promise<Receipt | null> {
    if (this.logFails !== null) throw new DomainError(this.logFails, 'The log is away.');
    const faults = validateDocument(document);
    if (faults.length > 0) throw new Error(JSON.stringify(faults));
    const id = document.id ?? uuidv7();
    const read = readSighting(document, { agency, id, principal });
    if (!read.ok) throw new Error(JSON.stringify(read.faults));
    const content = Buffer.from(canonicalize(document as never));
    const contentHash = hashOf(content);
    const receipt: Receipt = {
      log: 'l',
      agency,
      id,
      contentHash,
      captured: '',
      duplicate: false,
      durability: 'single-node',
      signature: null,
    };
    const known = await knownEvents(this.#projector, [{ agency, id }]);
    if (known.size > 0) return known.get(`${agency}/${id}`) === contentHash ? receipt : null;
    const hashes = { commitment: contentHash, contentHash, secret: contentHash };
    const event = {
      agency,
      id,
      principal,
      ...hashes,
      capturedMicros: 1_800_000_000_000_000 + this.#offset,
      content,
      ...indexSighting(read.sighting),
    };
    const partition = { clusterId: 'c', topicId: 't', topic: 's', partition: 0 };
    await projectBatch(this.#projector, partition, this.#offset, this.#offset + 1, [{ ...event, offset: this.#offset, raw: content }], []);
    this.#offset += 1;
    return receipt;
  }

  /** An event that cites it. */
  cite(agency: string, id: string, sha256: string, handling: SightingDocument['handling'], locator = 'line:5'): Promise<Receipt | null> {
    const evidence = [{ sha256, locator, ref: 'bl.txt' }];
    return this.say({ id, kind: 'observation', handling, source: { kind: 'photo' }, evidence }, { agency, principal: 'eva' });
  }

  act(agency: string, id: string, sha256: string, act: object): Promise<Receipt | null> {
    const evidence = { sha256, before: sha256, after: sha256, purpose: 'case 7', ...act };
    return this.say(
      { id, kind: 'evidence', handling: { tlp: 'GREEN' }, source: { kind: 'custody' }, extension: { evidence } },
      actor(agency),
    );
  }

  put(sha256: string, body: Uint8Array | string, headers: Readonly<Record<string, string>> = {}, query = ''): Promise<Response> {
    return fetch(`${this.url}/v1/evidence/sha256/${sha256}${query}`, {
      method: 'PUT',
      body: body as NonNullable<RequestInit['body']>,
      headers,
    });
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Response> {
    return fetch(`${this.url}/v1/evidence${path}`, { headers, method });
  }
}
