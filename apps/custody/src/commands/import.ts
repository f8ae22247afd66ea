/**
 * `custody import FILE.jsonl`: a case file, line by line, through capture. Every line is accounted for: accepted, already there, or
 * rejected with line, code and place, and what would be accepted. Sending a file again changes nothing.
 */
import { type FileHandle, open, stat } from 'node:fs/promises';
import { type EventAnswer, type Fault, isJsonObject, type JsonObject, type Receipt, type SightingDocument } from '#lib/contracts';
import { canonicalize, JSON_BYTES_MAX, parseStrict } from '#lib/ledger';
import { mapCaseLine, pointerIntoLine } from '#lib/sources';
import { problemError, type Client } from '../client.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { group, progressBar, type Progress } from '../progress.ts';
import { note } from '../notes.ts';
import { OPERATOR } from '../operator.ts';
import { type Patience, untilAnswered } from '../patience.ts';
import { caseLines, checkCaseFile, type CaseLine } from './case-lines.ts';
import { differencesOf } from './import-again.ts';
import { importBatch, type ImportBatch } from './import-batch.ts';
import { brokenOff } from './import-broken-off.ts';
import { exitOfSigned, ImportSignatures, signerKey } from './import-sign.ts';
import { CitedFiles, noEvidence } from './import-evidence.ts';
import { LineIds } from './import-ids.ts';
import { openReceipts, type ReceiptFile } from './receipt-file.ts';
import { type FailingIdentifier, failingOf, type ImportReport, printReport, type RejectedLine } from './import-report.ts';
import { collectTargets, type Targets } from './import-targets.ts';

/** Lines in one request: enough to share one append, few enough to answer well within a second. */
const CHUNK_LINES = 500;
/** Chunks sent before the first is answered: one is mapped here while others are judged and written there. */
const CHUNKS_UNDER_WAY = 4;
/** How long a server that is away or busy is waited for before the import gives up (it can be run again). */
const RETRY_FOR_MS = 60_000;
/** What one request holds at most, but for a line that is larger by itself: a file of long lines must not fill the memory. */
const CHUNK_CHARACTERS_MAX = 4 * 1024 * 1024;

export interface ImportOptions {
  readonly dryRun?: boolean;
  readonly onError: 'rollback' | 'proceed';
  readonly rejects?: string;
  /** File for the signed receipts. */
  readonly receipts?: string;
  readonly json?: boolean;
  /** False: the files beside the case are not sent. */
  readonly evidence?: boolean;
  /** No progress line, and no remarks. */
  readonly quiet?: boolean;
  /** Names the lines whose identifiers fail their check. */
  readonly verbose?: boolean;
  /** File of the private key that signs the list of what is in. */
  readonly sign?: string;
  /** Writes what this import did into the ledger, as a batch; absent: it is not kept. Not ended by `signal`. */
  readonly recordBy?: Client;
  /** How long a server that is away is waited for; default RETRY_FOR_MS. */
  readonly retryForMs?: number;
  /** Gets the sentence that the server is waited for, once an import; default: stderr. */
  readonly onWait?: (sentence: string) => void;
  /** Stops the import: it ends with exit code 130 and says how far it came. */
  readonly signal?: AbortSignal;
  /** For a caller that is no terminal: gets the report instead of it being printed, also of an import that breaks off. */
  readonly onReport?: (report: ImportReport) => void;
}

interface MappedLine {
  readonly line: number;
  readonly id: string;
  readonly raw: Buffer;
  readonly body: string;
  readonly failing: readonly FailingIdentifier[];
}

/** What one import holds while it runs. */
interface Run {
  readonly client: Client;
  readonly file: string;
  readonly targets: Targets;
  readonly report: ImportReport;
  readonly bar: Progress;
  readonly receipts: ReceiptFile | undefined;
  readonly cited: CitedFiles;
  batch: ImportBatch | undefined;
  readonly signatures: ImportSignatures | undefined;
  /** For a server that is away, busy or without its log: sending the same again is harmless. Says once that it is waited for. */
  readonly patience: Patience;
}

