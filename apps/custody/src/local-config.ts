/** The configuration of this process as commands need it: one reading, every problem listed at once. */
import { codeOfProblems, type Config, describeProblems, readConfig, type ReadConfig } from '#lib/runtime/config';
import { apiKeyId } from './access/api-key.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { detail, type NoteFlags } from './notes.ts';
import { operatorKeyFor } from './operator-key.ts';

/** Options of commander that are no settings. */
export interface CommandFlags extends NoteFlags {
  readonly server?: string;
  readonly config?: string;
  readonly apiKey?: string;
}

/** The problems name each key and what to write. */
const REMEDY = 'Nothing was started. docs/configuration.md lists every setting; `custody config check` reads them again.';

/** With `--quiet` and `--verbose` the log says less or more as well. @param settings further settings given as flags, by setting name in camel case */
export function localConfig(flags: CommandFlags, settings: Readonly<Record<string, unknown>> = {}): ReadConfig {
  const given = {
    ...(flags.quiet === true ? { logLevel: 'error' } : flags.verbose === true ? { logLevel: 'debug' } : {}),
    ...settings,
    ...(flags.config === undefined ? {} : { config: flags.config }),
    ...(flags.server === undefined ? {} : { server: flags.server }),
  };
  const result = readConfig({ flags: given, env: process.env, cwd: process.cwd() });
  if (!result.ok) throw new CommandError(EXIT.usage, codeOfProblems(result.problems), describeProblems(result.problems), REMEDY);
  const file = flags.config ?? process.env['CUSTODY_CONFIG'];
  const data = result.config.databaseUrl === null ? result.config.dataDir : 'a database of its own (DATABASE_URL)';
  detail(flags, `configuration: ${file ?? 'no file'}; data of this machine: ${data}`);
  return result;
}

export interface ServerAndKey {
  readonly server: string;
  readonly apiKey: string | null;
  /** Where the key of this machine's operator was read; null: it is another one, or there is none. */
  readonly keyFile: string | null;
}

/** Where the server is: named, or this machine's own at the configured port; and the key that shows it who asks: a given one, or the operator's of this machine. */
export function serverAndKey(flags: CommandFlags): ServerAndKey {
  const { config } = localConfig(flags);
  // Secrets are no flags of the configuration; this one is an option of commands that ask.
  if (flags.apiKey !== undefined && apiKeyId(flags.apiKey) === null)
    throw new CommandError(EXIT.usage, 'config.invalid', '--api-key is custody_<id>_<43 characters>.');
  const server = config.server ?? urlOf(config);
  const given = flags.apiKey ?? config.apiKey;
  const own = given === null ? operatorKeyFor(config.dataDir, server) : null;
  return { server, apiKey: given ?? own?.key ?? null, keyFile: own?.file ?? null };
}

function urlOf({ host, port }: Pick<Config, 'host' | 'port'>): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
