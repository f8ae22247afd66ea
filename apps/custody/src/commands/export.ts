/** `custody export --as case`: everything that may be seen, as a case file that imports again; ordered by (reported time, id). */
import { open } from 'node:fs/promises';
import type { EventsView, SightingDocument } from '#lib/contracts';
import { exportCaseLines } from '#lib/sources';
import type { Client } from '../client.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { group } from '../progress.ts';

const PAGE_EVENTS = 500;

export async function exportCase(client: Client, options: { output?: unknown; json?: boolean }): Promise<ExitCode> {
  // Before anything is asked; for appending, so that what is there stays until all of the case has come.
  const file = typeof options.output === 'string' ? await open(options.output, 'a') : undefined;
  try {
    const lines = await readCase(client);
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    if (file === undefined) process.stdout.write(text);
    else {
      await file.truncate(0);
      await file.writeFile(text);
      process.stderr.write(`${group(lines.length)} lines written to ${String(options.output)}\n`);
    }
  } finally {
    await file?.close();
  }
  return EXIT.ok;
}

async function readCase(client: Client): Promise<ReturnType<typeof exportCaseLines>> {
  const documents: (SightingDocument & { readonly id: string })[] = [];
  for (let cursor: string | undefined; ;) {
    const page: EventsView = await client.get<EventsView>('/v1/events', { cursor, limit: String(PAGE_EVENTS) });
    for (const { id, document } of page.events) documents.push({ ...document, id });
    if (page.next === null) break;
    cursor = page.next;
  }
  return exportCaseLines(documents);
}
