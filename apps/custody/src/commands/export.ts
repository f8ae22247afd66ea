/**
 * `custody export --as case`: everything that may be seen, as a case file that imports again; ordered by (reported time, id). However much
 * that is, little of it is held in memory.
 */
import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { EventAnswer, EventsView, SightingDocument } from '#lib/contracts';
import { ACT_KINDS } from '#lib/domain';
import { caseOrder, exportCaseLine, type ExportedLine } from '#lib/sources';
import type { Client } from '../client.ts';
import { interrupted } from '../patience.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { note, type NoteFlags } from '../notes.ts';
import { group } from '../progress.ts';
import { type CaseSorter, caseSorter } from './case-sorter.ts';

/** Events of one page at most. */
const PAGE_EVENTS_MAX = 500;
/** Of the first page, and what a page is made to hold by the size of those before it: one document may have 1 MiB. */
const PAGE_EVENTS_FIRST = 50;
const PAGE_CHARACTERS = 4 * 1024 * 1024;
/** Records named on the terminal whose case line is not their own; the rest are counted. */
const SHOWN_FOREIGN = 10;

export interface ExportOptions extends NoteFlags {
  readonly output?: unknown;
  readonly json?: boolean;
  /** Ends the export with exit code 130. */
  readonly signal?: AbortSignal;
}

interface Gathered {
  lines: number;
  /** Ids of the records that carry a case line which does not say what they say. */
  readonly foreign: string[];
  foreignCount: number;
}

export async function exportCase(client: Client, options: ExportOptions): Promise<ExitCode> {
  const path = typeof options.output === 'string' && options.output !== '-' ? options.output : undefined;
  // Before anything is asked; for appending, so that what is there stays until all of the case has come.
  const isNew = path !== undefined && !(await isThere(path));
  const file = path === undefined ? undefined : await open(path, 'a');
  const sorter = caseSorter();
  try {
    const gathered = await gather(client, sorter);
    const pieces = untilInterrupted(sorter.sorted(), options.signal);
    if (file === undefined) await pipeline(pieces, process.stdout, { end: false });
    else await writeTo(file, pieces);
    tell(gathered, path, options);
  } catch (error) {
    if (isNew) await rm(path, { force: true });
    throw error;
  } finally {
    await sorter.close();
    await file?.close();
  }
  return EXIT.ok;
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function* untilInterrupted(pieces: AsyncIterable<string>, signal: AbortSignal | undefined): AsyncGenerator<string> {
  for await (const piece of pieces) {
    if (signal?.aborted === true) throw interrupted();
    yield piece;
  }
}

/** A part of a case looks like a whole one: where it cannot be written to its end, nothing of it stays. */
async function writeTo(file: FileHandle, pieces: AsyncIterable<string>): Promise<void> {
  const regular = (await file.stat()).isFile();
  if (regular) await file.truncate(0);
  try {
    for await (const piece of pieces) await file.writeFile(piece);
  } catch (error) {
    if (regular) await file.truncate(0);
    throw error;
  }
}

async function gather(client: Client, sorter: CaseSorter): Promise<Gathered> {
  const gathered: Gathered = { lines: 0, foreign: [], foreignCount: 0 };
  let characters = 0;
  let limit = PAGE_EVENTS_FIRST;
  for (let cursor: string | undefined; ;) {
    const page: EventsView = await client.get<EventsView>('/v1/events', { cursor, limit: String(limit) });
    for (const { id, agency, document } of page.events) {
      // What became of evidence, who may do what, and what an import did, is no part of a case.
      if ((ACT_KINDS as readonly string[]).includes(document.kind)) continue;
      const { line, foreign } = await lineOf(client, { ...document, id }, agency);
      const text = JSON.stringify(line);
      await sorter.add(caseOrder({ ...document, id }), text);
      characters += text.length;
      gathered.lines++;
      if (!foreign) continue;
      gathered.foreignCount++;
      if (gathered.foreign.length < SHOWN_FOREIGN) gathered.foreign.push(id);
    }
    if (page.next === null) return gathered;
    cursor = page.next;
    limit = Math.max(
      1,
      Math.min(PAGE_EVENTS_MAX, limit * 2, Math.floor((PAGE_CHARACTERS * Math.max(gathered.lines, 1)) / Math.max(characters, 1))),
    );
  }
}

/**
 * A correction or retraction takes items and kind from its target: that is asked for where the line alone does not make the document, and
 * where a correction is actual and its line does not say so, for beside a plan that line would be one.
 */
async function lineOf(client: Client, document: SightingDocument, agency: string): Promise<ExportedLine> {
  const alone = exportCaseLine(document);
  const reference = document.relations?.target;
  const silent = document.kind === 'correction' && document.modality === undefined && alone.line['modality'] !== 'actual';
  if (reference === undefined || !(alone.foreign || silent)) return alone;
  const [of, id] = reference.includes('/') ? (reference.split('/') as [string, string]) : [agency, reference];
  const target = await client
    .get<EventAnswer>(`/v1/events/${encodeURIComponent(id)}`, { agency: of })
    .then(({ event }) => ({ ...event.document, id }))
    .catch((error: unknown) => {
      if (error instanceof CommandError && error.exitCode === EXIT.notFound) return undefined;
      throw error;
    });
  return target === undefined ? alone : exportCaseLine(document, [target]);
}

function tell({ lines, foreign, foreignCount }: Gathered, path: string | undefined, options: ExportOptions): void {
  if (foreignCount > 0) {
    const more = foreignCount > foreign.length ? ` and ${group(foreignCount - foreign.length)} more` : '';
    const who = foreignCount === 1 ? 'record carries' : 'records carry';
    const what = 'a case line that does not say what the record says; the record was exported, not that line';
    note(options, `${group(foreignCount)} ${who} ${what}: ${foreign.join(', ')}${more}`);
  }
  if (path === undefined) return;
  if (options.json === true) process.stdout.write(`${JSON.stringify({ file: path, lines, foreignLines: foreignCount })}\n`);
  else note(options, `${group(lines)} lines written to ${path}`);
}
