/** What one run of a row works with: a ledger of its own, a topic of its own, the product's processes, load, and the oracle. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createEmbeddedLog, createKafkaLog, type EventLog } from '#lib/event-log';
import { createPool, listOffsets, type StorePool } from '#lib/store';
import { startNode, type Child } from './child-process.ts';
import type { Inputs } from './documents.ts';
import { startLoad, type Load, type LoadRequest } from './load-process.ts';
import type { Verdict } from './judge.ts';
import { askOracle, type OracleRequest } from './oracle-process.ts';
import type { Database, Stack } from './stack.ts';
import { until } from './wait.ts';

/** The key by which records of a run are signed and the projector checks them. */
export const PUBLISHER_KEY = Buffer.from('c4a05c4a'.repeat(8), 'hex');
/** As the product's default. */
export const PARTITIONS = 4;
/** A role is ready in a second or two; after a kill -9 of its peers on a busy machine it takes longer. */
const READY_TIMEOUT_MS = 60_000;
/** A dead member of a group holds its partitions for its session (10 s); then everything that waits is taken. */
const DRAIN_TIMEOUT_MS = 90_000;
const RACES_AT_ONCE = 8;
/** Beyond every row: what is not acknowledged by then never will be. */
const GIVE_UP_AFTER_MS = 900_000;
/** A harness that drives faults is no client that has to be held back. */
export const NO_LIMITS = {
  CUSTODY_LIMITS_RATE_PER_SECOND: '1000000',
  CUSTODY_LIMITS_RATE_BURST: '1000000',
  CUSTODY_LIMITS_REQUESTS_IN_FLIGHT: '1000',
};

export interface Role {
  readonly child: Child;
  readonly base: string;
  /** From the start of the process to its ready line. */
  readonly readyMs: number;
}

export interface SceneOptions {
  readonly name: string;
  readonly log: 'kafka' | 'embedded';
  /** Of another scene: a second ledger over the same records. */
  readonly topic?: string;
}

export class Scene {
  readonly stack: Stack;
  readonly database: Database;
  readonly topic: string;
  readonly log: EventLog;
  readonly folder: string;
  readonly operationsFile: string;
  readonly #kind: SceneOptions['log'];
  readonly #roles: Child[] = [];
  #started = 0;

  private constructor(stack: Stack, database: Database, log: EventLog, { name, log: kind, topic = `chaos.${name}` }: SceneOptions) {
    this.stack = stack;
    this.database = database;
    this.log = log;
    this.#kind = kind;
    this.topic = topic;
    this.folder = join(stack.workDir, name);
    mkdirSync(this.folder, { recursive: true });
    this.operationsFile = join(this.folder, 'operations.jsonl');
  }

  static async open(stack: Stack, options: SceneOptions): Promise<Scene> {
    const database = await stack.freshDatabase(`chaos_${options.name.replaceAll(/[^a-z0-9]/g, '_')}`);
    const pool = createPool({ url: database.url, applicationName: 'chaos log', max: 4 });
    const log = options.log === 'embedded' ? createEmbeddedLog({ pool }) : createKafkaLog({ brokers: [stack.brokers], clientId: 'chaos' });
    const scene = new Scene(stack, database, { ...log, close: () => log.close().finally(() => pool.close()) }, options);
    await scene.log.ensureTopics([{ topic: scene.topic, partitions: PARTITIONS }]);
    return scene;
  }

  /** A process of the product, ready. */
  async start(roles: string, env: Readonly<Record<string, string>> = {}): Promise<Role> {
    const started = performance.now();
    const child = this.launch(roles, env);
    return { child, base: await this.ready(child), readyMs: performance.now() - started };
  }

  /** The base URL of a process of the product, once it is ready. */
  async ready(child: Child): Promise<string> {
    return (await child.line(/^Ready\s+(http:\/\/[^\s/]+)/m, READY_TIMEOUT_MS))[1] as string;
  }

  /** The same, not waited for. */
  launch(roles: string, env: Readonly<Record<string, string>> = {}): Child {
    const name = `${roles.replaceAll(',', '-')}-${++this.#started}`;
    const program = join(this.stack.root, 'dist', 'apps', 'custody', 'src', 'main.js');
    const child = startNode({
      args: [program, 'serve', '--roles', roles],
      env: { ...this.environment(name), ...env },
      logFile: join(this.folder, `${name}.log`),
      cwd: this.folder,
    });
    this.#roles.push(child);
    return child;
  }

