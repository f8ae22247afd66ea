#!/usr/bin/env node
/** The one binary. Data on stdout, everything else on stderr; exit codes as docs/cli.md says. */
import { CommanderError } from 'commander';
import { commandErrorOf, EXIT, type ExitCode } from './exit-codes.ts';
import { program } from './program.ts';

/** Asked before options are parsed: errors of parsing are told in the same form. */
const WANTS_JSON = process.argv.some(
  (word, at, words) => ['--json', '--jsonl', '--format=json'].includes(word) || (word === 'json' && words[at - 1] === '--format'),
);

async function report(error: unknown, json: boolean): Promise<ExitCode> {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.ok;
    // Without --json commander has written its sentence already.
    if (json) writeError('usage', error.message.replace(/^error: /, ''), 'custody --help lists commands and options.');
    return EXIT.usage;
  }
  const known = commandErrorOf(error);
  const message = known?.message ?? (error instanceof Error ? error.message : String(error));
  const remedy = known === null ? undefined : (known.remedy ?? (await import('./catalogue-remedy.ts')).remedyOf(known.code));
  if (json) writeError(known?.code ?? 'internal', message, remedy, known?.more.report);
  else {
    process.stderr.write(`custody: ${message} [${known?.code ?? 'internal'}]\n`);
    if (remedy !== undefined) process.stderr.write(`${remedy}\n`);
    if (known === null && error instanceof Error && error.stack !== undefined) process.stderr.write(`${error.stack}\n`);
  }
  return known?.exitCode ?? EXIT.unexpected;
}

function writeError(code: string, message: string, remedy?: string, report?: object): void {
  const error = { code, message, ...(remedy === undefined ? {} : { remedy }) };
  process.stdout.write(`${JSON.stringify({ error, ...(report === undefined ? {} : { report }) })}\n`);
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // `custody trace ... | head` closes the pipe: that is the reader's right, not a failure.
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  void report(error, false).then((code) => process.exit(code));
});
process.once('SIGINT', () => {
  if (process.listenerCount('SIGINT') === 0) process.exit(EXIT.interrupted);
});

try {
  await program(WANTS_JSON).parseAsync();
} catch (error) {
  process.exitCode = await report(error, WANTS_JSON);
}
