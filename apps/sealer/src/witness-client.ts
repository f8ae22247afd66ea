/**
 * Asking a witness over HTTP (C2SP tlog-witness). Its answers are from outside: bounded in bytes and time, no redirect is followed, and no
 * address is asked but those of the policy file.
 */

/** Signature lines of a witness, or a checkpoint with as many signatures as a note may have of our size. */
export const ANSWER_BYTES_MAX = 64 * 1024;
/** An auditing witness reads the log before it answers. */
export const REQUEST_MS = 10_000;

export interface WitnessReply {
  readonly status: number;
  /** Media type without parameters, lower-case. */
  readonly type: string;
  readonly body: Uint8Array;
}

/** `reason`: for a person, of our own making. */
export type Asked = { readonly ok: true; readonly reply: WitnessReply } | { readonly ok: false; readonly reason: string };

/** Never rejects: whatever goes wrong is a reason. */
export interface WitnessClient {
  post(url: string, body: Uint8Array): Promise<Asked>;
  get(url: string): Promise<Asked>;
}

/** @param ending gives up what is under way. @param requestMs how long one question may take, body included. */
export function witnessClient(ending: AbortSignal, requestMs = REQUEST_MS): WitnessClient {
  const ask = async (url: string, init: RequestInit): Promise<Asked> => {
    const timeout = AbortSignal.timeout(requestMs);
    const headers = { 'accept-encoding': 'identity', ...(init.body === undefined ? {} : { 'content-type': 'text/plain; charset=utf-8' }) };
    try {
      const response = await fetch(url, { ...init, headers, redirect: 'manual', signal: AbortSignal.any([timeout, ending]) });
      const body = await bounded(response);
      if (body === null) return { ok: false, reason: `it answered ${response.status} with more than ${ANSWER_BYTES_MAX} bytes` };
      const type = (response.headers.get('content-type') ?? '').split(';', 1)[0] ?? '';
      return { ok: true, reply: { status: response.status, type: type.trim().toLowerCase(), body } };
    } catch (error) {
      return { ok: false, reason: timeout.aborted ? `it did not answer within ${requestMs} ms` : reasonOf(error) };
    }
  };
  return {
    post: (url, body) => ask(url, { method: 'POST', body: Buffer.from(body) }),
    get: (url) => ask(url, { method: 'GET' }),
  };
}

/** `null`: too much; the rest is not read. */
async function bounded(response: Response): Promise<Uint8Array | null> {
  if (response.body === null) return new Uint8Array();
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += piece.length;
    if (bytes > ANSWER_BYTES_MAX) return null;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** The system's word (ECONNREFUSED), never a message: those quote what came. */
function reasonOf(error: unknown): string {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: { code?: unknown } };
  const word = typeof cause?.code === 'string' ? cause.code : typeof code === 'string' ? code : '';
  return /^[A-Z_]{3,40}$/.test(word) ? `it cannot be reached (${word})` : 'it cannot be reached';
}
