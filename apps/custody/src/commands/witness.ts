/** `custody witness`: cosigns checkpoints of logs that it is told to watch (apps/witness). Prints its verifier key, then the ready line. */
import { startWitness } from '#app/witness';
import { parseVerifierKey } from '#lib/ledger';
import { createLog, createShutdown } from '#lib/runtime';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';

const PORT_MAX = 65_535;
const SHUTDOWN_MS = 10_000;

export interface WitnessFlags {
  readonly dir: string;
  /** Verifier keys. */
  readonly log: readonly string[];
  readonly name?: string;
  readonly host: string;
  readonly port: string;
  readonly json?: boolean;
}

export async function witness({ dir, log: vkeys, name, host, port, json }: WitnessFlags): Promise<ExitCode> {
  const logKeys = vkeys.map((text) => {
    const key = parseVerifierKey(text, 'log');
    if (!key.ok) throw new CommandError(EXIT.usage, 'usage', `--log ${text}: ${key.fault.detail}.`);
    return key.value;
  });
  const portNumber = portOf(port);
  const log = createLog({ level: 'info', secrets: [] });
  const shutdown = createShutdown(log, SHUTDOWN_MS);
  shutdown.onSignals();
  const running = await startWitness({ folder: dir, name: name ?? null, logKeys, host, port: portNumber, log });
  shutdown.at('http', 'http', () => running.close());
  const { url, verifierKey } = running;
  process.stdout.write(
    json === true ? `${JSON.stringify({ verifierKey, url })}\n` : `${verifierKey}\nReady  ${url}  (witness ${running.name})\n`,
  );
  // The signal handlers end the process; until then there is nothing to return.
  return new Promise(() => undefined);
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= PORT_MAX)) throw new CommandError(EXIT.usage, 'usage', `--port ${text}: a port is a number up to ${PORT_MAX}.`);
  return port;
}