  /** A program of the harness beside the product: its compiled file, from this folder, and its arguments. */
  startOwn(command: string, env: Readonly<Record<string, string>> = {}): Child {
    const [name = '', ...args] = command.split(' ');
    const file = fileURLToPath(new URL(name, import.meta.url));
    const label = `${name.replaceAll(/[^a-z]+/g, '-')}${++this.#started}`;
    const child = startNode({
      args: [file, ...args],
      env: { ...this.environment(label), ...env },
      logFile: join(this.folder, `${label}.log`),
    });
    this.#roles.push(child);
    return child;
  }

  environment(name: string): Record<string, string> {
    return {
      ...(this.#kind === 'kafka' ? { KAFKA_BROKERS: this.stack.brokers } : {}),
      ...NO_LIMITS,
      DATABASE_URL: this.database.url,
      CUSTODY_PORT: '0',
      CUSTODY_DATA_DIR: join(this.folder, `data-${name}`),
      CUSTODY_DEMO: 'false',
      CUSTODY_ACCESS: 'open',
      CUSTODY_PUBLISHER_KEY: PUBLISHER_KEY.toString('hex'),
      CUSTODY_TOPICS_EVENTS: this.topic,
      CUSTODY_TOPICS_DEAD_LETTERS: `${this.topic}.dead`,
      CUSTODY_PROJECTOR_GROUP: this.database.name,
      CUSTODY_LOG_LEVEL: 'warn',
    };
  }

  load(inputs: Inputs, request: Pick<LoadRequest, 'targets'> & Partial<LoadRequest>): Load {
    const defaults = { from: 0, ratePerSecond: 1_000_000, connections: 8, rowsPerRequest: 20, giveUpAfterMs: GIVE_UP_AFTER_MS };
    return startLoad({ ...defaults, inputs, operationsFile: this.operationsFile, ...request }, join(this.folder, 'load.log'));
  }

  /** Each sighting and its rival at the same time, each to one of two captures. */
  race(inputs: Inputs, targets: readonly [string, string]): Promise<unknown> {
    return this.load(inputs, { targets, rowsPerRequest: 1, connections: RACES_AT_ONCE, isRace: true }).done;
  }

  /** Every record of the topic is in the ledger, or says why not. */
  async drained(timeoutMs = DRAIN_TIMEOUT_MS): Promise<void> {
    await until(`${this.topic} to be drained`, timeoutMs, async () => (await this.lag()) === 0, 50);
  }

  lag(): Promise<number> {
    return lagOf(this.log, this.topic, this.database.pool);
  }

  /** Records in the topic. */
  async records(): Promise<number> {
    return (await this.log.ends(this.topic)).reduce((sum, { high, low }) => sum + high - low, 0);
  }

  async size(): Promise<number> {
    return (await this.database.pool.query<{ size: number }>('select size from ledger.head')).rows[0]?.size ?? 0;
  }

  judge(
    inputs: Inputs | undefined,
    more: Partial<Pick<OracleRequest, 'timelinesFile' | 'waitingIn' | 'api' | 'operationsFile'>> = {},
  ): Promise<Verdict> {
    const answerFile = join(this.folder, 'verdict.json');
    const operations = existsSync(this.operationsFile) ? { operationsFile: this.operationsFile } : {};
    return askOracle({
      what: 'verdict',
      databaseUrl: this.database.url,
      answerFile,
      ...operations,
      ...(inputs === undefined ? {} : { inputs }),
      ...more,
    });
  }

  /** Ends every process that was started here. */
  async close(): Promise<void> {
    await Promise.all(this.#roles.map((child) => child.kill()));
    await this.log.close().catch(() => undefined); // the broker may be down: the row says so
    await this.database.drop();
  }
}

/** Records of the topic that are not in the ledger yet. */
export async function lagOf(log: EventLog, topic: string, pool: StorePool): Promise<number> {
  const ends = await log.ends(topic);
  const offsets = new Map(
    (await listOffsets(pool)).map(({ clusterId, topicId, partition, next }) => [`${clusterId} ${topicId} ${partition}`, next]),
  );
  return ends.reduce(
    (sum, { clusterId, topicId, partition, high }) => sum + high - (offsets.get(`${clusterId} ${topicId} ${partition}`) ?? 0),
    0,
  );
}
