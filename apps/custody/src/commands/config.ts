/** `custody config check|print`: what this machine's configuration is, and where each value comes from. */
import { printConfig } from '#lib/runtime';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type CommandFlags, localConfig } from '../local-config.ts';

/** Every problem at once (by localConfig), or one line. */
export function check(flags: CommandFlags): Promise<ExitCode> {
  localConfig(flags);
  process.stdout.write('The configuration is fine.\n');
  return Promise.resolve(EXIT.ok);
}

/** Secrets are never printed, whether or not --redacted is given. */
export function print(flags: CommandFlags): Promise<ExitCode> {
  process.stdout.write(printConfig(localConfig(flags), { redacted: true }));
  return Promise.resolve(EXIT.ok);
}
