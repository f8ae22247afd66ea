/**
 * `npm run kafka`: one real Kafka broker on loopback until Ctrl-C. Port: the variable KAFKA_PORT, else any free one. Data: the first
 * argument, else .custody/kafka. Prints the KAFKA_BROKERS line for another shell once the broker takes requests.
 */
import { resolve } from 'node:path';
import { BrokerUnavailable, startBroker } from '../deploy/kafka/broker.mjs';

const root = resolve(import.meta.dirname, '..');
const dir = resolve(process.argv[2] ?? resolve(root, '.custody', 'kafka'));
const port = Number(process.env.KAFKA_PORT ?? 0);
if (!Number.isInteger(port) || port < 0 || port > 65_535) fail(`KAFKA_PORT is "${process.env.KAFKA_PORT}"; it has to be a port number.`);

try {
  const broker = await startBroker({ dir, port });
  console.log(`KAFKA_BROKERS=${broker.brokers}`);
  console.error(`Kafka keeps its records in ${dir}; Ctrl-C stops it.`);
  let stopping = false;
  const stop = () => {
    stopping = true;
    void broker.stop();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  await broker.exited;
  if (!stopping) fail(`The broker ended by itself; see ${resolve(dir, 'broker.log')}.`);
  process.exit(0);
} catch (error) {
  fail(error instanceof BrokerUnavailable ? error.message : String(error instanceof Error ? error.message : error));
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
