/**
 * The witness on HTTP/1.1 (C2SP tlog-witness): `POST /add-checkpoint`, `GET /<origin hash>/checkpoint`, and `GET /metrics` for who runs it.
 * Submission and monitoring prefix are the same. Requests have no authentication beyond the log's signature; everything that is taken in is bounded.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log, WitnessMetrics } from '#lib/runtime';
import type { Witness } from './witness.ts';

/** 63 hashes, a checkpoint, and 16 signatures of the largest kind (5 kB) with room. */
export const BODY_BYTES_MAX = 128 * 1024;
/** A request is a few kilobytes: whoever needs longer holds a place for nothing. */
const REQUEST_MS = 30_000;
const HEAD_MS = 10_000;
const CLOSE_MS = 5_000;
const CONNECTIONS_MAX = 256;
const RETRY_AFTER_SECONDS = '1';

const TEXT = 'text/plain; charset=utf-8';
const METRICS_PATH = '/metrics';
/** Prometheus exposition format. */
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
const CHECKPOINT_PATH = /^\/([0-9a-f]{64})\/checkpoint$/;

export interface WitnessServer {
  /** Base URL, with the port that was taken. */
  readonly url: string;
  /** Takes no more connections and lets answers end. */
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What answers are made from. */
export interface Served {
  readonly witness: Witness;
  readonly metrics: WitnessMetrics;
  readonly log: Log;
}

/** @param port 0 takes a free one */
export async function listen(served: Served, host: string, port: number): Promise<WitnessServer> {
  const server = createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: HEAD_MS, connectionsCheckingInterval: HEAD_MS },
    (request, response) => {
      void respond(served, request, response);
    },
  );
  server.maxConnections = CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
    close: () => closeInOrder(server),
  };
}

/** Connections on which nothing is asked go at once, the others after their answer, or after a while. */
async function closeInOrder(server: Server): Promise<void> {
  const end = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
  await new Promise<void>((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeIdleConnections();
  });
  clearTimeout(end);
}

async function respond(served: Served, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { log, metrics } = served;
  const startedMs = performance.now();
  let answer: Answer | null;
  try {
    answer = await answerOf(served, request);
  } catch (error) {
    log.error('the state could not be read or kept; nothing was cosigned', { error });
    answer = plain(500, 'the witness could not keep its state, and cosigned nothing');
  }
  // The client went away within its body: nobody is there to be answered.
  if (answer === null) return;
  const { status, body, headers } = answer;
  const length = Buffer.byteLength(body);
  response.writeHead(status, { 'content-type': TEXT, 'content-length': length, 'x-content-type-options': 'nosniff', ...headers });
  response.end(request.method === 'HEAD' ? undefined : body);
  const ms = Math.round((performance.now() - startedMs) * 1000) / 1000;
  metrics.answers.inc({ status: String(status) });
  log.info('request', { method: request.method ?? '', route: routeOf(pathOf(request)) ?? 'unmatched', status, ms });
}

const pathOf = ({ url = '' }: IncomingMessage): string => url.split('?', 1)[0] ?? '';

function routeOf(path: string): string | null {
  if (path === '/add-checkpoint' || path === METRICS_PATH) return path;
  return CHECKPOINT_PATH.test(path) ? '/{originHash}/checkpoint' : null;
}

async function answerOf({ witness, metrics }: Served, request: IncomingMessage): Promise<Answer | null> {
  const path = pathOf(request);
  const { method = '' } = request;
  const hash = CHECKPOINT_PATH.exec(path)?.[1];
  if (hash !== undefined) {
    if (method !== 'GET' && method !== 'HEAD') return plain(405, 'a checkpoint is got', { allow: 'GET, HEAD' });
    const note = await witness.checkpoint(hash);
    return note === null ? plain(404, 'no checkpoint of this log was cosigned') : { status: 200, body: note };
  }
  if (path === METRICS_PATH) {
    if (method !== 'GET' && method !== 'HEAD') return plain(405, 'metrics are got', { allow: 'GET, HEAD' });
    return { status: 200, body: await metrics.expose(), headers: { 'content-type': METRICS_TYPE } };
  }
  if (path !== '/add-checkpoint') return plain(404, 'there is POST /add-checkpoint and GET /{originHash}/checkpoint');
  if (method !== 'POST') return plain(405, 'a checkpoint is posted', { allow: 'POST' });
  const body = await bodyOf(request);
  if (body === 'gone') return null;
  if (body === 'too large') {
    // What still comes is thrown away, for REQUEST_MS at most: closing at once could lose the answer in a reset.
    request.resume();
    return plain(413, `a request has at most ${BODY_BYTES_MAX} bytes`);
  }
  const answer = await witness.add(body);
  if (answer === null) return plain(503, 'too many requests about this log', { 'retry-after': RETRY_AFTER_SECONDS });
  return { status: answer.status, body: answer.body, headers: { 'content-type': answer.contentType } };
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array | 'too large' | 'gone'> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES_MAX) return 'too large';
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    // Not destroyed when it is left early: the connection has to carry the answer.
    for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > BODY_BYTES_MAX) return 'too large';
      pieces.push(piece);
    }
  } catch {
    // Reading fails in one way: the connection is no more.
    return 'gone';
  }
  return Buffer.concat(pieces);
}

function plain(status: number, sentence: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, body: `${sentence}\n`, headers };
}
