/** A sealed log in a real database with its gateway and real witness processes, for suites. */
import 'reflect-metadata';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ledgerReads } from '#app/gateway';
import {
  checkWitnesses,
  Cosigning,
  openSealer,
  type SealFailpoint,
  type Sealer,
  storedConsistency,
  witnessClient,
  type WitnessClient,
} from '#app/sealer';
import { startWitness, type RunningWitness } from '#app/witness';
import {
  formatVerifierKey,
  openCheckpoint,
  parseVerifierKey,
  type PolicyWitness,
  signingKey,
  type SigningKey,
  utf8,
  type VerifierKey,
  type WitnessPolicy,
} from '#lib/ledger';
import { createLog, type Log } from '#lib/runtime';
import { lastCheckpoint, ledgerConstants, projectBatch, type StorePool } from '#lib/store';
import { testDatabase, type TestDatabase } from '../../../libs/store/test-database.ts';
import { BATCH_SIZE, batchAt, PARTITION } from '../../../libs/store/test-processes/test-events.ts';
import { type ServedLog, serveLog } from './drill/served-scene.ts';

const HOOKS = join(import.meta.dirname, '../../../libs/store/test-processes/typescript.mjs');
const PROGRAM = join(import.meta.dirname, '../../witness/test-processes/witness.ts');
export const TIMES = { retryMs: 30, retryMsMax: 300, refusedMs: 300, alarmMs: 300 };

export interface Said {
  readonly code: string | undefined;
  readonly message: string;
}

/** A witness, in a process of its own or (sooner there) in this one, which can be killed and started again at the same address. */
export class TestedWitness {
  readonly name: string;
  url = '';
  keys: VerifierKey<'witness'>[] = [];
  private readonly folder: string;
  private readonly logKey: SigningKey<'log'>;
  private readonly prefix: string | null;
  private readonly isProcess: boolean;
  private child: ChildProcess | null = null;
  private here: RunningWitness | null = null;

  constructor(folder: string, name: string, logKey: SigningKey<'log'>, prefix: string | null, isProcess: boolean) {
    this.folder = join(folder, name.replaceAll('/', '-'));
    this.name = name;
    this.logKey = logKey;
    this.prefix = prefix;
    this.isProcess = isProcess;
  }

  async start(): Promise<this> {
    const port = this.url === '' ? '0' : new URL(this.url).port;
    const { url, keys } = this.isProcess ? await this.startProcess(port) : await this.startHere(port);
    this.url = url;
    this.keys = keys.map((text) => {
      const key = parseVerifierKey(text, 'witness');
      if (!key.ok) throw new Error(key.fault.detail);
      return key.value;
    });
    return this;
  }

  async kill(): Promise<void> {
    const { child, here } = this;
    this.child = null;
    this.here = null;
    await here?.close();
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  private async startHere(port: string): Promise<{ url: string; keys: string[] }> {
    const { folder, name, logKey, prefix } = this;
    this.here = await startWitness({
      folder,
      name,
      logKeys: [logKey],
      host: '127.0.0.1',
      port: Number(port),
      log: createLog({ level: 'silent', secrets: [] }),
      map: prefix === null ? null : { origin: logKey.name, prefix, apiKey: null },
    });
    const { url, verifierKey, mapVerifierKey } = this.here;
    return { url, keys: mapVerifierKey === null ? [verifierKey] : [verifierKey, mapVerifierKey] };
  }

  private async startProcess(port: string): Promise<{ url: string; keys: string[] }> {
    const args = [this.folder, formatVerifierKey(this.logKey), this.name, port, ...(this.prefix === null ? [] : [this.prefix])];
    const child = spawn(process.execPath, ['--conditions=source', '--import', HOOKS, PROGRAM, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    this.child = child;
    const line = await new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString().trim()));
      child.once('exit', () => reject(new Error(`the witness ${this.name} ended`)));
    });
    const [word, url = '', ...keys] = line.split(' ');
    if (word !== 'ready') throw new Error(line);
    return { url, keys: keys.filter((text) => text !== '-') };
  }

  /** As one of a policy. @param which its own key, or that of maps */
  policy(which: 'own' | 'map' = 'own'): PolicyWitness {
    return { key: this.keys[which === 'own' ? 0 : 1] as VerifierKey<'witness'>, url: this.url };
  }
}

export class WitnessedLog {
  readonly owner: StorePool;
  readonly key: SigningKey<'log'>;
  readonly said: Said[] = [];
  readonly client: WitnessClient;
  /** Of the log as it is served. */
  readonly prefix: string;
  private readonly database: TestDatabase;
  private readonly served: ServedLog;
  private readonly folder = mkdtempSync(join(tmpdir(), 'custody-witnessed-'));
  private readonly witnesses: TestedWitness[] = [];
  private readonly ending = new AbortController();
  private projected = 0;
  private heads = 0;
  private cosigning: Cosigning | null = null;

  private constructor(database: TestDatabase, key: SigningKey<'log'>, served: ServedLog) {
    this.database = database;
    this.owner = database.pool('owner');
    this.key = key;
    this.served = served;
    this.prefix = served.prefix;
    this.client = witnessClient(this.ending.signal);
  }

