import { testDatabase } from '../../store/test-database.ts';
import { createPool } from '#lib/store';
import { createEmbeddedLog } from './embedded/embedded-log.ts';
import { eventLogContract } from './event-log.contract.ts';
import type { ContractSetup } from './reading.contract.ts';
import type { EventLog } from './port.ts';
import type { SqlPool } from './sql-port.ts';

const SESSION_MS = 2_000;

eventLogContract('embedded in Postgres', embeddedSetup);

async function embeddedSetup(): Promise<ContractSetup> {
  const database = await testDatabase();
  const owner = database.pool('owner');
  const open = (faulty: (pool: SqlPool) => SqlPool = (pool) => pool): Promise<EventLog> => {
    const pool = createPool({ url: database.url, applicationName: 'contract', role: 'capture', max: 8 });
    const log = createEmbeddedLog({ pool: faulty(pool), sessionTimeoutMs: SESSION_MS });
    return Promise.resolve({ ...log, close: () => log.close().then(() => pool.close()) });
  };
  return {
    sessionMs: SESSION_MS,
    open: () => open(),
    openLosingReply: () => open(losingOneCommit),
    recreateTopic: (topic) => recreateTopic(owner, topic),
    close: () => database.drop(),
  };
}

/** The server commits, the client never hears it. */
function losingOneCommit(pool: SqlPool): SqlPool {
  let armed = true;
  return {
    listen: (channel, onNotify) => pool.listen(channel, onNotify),
    async connect() {
      const client = await pool.connect();
      return {
        copyIn: (text, payload) => client.copyIn(text, payload),
        copyOut: (text) => client.copyOut(text),
        release: (broken) => client.release(broken),
        async query(text, values) {
          const answer = await client.query<never>(text, values);
          if (text !== 'commit' || !armed) return answer;
          armed = false;
          throw new Error('Connection terminated unexpectedly');
        },
      };
    },
  };
}

async function recreateTopic(pool: SqlPool, topic: string): Promise<void> {
  const client = await pool.connect();
  await client.query('begin');
  const { rows } = await client.query<{ topic_no: number; partitions: number }>(
    'delete from event_log.topics where topic = $1 returning topic_no, partitions',
    [topic],
  );
  const [old] = rows;
  for (const table of ['partitions', 'records']) await client.query(`delete from event_log.${table} where topic_no = $1`, [old?.topic_no]);
  await client.query(
    `with made as (insert into event_log.topics (topic, partitions) values ($1, $2) returning topic_no, partitions)
     insert into event_log.partitions (topic_no, partition) select topic_no, generate_series(0, partitions - 1) from made`,
    [topic, old?.partitions],
  );
  await client.query('commit');
  client.release();
}
