/** Owns a data directory (argument) until it is killed; says `ready {pid} {url}` or `refused {code}`. With a second argument it stops the server, and ends with that exit code. */
import { startEmbedded, StoreError } from '#lib/store';

try {
  const server = await startEmbedded({ dataDir: process.argv[2] ?? '', log: () => {} });
  process.stdout.write(`ready ${server.pid} ${server.url('owner')}\n`);
  const exitCode = process.argv[3];
  if (exitCode === undefined) setInterval(() => {}, 60_000);
  else {
    await server.stop();
    process.exitCode = Number(exitCode);
  }
} catch (error) {
  process.stdout.write(`refused ${error instanceof StoreError ? error.code : String(error)}\n`);
}
