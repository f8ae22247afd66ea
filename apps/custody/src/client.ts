/** The CLI's way to a running server: JSON over HTTP, problems as errors with an exit code. */
import type { Problem } from '#lib/contracts';
import { printable } from './commands/printable.ts';
import { CommandError, EXIT, exitCodeOf } from './exit-codes.ts';
import { detail as say } from './notes.ts';
import type { OperatorKey } from './operator-key.ts';
import { interrupted, pause, retryAfterMs } from './patience.ts';
import { untrusted } from './untrusted.ts';

/** Long enough for a slow proof or a cold page, short enough that a hung server is noticed. */
const REQUEST_TIMEOUT_MS = 60_000;
/**
 * Of a body that is a stream, fetch wants to hear that the answer comes after it. Where it might have to send the body once more, to another address, it
 * keeps all of it in memory: without a window and redirects it does not.
 */
const OF_A_STREAM = { duplex: 'half', redirect: 'error', window: null } as const;
/** How long a question that was answered 503 with Retry-After is asked again: a person at a terminal waits for no more. */
const ASK_AGAIN_FOR_MS = 5_000;
const PAUSE_MS_MIN = 200;
/** A server that was started anew answers a moment before its new key is on the disk. */
const NEW_KEY_WITHIN_MS = 1_000;

export interface ClientOptions {
  /** Shows the server who asks; null or absent: nobody is named. As a function it is asked each time: the operator's key is another one after each start. */
  readonly apiKey?: string | null | (() => OperatorKey | null);
  /** Ends every request that is under way, as CommandError with exit code 130. */
  readonly signal?: AbortSignal | undefined;
  /** Each request and its status on stderr. Neither its headers, which may have a key, nor its body. */
  readonly verbose?: boolean | undefined;
}

/** A key that is shown; `file` of one that nobody gave: the operator's of this machine. */
type Shown = Pick<OperatorKey, 'key'> & Partial<OperatorKey>;

export interface Client {
  readonly base: string;
  /**
   * Throws CommandError for a problem answer (its code and detail) and when the server cannot be reached (exit 75). As all questions, it is
   * asked again for a few seconds where the answer is 503 with Retry-After.
   */
  get<Body>(path: string, query?: Readonly<Record<string, string | undefined>>): Promise<Body>;
  /** What is no JSON. Throws as `get` does. */
  text(path: string): Promise<string>;
  /** Throws as `get` does. */
  bytes(path: string): Promise<Uint8Array>;
  /** The answer as it comes, whatever its status; for as long as it makes progress. */
  open(path: string): Promise<Response>;
  head(path: string): Promise<Response>;
  /** A stream of any length. */
  put(path: string, body: AsyncIterable<Uint8Array>, headers: Readonly<Record<string, string>>): Promise<Response>;
  post(path: string, contentType: string, body: string | Uint8Array): Promise<Response>;
  delete(path: string): Promise<Response>;
}

export function createClient(base: string, { apiKey, signal, verbose = false }: ClientOptions = {}): Client {
  const root = base.replace(/\/+$/, '');
  const keyNow = (): Shown | null => {
    if (typeof apiKey === 'string') return { key: apiKey };
    return apiKey?.() ?? null;
  };
  const send = sending(root, { signal, verbose });
  /** Refused for a key that is another one by now: once more with that. Nothing was done, and a body that is no stream is still there. */
  const once = async (path: string, init: RequestInit, isLong: boolean): Promise<Response> => {
    const shown = keyNow();
    const answer = await send(path, init, isLong, shown);
    if (answer.status !== 401 || shown?.file === undefined || !(await isKeyUnknown(answer))) return answer;
    const leftBehind = staleOperatorKey(root, shown.file);
    if ('duplex' in init) throw leftBehind;
    for (const deadline = performance.now() + NEW_KEY_WITHIN_MS; keyNow()?.key === shown.key; await pause(PAUSE_MS_MIN, signal))
      if (performance.now() > deadline) throw leftBehind;
    await answer.body?.cancel();
    return send(path, init, isLong, keyNow());
  };
  const call = async (path: string, init: RequestInit, isLong = false): Promise<Response> => {
    let answer = await once(path, init, isLong);
    // Whoever sends something decides himself whether it may be sent again.
    if (init.method !== undefined && init.method !== 'HEAD') return answer;
    for (const deadline = performance.now() + ASK_AGAIN_FOR_MS; answer.status === 503;) {
      const waitMs = retryAfterMs(answer.headers);
      if (waitMs === undefined || performance.now() + waitMs > deadline) break;
      await answer.body?.cancel();
      await pause(Math.max(waitMs, PAUSE_MS_MIN), signal);
      answer = await once(path, init, isLong);
    }
    return answer;
  };
  return {
    base: root,
    async get<Body>(path: string, query: Readonly<Record<string, string | undefined>> = {}): Promise<Body> {
      const search = new URLSearchParams(
        Object.entries(query).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as [string, string]])),
      );
      const text = search.size === 0 ? '' : `?${search.toString()}`;
      const response = await call(`${path}${text}`, { headers: { accept: 'application/json' } });
      if (!response.ok) throw await problemError(response);
      return readAnswer<Body>(response, signal);
    },
    async text(path) {
      const response = await call(path, {});
      if (!response.ok) throw await problemError(response);
      return response.text();
    },
    async bytes(path) {
      const response = await call(path, {});
      if (!response.ok) throw await problemError(response);
      return new Uint8Array(await response.arrayBuffer());
    },
    open: (path) => call(path, {}, true),
    head: (path) => call(path, { method: 'HEAD' }),
    put: (path, body, headers) => call(path, { method: 'PUT', headers, body, ...OF_A_STREAM } as unknown as RequestInit, true),
    delete: (path) => call(path, { method: 'DELETE' }),
    post: (path, contentType, body) =>
      call(path, { method: 'POST', headers: { 'content-type': contentType }, body: body as NonNullable<RequestInit['body']> }),
  };
}

