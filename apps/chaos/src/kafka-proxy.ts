/**
 * A TCP proxy before a Kafka broker that loses produce replies. It reads frames (kafka.apache.org/protocol: int32 size; a request goes on with
 * int16 api key, int16 version, int32 correlation id, a reply with the int32 correlation id), and where the broker says its own address it
 * says the proxy's, so that every client that begins here stays here.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface KafkaProxy {
  /** As KAFKA_BROKERS. */
  readonly brokers: string;
  /** The broker gets and answers the next produce request; its answer is lost, all connections end, and new ones are refused until `heal`. */
  loseNextProduceReply(): void;
  heal(): void;
  /** Produce replies lost so far. */
  lost(): number;
  close(): Promise<void>;
}

const PRODUCE = 0;
const METADATA = 3;
const FIND_COORDINATOR = 10;
const HOST = Buffer.from('127.0.0.1');

export async function startKafkaProxy(brokerPort: number): Promise<KafkaProxy> {
  const sockets = new Set<Socket>();
  let armed = false;
  let refusing = false;
  let lost = 0;
  let port = 0;
  const endAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    client.on('error', () => undefined);
    if (refusing) return void client.destroy();
    const broker = connect(brokerPort, '127.0.0.1');
    const pending = new Map<number, number>();
    for (const [socket, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', eachFrame((frame) => {
      pending.set(frame.readInt32BE(8), frame.readInt16BE(4));
      broker.write(frame);
    })); // prettier-ignore
    broker.on('data', eachFrame((frame) => {
      const correlation = frame.readInt32BE(4);
      const apiKey = pending.get(correlation);
      pending.delete(correlation);
      if (armed && apiKey === PRODUCE) {
        armed = false;
        refusing = true;
        lost++;
        return endAll();
      }
      client.write(apiKey === METADATA || apiKey === FIND_COORDINATOR ? readdressed(frame, brokerPort, port) : frame);
    })); // prettier-ignore
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  return {
    brokers: `127.0.0.1:${port}`,
    loseNextProduceReply: () => void (armed = true),
    heal: () => void (refusing = false),
    lost: () => lost,
    async close() {
      endAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** In every version of these replies the host's text is followed by its port as int32; the broker here has one address. */
function readdressed(frame: Buffer, from: number, to: number): Buffer {
  const copy = Buffer.from(frame);
  for (let at = copy.indexOf(HOST); at >= 0; at = copy.indexOf(HOST, at + HOST.length)) {
    if (copy.readInt32BE(at + HOST.length) === from) copy.writeInt32BE(to, at + HOST.length);
  }
  return copy;
}

/** Calls with each whole frame, its size included. */
function eachFrame(take: (frame: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const size = 4 + rest.readInt32BE(0);
      take(rest.subarray(0, size));
      rest = rest.subarray(size);
    }
  };
}
