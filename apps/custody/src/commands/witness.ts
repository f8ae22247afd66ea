/** `custody witness`: cosigns checkpoints of logs that it is told to watch (apps/witness). Prints its verifier key, then the ready line. */
import { readFileSync } from 'node:fs';
import { type AuditedLog, startWitness } from '#app/witness';
import { parseVerifierKey, type VerifierKey } from '#lib/ledger';
import { createLog, createShutdown, isInClear } from '#lib/runtime';
import { apiKeyId } from '../access/api-key.ts';
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
  /** File with the API key for the stream of map keys. */
  readonly mapKey?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export async function witness({ dir, log: vkeys, name, host, port, map, mapKey, json, quiet }: WitnessFlags): Promise<ExitCode> {
  const logKeys = vkeys.map((text) => {
    const key = parseVerifierKey(text, 'log');
    if (!key.ok) throw new CommandError(EXIT.usage, 'usage', `--log ${text}: ${key.fault.detail}.`);
    return key.value;
  });
  const portNumber = portOf(port);
  if (map === undefined && mapKey !== undefined) throw new CommandError(EXIT.usage, 'usage', '--map-key goes with --map.');
  const audited = map === undefined ? null : auditedLog(map, mapKey === undefined ? null : apiKeyIn(mapKey), logKeys);
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

function auditedLog(text: string, apiKey: string | null, logKeys: readonly VerifierKey<'log'>[]): AuditedLog {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '' || /[?#]/.test(text))
    throw new CommandError(
      EXIT.usage,
      'usage',
      `--map ${text}: the prefix of a log is a URL of http or https, as https://ledger.example/log.`,
    );
  if (apiKey !== null && isInClear(url.href))
    throw new CommandError(
      EXIT.usage,
      'usage',
      `--map-key would cross the network in clear to ${text}: name the log by https. Nothing was sent.`,
    );
  const [origin = '', ...others] = new Set(logKeys.map(({ name }) => name));
  if (others.length > 0) throw new CommandError(EXIT.usage, 'usage', '--map is for one log: name the keys of that log alone with --log.');
  return { origin, prefix: url.href.replace(/\/+$/, ''), apiKey };
}

function apiKeyIn(path: string): string {
  let text = '';
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new CommandError(
      EXIT.usage,
      'usage',
      `--map-key ${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`,
    );
  }
  if (apiKeyId(text) === null)
    throw new CommandError(EXIT.usage, 'usage', `--map-key ${path} holds no API key (custody_<id>_<43 characters>).`);
  return text;
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= PORT_MAX)) throw new CommandError(EXIT.usage, 'usage', `--port ${text}: a port is a number up to ${PORT_MAX}.`);
  return port;
}