/** One request, and nothing of it again. Rejects with CommandError where no server answers. */
function sending(root: string, { signal, verbose = false }: Pick<ClientOptions, 'signal' | 'verbose'>) {
  return async (path: string, init: RequestInit, isLong: boolean, shown: Shown | null): Promise<Response> => {
    say({ verbose }, `> ${init.method ?? 'GET'} ${root}${path}`);
    const asked = performance.now();
    try {
      const ends = [...(isLong ? [] : [AbortSignal.timeout(REQUEST_TIMEOUT_MS)]), ...(signal === undefined ? [] : [signal])];
      const headers = {
        ...(shown === null ? {} : { authorization: `Bearer ${shown.key}` }),
        ...(init.headers as Record<string, string>),
      };
      const answer = await fetch(`${root}${path}`, { ...init, headers, ...(ends.length === 0 ? {} : { signal: AbortSignal.any(ends) }) });
      say({ verbose }, `< ${answer.status} after ${Math.round(performance.now() - asked)} ms`);
      return answer;
    } catch (error) {
      if (signal?.aborted === true) throw interrupted();
      throw unreachable(root, error);
    }
  };
}

/** Of an answer that is read once more. */
async function isKeyUnknown(answer: Response): Promise<boolean> {
  const problem = (await answer
    .clone()
    .json()
    .catch(() => ({}))) as Partial<Problem>;
  return problem.code === 'auth.key-unknown';
}

/** A process that was killed leaves its key, and another one, of another data directory, may have its port now. */
function staleOperatorKey(base: string, file: string): CommandError {
  const message = `The server at ${base} does not know the operator's key in ${file}: that is of a process that is gone, or of another data directory.`;
  const remedy = `Name the data directory of the server (CUSTODY_DATA_DIR), or show a key (--api-key, CUSTODY_API_KEY_FILE); or start the server of this one, which makes the file anew. Without the file, rm '${file}', you ask as nobody in particular. A server that is only just starting: ask again.`;
  return new CommandError(EXIT.auth, 'auth.key-unknown', printable(message), printable(remedy));
}

function unreachable(base: string, error: unknown): CommandError {
  const fault = untrusted(error);
  // Asking again would not mend it, and nothing was sent.
  if (fault !== undefined)
    return new CommandError(EXIT.usage, 'server.untrusted', `The server at ${base} is not trusted: ${fault.why}.`, fault.remedy);
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
  const message = `No server answers at ${base} (${cause}).`;
  return new CommandError(EXIT.temporary, 'server.unreachable', message);
}

/** What is not JSON comes from something else that listens there. Broken off: `server.interrupted`. */
export async function readAnswer<Body>(response: Response, signal?: AbortSignal): Promise<Body> {
  const text = await response.text().catch((error: unknown) => {
    if (signal?.aborted === true) throw interrupted();
    throw new CommandError(EXIT.temporary, 'server.interrupted', `The answer broke off: ${String(error)}.`);
  });
  try {
    return JSON.parse(text) as Body;
  } catch {
    const message = `What answers at ${response.url} is not JSON, so it is no server of this program.`;
    throw new CommandError(EXIT.usage, 'server.answer', printable(message));
  }
}

/** The problem in an answer as an error; an answer that is no problem document still says its status. */
export async function problemError(response: Response): Promise<CommandError> {
  const text = await response.text();
  let problem: Partial<Problem> = {};
  try {
    problem = JSON.parse(text) as Partial<Problem>;
  } catch {
    problem = { title: `HTTP ${response.status}`, detail: text.slice(0, 200) };
  }
  const first = problem.errors?.[0];
  const told = first === undefined || problem.detail?.endsWith(first.detail) === true;
  const detail = told ? '' : ` ${first.detail}`;
  const message = `${problem.title ?? `HTTP ${response.status}`}${problem.detail === undefined ? '' : `: ${problem.detail}`}${detail}`;
  const more = { retryAfterMs: retryAfterMs(response.headers) };
  return new CommandError(exitCodeOf(response.status), problem.code ?? 'server.answer', printable(message), problem.remedy, more);
}
