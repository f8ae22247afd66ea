/** `custody conflicts ls`: other bytes under an id that was taken. Their submitter's alone, and never the bytes. */
import type { ConflictsView } from '#lib/contracts';
import type { Client } from '../client.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { printable } from './printable.ts';

interface Options {
  readonly json?: boolean;
  readonly limit?: unknown;
}

export async function list(client: Client, options: Options): Promise<ExitCode> {
  const view = await client.get<ConflictsView>('/v1/conflicts', { limit: String(options.limit ?? 50) });
  if (options.json === true) process.stdout.write(`${JSON.stringify(view)}\n`);
  else {
    for (const conflict of view.conflicts) process.stdout.write(`${linesOf(conflict)}\n`);
    if (view.conflicts.length === 0) process.stderr.write('No conflicts.\n');
    if (view.next !== null) process.stderr.write('There are more: ask with a larger --limit.\n');
  }
  return EXIT.ok;
}

function linesOf({ agency, id, contentHash, captured, submittedBy, standing }: ConflictsView['conflicts'][number]): string {
  return [
    printable(`${agency}/${id}  by ${submittedBy.principal}, captured ${captured}`),
    `       not stored as an event  sha256 ${contentHash}`,
    `       stands, log index ${String(standing.logIndex).padEnd(6)}sha256 ${standing.contentHash}`,
  ].join('\n');
}
