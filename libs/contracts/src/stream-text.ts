/**
 * `GET /v1/stream` as text: Server-Sent Events (WHATWG HTML, "Server-sent events"), written by the gateway and read by whoever listens. Every value is
 * JSON or base64url, so that no line feed stands in one. Pure.
 */
import type { ErrorCode } from './errors.ts';
import { problem } from './problem.ts';
import type { StreamedEvent, StreamEnd } from './stream-views.ts';

export const STREAM_MEDIA_TYPE = 'text/event-stream';
/** Name of the last event; the others are named by their kind. */
export const STREAM_END = 'end';
/** A client of the standard's kind tries again after this long, and says the last id that it saw. */
const RETRY_MS = 2_000;
/** A comment: clients pass it over, and what stands between sees that the connection lives. */
export const STREAM_HEARTBEAT = ': alive\n\n';

/** The first thing that is sent: an id without an event, so that whoever is cut off before the first event can go on from here. */
export const streamBegin = (cursor: string): string => `retry: ${RETRY_MS}\nid: ${cursor}\n\n`;

export const streamedText = (cursor: string, streamed: StreamedEvent): string =>
  `id: ${cursor}\nevent: ${String(streamed.event.document.kind)}\ndata: ${JSON.stringify(streamed)}\n\n`;

/** Without an id: the last one that was sent stays the place to go on from. */
export const streamEndText = (end: StreamEnd): string => `event: ${STREAM_END}\ndata: ${JSON.stringify(end)}\n\n`;

/** @param detail absent: the code's meaning */
export function streamEnd(code: ErrorCode, detail?: string): StreamEnd {
  const { title, detail: said, remedy } = problem(code, { instance: '', requestId: '', ...(detail === undefined ? {} : { detail }) });
  return { code, title, detail: said, remedy };
}

export interface StreamMessage {
  /** Of this message or, where it has none, of the last one that had. */
  readonly id: string;
  /** Absent: an id alone. */
  readonly event?: string;
  readonly data?: string;
}

/** An event has at most 1 MiB of document, which its view tells twice. */
const MESSAGE_LENGTH_MAX = 8 * 1024 * 1024;

/** Cuts what comes into messages: comments give none. Throws RangeError for a message that no server of this program sends. Linear in what comes. */
export class StreamReader {
  #pieces: string[] = [];
  #length = 0;
  #id = '';

  /** @returns the messages that are whole now */
  push(text: string): StreamMessage[] {
    const endsLine = this.#pieces.at(-1)?.endsWith('\n') === true;
    this.#pieces.push(text);
    this.#length += text.length;
    // What is not whole yet is not looked through again.
    if (text.includes('\n\n') || (endsLine && text.startsWith('\n'))) {
      const parts = this.#pieces.join('').split('\n\n');
      const rest = parts.pop() ?? '';
      this.#pieces = rest === '' ? [] : [rest];
      this.#length = rest.length;
      return parts.flatMap((part) => this.#read(part));
    }
    if (this.#length > MESSAGE_LENGTH_MAX) throw new RangeError('A message of the stream does not end.');
    return [];
  }

  #read(part: string): StreamMessage[] {
    const fields = part.split('\n').flatMap((line): [string, string][] => {
      const at = line.indexOf(':');
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1).replace(/^ /, '')]] : [];
    });
    const valueOf = (name: string): string | undefined => fields.findLast(([field]) => field === name)?.[1];
    const [id, event, data] = [valueOf('id'), valueOf('event'), valueOf('data')];
    this.#id = id ?? this.#id;
    if (data !== undefined) return [{ id: this.#id, event: event ?? 'message', data }];
    return id === undefined ? [] : [{ id }];
  }
}