  static async open(): Promise<WitnessedLog> {
    const database = await testDatabase();
    const reads = await ledgerReads(database.pool('gateway'));
    const served = await serveLog(reads, 'local');
    const { origin } = await ledgerConstants(database.pool('owner'));
    const key = signingKey('log', origin, new Uint8Array(32).fill(7));
    return new WitnessedLog(database, key, served);
  }

  async close(): Promise<void> {
    this.cosigning?.withdraw();
    this.ending.abort();
    await Promise.all(this.witnesses.map((witness) => witness.kill()));
    await this.served.close();
    await this.database.drop();
    rmSync(this.folder, { recursive: true });
  }

  async witness(name: string, audits: 'maps' | 'nothing' = 'nothing', where: 'process' | 'here' = 'here'): Promise<TestedWitness> {
    const prefix = audits === 'maps' ? this.prefix : null;
    const witness = new TestedWitness(this.folder, name, this.key, prefix, where === 'process');
    this.witnesses.push(witness);
    return witness.start();
  }

  async project(): Promise<void> {
    const from = this.projected;
    this.projected += BATCH_SIZE;
    await projectBatch(this.database.pool('projector'), PARTITION, from, this.projected, batchAt(from), []);
  }

  /** As another process: with a file of the last signed head of its own. */
  async sealer(policy: WitnessPolicy, failpoint?: (name: SealFailpoint) => Promise<void>): Promise<Sealer> {
    const pool = this.database.pool('sealer');
    this.cosigning?.withdraw();
    this.cosigning = new Cosigning({
      policy,
      client: this.client,
      proof: (first, second) => storedConsistency(pool, first, second),
      log: this.log,
      times: TIMES,
    });
    return openSealer({
      pool,
      origin: this.key.name,
      key: this.key,
      signedHeadFile: join(this.folder, `head-${this.heads++}.json`),
      publisher: this.cosigning,
      ...(failpoint === undefined ? {} : { failpoint }),
    });
  }

  check(policy: WitnessPolicy): Promise<void> {
    return checkWitnesses({ policy, client: this.client, pool: this.database.pool('sealer'), key: this.key, log: this.log });
  }

  get log(): Log {
    const say = (message: string, { code, why = '' }: { code?: string; why?: string } = {}): void =>
      void this.said.push({ code, message: `${message}: ${why}` });
    return { debug: say, info: say, warn: say, error: say } as unknown as Log;
  }

  /** Size of the published head and who cosigned it. */
  async published(): Promise<{ size: number; names: string[] }> {
    const note = await lastCheckpoint(this.owner);
    if (note === null) return { size: 0, names: [] };
    const opened = openCheckpoint(utf8(note.note), { log: [this.key], witness: this.witnesses.flatMap(({ keys }) => keys) });
    if (!opened.ok) throw new Error(opened.fault.detail);
    return { size: Number(opened.value.checkpoint.size), names: opened.value.cosignatures.map(({ key }) => key.name).sort() };
  }

  async until(holds: (published: { size: number; names: string[] }) => boolean): Promise<{ size: number; names: string[] }> {
    for (const end = Date.now() + 20_000; ; await new Promise((resolve) => setTimeout(resolve, 10))) {
      const published = await this.published();
      if (holds(published)) return published;
      if (Date.now() > end) throw new Error(`not in time: ${JSON.stringify({ published, said: this.said })}`);
    }
  }

  /** What has to be known to bring the database back to what it is now. */
  async backup(): Promise<{ size: number; next: number }> {
    const { rows } = await this.owner.query<{ size: number }>('select size from ledger.head');
    return { size: rows[0]?.size ?? 0, next: this.projected };
  }

  /** The database as it was then: an older backup was restored. Tiles keep more than it had, which nothing reads. */
  async restore({ size, next }: { size: number; next: number }): Promise<void> {
    this.cosigning?.withdraw();
    await this.owner.transaction(async (client) => {
      await client.query('set local session_replication_role = replica');
      for (const table of ['ledger.entries', 'ledger.content', 'ledger.timeline', 'ledger.relations', 'ledger.notices', 'proof.seals'])
        await client.query(`delete from ${table} where log_index >= $1::bigint`, [size]);
      await client.query('delete from proof.item_leaves where log_index >= (select coalesce(max(covers), 0) from proof.seals)');
      await client.query('delete from proof.items where item not in (select item from proof.item_leaves)');
      await client.query('delete from proof.map_tiles where seal >= $1::bigint', [size]);
      await client.query('delete from proof.checkpoints where size > $1::bigint', [size]);
      await client.query('update ledger.head set size = $1::bigint', [size]);
      await client.query('update ledger.offsets set next = $1::bigint', [next]);
    });
    this.projected = next;
  }

  /** Goes on with other events than those that were there before. */
  skipEvents(): Promise<unknown> {
    this.projected += BATCH_SIZE;
    return this.owner.query('update ledger.offsets set next = $1::bigint', [this.projected]);
  }
}
