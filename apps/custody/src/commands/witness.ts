/** `custody witness`: cosigns checkpoints of logs that it is told to watch (apps/witness). Prints its verifier key, then the ready line. */
import { type AuditedLog, startWitness } from '#app/witness';
import { parseVerifierKey, type VerifierKey } from '#lib/ledger';
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
  /** Prefix of the log whose maps are audited. */
  readonly map?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export async function witness({ dir, log: vkeys, name, host, port, map, json, quiet }: WitnessFlags): Promise<ExitCode> {
  const logKeys = vkeys.map((text) => {
    const key = parseVerifierKey(text, 'log');
    if (!key.ok) throw new CommandError(EXIT.usage, 'usage', `--log ${text}: ${key.fault.detail}.`);
    return key.value;
  });
  const portNumber = portOf(port);
  const audited = map === undefined ? null : auditedLog(map, logKeys);
  const log = createLog({ level: quiet === true ? 'error' : 'info', secrets: [] });
  const shutdown = createShutdown(log, SHUTDOWN_MS);
  shutdown.onSignals();
  const running = await startWitness({ folder: dir, name: name ?? null, logKeys, host, port: portNumber, log, map: audited });
  shutdown.at('http', 'http', () => running.close());
  const { url, verifierKey, mapVerifierKey } = running;
  const keys = mapVerifierKey === null ? { verifierKey } : { verifierKey, mapVerifierKey };
  process.stdout.write(
    json === true
      ? `${JSON.stringify({ ...keys, url })}\n`
      : `${Object.values(keys).join('\n')}\nReady  ${url}  (witness ${running.name})\n`,
  );
  // The signal handlers end the process; until then there is nothing to return.
  return new Promise(() => undefined);
}

function auditedLog(text: string, logKeys: readonly VerifierKey<'log'>[]): AuditedLog {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '' || /[?#]/.test(text))
    throw new CommandError(
      EXIT.usage,
      'usage',
      `--map ${text}: the prefix of a log is a URL of http or https, as https://ledger.example/log.`,
    );
  const [origin = '', ...others] = new Set(logKeys.map(({ name }) => name));
  if (others.length > 0) throw new CommandError(EXIT.usage, 'usage', '--map is for one log: name the keys of that log alone with --log.');
  return { origin, prefix: url.href.replace(/\/+$/, '') };
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= PORT_MAX)) throw new CommandError(EXIT.usage, 'usage', `--port ${text}: a port is a number up to ${PORT_MAX}.`);
  return port;
}
