/** `custody config check|print`: what this machine's configuration is, and where each value comes from. */
import { configView, printConfig } from '#lib/runtime';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type Columns, type FormFlags, printList } from '../listing.ts';
import { type CommandFlags, localConfig } from '../local-config.ts';
import { certificateOf } from '../own-certificate.ts';

type Flags = CommandFlags & FormFlags;

/** Every problem at once (by localConfig), then what is wrong with a certificate, or one line. */
export function check(flags: Flags): Promise<ExitCode> {
  certificateOf(localConfig(flags).config);
  process.stdout.write(flags.json === true ? `${JSON.stringify({ problems: [] })}\n` : 'The configuration is fine.\n');
  return Promise.resolve(EXIT.ok);
}

/** Secrets are never printed, whether or not --redacted is given. */
const REDACTED = { redacted: true };

export function print(flags: Flags): Promise<ExitCode> {
  const read = localConfig(flags);
  const settings = configView(read, REDACTED);
  printList(flags, { settings }, settings, { columns: COLUMNS, text: () => printConfig(read, REDACTED) });
  return Promise.resolve(EXIT.ok);
}

/** Of a secret that is set, the value is an empty cell: `hidden` tells it from one that has none. */
export const COLUMNS: Columns<ReturnType<typeof configView>[number]> = {
  name: ({ name }) => name,
  value: ({ value }) => (value === undefined ? '' : JSON.stringify(value)),
  origin: ({ origin }) => origin,
  hidden: ({ hidden }) => hidden === true,
};
