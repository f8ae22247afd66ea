/** Waiting for a server that is away or busy: asked again after a pause, for a time that is bounded. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError, EXIT } from './exit-codes.ts';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

export interface Patience {
  /** After this nothing is asked again; a question that is under way then is still heard. */
  readonly retryForMs: number;
  /** Ends the waiting, as CommandError with exit code 130. */
  readonly signal?: AbortSignal | undefined;
  /** Hears each failure that is waited out. */
  readonly waits?: (failure: CommandError) => void;
}

export const interrupted = (message = 'Interrupted.'): CommandError => new CommandError(EXIT.interrupted, 'interrupted', message);

/**
 * What `ask` answers; it is asked again where it fails for a time (exit code 75): after the server's own Retry-After, and after a pause that
 * doubles. What is sent must be harmless to send again. Throws the last failure.
 */
export async function untilAnswered<Answer>(
  { retryForMs, signal, waits = () => undefined }: Patience,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const deadline = performance.now() + retryForMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    let failure: CommandError;
    try {
      return await ask();
    } catch (error) {
      failure =
        error instanceof CommandError
          ? error
          : new CommandError(EXIT.temporary, 'server.interrupted', `The answer broke off: ${String(error)}`);
    }
    if (signal?.aborted === true) throw interrupted();
    const left = deadline - performance.now();
    if (failure.exitCode !== EXIT.temporary || left <= 0) throw failure;
    waits(failure);
    await pause(Math.min(Math.max(pauseMs, failure.more.retryAfterMs ?? 0), left), signal);
  }
}

/** Throws CommandError with exit code 130 when `signal` ends it. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {
    throw interrupted();
  });
}

/** What the header Retry-After asks for (RFC 9110, 10.2.3: seconds, or a date), in milliseconds; `undefined` without one that can be read. */
export function retryAfterMs(headers: Headers): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? '';
  if (text === '') return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