export async function importCase(client: Client, file: string, options: ImportOptions): Promise<ExitCode> {
  await checkCaseFile(file);
  const signatures = options.sign === undefined ? undefined : new ImportSignatures(signerKey(options.sign));
  // Before anything is sent: an import must not end without the place where its rejected lines were to go.
  const rejects = options.rejects === undefined ? undefined : await openRejects(options.rejects, file);
  let receipts: ReceiptFile | undefined;
  try {
    receipts = options.receipts === undefined ? undefined : await openReceipts(options.receipts, file);
    const targets = await collectTargets(file, options.signal);
    const report: ImportReport = {
      file,
      lines: targets.lines,
      accepted: 0,
      duplicates: 0,
      differing: [],
      rejected: [],
      failingChecks: [],
      evidence: noEvidence(),
      signed: undefined,
      dryRun: options.dryRun === true,
      written: false,
      brokeOff: false,
    };
    const bar = progressBar('import', targets.lines, options.quiet !== true);
    const { retryForMs = RETRY_FOR_MS, signal } = options;
    const patience = { retryForMs, signal, waits: sayOnce(options) };
    const cited = new CitedFiles(targets.fileOf);
    const run: Run = { client, file, targets, report, bar, receipts, cited, batch: undefined, signatures, patience };
    const failure = await sendAll(run, options).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    report.brokeOff = failure !== undefined;
    for (const lines of [report.rejected, report.differing, report.failingChecks]) lines.sort((a, b) => a.line - b.line);
    // One that broke off and knows of none leaves what an earlier one wrote there.
    if (rejects !== undefined && (failure === undefined || report.rejected.length > 0)) await writeRejects(rejects, report.rejected);
    // Under --json the report of one that broke off stands beside its error.
    if (options.onReport !== undefined) options.onReport(report);
    else if (failure === undefined || options.json !== true) printReport(report, options);
    if (failure !== undefined) throw brokenOff(failure.error, report, options.evidence === false ? [] : cited.refs);
    const ofSigned = exitOfSigned(report.signed);
    return ofSigned === EXIT.ok && report.rejected.length > 0 ? EXIT.rejectedRows : ofSigned;
  } finally {
    await receipts?.close();
    await rejects?.close();
  }
}

/** Lines, then the files that those which are in cite. */
async function sendAll(run: Run, options: ImportOptions): Promise<void> {
  await passes(run, options).finally(() => run.bar.finish());
  if (options.evidence !== false && run.report.written) await run.cited.send(run.client, run.report.evidence, run.patience);
}

/** Rollback over a whole file: every line is judged, by the server too, before the first one is kept. */
async function passes(run: Run, options: ImportOptions): Promise<void> {
  const { report } = run;
  if (options.onError === 'rollback' || report.dryRun) await pass(run, true);
  if (report.dryRun || (options.onError === 'rollback' && report.rejected.length > 0)) return;
  Object.assign(report, { accepted: 0, duplicates: 0, written: true });
  for (const lines of [report.rejected, report.differing, report.failingChecks]) lines.length = 0;
  const { recordBy } = options;
  if (recordBy !== undefined) run.batch = await importBatch(recordBy, run.file, (ask) => untilAnswered(run.patience, ask));
  try {
    await pass(run, false);
  } catch (error) {
    await run.batch?.breakOff();
    throw error;
  }
  const { lines, accepted, duplicates, rejected } = report;
  await run.batch?.close({ lines, accepted, duplicates, rejected: rejected.length });
  report.signed = await run.signatures?.close(run.client, (ask) => untilAnswered(run.patience, ask));
}

/** For appending, so that what an earlier import left there stays until this one has something to put in its place. */
async function openRejects(path: string, file: string): Promise<FileHandle> {
  const handle = await open(path, 'a');
  const [there, given] = [await handle.stat(), await stat(file)];
  if (there.dev !== given.dev || there.ino !== given.ino) return handle;
  await handle.close();
  throw new CommandError(EXIT.usage, 'usage', `The rejected lines cannot go into ${path}: that is the file to import.`);
}

