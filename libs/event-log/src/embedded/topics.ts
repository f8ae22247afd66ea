/** Topics of the embedded log: their ids, their partitions, their ends. */
import { FatalLogError, LogUnavailable } from '../errors.ts';
import type { PartitionId, TopicFinding, TopicSpec } from '../port.ts';
import type { SqlClient, SqlPool } from '../sql-port.ts';

/** A topic as it is at one moment. */
export interface TopicState extends Omit<PartitionId, 'partition'> {
  readonly topicNo: number;
  /** By partition number, from 0 on without gaps. */
  readonly ends: readonly { readonly low: number; readonly next: number }[];
}

/** By the primary keys of topics and partitions: 0.1 ms. */
const STATE = `
select t.topic_id::text as topic_id, t.topic_no, c.id::text as cluster_id, p.low, p.next
from event_log.topics t
join event_log.partitions p on p.topic_no = t.topic_no
cross join event_log.cluster c
where t.topic = $1
order by p.partition`;

/** `null`: no such topic. */
export async function readTopic(pool: SqlPool, topic: string): Promise<TopicState | null> {
  const { rows } = await withClient(pool, (client) =>
    client.query<{ topic_id: string; topic_no: number; cluster_id: string; low: number; next: number }>(STATE, [topic]),
  );
  const [first] = rows;
  if (first === undefined) return null;
  return {
    clusterId: first.cluster_id,
    topicId: first.topic_id,
    topic,
    topicNo: first.topic_no,
    ends: rows.map(({ low, next }) => ({ low, next })),
  };
}

export async function existingTopic(pool: SqlPool, topic: string): Promise<TopicState> {
  const found = await readTopic(pool, topic);
  if (found === null) throw new FatalLogError('topic.missing', `There is no topic ${topic}.`);
  return found;
}

/** One statement, so a topic is never seen without its partitions. Whoever comes second does nothing. */
const CREATE = `
with made as (
  insert into event_log.topics (topic, partitions) values ($1, $2) on conflict (topic) do nothing returning topic_no, partitions
)
insert into event_log.partitions (topic_no, partition)
select topic_no, generate_series(0, partitions - 1) from made`;

/** Roles that may not make topics can call it once the topics are there. */
export async function ensureTopics(pool: SqlPool, specs: readonly TopicSpec[]): Promise<TopicFinding[]> {
  const findings: TopicFinding[] = [];
  for (const { topic, partitions } of specs) {
    let found = await readTopic(pool, topic);
    if (found === null) {
      await withClient(pool, (client) => client.query(CREATE, [topic, partitions]));
      found = await existingTopic(pool, topic);
    }
    const have = found.ends.length;
    if (have !== partitions)
      findings.push({
        severity: 'warning',
        code: 'topic.partitions',
        detail: `${topic} has ${have} partitions, ${partitions} are configured.`,
      });
  }
  return findings;
}

/** On one connection, given back afterwards. Failures come as LogUnavailable, but for fatal ones. */
export async function withClient<T>(pool: SqlPool, work: (client: SqlClient) => Promise<T>): Promise<T> {
  let client: SqlClient | undefined;
  let whole = false;
  try {
    client = await pool.connect();
    const result = await work(client);
    whole = true;
    return result;
  } catch (error) {
    if (error instanceof FatalLogError || error instanceof LogUnavailable) throw error;
    throw new LogUnavailable(`The embedded log does not answer: ${error instanceof Error ? error.message : String(error)}`, error);
  } finally {
    client?.release(!whole);
  }
}
