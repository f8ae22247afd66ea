/**
 * `custody import FILE.jsonl`: a case file, line by line, through capture. Every line is accounted for: accepted, already there, or
 * rejected with line, code, place and remedy. Sending a file again changes nothing.
 */
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, isJsonObject, type JsonObject } from '#lib/contracts';
import { canonicalize, parseStrict } from '#lib/ledger';
import { mapCaseLine } from '#lib/sources';
import { caseFolder } from '../case-folder.ts';
import { problemError, type Client } from '../client.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { group, progressBar, type Progress } from '../progress.ts';
import { printable } from './printable.ts';

/** Lines in one request: enough to share one append, few enough to answer well within a second. */
const CHUNK_LINES = 500;
/** Chunks sent before the first is answered: one is mapped here while others are judged and written there. */
const CHUNKS_UNDER_WAY = 4;
/** How long a server that is away or busy is waited for before the import gives up (it can be run again). */
const RETRY_FOR_MS = 60_000;
/** Rejected lines shown in full on the terminal; all of them go to --rejects. */
const SHOWN_REJECTS = 20;

export interface ImportOptions {
  readonly dryRun?: boolean;
  readonly onError: 'rollback' | 'proceed';
  readonly rejects?: string;
  readonly json?: boolean;
  /** No progress line. */
  readonly quiet?: boolean;
  /** For a caller that is no terminal: gets the report instead of it being printed. */
  readonly onReport?: (report: ImportReport) => void;
}

export interface RejectedLine {
  readonly line: number;
  readonly id?: string;
  readonly text: string;
  readonly faults: readonly Fault[];
}

export interface ImportReport {
  readonly file: string;
  readonly lines: number;
  accepted: number;
  duplicates: number;
  readonly rejected: RejectedLine[];
  readonly dryRun: boolean;
}

interface MappedLine {
  readonly line: number;
  readonly text: string;
  readonly body: string;
}

export async function importCase(client: Client, file: string, options: ImportOptions): Promise<ExitCode> {
  const targets = await collectTargets(file);
  const report: ImportReport = { file, lines: targets.lines, accepted: 0, duplicates: 0, rejected: [], dryRun: options.dryRun === true };
  const bar = progressBar('import', targets.lines, options.quiet !== true);
  // Rollback over a whole file: every line is judged, by the server too, before the first one is kept.
  if (options.onError === 'rollback' || report.dryRun) await pass(client, file, targets, report, bar, true);
  if (!report.dryRun && !(options.onError === 'rollback' && report.rejected.length > 0)) {
    Object.assign(report, { accepted: 0, duplicates: 0 });
    report.rejected.length = 0;
    await pass(client, file, targets, report, bar, false);
  }
  bar.finish();
  report.rejected.sort((a, b) => a.line - b.line);
  if (options.rejects !== undefined) await writeFile(options.rejects, report.rejected.map((row) => `${row.text}\n`).join(''));
  (options.onReport ?? ((done: ImportReport) => print(done, options)))(report);
  return report.rejected.length > 0 ? EXIT.rejectedRows : EXIT.ok;
}

async function pass(client: Client, file: string, targets: Targets, report: ImportReport, bar: Progress, dryRun: boolean): Promise<void> {
  const underWay = new Set<Promise<void>>();
  for await (const chunk of mappedChunks(file, targets, report)) {
    const sent: Promise<void> = sendChunk(client, chunk, report, dryRun).then(() => {
      underWay.delete(sent);
      bar.update(chunk.at(-1)?.line ?? 0);
    });
    // Whoever waits gets the first failure; the others of the same moment must not end the process by themselves.
    sent.catch(() => undefined);
    underWay.add(sent);
    if (underWay.size >= CHUNKS_UNDER_WAY) await Promise.race(underWay);
  }
  await Promise.all(underWay);
}

interface Targets {
  readonly lines: number;
  targetOf(id: string): JsonObject | undefined;
  fileOf: ReturnType<typeof caseFolder>;
}

/** First pass: which lines are corrected or withdrawn by others of the same file; only those are kept in memory. */
async function collectTargets(file: string): Promise<Targets> {
  const wanted = new Set<string>();
  let lines = 0;
  for await (const { text } of readLines(file)) {
    lines++;
    if (MAY_NAME_TARGET.test(text)) for (const id of targetsIn(text)) wanted.add(id);
  }
  const found = new Map<string, JsonObject>();
  if (wanted.size > 0) {
    for await (const { text } of readLines(file)) {
      const parsed = parseStrict(Buffer.from(text, 'utf8'));
      if (!parsed.ok || !isJsonObject(parsed.value)) continue;
      const { id } = parsed.value;
      if (typeof id === 'string' && wanted.has(id) && !found.has(id)) found.set(id, parsed.value);
    }
  }
  return { lines, targetOf: (id) => found.get(id), fileOf: caseFolder(file) };
}

/** Most lines name none: only those that may are parsed for it. */
const MAY_NAME_TARGET = /"(?:corrects|targets?)"/;

function targetsIn(text: string): string[] {
  const parsed = parseStrict(Buffer.from(text, 'utf8'));
  if (!parsed.ok || !isJsonObject(parsed.value)) return [];
  const { corrects, target, targets } = parsed.value;
  return [corrects, target, targets].flat().filter((id) => typeof id === 'string');
}

