/** The configuration of this process as commands need it: one reading, every problem listed at once. */
import {
  codeOfProblems,
  type Config,
  type ConfigProblem,
  describeProblems,
  isInClear,
  readConfig,
  type ReadConfig,
} from '#lib/runtime/config';
import { apiKeyId } from './access/api-key.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { detail, type NoteFlags } from './notes.ts';
import { type OperatorKey, operatorKeyFor, type OwnServer } from './operator-key.ts';

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
  if (!result.ok) throw refused(result.problems);
  const file = flags.config ?? process.env['CUSTODY_CONFIG'];
  const data = result.config.databaseUrl === null ? result.config.dataDir : 'a database of its own (DATABASE_URL)';
  detail(flags, `configuration: ${file ?? 'no file'}; data of this machine: ${data}`);
  return result;
}

/** Nothing was started. */
export const refused = (problems: readonly ConfigProblem[]): CommandError =>
  new CommandError(EXIT.usage, codeOfProblems(problems), describeProblems(problems), REMEDY);

/**
 * Where the server is: named, or this machine's own at the configured port; and the key that shows it who asks: a given one, or the operator's of this
 * machine, which is read each time, since a server that is started anew has another.
 */
export function serverAndKey(flags: CommandFlags): {
  readonly server: string;
  readonly apiKey: string | null | (() => OperatorKey | null);
} {
  const { config } = localConfig(flags);
  // Secrets are no flags of the configuration; this one is an option of commands that ask.
  if (flags.apiKey !== undefined && apiKeyId(flags.apiKey) === null)
    throw new CommandError(EXIT.usage, 'config.invalid', '--api-key is custody_<id>_<43 characters>.');
  const own = ownServer(config);
  const server = config.server ?? own.url;
  const operators = (): OperatorKey | null => operatorKeyFor(config.dataDir, server, own);
  const given = flags.apiKey ?? config.apiKey;
  if (given !== null && isInClear(server)) throw inClear(server);
  return { server, apiKey: given ?? operators };
}

/** A redirect to https would come when the key has crossed the network already. */
const inClear = (server: string): CommandError =>
  new CommandError(
    EXIT.usage,
    'config.invalid',
    `The API key would cross the network in clear to ${server}. Nothing was sent.`,
    'Name the server by https (--server, CUSTODY_SERVER), or ask without a key; by http a key goes to loopback alone.',
  );

/**
 * With TLS by the name that the certificate is of. A proxy in front is passed by. In clear by the address under which its key is kept: on another that
 * `localhost` stands for somebody else may listen at the same port.
 */
function ownServer({ host, port, tls, publicUrl }: Pick<Config, 'host' | 'port' | 'tls' | 'publicUrl'>): OwnServer {
  const name = tls.cert === null && host === 'localhost' ? '127.0.0.1' : host;
  const listens = `${tls.cert === null ? 'http' : 'https'}://${name.includes(':') ? `[${name}]` : name}:${port}`;
  return { url: tls.cert === null || publicUrl === null ? listens : publicUrl, listens };
}
