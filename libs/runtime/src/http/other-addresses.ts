/** More addresses of one server: what `localhost` stands for are two on most machines. */
import type { Server as HttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';

/**
 * Hands on to the server what connects there, so that its certificate, limits and answers hold for all: a second server would have a certificate of its own
 * for good. An address that cannot be listened on is left out, and told. Returns those that were taken, to be closed with the server.
 */
export async function listenAlsoAt(
  server: HttpServer,
  addresses: readonly string[],
  port: number,
  onLeftOut: (why: string) => void,
): Promise<Server[]> {
  // As http.Server takes its own.
  const options = { allowHalfOpen: true, noDelay: true };
  const listening = addresses.map((host) => {
    const other = createServer(options, (socket) => void server.emit('connection', socket));
    other.maxConnections = server.maxConnections;
    return new Promise<Server | null>((resolve) => {
      other.once('error', ({ message }) => {
        onLeftOut(message);
        resolve(null);
      });
      other.listen(port, host, () => resolve(other));
    });
  });
  return (await Promise.all(listening)).filter((other) => other !== null);
}