async function writeRejects(handle: FileHandle, rejected: readonly RejectedLine[]): Promise<void> {
  await handle.truncate(0);
  for (const { raw } of rejected) await handle.write(Buffer.concat([raw, LINE_FEED]));
}

const LINE_FEED = Buffer.from('\n');

function sayOnce({
  quiet = false,
  onWait = (sentence) => note({ quiet }, sentence),
  retryForMs = RETRY_FOR_MS,
}: ImportOptions): (failure: CommandError) => void {
  let said = false;
  return ({ message }) => {
    if (!said) onWait(`Waiting for the server, up to ${Math.round(retryForMs / 1000)} s: ${message}`);
    said = true;
  };
}

async function pass(run: Run, dryRun: boolean): Promise<void> {
  const underWay = new Set<Promise<void>>();
  try {
    for await (const chunk of mappedChunks(run)) {
      const sent: Promise<void> = sendChunk(run, chunk, dryRun).then(() => {
        underWay.delete(sent);
        run.bar.update(chunk.at(-1)?.line ?? 0);
      });
      // Whoever waits gets the first failure; the others of the same moment must not end the process by themselves.
      sent.catch(() => undefined);
      underWay.add(sent);
      if (underWay.size >= CHUNKS_UNDER_WAY) await Promise.race(underWay);
    }
    await Promise.all(underWay);
  } catch (error) {
    // Those still under way may get in: they are counted before it is said how many did.
    await Promise.allSettled(underWay);
    throw error;
  }
}

async function* mappedChunks({ file, targets, report }: Run): AsyncGenerator<MappedLine[]> {
  let chunk: MappedLine[] = [];
  let characters = 0;
  const ids = new LineIds();
  for await (const read of caseLines(file)) {
    const mapped = ofItsId(mapLine(read, targets), ids);
    if ('faults' in mapped) report.rejected.push(mapped);
    else {
      chunk.push(mapped);
      characters += mapped.body.length;
    }
    if (chunk.length >= CHUNK_LINES || characters >= CHUNK_CHARACTERS_MAX) {
      yield chunk;
      chunk = [];
      characters = 0;
    }
  }
  if (chunk.length > 0) yield chunk;
}

/** Of two lines that have one id and are not the same the second is rejected, too. */
function ofItsId(mapped: MappedLine | RejectedLine, ids: LineIds): MappedLine | RejectedLine {
  const { line, id, raw } = mapped;
  const fault = id === undefined ? undefined : ids.take(id, line, 'body' in mapped ? mapped.body : undefined);
  return id === undefined || fault === undefined ? mapped : { line, id, raw: Buffer.from(raw), faults: [fault] };
}

function mapLine({ line, raw, bytes }: CaseLine, targets: Targets): MappedLine | RejectedLine {
  const parsed = parseStrict(bytes);
  if (!parsed.ok) {
    const { code, detail, offset, pointer } = parsed.fault;
    return {
      line,
      raw: Buffer.from(raw),
      faults: [{ code: code as Fault['code'], detail, ...(offset === undefined ? { pointer: pointer ?? '' } : { offset }) }],
    };
  }
  const value = parsed.value;
  if (!isJsonObject(value)) {
    const fault = { code: 'import.not-an-object', pointer: '', detail: 'A line of a case file is one JSON object.' } as const;
    return { line, raw: Buffer.from(raw), faults: [fault] };
  }
  const id = typeof value['id'] === 'string' ? { id: value['id'] } : {};
  const mapped = mapCaseLine(value, targets);
  if (!mapped.ok) return { line, ...id, raw: Buffer.from(raw), faults: mapped.faults };
  const body = canonicalize(mapped.document as never);
  const size = Buffer.byteLength(body);
  if (size <= JSON_BYTES_MAX) return { line, id: mapped.document.id as string, raw, body, failing: failingOf(mapped.document) };
  const detail = `The sighting made of this line has ${group(size)} bytes, of which the line itself is a part.`;
  const fault = { code: 'json.too-large', pointer: '', detail, expected: `at most ${group(JSON_BYTES_MAX)}` } as const;
  return { line, ...id, raw: Buffer.from(raw), faults: [fault] };
}

