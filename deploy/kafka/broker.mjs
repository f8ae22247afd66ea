/**
 * One real Kafka broker (KRaft, broker and controller in one process) on loopback, for development, tests and chaos runs.
 * Its jars come from Maven Central by pom.xml into libs/. Needs Java 17 or newer; Maven only until the jars are there.
 */
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const HERE = import.meta.dirname;
const LIBS = join(HERE, 'libs');

const JAVA_MINIMUM = 17;
/** Cold Maven repositories took 17 s; a slow mirror may take minutes. */
const MAVEN_TIMEOUT_MS = 600_000;
/** 2 to 4 s on a quiet machine; 25 s were seen with ten processes for two cores. */
const START_TIMEOUT_MS = 120_000;
/** A clean stop flushes and hands over; past this it is killed. */
const STOP_TIMEOUT_MS = 20_000;
const POLL_MS = 50;
const STARTED_LINE = 'Kafka Server started';
const LOG_TAIL_BYTES = 4_000;

/** Thrown where the machine lacks something; the message says what, and the remedy. */
export class BrokerUnavailable extends Error {
  name = 'BrokerUnavailable';
}

/**
 * What stands in the way of a broker on this machine, as a sentence with its remedy, or null. Test runners use it to say why they skip.
 */
export async function missingForBroker() {
  const java = await javaVersion();
  const remedy = 'Install a Java runtime (Debian: apt-get install openjdk-17-jre-headless), or set KAFKA_BROKERS to a broker of your own.';
  if (java === null) return `Java is missing: there is no \`java\` on the PATH. ${remedy}`;
  if (java < JAVA_MINIMUM) return `Java ${java} is too old: Kafka 4 needs ${JAVA_MINIMUM} or newer. ${remedy}`;
  if (hasJars()) return null;
  const maven = await run('mvn', ['-version']).then(
    () => true,
    () => false,
  );
  return maven
    ? null
    : "Maven is missing: the broker's jars are fetched by `mvn`. Install it (Debian: apt-get install maven), or set KAFKA_BROKERS to a broker of your own.";
}

/**
 * Starts a broker over `dir` (made and formatted when new; the same `dir` and `port` again = the same broker restarted, with its records).
 * Resolves when it takes requests.
 *
 * @param {{ dir: string, port?: number, heapMegabytes?: number, login?: { username: string, password: string } }} options
 *   `port`: 0 or absent = any free one; `login`: clients must come by TLS (certificate in `certificateFile`) with this SASL PLAIN user
 * @returns {Promise<import('./broker.mjs').Broker>}
 */
export async function startBroker({ dir, port = 0, heapMegabytes = 512, login }) {
  const missing = await missingForBroker();
  if (missing !== null) throw new BrokerUnavailable(missing);
  if (!hasJars()) await fetchJars();
  mkdirSync(dir, { recursive: true });
  const brokerPort = port === 0 ? await freePort() : port;
  const guard = login === undefined ? { protocol: 'PLAINTEXT' } : { protocol: 'SASL_SSL', ...(await guarded(dir, login)) };
  const properties = writeSettings(dir, brokerPort, await freePort(), guard);
  if (!existsSync(join(dir, 'data', 'meta.properties'))) await format(properties);
  return launch(dir, brokerPort, properties, heapMegabytes);
}

/**
 * For a suite: the brokers that KAFKA_BROKERS names, which stay as they are, or one of its own in a temporary folder.
 *
 * @returns {Promise<{ brokers: string, stop(): Promise<void> }>}
 */
