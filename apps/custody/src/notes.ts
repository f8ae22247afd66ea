/** What a command says beside its data, on stderr; errors are said by main.ts, whatever was asked for. */
import { printable } from './commands/printable.ts';

export interface NoteFlags {
  /** Errors alone. */
  readonly quiet?: boolean;
  /** What is asked of which server, and what this machine's configuration is, too. */
  readonly verbose?: boolean;
}

export function note({ quiet }: NoteFlags, line: string): void {
  if (quiet !== true) process.stderr.write(`${printable(line)}\n`);
}

export function detail({ verbose }: NoteFlags, line: string): void {
  if (verbose === true) process.stderr.write(`${printable(line)}\n`);
}
