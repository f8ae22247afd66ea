/** Making topics, and finding what would lose records in those that are there. */
import kafkajs, { type Admin, type ITopicConfig } from 'kafkajs';
import { backOffMs, pause } from '../back-off.ts';
import { FatalLogError, LogUnavailable } from '../errors.ts';
import type { Durability, TopicFinding, TopicSpec } from '../port.ts';
import type { Report } from '../report.ts';
import { unavailable } from './client.ts';
import { readableCodecs } from './codecs.ts';
import type { Connections } from './connections.ts';
import { existingTopic, findTopic } from './metadata.ts';
import type { TopicMetadata } from './protocol.ts';

/** A sighting's document is at most 1 MiB; the header of the value, headers and framing come on top. The brokers' default is below that. */
const MESSAGE_BYTES_LEAST = 2 * 1024 * 1024;
/** Loses no acknowledged record with one of three brokers, and still takes records with one down. */
const MIN_INSYNC = 2;
const REPLICAS_LEAST = 3;
/** Until all brokers know a new topic: tens of milliseconds; a loaded one takes seconds. */
const READY_TIMEOUT_MS = 30_000;
const CREATE_TIMEOUT_MS = 10_000;

export interface TopicsContext {
  readonly admin: Admin;
  readonly connections: Connections;
  readonly replication: number;
  readonly report: Report;
  /** Told the topic's max.message.bytes whenever it is read. */
  readonly onMessageBytesMax: (topic: string, bytes: number) => void;
}

/** Safe to race. Resolves when every partition has a leader. Rejects with FatalLogError `topic.missing` where brokers refuse to make one. */
export async function ensureTopics(context: TopicsContext, specs: readonly TopicSpec[]): Promise<TopicFinding[]> {
  const findings: TopicFinding[] = [];
  for (const spec of specs) {
    const { topic, made } = await existing(context, spec);
    findings.push(...checkShape(spec, topic, context.replication));
    const settings = await readSettings(context, spec.topic);
    findings.push(...(settings === null ? [unreadable(spec.topic)] : checkSettings(spec.topic, settings, topic)));
    if (made) context.report('info', 'The topic was made.', { topic: spec.topic, count: spec.partitions });
  }
  return findings;
}

/** As the topic is now. What cannot be read is not claimed. */
export async function topicDurability(context: Omit<TopicsContext, 'replication'>, topic: string): Promise<Durability> {
  const { partitions } = await existingTopic(context.connections, topic);
  return durabilityOf(
    partitions.map(({ replicas }) => replicas),
    await readSettings(context, topic),
  );
}

/** Our appends wait for all in-sync replicas (acks -1): how many those are at least is min.insync.replicas, with as many replicas to be had. */
export function durabilityOf(replicas: readonly number[], settings: Settings | null): Durability {
  const least = Math.min(...replicas, Number(settings?.['min.insync.replicas'] ?? NaN));
  return least >= MIN_INSYNC ? 'replicated' : 'single-node';
}

async function existing(context: TopicsContext, spec: TopicSpec): Promise<{ topic: TopicMetadata; made: boolean }> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  let made = false;
  let last: unknown;
  for (let attempt = 1; Date.now() < deadline; attempt++) {
    try {
      const topic = await findTopic(context.connections, spec.topic);
      if (topic !== null && topic.partitions.length > 0 && topic.partitions.every(({ leader }) => leader >= 0)) return { topic, made };
      // False where another was faster. Waiting for leaders is ours: kafkajs' own wait fails on brokers that do not know the topic yet.
      if (topic === null && !made)
        made = await context.admin.createTopics({
          topics: [definition(spec, context.replication)],
          waitForLeaders: false,
          timeout: CREATE_TIMEOUT_MS,
        });
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal !== null) throw new FatalLogError('topic.missing', `The topic ${spec.topic} could not be made: ${refusal}`, error);
      last = error;
    }
    await pause(backOffMs(attempt, 1_000), new AbortController().signal);
  }
  throw last instanceof LogUnavailable ? last : unavailable(`The topic ${spec.topic} could not be made`, last);
}

/** Why brokers that answer do not make a topic, where asking again changes nothing: too few brokers for its replicas, rights, a policy. */
export function refusalOf(error: unknown): string | null {
  const { errors } = error as { errors?: readonly { readonly type?: string; readonly message: string; readonly retriable?: boolean }[] };
  const first = errors?.find(({ type, retriable }) => retriable === false && type !== 'TOPIC_ALREADY_EXISTS');
  return first === undefined ? null : `${first.message} (${first.type ?? 'no code'}).`;
}

