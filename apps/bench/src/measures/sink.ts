/** (d) Debezium's JDBC sink on a Kafka Connect worker of its own: insert only, no validation, no hash, no offsets in the transaction. */
import { execFile } from 'node:child_process';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Bench } from '../bench.ts';
import { startChild } from '../child-process.ts';
import { ID } from '../goals.ts';
import { kafkaEventLog } from '../logs.ts';
import { watchProgress } from '../progress.ts';
import { Skipped, type Measure } from '../rounds.ts';
import { withClient } from '../servers.ts';
import { SINK_TABLE, sinkRecords } from '../sink-records.ts';
import { appendAll, PARTITIONS } from '../topic.ts';

const TOPIC = 'bench.sink';
/** Some 85 jars, 65 MB, from a registry that may be slow; they are kept for later runs. */
const JARS_TIMEOUT_MS = 300_000;
/** Worker, plugin scan, Hibernate: 13 s on two quiet cores. */
const RUN_TIMEOUT_MS = 180_000;

export function sinkMeasure(bench: Bench): Measure {
  let jars: Promise<Jars> | undefined;
  let filled: Promise<number> | undefined;
  return {
    id: ID.sink,
    title: "d: Debezium's JDBC sink on Kafka Connect, 2 tasks, batches of 1000",
    async run(round) {
      jars ??= fetchJars(bench);
      const { worker, plugins } = await jars;
      filled ??= fill(bench);
      const total = await filled;
      await bench.servers.freshDatabase('bench_sink');
      await withClient(bench.servers.databaseUrl('bench_sink'), (client) => client.query(SINK_TABLE));
      const config = await writeConfig(bench, plugins, round);
      const child = startChild({
        command: 'java',
        args: [
          '-Xmx512m',
          '-XX:+UseG1GC',
          `-Dlog4j2.configurationFile=${config.log}`,
          '-cp',
          join(worker, '*'),
          'org.apache.kafka.connect.cli.ConnectStandalone',
          config.worker,
          config.connector,
        ],
        logFile: bench.logFile('connect'),
      });
      try {
        const { figures } = await withClient(bench.servers.databaseUrl('bench_sink'), (client) =>
          watchProgress({
            done: async () => Number((await client.query<{ n: string }>('select count(*) as n from sink_rows')).rows[0]?.n),
            total,
            pollMs: 250,
            timeoutMs: RUN_TIMEOUT_MS,
            workers: [child],
            postgresPid: bench.servers.postgresPid,
            brokerPid: bench.brokerPid(),
          }),
        );
        return figures;
      } finally {
        await child.stop();
        await bench.servers.dropDatabase('bench_sink');
      }
    },
  };
}

interface Jars {
  readonly worker: string;
  readonly plugins: string;
}

async function fetchJars(bench: Bench): Promise<Jars> {
  const run = promisify(execFile);
  const target = join(bench.root, '.custody', 'bench-jars');
  const jars = { worker: join(target, 'worker'), plugins: join(target, 'plugins') };
  const mark = join(target, 'complete');
  if (
    await access(mark).then(
      () => true,
      () => false,
    )
  )
    return jars;
  for (const tool of ['java', 'mvn']) {
    await run(tool, ['-version'], { timeout: JARS_TIMEOUT_MS }).catch(() => {
      throw new Skipped(`${tool} is missing (install a Java 17 runtime and Maven)`);
    });
  }
  const pom = join(bench.root, 'apps', 'bench', 'debezium', 'pom.xml');
  const copy = (profile: string, folder: string) =>
    run(
      'mvn',
      [
        '-q',
        '-B',
        '-ntp',
        '-f',
        pom,
        `-P${profile}`,
        'dependency:copy-dependencies',
        `-DoutputDirectory=${folder}`,
        '-DincludeScope=runtime',
      ],
      { timeout: JARS_TIMEOUT_MS },
    );
  try {
    await copy('worker', jars.worker);
    await copy('plugin', join(jars.plugins, 'debezium-jdbc'));
  } catch (error) {
    throw new Skipped(`the jars of the sink could not be fetched: ${error instanceof Error ? error.message.slice(0, 200) : String(error)}`);
  }
  await writeFile(mark, '');
  return jars;
}

async function fill(bench: Bench): Promise<number> {
  const { seed, sizes } = bench.options;
  const log = kafkaEventLog(bench.brokers(), 'bench-fill');
  try {
    await log.ensureTopics([{ topic: TOPIC, partitions: PARTITIONS }]);
    return await appendAll(log, TOPIC, sinkRecords({ seed, count: sizes.sinkEvents, items: sizes.items, itemsPerSighting: 1 }));
  } finally {
    await log.close();
  }
}

/** Each round has a group of its own (`connect-` and the name), so that it reads the topic from the start. */
async function writeConfig(bench: Bench, plugins: string, round: number): Promise<{ worker: string; connector: string; log: string }> {
  const folder = join(bench.workDir, `connect-${round}`);
  await mkdir(folder, { recursive: true });
  const url = new URL(bench.servers.tcpUrl('bench_sink'));
  const files = {
    worker: join(folder, 'worker.properties'),
    connector: join(folder, 'sink.properties'),
    log: join(folder, 'log4j2.properties'),
  };
  await writeFile(
    files.worker,
    properties({
      'bootstrap.servers': bench.brokers(),
      'key.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter',
      'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'value.converter.schemas.enable': 'true',
      'offset.storage.file.filename': join(folder, 'offsets'),
      'plugin.path': plugins,
      'plugin.discovery': 'hybrid_warn',
      listeners: 'http://127.0.0.1:0',
    }),
  );
  await writeFile(
    files.connector,
    properties({
      name: `bench-sink-${process.pid}-${round}`,
      'connector.class': 'io.debezium.connector.jdbc.JdbcSinkConnector',
      'tasks.max': '2',
      topics: TOPIC,
      'connection.url': `jdbc:postgresql://${url.host}${url.pathname}?reWriteBatchedInserts=true`,
      'connection.username': decodeURIComponent(url.username),
      'connection.password': decodeURIComponent(url.password),
      'insert.mode': 'insert',
      'primary.key.mode': 'none',
      'schema.evolution': 'none',
      'collection.name.format': 'sink_rows',
      'batch.size': '1000',
      'consumer.override.max.poll.records': '1000',
      'consumer.override.auto.offset.reset': 'earliest',
    }),
  );
  await writeFile(
    files.log,
    'rootLogger.level = warn\nrootLogger.appenderRef.out.ref = out\nappender.out.type = Console\nappender.out.name = out\nappender.out.layout.type = PatternLayout\nappender.out.layout.pattern = %d %p %c %m%n\n',
  );
  return files;
}

const properties = (values: Record<string, string>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
