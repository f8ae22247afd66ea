/** `custody listen`: the stream of the ledger as lines. Connects again whenever it breaks, and goes on behind what it has written. */
import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { STREAM_END, type StreamedEvent, type StreamEnd, type StreamMessage, StreamReader } from '#lib/contracts';
import type { OwnerLock } from '#lib/store';
import { problemError, type Client } from '../client.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { type Columns, type FormFlags, type RowForms, rowsText } from '../listing.ts';
import { note, type NoteFlags } from '../notes.ts';
import { ListenPlace } from './listen-place.ts';
import { printable } from './printable.ts';
import { minuteText } from './trace-as-of.ts';

/** The server says that it lives each 15 s; a connection that says nothing for so long is none. */
const SILENT_MS = 45_000;
/** Between attempts: doubled up to the most, and cut by chance, so that all listeners of a server that is back do not come at once. */
const AGAIN_MS = 500;
const AGAIN_MS_MAX = 15_000;

export interface ListenOptions extends FormFlags, NoteFlags {
  readonly since?: string;
  readonly cursorFile?: string;
  readonly output?: string;
  readonly item?: string;
  readonly kind?: string;
  readonly until?: string;
  readonly limit?: string;
  readonly signal?: AbortSignal;
}

/** A printed row: what was sent, and the place behind it. */
export type ListenedEvent = StreamedEvent & { readonly cursor: string };

/** Throws StoreError `data.locked` where another process listens by the same cursor file. */
export async function listen(client: Client, options: ListenOptions): Promise<ExitCode> {
  const most = limitOf(options.limit);
  const lock = await lockOf(options.cursorFile);
  let place: ListenPlace | undefined;
  try {
    place = new ListenPlace(options.cursorFile, options.output);
    return await new Listener(client, options, place, most).run();
  } catch (error) {
    // The usual end of who listens: what was written is kept.
    if (options.signal?.aborted === true) return EXIT.interrupted;
    throw error;
  } finally {
    place?.close();
    lock?.release();
  }
}

/** Two that go on from one place would write each event twice, and cut off what the other wrote. It outlives a kill, and holds nobody up then. */
async function lockOf(cursorFile: string | undefined): Promise<OwnerLock | undefined> {
  if (cursorFile === undefined) return undefined;
  const { takeOwnership } = await import('#lib/store');
  const folder = `${cursorFile}.lock`;
  mkdirSync(folder, { recursive: true });
  return takeOwnership(folder);
}

class Listener {
  readonly #client: Client;
  readonly #options: ListenOptions;
  readonly #place: ListenPlace;
  #left: number;
  #failed = 0;

  constructor(client: Client, options: ListenOptions, place: ListenPlace, most: number) {
    this.#client = client;
    this.#options = options;
    this.#place = place;
    this.#left = most;
  }

