/**
 * A TCP proxy between a Kafka client and its broker that loses replies: for suites. It reads the frames (kafka.apache.org/protocol: int32
 * size; a request goes on with int16 api key, int16 version, int32 correlation id, a reply with the int32 correlation id).
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { ISocketFactory } from 'kafkajs';

export interface ReplyThief {
  /** Sends every connection of a kafkajs client through this proxy, wherever the broker says it is. */
  readonly socketFactory: ISocketFactory;
  /** The broker gets and answers the next produce request; the answer is lost and all connections end. Then, unless `andStay`, new ones are refused. */
  loseNextProduceReply(andStay?: boolean): void;
  /** Connections are let through again. */
  heal(): void;
  /** Produce replies lost so far. */
  lost(): number;
  close(): Promise<void>;
}

const PRODUCE = 0;

export async function startReplyThief(): Promise<ReplyThief> {
  const sockets = new Set<Socket>();
  let armed = false;
  let andStay = false;
  let refusing = false;
  let lost = 0;
  const endAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    // Begins with the port to go on to (uint16): the socket factory wrote it, what follows is the client's.
    client.once('data', (begin) => {
      if (refusing) return void client.destroy();
      const broker = connect(begin.readUInt16BE(0), '127.0.0.1');
      const produces = new Set<number>();
      for (const socket of [client, broker]) {
        sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => {
          sockets.delete(socket);
          client.destroy();
          broker.destroy();
        });
      }
      const fromClient = eachFrame((frame) => {
        if (frame.readInt16BE(4) === PRODUCE) produces.add(frame.readInt32BE(8));
        broker.write(frame);
      });
      fromClient(begin.subarray(2));
      client.on('data', fromClient);
      broker.on('data', eachFrame((frame) => {
        if (!armed || !produces.delete(frame.readInt32BE(4))) return void client.write(frame);
        armed = false;
        refusing = !andStay;
        lost++;
        endAll();
      })); // prettier-ignore
    });
    client.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    socketFactory: ({ port: brokerPort, onConnect }) => {
      const socket = connect({ host: '127.0.0.1', port }, () => {
        socket.write(Buffer.from([brokerPort >> 8, brokerPort & 0xff]));
        onConnect();
      });
      return socket;
    },
    loseNextProduceReply(stay = false) {
      armed = true;
      andStay = stay;
    },
    heal: () => void (refusing = false),
    lost: () => lost,
    async close() {
      endAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
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