interface RowAnswer {
  readonly row: number;
  readonly status: 'accepted' | 'duplicate' | 'refused';
  readonly id?: string;
  readonly receipt?: Receipt;
  readonly errors?: readonly Fault[];
}

async function sendChunk(run: Run, chunk: readonly MappedLine[], dryRun: boolean): Promise<void> {
  const { report } = run;
  const body = `${chunk.map((line) => line.body).join('\n')}\n`;
  const receipts = dryRun ? undefined : run.receipts;
  const answers = await untilAnswered(run.patience, () => post(run.client, body, { dryRun, receipts: receipts !== undefined }));
  // Before anything is counted: what is said to be in has its receipt.
  await receipts?.add(answers.flatMap(({ receipt }) => receipt ?? []));
  const seen = new Set<number>();
  for (const answer of answers) {
    const line = chunk[answer.row];
    if (line === undefined || seen.has(answer.row))
      throw new CommandError(EXIT.unexpected, 'import.answer', `The server answered for row ${answer.row}, which was not sent.`);
    seen.add(answer.row);
    if (answer.status === 'accepted') takeAccepted(report, line, answer.id);
    else if (answer.status === 'duplicate') report.duplicates++;
    if (answer.status === 'refused') await takeRefusal(run, line, answer);
    else if (!dryRun) {
      run.cited.add(line.body);
      if (answer.receipt !== undefined) run.signatures?.add(line.line, line.body, answer.receipt);
    }
  }
  if (!dryRun) await run.batch?.add(answers.flatMap(({ status, id }) => (status === 'accepted' && id !== undefined ? [id] : [])));
  if (seen.size !== chunk.length) {
    throw new CommandError(EXIT.temporary, 'import.answer', `The server answered for ${seen.size} of ${chunk.length} rows.`);
  }
}

function takeAccepted(report: ImportReport, { line, failing }: MappedLine, id: string | undefined): void {
  report.accepted++;
  if (failing.length > 0) report.failingChecks.push({ line, ...(id === undefined ? {} : { id }), identifiers: failing });
}

/** An id that is taken may be taken by what another import made of this very line. */
async function takeRefusal(run: Run, { line, raw, body }: MappedLine, { id, errors = [] }: RowAnswer): Promise<void> {
  const { report, targets } = run;
  const here = JSON.parse(body) as SightingDocument;
  const there = id !== undefined && errors[0]?.code === 'event.id-conflict' ? await standing(run, id) : undefined;
  const differences = there === undefined ? undefined : differencesOf(there, here, targets);
  if (id !== undefined && differences !== undefined) {
    report.duplicates++;
    report.differing.push({ line, id, differences });
    run.cited.add(body);
    return;
  }
  const own = here.extension?.case as JsonObject;
  const faults = errors.map((fault) => (fault.pointer === undefined ? fault : { ...fault, pointer: pointerIntoLine(own, fault.pointer) }));
  report.rejected.push({ line, ...(id === undefined ? {} : { id }), raw: Buffer.from(raw), faults });
}

/** The record of this id; `undefined` where the ledger has none: the other bytes are then of the same file, or still on their way. */
async function standing(run: Run, id: string): Promise<SightingDocument | undefined> {
  const path = `/v1/events/${encodeURIComponent(id)}`;
  try {
    const { event } = await untilAnswered(run.patience, () => run.client.get<EventAnswer>(path, { agency: OPERATOR.agency }));
    return event.document;
  } catch (error) {
    if (error instanceof CommandError && error.exitCode === EXIT.notFound) return undefined;
    throw error;
  }
}

async function post(client: Client, body: string, ask: { readonly dryRun: boolean; readonly receipts: boolean }): Promise<RowAnswer[]> {
  const query = `onError=proceed${ask.dryRun ? '&dryRun=true' : ''}${ask.receipts ? '&receipts=true' : ''}`;
  const response = await client.post(`/v1/events?${query}`, 'application/x-ndjson', body);
  if (!response.ok) throw await problemError(response);
  return (await response.text())
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RowAnswer);
}