const definition = ({ topic, partitions }: TopicSpec, replication: number): ITopicConfig => ({
  topic,
  numPartitions: partitions,
  replicationFactor: replication,
  configEntries: Object.entries({
    'retention.ms': '-1',
    'retention.bytes': '-1',
    'cleanup.policy': 'delete',
    'compression.type': 'uncompressed',
    'max.message.bytes': String(MESSAGE_BYTES_LEAST),
    'min.insync.replicas': String(replication >= REPLICAS_LEAST ? MIN_INSYNC : 1),
    'unclean.leader.election.enable': 'false',
  }).map(([name, value]) => ({ name, value })),
});

function checkShape(spec: TopicSpec, found: TopicMetadata, replication: number): TopicFinding[] {
  const findings: TopicFinding[] = [];
  const have = found.partitions.length;
  if (have !== spec.partitions)
    findings.push(warning('topic.partitions', `${spec.topic} has ${have} partitions, ${spec.partitions} are configured.`));
  const replicas = Math.min(...found.partitions.map((partition) => partition.replicas));
  const wanted = Math.max(replication, REPLICAS_LEAST);
  if (replicas < wanted)
    findings.push(
      warning(
        'topic.replication',
        `${spec.topic} has ${replicas} ${replicas === 1 ? 'replica' : 'replicas'}; it takes ${wanted} to lose a broker and no record.`,
      ),
    );
  return findings;
}

/** The topic's max.message.bytes; undefined where it cannot be read. */
export async function readMessageBytesMax(context: TopicsContext, topic: string): Promise<number | undefined> {
  return messageBytesMax(await readSettings(context, topic));
}

function messageBytesMax(settings: Settings | null): number | undefined {
  const bytes = Number(settings?.['max.message.bytes']);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

export type Settings = Readonly<Record<string, string>>;

async function readSettings(
  { admin, report, onMessageBytesMax }: Pick<TopicsContext, 'admin' | 'report' | 'onMessageBytesMax'>,
  topic: string,
): Promise<Settings | null> {
  try {
    const { resources } = await admin.describeConfigs({
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
      includeSynonyms: false,
    });
    const entries = resources[0]?.configEntries ?? [];
    const settings: Settings = Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue]));
    const bytes = messageBytesMax(settings);
    if (bytes !== undefined) onMessageBytesMax(topic, bytes);
    return settings;
  } catch (error) {
    report('debug', "The topic's settings could not be read.", { topic, error });
    return null;
  }
}

/** A principal of few rights may not read them. */
const unreadable = (topic: string): TopicFinding =>
  warning('topic.unchecked', `The settings of ${topic} could not be read: retention and in-sync replicas are not checked.`);

function checkSettings(topic: string, settings: Settings, { partitions }: TopicMetadata): TopicFinding[] {
  const findings: TopicFinding[] = [];
  const number = (name: string): number => Number(settings[name] ?? NaN);
  const minInsync = number('min.insync.replicas');
  if (minInsync < MIN_INSYNC)
    findings.push(
      warning('topic.min-insync', `${topic} has min.insync.replicas=${minInsync}; an acknowledged record can be lost with one broker.`),
    );
  if (partitions.some(({ replicas }) => replicas < minInsync)) {
    findings.push({
      severity: 'error',
      code: 'topic.min-insync',
      detail: `${topic} has min.insync.replicas=${minInsync} and fewer replicas: nothing can be appended.`,
    });
  }
  const expires = number('retention.ms') !== -1 || number('retention.bytes') !== -1;
  if (expires)
    findings.push({
      severity: 'error',
      code: 'topic.retention',
      detail: `${topic} has retention.ms=${settings['retention.ms']}, retention.bytes=${settings['retention.bytes']}; records go before they are vouched for.`,
    });
  if (settings['cleanup.policy'] !== 'delete')
    findings.push({
      severity: 'error',
      code: 'topic.retention',
      detail: `${topic} has cleanup.policy=${settings['cleanup.policy']}; records of one key replace each other.`,
    });
  if (settings['unclean.leader.election.enable'] === 'true')
    findings.push({
      severity: 'error',
      code: 'topic.unclean-election',
      detail: `${topic} has unclean.leader.election.enable=true; a replica that lags can become the leader and drop acknowledged records.`,
    });
  if (number('max.message.bytes') < MESSAGE_BYTES_LEAST)
    findings.push(
      warning(
        'topic.message-size',
        `${topic} has max.message.bytes=${settings['max.message.bytes']}; the largest sighting needs ${MESSAGE_BYTES_LEAST}.`,
      ),
    );
  const compression = settings['compression.type'] ?? 'producer';
  if (!readableCodecs.has(compression))
    findings.push(
      warning(
        'topic.compression',
        `${topic} has compression.type=${compression}: batches that this program cannot read may arrive and become dead letters.`,
      ),
    );
  return findings;
}

const warning = (code: string, detail: string): TopicFinding => ({ severity: 'warning', code, detail });
