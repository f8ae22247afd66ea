/** Owns a data directory (argument) until it is killed; says `ready {pid} {url}` or `refused {code}`. */
import { startEmbedded, StoreError } from '#lib/store';

try {
  const server = await startEmbedded({ dataDir: process.argv[2] ?? '', log: () => {} });
  process.stdout.write(`ready ${server.pid} ${server.url('owner')}\n`);
  setInterval(() => {}, 60_000);
} catch (error) {
  process.stdout.write(`refused ${error instanceof StoreError ? error.code : String(error)}\n`);
}