export async function brokersForSuite() {
  const given = process.env.KAFKA_BROKERS;
  if (given !== undefined && given !== '') return { brokers: given, stop: async () => {} };
  const dir = mkdtempSync(join(tmpdir(), 'custody-kafka-'));
  const broker = await startBroker({ dir });
  return {
    brokers: broker.brokers,
    async stop() {
      await broker.kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function launch(dir, port, properties, heapMegabytes) {
  const logFile = join(dir, 'broker.log');
  rmSync(logFile, { force: true });
  const output = openSync(logFile, 'a');
  const child = spawn(
    'java',
    [
      `-Xmx${heapMegabytes}m`,
      '-XX:+UseG1GC',
      `-Dlog4j2.configurationFile=${join(dir, 'log4j2.properties')}`,
      '-cp',
      join(LIBS, '*'),
      'kafka.Kafka',
      properties,
    ],
    { stdio: ['ignore', output, output], detached: true },
  );
  closeSync(output);
  // Of its own process group: Ctrl-C reaches whoever started it, who then stops the broker in order.
  const killNow = () => child.kill('SIGKILL');
  process.on('exit', killNow);
  const exited = new Promise((resolve) => {
    child.once('exit', () => {
      process.off('exit', killNow);
      resolve();
    });
  });
  const end = async (signal) => {
    child.kill(signal);
    const timer = setTimeout(killNow, STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(timer);
  };
  try {
    await started(child, logFile);
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
  return {
    brokers: `127.0.0.1:${port}`,
    port,
    pid: child.pid,
    dir,
    certificateFile: join(dir, CERTIFICATE),
    exited,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

async function started(child, logFile) {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!readFileSync(logFile, 'utf8').includes(STARTED_LINE)) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`The Kafka broker did not start:\n${tail(logFile)}`);
    if (Date.now() > deadline) throw new Error(`The Kafka broker was not up after ${START_TIMEOUT_MS / 1000} s:\n${tail(logFile)}`);
    await sleep(POLL_MS);
  }
}

const tail = (file) => readFileSync(file, 'utf8').slice(-LOG_TAIL_BYTES);

function hasJars() {
  return (
    existsSync(LIBS) &&
    statSync(LIBS).mtimeMs >= statSync(join(HERE, 'pom.xml')).mtimeMs &&
    readdirSync(LIBS).some((name) => name.startsWith('kafka_'))
  );
}

/** Into a folder of its own first, so that a fetch that was cut off is never taken for a whole one. */
async function fetchJars() {
  const partial = join(HERE, 'target', `libs.${process.pid}`);
  const options = [
    '-q',
    '-B',
    '-ntp',
    '-f',
    join(HERE, 'pom.xml'),
    'dependency:copy-dependencies',
    `-DoutputDirectory=${partial}`,
    '-DincludeScope=runtime',
  ];
  try {
    await run('mvn', options, { timeout: MAVEN_TIMEOUT_MS });
  } catch (error) {
    throw new BrokerUnavailable(
      `Maven could not fetch the broker's jars: ${String(error.stdout || error.message).trim()}. Check that Maven reaches Maven Central (settings.xml for a mirror).`,
      { cause: error },
    );
  }
  rmSync(LIBS, { recursive: true, force: true });
  try {
    renameSync(partial, LIBS);
  } catch (error) {
    if (!hasJars()) throw error; // else another process was faster
  }
}

async function javaVersion() {
  try {
    const { stderr, stdout } = await run('java', ['-version']);
    const version = /version "(?:1\.)?(\d+)/.exec(stderr + stdout);
    return version === null ? null : Number(version[1]);
  } catch {
    return null;
  }
}

async function format(properties) {
  const clusterId = randomBytes(16).toString('base64url');
  // With `=`: one of 64 ids begins with a dash, and is taken for an option otherwise.
  const options = [`--cluster-id=${clusterId}`, '-c', properties];
  await run('java', ['-Xmx256m', '-cp', join(LIBS, '*'), 'kafka.tools.StorageTool', 'format', ...options]);
}

/** TLS with a certificate of our own for 127.0.0.1, made by Java's keytool, and one SASL user. */
async function guarded(dir, { username, password }) {
  const keystore = join(dir, 'keystore.p12');
  const store = ['-keystore', keystore, '-storepass', KEYSTORE_PASSWORD, '-alias', 'broker'];
  if (!existsSync(keystore)) {
    await run('keytool', [
      '-genkeypair',
      ...store,
      '-storetype',
      'PKCS12',
      '-keyalg',
      'EC',
      '-groupname',
      'secp256r1',
      '-dname',
      'CN=127.0.0.1',
      '-ext',
      'san=ip:127.0.0.1',
      '-validity',
      '30',
    ]);
    await run('keytool', ['-exportcert', ...store, '-rfc', '-file', join(dir, CERTIFICATE)]);
  }
  const stores = ['keystore', 'truststore'].flatMap((kind) =>
    Object.entries({ location: keystore, password: KEYSTORE_PASSWORD, type: 'PKCS12' }).map(([name, value]) => [
      `ssl.${kind}.${name}`,
      value,
    ]),
  );
  return {
    ...Object.fromEntries(stores),
    'sasl.enabled.mechanisms': 'PLAIN',
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    'listener.name.broker.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required username="${username}" password="${password}" user_${username}="${password}";`,
  };
}

/** The file lies beside it and opens nothing but this broker. */
const KEYSTORE_PASSWORD = 'loopback-only';
const CERTIFICATE = 'certificate.pem';

function writeSettings(dir, port, controllerPort, guard) {
  const properties = join(dir, 'server.properties');
  writeFileSync(
    properties,
    `${Object.entries(settings(dir, port, controllerPort, guard))
      .map(([name, value]) => `${name}=${value}`)
      .join('\n')}\n`,
  );
  writeFileSync(join(dir, 'log4j2.properties'), LOGGING);
  return properties;
}

const settings = (dir, port, controllerPort, { protocol, ...guard }) => ({
  'process.roles': 'broker,controller',
  'node.id': 1,
  'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
  listeners: `BROKER://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
  'advertised.listeners': `BROKER://127.0.0.1:${port}`,
  'listener.security.protocol.map': `BROKER:${protocol},CONTROLLER:PLAINTEXT`,
  'controller.listener.names': 'CONTROLLER',
  'inter.broker.listener.name': 'BROKER',
  'log.dirs': join(dir, 'data'),
  'auto.create.topics.enable': false,
  'num.partitions': 4,
  'offsets.topic.replication.factor': 1,
  'offsets.topic.num.partitions': 4,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'transaction.state.log.num.partitions': 4,
  'share.coordinator.state.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,
  'share.coordinator.state.topic.num.partitions': 4,
  // One member is all there is at first: waiting for others only delays the start.
  'group.initial.rebalance.delay.ms': 0,
  ...guard,
});

const LOGGING = `status = error
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d %p %c{1} %m%n
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
logger.server.name = kafka.server.KafkaRaftServer
logger.server.level = info
`;

/** Free at this moment. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
