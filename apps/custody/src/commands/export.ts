/** `custody export --as case`: everything that may be seen, as a case file that imports again; ordered by (reported time, id). */
import { writeFile } from 'node:fs/promises';
import type { EventsView, SightingDocument } from '#lib/contracts';
import { exportCaseLines } from '#lib/sources';
import type { Client } from '../client.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { group } from '../progress.ts';

const PAGE_EVENTS = 500;

export async function exportCase(client: Client, options: { output?: unknown; json?: boolean }): Promise<ExitCode> {
  const documents: (SightingDocument & { readonly id: string })[] = [];
  for (let cursor: string | undefined; ;) {
    const page: EventsView = await client.get<EventsView>('/v1/events', { cursor, limit: String(PAGE_EVENTS) });
    for (const { id, document } of page.events) documents.push({ ...document, id });
    if (page.next === null) break;
    cursor = page.next;
  }
  const lines = exportCaseLines(documents);
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  if (typeof options.output === 'string') {
    await writeFile(options.output, text);
    process.stderr.write(`${group(lines.length)} lines written to ${options.output}\n`);
  } else process.stdout.write(text);
  return EXIT.ok;
}
