/** `custody conflicts ls`: other bytes under an id that was taken. Their submitter's alone, and never the bytes. */
import type { ConflictsView } from '#lib/contracts';
import type { Client } from '../client.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type FormFlags, printList, type RowForms } from '../listing.ts';
import { note, type NoteFlags } from '../notes.ts';
import { printable } from './printable.ts';

interface Options extends FormFlags, NoteFlags {
  readonly limit?: unknown;
}

export async function list(client: Client, options: Options): Promise<ExitCode> {
  const view = await client.get<ConflictsView>('/v1/conflicts', { limit: String(options.limit ?? 50) });
  printList(options, view, view.conflicts, FORMS);
  if (options.json !== true) {
    if (view.conflicts.length === 0) note(options, 'No conflicts.');
    if (view.next !== null) note(options, 'There are more: ask with a larger --limit.');
  }
  return EXIT.ok;
}

export const FORMS: RowForms<ConflictsView['conflicts'][number]> = {
  columns: {
    agency: ({ agency }) => agency,
    id: ({ id }) => id,
    principal: ({ submittedBy }) => submittedBy.principal,
    captured: ({ captured }) => captured,
    content_hash: ({ contentHash }) => contentHash,
    standing_log_index: ({ standing }) => standing.logIndex,
    standing_content_hash: ({ standing }) => standing.contentHash,
  },
  text: (conflicts) => conflicts.map((conflict) => `${linesOf(conflict)}\n`).join(''),
};

function linesOf({ agency, id, contentHash, captured, submittedBy, standing }: ConflictsView['conflicts'][number]): string {
  return [
    printable(`${agency}/${id}  by ${submittedBy.principal}, captured ${captured}`),
    `       not stored as an event  sha256 ${contentHash}`,
    `       stands, log index ${String(standing.logIndex).padEnd(6)}sha256 ${standing.contentHash}`,
  ].join('\n');
}
