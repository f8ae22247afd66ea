/**
 * Lines in the order of a case file, however many: beyond a bound they lie in sorted runs on disk, which are merged. A run's file has no
 * name from the moment it is open, so that what a case says stays on no disk after this process, however it ends.
 */
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CaseOrder, compareCaseOrder } from '#lib/sources';

/** Held in memory at most (a character may take two bytes, and a sort holds the list twice): far below any heap that Node is given. */
const RUN_CHARACTERS_MAX = 8 * 1024 * 1024;
/** Runs that are read side by side; more are merged into one first, which bounds open files and buffers. */
const RUNS_MAX = 64;
const READ_BYTES = 128 * 1024;
const WRITE_CHARACTERS = 256 * 1024;
const NEWLINE = 0x0a;

export interface CaseSorter {
  /** @param text one line, without its line feed */
  add(order: CaseOrder, text: string): Promise<void>;
  /** All lines, each with its line feed, in pieces; those of one order as they were added. Nothing can be added afterwards. */
  sorted(): AsyncGenerator<string>;
  close(): Promise<void>;
}

interface Row extends CaseOrder {
  readonly text: string;
}

export function caseSorter({ runCharactersMax = RUN_CHARACTERS_MAX, runsMax = RUNS_MAX } = {}): CaseSorter {
  let rows: Row[] = [];
  let characters = 0;
  let runs: FileHandle[] = [];
  const spill = async (sorted: AsyncIterable<Row> | Iterable<Row>): Promise<FileHandle> => {
    const run = await unnamedFile();
    runs.push(run);
    for await (const piece of pieces(sorted, ({ at, id, text }) => `${at} ${id} ${text}\n`)) await run.writeFile(piece);
    return run;
  };
  return {
    async add(order, text) {
      rows.push({ ...order, text });
      characters += text.length;
      if (characters < runCharactersMax) return;
      rows.sort(compareCaseOrder);
      await spill(rows);
      rows = [];
      characters = 0;
      if (runs.length < runsMax) return;
      const merging = runs;
      const merged = await spill(merge(merging.map(readRun)));
      await Promise.all(merging.filter((run) => run !== merged).map((run) => run.close()));
      runs = [merged];
    },
    async *sorted() {
      rows.sort(compareCaseOrder);
      yield* pieces(merge([...runs.map(readRun), rows.values()]), ({ text }) => `${text}\n`);
    },
    async close() {
      await Promise.all(runs.map((run) => run.close()));
      runs = [];
    },
  };
}

async function unnamedFile(): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'custody-export-'));
  try {
    return await open(join(folder, 'run'), 'wx+', 0o600);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The first of equal rows is that of the earlier run: runs are in the order in which their rows were added. */
async function* merge(runs: readonly (AsyncIterator<Row> | Iterator<Row>)[]): AsyncGenerator<Row> {
  const heads = await Promise.all(runs.map(async (run) => ({ run, next: await run.next() })));
  for (;;) {
    let first: (typeof heads)[number] | undefined;
    for (const head of heads) {
      if (head.next.done !== true && (first === undefined || compareCaseOrder(head.next.value, first.next.value as Row) < 0)) first = head;
    }
    if (first === undefined) return;
    yield first.next.value as Row;
    first.next = await first.run.next();
  }
}

async function* readRun(run: FileHandle): AsyncGenerator<Row> {
  let rest: Buffer[] = [];
  const piece = Buffer.allocUnsafe(READ_BYTES);
  for (let position = 0; ;) {
    const { bytesRead } = await run.read(piece, 0, READ_BYTES, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    let from = 0;
    for (let end = piece.indexOf(NEWLINE); end !== -1 && end < bytesRead; end = piece.indexOf(NEWLINE, from)) {
      yield rowOf(Buffer.concat([...rest, piece.subarray(from, end)]).toString('utf8'));
      rest = [];
      from = end + 1;
    }
    rest.push(Buffer.from(piece.subarray(from, bytesRead)));
  }
}

/** Neither a number nor an event's id has a space. */
function rowOf(line: string): Row {
  const first = line.indexOf(' ');
  const second = line.indexOf(' ', first + 1);
  return { at: Number(line.slice(0, first)) as CaseOrder['at'], id: line.slice(first + 1, second), text: line.slice(second + 1) };
}

/** Many lines in one write. */
async function* pieces(rows: AsyncIterable<Row> | Iterable<Row>, textOf: (row: Row) => string): AsyncGenerator<string> {
  let piece = '';
  for await (const row of rows) {
    piece += textOf(row);
    if (piece.length < WRITE_CHARACTERS) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}
