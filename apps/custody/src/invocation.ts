/** What all commands have in common: options that each of them takes, what some have no use for, and how one is run. */
import { type Command, Option } from 'commander';
import type { Client } from './client.ts';
import type { PeopleOptions } from './commands/people.ts';
import { CommandError, EXIT, type ExitCode } from './exit-codes.ts';

export interface GlobalOptions {
  readonly server?: string;
  readonly apiKey?: string;
  readonly config?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

type Action = (options: GlobalOptions & Record<string, unknown>, ...args: string[]) => Promise<ExitCode>;

export function withGlobalOptions(root: Command): Command {
  return root
    .option('--server <url>', 'server to ask (also CUSTODY_SERVER; default: this machine)')
    .option(
      '--api-key <key>',
      'shows the server who asks (better CUSTODY_API_KEY_FILE: what is typed here others on this machine can read)',
    )
    .option('--config <file>', 'configuration file (JSON; see docs/configuration.md)')
    .option('--json', 'machine-readable output: one JSON object on stdout')
    .option('-q, --quiet', 'errors alone on stderr: no progress line, no remarks')
    .option('-v, --verbose', 'on stderr what is asked of which server, and which configuration is read')
    .option('--no-input', 'ask the person at the terminal nothing (custody add without options alone asks)');
}

/** A command that prints a list: its forms for programs, beside --json. */
export function listed(command: Command): Command {
  return command
    .addOption(new Option('--jsonl', 'one JSON object a line, for each row'))
    .addOption(new Option('--plain', 'one line a row, its cells separated by tabs (docs/cli.md names them)'));
}

/** By whom an option of all commands is not used. There it is refused: what is silently ignored is believed. */
export const UNUSED = {
  /** Works on this machine's data: an auditor who names a server must not be shown another ledger. */
  here: ['server', 'apiKey'],
  /** Reads no configuration either. */
  alone: ['server', 'apiKey', 'config', 'verbose'],
} as const;

const EXCLUSIVE = [
  ['json', 'jsonl', 'plain'],
  ['quiet', 'verbose'],
];

/** Positional arguments first, then options merged over the global ones; the exit code is the command's answer. */
export function runner(action: Action, unused: readonly string[] = []) {
  return async (...args: unknown[]): Promise<void> => {
    const command = args.at(-1) as Command;
    const options = command.optsWithGlobals<GlobalOptions & Record<string, unknown>>();
    refuse(command, options, unused);
    // An optional one that is not given is not there.
    const positional = args.slice(0, -2).flatMap((arg) => (arg === undefined ? [] : [String(arg)]));
    process.exitCode = await action(options, ...positional, ...command.args.slice(positional.length));
  };
}

function refuse(command: Command, options: Readonly<Record<string, unknown>>, unused: readonly string[]): void {
  const idle = unused.find((name) => options[name] !== undefined);
  if (idle !== undefined) refuseIdle(pathOf(command), { [flagOf(idle)]: true });
  for (const group of EXCLUSIVE) {
    const [one, other] = group.filter((name) => options[name] === true);
    if (one !== undefined && other !== undefined) throw usage(`${flagOf(one)} and ${flagOf(other)} exclude each other.`);
  }
}

/** Throws `usage` for an option that is given where a command would not use it. @param given by flag */
export function refuseIdle(what: string, given: Readonly<Record<string, boolean>>): void {
  for (const [flag, isGiven] of Object.entries(given))
    if (isGiven) throw usage(`${flag} means nothing to custody ${what}, which would not use it.`);
}

const usage = (message: string): CommandError => new CommandError(EXIT.usage, 'usage', message);
const flagOf = (name: string): string => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** `audit ls`. Empty for the program itself. */
export function pathOf(command: Command): string {
  return command.parent === null ? '' : `${pathOf(command.parent)} ${command.name()}`.trimStart();
}

/** An action of `./commands/people.ts`. */
export function asking(
  act: (people: typeof import('./commands/people.ts'), client: Client, options: PeopleOptions, ...names: string[]) => Promise<ExitCode>,
) {
  return runner(async (options, ...names) => act(await import('./commands/people.ts'), await clientOf(options), options, ...names));
}

export async function clientOf(options: GlobalOptions, signal?: AbortSignal): Promise<Client> {
  const { createClient } = await import('./client.ts');
  const { serverAndKey } = await import('./local-config.ts');
  const { server, apiKey } = serverAndKey(options);
  return createClient(server, { apiKey, signal, verbose: options.verbose });
}

/** A command that says how far it came when it is interrupted. A second interrupt ends the process at once. */
export async function interruptible(action: (signal: AbortSignal) => Promise<ExitCode>): Promise<ExitCode> {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.once('SIGINT', stop);
  return action(controller.signal).finally(() => process.off('SIGINT', stop));
}