  async run(): Promise<ExitCode> {
    for (;;) {
      const broken = await this.#once().catch((error: unknown) => temporary(error));
      if (broken === null) return EXIT.ok;
      this.#options.signal?.throwIfAborted();
      if (this.#failed === 0) note(this.#options, `${broken.message} Listening goes on when the server is there again.`);
      const pauseMs = Math.min(AGAIN_MS_MAX, AGAIN_MS * 2 ** this.#failed++) * (0.5 + Math.random() / 2);
      await sleep(pauseMs, undefined, { signal: this.#options.signal });
    }
  }

  /** `null`: all that was asked for is there. A value: to be tried again. */
  async #once(): Promise<CommandError | null> {
    const response = await this.#client.open(this.#path());
    if (!response.ok) throw await problemError(response).catch(brokenOff);
    if (response.body === null) throw new CommandError(EXIT.temporary, 'server.interrupted', 'The answer has no body.');
    const reader = new StreamReader();
    const decoder = new TextDecoder();
    const bytes = response.body.getReader();
    try {
      for (;;) {
        const { done, value } = await heard(bytes.read().catch(brokenOff));
        if (done) return brokenOff();
        const end = await this.#take(reader.push(decoder.decode(value, { stream: true })));
        if (end === 'enough' || end?.code === 'stream.reached') return null;
        if (end !== null) return endError(end);
      }
    } finally {
      void bytes.cancel().catch(() => undefined);
    }
  }

  #path(): string {
    const { item, kind, until, since } = this.#options;
    const { cursor } = this.#place;
    const asked = { ...(cursor === null ? { since } : { cursor }), item, kind, until };
    const query = new URLSearchParams(
      Object.entries(asked).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as [string, string]])),
    );
    return `/v1/stream?${query.toString()}`;
  }

  /** What came at once is written at once, and kept once. */
  async #take(messages: readonly StreamMessage[]): Promise<StreamEnd | 'enough' | null> {
    const rows: ListenedEvent[] = [];
    let cursor = this.#place.cursor;
    let end: StreamEnd | null = null;
    for (const { id, event, data } of messages) {
      if (this.#left === 0) break;
      if (event === STREAM_END) end = JSON.parse(data ?? '') as StreamEnd;
      else {
        cursor = id;
        if (data === undefined) continue;
        rows.push({ cursor: id, ...(JSON.parse(data) as StreamedEvent) });
        this.#left--;
      }
    }
    // What is heard of a server that ends at once again is no news.
    if (rows.length > 0) this.#failed = 0;
    if (cursor !== null && cursor !== this.#place.cursor) await this.#place.keep(rowsText(this.#options, rows, FORMS), cursor);
    return this.#left === 0 ? 'enough' : end;
  }
}

/** Of who may not listen any more: thrown. Else to be tried again. */
function endError({ code, title, detail, remedy }: StreamEnd): CommandError {
  const message = printable(`${title}: ${detail}`);
  if (code.startsWith('auth.')) throw new CommandError(EXIT.auth, code, message, remedy);
  return new CommandError(EXIT.temporary, code, message, remedy);
}

/** Whatever it is that reading an answer fails with. What else fails is a bug or this machine's, and is not tried again and again. */
function brokenOff(): never {
  throw new CommandError(EXIT.temporary, 'server.interrupted', 'The stream broke off.');
}

function temporary(error: unknown): CommandError {
  if (error instanceof CommandError && error.exitCode === EXIT.temporary) return error;
  throw error;
}

async function heard<T>(reading: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silent = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CommandError(EXIT.temporary, 'server.interrupted', 'The stream fell silent.')), SILENT_MS);
  });
  return Promise.race([reading, silent]).finally(() => clearTimeout(timer));
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return Infinity;
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new CommandError(EXIT.usage, 'usage', '--limit is a whole number from 1 on.');
  return Number(text);
}

export const COLUMNS: Columns<ListenedEvent> = {
  log_index: ({ event }) => event.logIndex,
  captured: ({ event }) => event.captured,
  agency: ({ event }) => event.agency,
  principal: ({ event }) => event.submittedBy.principal,
  kind: ({ event }) => event.document.kind,
  id: ({ event }) => event.id,
  items: ({ event }) => (event.document.items ?? []).map(({ id }) => id).join(' '),
  summary: ({ event }) => event.display.summary,
  cursor: ({ cursor }) => cursor,
};

const FORMS: RowForms<ListenedEvent> = { columns: COLUMNS, text: (rows) => rows.map((row) => `${lineOf(row)}\n`).join('') };

function lineOf({ event }: ListenedEvent): string {
  const { logIndex, captured, agency, id, submittedBy, document, display } = event;
  const what = [document.kind, id, display.items.join(', '), display.summary, display.place];
  return printable(
    [`${String(logIndex).padStart(7)}  ${minuteText(captured)}`, `${agency}/${submittedBy.principal}`, ...what]
      .filter((part) => part !== '')
      .join('  '),
  );
}
