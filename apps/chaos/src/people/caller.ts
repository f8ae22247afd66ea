/** Asks the server, and keeps of each read what its answer named: for the oracle. */
import type { Model } from './model.ts';
import { namedIn, nothingNamed, type Named } from './named.ts';
import type { Observed } from './oracle.ts';
import type { Key } from './world.ts';

/** Longer than any answer of the product takes: what comes later counts as cut off. */
const ANSWER_TIMEOUT_MS = 30_000;

export interface Asked {
  readonly operation: string;
  /** Null: without credentials. */
  readonly key: Key | null;
  readonly path: string;
  readonly method?: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
  readonly behalf?: string | null;
  /** Of the evidence that is asked for. */
  readonly sha256?: string;
  /** Of a stream: leave after so many events. */
  readonly leaveAfter?: number;
}

export interface Answer {
  /** 0: none came whole. */
  readonly status: number;
  /** Parsed where it is JSON. */
  readonly body: unknown;
  readonly etag: string | null;
  readonly named: Named;
}

interface Came {
  readonly status: number;
  readonly text: string;
  readonly etag: string | null;
  readonly isWhole: boolean;
}

const NOTHING: Came = { status: 0, text: '', etag: null, isWhole: false };

export class Caller {
  readonly observed: Observed[] = [];
  /** Answers that did not come, did not come whole, or said that the server could not. */
  readonly counts = { notAnswered: 0, brokenOff: 0, unavailable: 0 };
  readonly #base: string;
  readonly #model: Model;
  readonly #name: string;
  /** What an answer named, by who asked, for what, and its entity tag. */
  readonly #tagged = new Map<string, Named>();
  #count = 0;

  /** @param name what the requests of this run are called, before their numbers */
  constructor(base: string, model: Model, name: string) {
    this.#base = base;
    this.#model = model;
    this.#name = name;
  }

  nextRequest(): string {
    return `${this.#name}-${++this.#count}`;
  }

  /** Never rejects: what went wrong is an outcome. */
  async read(asked: Asked): Promise<Answer> {
    const { operation, key, sha256, behalf = null } = asked;
    const request = this.nextRequest();
    const { epoch, seenSize: seenBefore } = this.#model;
    const headers = {
      ...headersOf(key, request),
      ...(behalf === null ? {} : { 'custody-on-behalf-of': behalf }),
      ...asked.headers,
    };
    const isStream = operation === 'streamEvents';
    const came = await this.#fetch(asked.path, { method: asked.method ?? 'GET', headers }, asked.leaveAfter ?? null);
    const tag = `${key?.id ?? ''} ${asked.path} ${asked.headers?.['if-none-match'] ?? came.etag ?? ''}`;
    const outcome = outcomeOf(came, isStream);
    const body = isStream ? streamed(came.text) : outcome === 'whole' ? parsed(came.text) : null;
    const named = came.status === 304 ? this.#tagged.get(tag) : outcome === 'whole' || isStream ? namedIn(operation, body, sha256) : null;
    this.observe({ request, operation, key, behalf, epoch, seenBefore, outcome, named: named ?? nothingNamed(), isStream });
    if (came.etag !== null && outcome === 'whole' && named !== null && named !== undefined) this.#tagged.set(tag, named);
    return { status: outcome === 'cut' ? 0 : came.status, body, etag: came.etag, named: named ?? nothingNamed() };
  }

  /** Of a read that went another way: a command's. */
  observe(read: Omit<Observed, 'ended' | 'isBeforeCrash'>): void {
    this.observed.push({ ...read, ended: Date.now(), isBeforeCrash: false });
    this.#model.seenSize = Math.max(this.#model.seenSize, read.named.size ?? 0);
    this.#model.seenReads = Math.max(this.#model.seenReads, read.named.lastRead);
    for (const ref of read.named.events.keys()) this.#model.seen.add(ref);
  }

  /** `null`: no answer came, or not all of it; then what came of it stands in `text`. Never rejects. */
  async write(
    key: Key,
    method: 'POST' | 'PUT',
    path: string,
    type: string,
    body: string | Uint8Array,
  ): Promise<{ status: number; text: string; isWhole: boolean }> {
    const headers = { ...headersOf(key, this.nextRequest()), 'content-type': type };
    return this.#fetch(path, { method, headers, body: body as NonNullable<RequestInit['body']> }, null);
  }

  async #fetch(path: string, init: RequestInit, leaveAfter: number | null): Promise<Came> {
    let came = NOTHING;
    try {
      const response = await fetch(`${this.#base}${path}`, { ...init, signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
      came = { status: response.status, text: '', etag: response.headers.get('etag'), isWhole: false };
      const decoder = new TextDecoder();
      let events = 0;
      for await (const bytes of (response.body ?? []) as AsyncIterable<Uint8Array>) {
        const text = decoder.decode(bytes, { stream: true });
        came = { ...came, text: came.text + text };
        events += text.split('\ndata: ').length - 1;
        if (leaveAfter !== null && events >= leaveAfter) return came;
      }
      if (came.status >= 500) this.counts.unavailable += 1;
      return { ...came, isWhole: true };
    } catch {
      // Refused, cut off, or the time is over.
      this.counts[came.status === 0 ? 'notAnswered' : 'brokenOff'] += 1;
      return came;
    }
  }
}

const headersOf = (key: Key | null, request: string): Record<string, string> => ({
  'request-id': request,
  ...(key === null ? {} : { authorization: `Bearer ${key.text}` }),
});

/** Answers that say that nothing is there, or not for him, or not so: of those nothing is recorded. */
const REFUSED: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 413, 422, 429]);

export function outcomeOf({ status, isWhole, text }: Pick<Came, 'status' | 'isWhole' | 'text'>, isStream = false): Observed['outcome'] {
  if (!isWhole) return 'cut';
  if (REFUSED.has(status)) return 'refused';
  // A stream says itself that it has told all; whether a server that could not answer had recorded, nobody can say.
  if (isStream && !text.includes('"code":"stream.reached"')) return 'cut';
  return (status >= 200 && status < 300) || status === 304 ? 'whole' : 'cut';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** Events of messages that came whole. */
function streamed(text: string): { readonly events: readonly unknown[] } {
  const messages = text.slice(0, text.lastIndexOf('\n\n') + 1).split('\n\n');
  return {
    events: messages.flatMap((message) => {
      const data = /^data: (.*)$/m.exec(message)?.[1];
      if (data === undefined || /^event: end$/m.test(message)) return [];
      return [(JSON.parse(data) as { event: unknown }).event];
    }),
  };
}