async function* mappedChunks(file: string, targets: Targets, report: ImportReport): AsyncGenerator<MappedLine[]> {
  let chunk: MappedLine[] = [];
  for await (const { line, text } of readLines(file)) {
    const mapped = mapLine(line, text, targets);
    if ('faults' in mapped) report.rejected.push(mapped);
    else chunk.push(mapped);
    if (chunk.length >= CHUNK_LINES) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}

function mapLine(line: number, text: string, targets: Targets): MappedLine | RejectedLine {
  const parsed = parseStrict(Buffer.from(text, 'utf8'));
  if (!parsed.ok) {
    const { code, detail, offset, pointer } = parsed.fault;
    return {
      line,
      text,
      faults: [{ code: code as Fault['code'], detail, ...(offset === undefined ? { pointer: pointer ?? '' } : { offset }) }],
    };
  }
  const value = parsed.value;
  if (!isJsonObject(value)) {
    return { line, text, faults: [{ code: 'import.not-an-object', pointer: '', detail: 'A line of a case file is one JSON object.' }] };
  }
  const id = typeof value['id'] === 'string' ? { id: value['id'] } : {};
  const mapped = mapCaseLine(value, targets);
  if (!mapped.ok) return { line, ...id, text, faults: mapped.faults };
  return { line, text, body: canonicalize(mapped.document as never) };
}

interface RowAnswer {
  readonly row: number;
  readonly status: 'accepted' | 'duplicate' | 'refused';
  readonly id?: string;
  readonly errors?: readonly Fault[];
}

async function sendChunk(client: Client, chunk: readonly MappedLine[], report: ImportReport, dryRun: boolean): Promise<void> {
  const body = `${chunk.map((line) => line.body).join('\n')}\n`;
  const answers = await postUntilAccepted(client, body, dryRun);
  const seen = new Set<number>();
  for (const answer of answers) {
    const line = chunk[answer.row];
    if (line === undefined || seen.has(answer.row))
      throw new CommandError(EXIT.unexpected, 'import.answer', `The server answered for row ${answer.row}, which was not sent.`);
    seen.add(answer.row);
    if (answer.status === 'accepted') report.accepted++;
    else if (answer.status === 'duplicate') report.duplicates++;
    else
      report.rejected.push({
        line: line.line,
        ...(answer.id === undefined ? {} : { id: answer.id }),
        text: line.text,
        faults: answer.errors ?? [],
      });
  }
  if (seen.size !== chunk.length) {
    throw new CommandError(
      EXIT.temporary,
      'import.answer',
      `The server answered for ${seen.size} of ${chunk.length} rows.`,
      'Run the same import again: what is there already is not doubled.',
    );
  }
}

/** A server that is away, busy or without its log is waited for: sending the same chunk again is harmless. */
async function postUntilAccepted(client: Client, body: string, dryRun: boolean): Promise<RowAnswer[]> {
  const deadline = performance.now() + RETRY_FOR_MS;
  for (let delayMs = 200; ; delayMs = Math.min(delayMs * 2, 5_000)) {
    let failure: CommandError;
    try {
      const response = await client.post(`/v1/events?onError=proceed${dryRun ? '&dryRun=true' : ''}`, 'application/x-ndjson', body);
      if (response.ok)
        return (await response.text())
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as RowAnswer);
      failure = await problemError(response);
    } catch (error) {
      failure =
        error instanceof CommandError
          ? error
          : new CommandError(EXIT.temporary, 'server.interrupted', `The answer broke off: ${String(error)}`);
    }
    if (failure.exitCode !== EXIT.temporary || performance.now() > deadline) throw failure;
    await sleep(delayMs);
  }
}

async function* readLines(file: string): AsyncGenerator<{ line: number; text: string }> {
  let line = 0;
  const stream = createReadStream(file, { encoding: 'utf8' });
  const reader = createInterface({ input: stream, crlfDelay: Infinity });
  try {
    for await (const text of reader) {
      line++;
      if (text.trim() !== '') yield { line, text };
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new CommandError(EXIT.usage, 'import.no-file', `There is no file ${file}.`);
    throw error;
  } finally {
    reader.close();
    stream.destroy();
  }
}

function print(report: ImportReport, options: ImportOptions): void {
  if (options.json === true) {
    const rejected = report.rejected.map(({ line, id, faults }) => ({ line, id, errors: faults }));
    process.stdout.write(
      `${JSON.stringify({ file: report.file, lines: report.lines, accepted: report.accepted, written: written(report, options), duplicates: report.duplicates, rejected, dryRun: report.dryRun })}\n`,
    );
    return;
  }
  for (const row of report.rejected.slice(0, SHOWN_REJECTS)) {
    for (const fault of row.faults) {
      const place = fault.offset === undefined ? (fault.pointer ?? '') : `byte ${fault.offset}`;
      const expected = fault.expected === undefined ? '' : ` Expected: ${fault.expected}`;
      const id = row.id === undefined ? '' : ` (${row.id})`;
      process.stderr.write(`${printable(`line ${row.line}${id}  ${fault.code}  ${place}  ${fault.detail}${expected}`)}\n`);
    }
  }
  if (report.rejected.length > SHOWN_REJECTS)
    process.stderr.write(`... and ${report.rejected.length - SHOWN_REJECTS} more; --rejects FILE writes them all\n`);
  const counts = `${group(report.accepted)} ${report.dryRun ? 'would be accepted' : 'accepted'}, ${group(report.duplicates)} already there, ${group(report.rejected.length)} rejected`;
  const nothing = report.dryRun ? ' Nothing written (dry run).' : ' Nothing written (--on-error rollback).';
  process.stdout.write(`${group(report.lines)} lines: ${counts}.${written(report, options) ? '' : nothing}\n`);
}

function written(report: ImportReport, options: ImportOptions): boolean {
  return !report.dryRun && !(options.onError === 'rollback' && report.rejected.length > 0);
}
