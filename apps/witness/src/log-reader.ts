/** Reads a log as it is served (C2SP tlog-tiles, and `/log/links`). What comes is from outside: bounded in bytes and time; no redirect is followed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { tilePath } from '#lib/ledger';
import { type MapLinks, readMapLinks } from './map-links.ts';

/** The longest that a bundle can say. */
const ENTRY_BYTES_MAX = 2 + 65_535;
/** As many as the log answers with at once, with room. */
const LINKS_BYTES_MAX = 8 * 1024 * 1024;
const REQUEST_MS = 10_000;
/** A log that is busy says 429 or 503. */
const BUSY: ReadonlySet<number> = new Set([429, 503]);
const TRIES_MAX = 5;
const BUSY_PAUSE_MS = 500;

/** The log did not give what was asked for. It may later. */
export class LogUnread extends Error {
  override readonly name = 'LogUnread';
}

/** Everything rejects with LogUnread. */
export interface LogReader {
  /** An entry bundle with its first `width` entries, as bytes. */
  bundle(index: number, width: number): Promise<Uint8Array>;
  /** Of entries from an index on, up to another or fewer: see MapLinks.to. */
  links(from: number, to: number): Promise<MapLinks>;
}

/** @param prefix of the log without a slash at its end. @param ending gives up what is under way. @param apiKey shown to the log where it is asked for links; null: none is */
export function logReader(prefix: string, ending: AbortSignal, apiKey: string | null = null): LogReader {
  const asReader = apiKey === null ? {} : { authorization: `Bearer ${apiKey}` };
  return {
    bundle: (index, width) =>
      read(`${prefix}/${tilePath({ level: 'entries', index: BigInt(index), width })}`, width * ENTRY_BYTES_MAX, ending),
    async links(from, to) {
      const links = readMapLinks(await read(`${prefix}/links/${from}-${to}`, LINKS_BYTES_MAX, ending, asReader), from, to);
      if (links === null) throw new LogUnread(`what the log serves as its links from ${from} to ${to} are none`);
      return links;
    },
  };
}

async function read(
  url: string,
  bytesMax: number,
  ending: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  for (let tries = 1; ; tries++) {
    const response = await ask(url, ending, headers);
    if (response.status === 200) return bounded(response, url, bytesMax);
    await response.body?.cancel();
    if (!BUSY.has(response.status) || tries === TRIES_MAX) throw new LogUnread(`the log answered ${response.status} to ${url}`);
    await sleep(BUSY_PAUSE_MS * tries, undefined, { signal: ending }).catch(() => undefined);
  }
}

async function ask(url: string, ending: AbortSignal, headers: Readonly<Record<string, string>>): Promise<Response> {
  try {
    const signal = AbortSignal.any([AbortSignal.timeout(REQUEST_MS), ending]);
    return await fetch(url, { redirect: 'manual', headers: { ...headers, 'accept-encoding': 'identity' }, signal });
  } catch (error) {
    throw new LogUnread(`the log did not answer to ${url}${untrusted(error)}`, { cause: error });
  }
}

/** Node's codes of certificates say what is wrong; what to do they do not say. */
function untrusted(error: unknown): string {
  const { code } = ((error as Error | null)?.cause ?? {}) as { readonly code?: unknown };
  if (typeof code !== 'string' || !/CERT|ISSUER|LEAF_SIGNATURE/.test(code)) return '';
  return `, or by a certificate that is not trusted (${code}): if its issuer is one of your own, start with NODE_EXTRA_CA_CERTS=ca.pem`;
}

async function bounded(response: Response, url: string, bytesMax: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const piece of (response.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
      bytes += piece.length;
      if (bytes > bytesMax) break;
      pieces.push(piece);
    }
  } catch (error) {
    throw new LogUnread(`the answer to ${url} broke off`, { cause: error });
  }
  if (bytes > bytesMax) throw new LogUnread(`the log answered to ${url} with more than ${bytesMax} bytes`);
  return Buffer.concat(pieces);
}
