/**
 * The HTTP side of a role: a Nest application on Fastify that listens on loopback, and elsewhere by TLS alone, gives every request an id, turns away what is too
 * much, answers errors as problems, and counts and logs by route template.
 */
import { lookup } from 'node:dns/promises';
import type { IncomingMessage, Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { AddressInfo, Server as Listener, Socket } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DynamicModule, Type } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isEveryAddress, LOOPBACK_HOSTS, type Config } from '../config/settings.ts';
import { DomainError } from '../domain-error.ts';
import { type Log, nestLogger } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { guardRoutes, type HttpAccess } from './access.ts';
import { type Certificate, type FollowedCertificate, followCertificate } from './certificate.ts';
import { holdNothing } from './held-answers.ts';
import { recordReads, type ReadLog } from './reads.ts';
import { type OwnOrigin, PLAIN_ORIGIN } from './own-origin.ts';
import { clientOf, createLimiter, type Limiter } from './limiter.ts';
import { listenAlsoAt } from './other-addresses.ts';
import type { ProblemCatalogue, Translate } from './problem-answer.ts';
import { type ProblemOptions, replaceByProblem, sendProblem } from './send-problem.ts';
import { nameAsked, refuseHead } from './request-guard.ts';
import { chooseRequestId, REQUEST_ID_HEADER, requestIdOf, TRACEPARENT_HEADER, traceparentOf } from './request-id.ts';
import { createRouteTable } from './route-table.ts';
import { unparsedRequests } from './unparsed-request.ts';
import { dropRest, watchBodies } from './watched-body.ts';

export interface HttpServerOptions {
  readonly limits: Pick<Config['limits'], 'ratePerSecond' | 'rateBurst' | 'requestsInFlight' | 'bodyBytes'> &
    Partial<Pick<Config['limits'], 'streams'>>;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly catalogue: ProblemCatalogue;
  /** Who callers are and which routes are for them. */
  readonly access: HttpAccess;
  /** Where it is recorded what was read for them. */
  readonly reads: ReadLog;
  readonly translate?: Translate;
  /** By which names it is asked. Default: loopback, without TLS. */
  readonly own?: OwnOrigin;
  /** With it the port speaks TLS, and listens on other addresses than loopback as well. */
  readonly certificate?: Certificate;
  readonly timeouts?: {
    /** How long a body may stop coming before its place is given to others. Default 60 s. */
    readonly bodyIdleMs?: number;
    /** How long the head of a request may take. Default 60 s. */
    readonly headMs?: number;
    /** How long an answer that waits to be read may get no further before its connection ends. Default 120 s. */
    readonly answerIdleMs?: number;
    /** How often the files of the certificate are looked at. Default 10 s. */
    readonly certificateMs?: number;
    /** How long a client may take until it speaks TLS. Default 20 s. */
    readonly handshakeMs?: number;
  };
}

export interface HttpServer {
  readonly app: NestFastifyApplication;
  /**
   * Listens; returns the base URL, with the port that was taken. Without TLS it refuses every address but loopback.
   * @param opening what is done with that URL before the first request is answered; those that come meanwhile wait
   */
  listen(host: string, port: number, opening?: (url: string) => Promise<void>): Promise<string>;
  /** By which it speaks TLS now; null: by none, or it does not listen yet. */
  certificate(): Certificate | null;
  /** Stops taking connections, lets answers end, closes the application. */
  close(): Promise<void>;
}

/** Asked by machines at short intervals, also when the server is at its limit: then most of all. */
const UNLIMITED_PATHS = new Set(['/livez', '/readyz', '/metrics']);
/** A client that sends nothing for this long is gone: longer than any pause of a network that still works. */
const BODY_IDLE_MS = 60_000;
const HEAD_MS = 60_000;
/** The system takes more for a connection only once a third of its buffer is free, of 4 MiB at most: so nobody who reads 12 kB in a second is cut off. */
const ANSWER_IDLE_MS = 120_000;
/**
 * Beside those that work or stream: what clients keep open for their next request, and what says nothing until its time is over. They take 5 to 12 kB each, by
 * TLS 35, which is 70 MB of these: more would be memory that anybody takes who only connects.
 */
const CONNECTIONS_IDLE_MAX = 2_048;
/** Often enough that an orderly end is not noticed by whoever waits for it. */
const REAP_EVERY_MS = 50;
/** A client that does not come to speak TLS in this time holds a place for nothing. */
const HANDSHAKE_MS = 20_000;
/** A year: a browser that came once by https comes by nothing else. Other names of the domain are not ours to bind. */
const HSTS = 'max-age=31536000';
/** Longest identifier with its URL encoding, and room. */
const PARAM_LENGTH_MAX = 1_024;

interface OpenRequests {
  open: number;
  ending: boolean;
}

/** JSON bodies arrive as raw `Buffer`s and NDJSON as a stream: bytes are parsed once, by capture, strictly. */
export async function createHttpServer(module: Type | DynamicModule, options: HttpServerOptions): Promise<HttpServer> {
  // Loaded when a server starts: commands that only ask one must not wait for it.
  const { NestFactory } = await import('@nestjs/core');
  const { FastifyAdapter } = await import('@nestjs/platform-fastify');
  const { ProblemFilter } = await import('./problem-filter.ts');
  const unparsed = unparsedRequests(options.catalogue);
  const { bodyIdleMs = BODY_IDLE_MS, headMs = HEAD_MS, handshakeMs = HANDSHAKE_MS, certificateMs } = options.timeouts ?? {};
  const { own = PLAIN_ORIGIN, certificate } = options;
  // A missing Host header is answered by us, as a problem.
  const http = { headersTimeout: headMs, connectionsCheckingInterval: headMs / 2, requireHostHeader: false };
  const adapter = new FastifyAdapter({
    bodyLimit: options.limits.bodyBytes,
    genReqId: (request: IncomingMessage) => chooseRequestId(request),
    // Of a whole request: a long stream may take hours. Its parts are bounded: the head here, the body by watchBodies.
    requestTimeout: 0,
    ...(certificate === undefined ? { http } : { https: { ...http, ...certificate.context, handshakeTimeout: handshakeMs } }),
    clientErrorHandler: (error, socket) => unparsed.onClientError(error, socket),
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      void reply.header(REQUEST_ID_HEADER, requestIdOf(request));
      sendProblem(refuseHead(request, own) ?? error, request, reply, problems);
    },
    // The answer of the framework's own would be no problem: watchRequests gives one.
    return503OnClosing: false,
    // Answers that are under way end; idle connections do not hold up the end.
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  const gate = gateOf(fastify);
  const routes = createRouteTable(fastify);
  const problems: ProblemOptions = { ...options, methodsOf: (path) => routes.methodsOf(path) };
  takeRawBodies(fastify);
  watchBodies(fastify, bodyIdleMs);
  unparsed.watch(fastify.server);
  fastify.server.maxConnections = CONNECTIONS_IDLE_MAX + options.limits.requestsInFlight + (options.limits.streams ?? 0);
  const requests: OpenRequests = { open: 0, ending: false };
  watchRequests(fastify, problems, { ...options, own }, requests);
  const refuse = (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    dropRest(request, reply);
    sendProblem(error, request, reply, problems);
  };
  guardRoutes(fastify, options.access, refuse);
  recordReads(fastify, options.reads, refuse, (error, request, reply) => replaceByProblem(error, request, reply, problems));
  holdNothing(fastify);
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bodyParser: false,
    logger: nestLogger(options.log),
    abortOnError: false,
  });
  app.useGlobalFilters(new ProblemFilter(problems));
  return servedBy(app, { own, certificate, certificateMs, log: options.log, requests, gate, connections: connectionsOf(fastify) });
}

interface Serving {
  readonly own: OwnOrigin;
  readonly certificate: Certificate | undefined;
  readonly certificateMs: number | undefined;
  readonly log: Log;
  readonly requests: OpenRequests;
  readonly gate: () => () => void;
  readonly connections: ReadonlySet<Socket>;
}

function servedBy(app: NestFastifyApplication, { own, certificate, certificateMs, log, requests, gate, connections }: Serving): HttpServer {
  let followed: FollowedCertificate | null = null;
  let others: readonly Listener[] = [];
  return {
    app,
    async listen(host, port, opening) {
      if (certificate === undefined && !LOOPBACK_HOSTS.includes(host))
        throw new Error(`without TLS listens on loopback only, not on ${host}`);
      const server = app.getHttpServer() as unknown as Server;
      const open = gate();
      const [first = host, ...more] = await addressesOf(host);
      await app.listen(port, first);
      const address = server.address() as AddressInfo;
      others = await listenAlsoAt(server, more, address.port, (why) =>
        log.warn('an address of the host is not listened on', { component: 'http', why }),
      );
      if (certificate !== undefined) followed = followCertificate(server as SecureServer, certificate, log, certificateMs);
      // The certificate is of the name that was given, and not of the address that it stands for.
      const name = certificate === undefined || isEveryAddress(host) ? address.address : host;
      const url = `${own.scheme}://${name.includes(':') ? `[${name}]` : name}:${address.port}`;
      await opening?.(url);
      open();
      return url;
    },
    certificate: () => followed?.inForce() ?? null,
    async close() {
      followed?.stop();
      for (const other of others) other.close();
      await closeInOrder(app, requests, connections);
    },
  };
}

/** Of `localhost` all that it stands for, in the order of the machine. */
async function addressesOf(host: string): Promise<string[]> {
  if (host !== 'localhost') return [host];
  // The first names the server, in clear: commands of this machine ask 127.0.0.1, whatever its resolver prefers.
  return [...new Set((await lookup(host, { all: true, order: 'ipv4first' })).map(({ address }) => address))];
}

/** Call to have requests wait from now on; returns what lets them in. */
function gateOf(fastify: FastifyInstance): () => () => void {
  let shut: Promise<void> | null = null;
  fastify.addHook('onRequest', (_request, _reply, done) => {
    if (shut === null) done();
    else void shut.then(() => done());
  });
  return () => {
    let open = (): void => {};
    shut = new Promise((resolve) => (open = resolve));
    return () => {
      shut = null;
      open();
    };
  };
}

/** All that are open, also those that have not come to speak TLS yet, of which Node's own list knows nothing. */
function connectionsOf({ server }: FastifyInstance): ReadonlySet<Socket> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return open;
}

/**
 * Node closes connections that are idle, but not those on which nothing was ever asked (browsers and clients open them in advance), and
 * would wait for their end. Once no request is open, all of them may go.
 */
async function closeInOrder(app: NestFastifyApplication, requests: OpenRequests, connections: ReadonlySet<Socket>): Promise<void> {
  requests.ending = true;
  const reaper = setInterval(() => {
    if (requests.open === 0) for (const socket of connections) socket.destroy();
  }, REAP_EVERY_MS);
  try {
    await app.close();
  } finally {
    clearInterval(reaper);
  }
}

/** Configuration of a route whose body is bytes, whatever their sender calls them: it comes as a stream, and no header says what it is. */
export const TAKES_BYTES = { takesBytes: true } as const;
const BYTES = 'application/octet-stream';
/** Of a route whose answers stay open for as long as their clients like: they do not count as work, or they would keep all other out. Bounded by itself. */
export const STAYS_OPEN = { staysOpen: true } as const;

const staysOpen = ({ routeOptions }: FastifyRequest): boolean => (routeOptions.config as Partial<typeof STAYS_OPEN>).staysOpen === true;

function takeRawBodies(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  // Before anything else looks at the headers.
  fastify.addHook('onRequest', (request, _reply, done) => {
    if ((request.routeOptions.config as Partial<typeof TAKES_BYTES>).takesBytes === true) request.raw.headers['content-type'] = BYTES;
    done();
  });
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  for (const type of ['application/x-ndjson', 'application/jsonl', BYTES])
    fastify.addContentTypeParser(type, (_request, stream, done) => done(null, stream));
}

function watchRequests(
  fastify: FastifyInstance,
  problems: ProblemOptions,
  { limits, log, metrics, own, certificate, timeouts }: HttpServerOptions & { readonly own: OwnOrigin },
  requests: OpenRequests,
): void {
  const limiter = createLimiter({ ratePerSecond: limits.ratePerSecond, burst: limits.rateBurst, inFlightMax: limits.requestsInFlight });
  fastify.addHook('onRequest', (request, reply, done) => {
    const startedMs = performance.now();
    void reply.header(REQUEST_ID_HEADER, requestIdOf(request)).header('x-content-type-options', 'nosniff');
    const trace = traceparentOf(request);
    if (trace !== undefined) void reply.header(TRACEPARENT_HEADER, trace);
    // Of a loopback name it would bind every other program of the machine that is asked by it.
    if (certificate !== undefined && !LOOPBACK_HOSTS.includes(nameAsked(request))) void reply.header('strict-transport-security', HSTS);
    const refusal = refuseHead(request, own) ?? (requests.ending ? ending() : admit(limiter, request, reply));
    if (refusal?.code === 'busy' || refusal?.code === 'rate.limited') metrics.httpRefused.inc({ code: refusal.code });
    // `close` comes once, after the whole answer and also when the client went away before it.
    requests.open++;
    reply.raw.once('close', () => {
      requests.open--;
      finished(request, reply, startedMs, log, metrics);
    });
    if (!staysOpen(request)) cutWhereItStops(reply, timeouts?.answerIdleMs ?? ANSWER_IDLE_MS);
    if (refusal === undefined) done();
    else {
      dropRest(request, reply);
      sendProblem(refusal, request, reply, problems);
    }
  });
}

/**
 * Who asks and then does not read would hold the place of his request, and the bytes of its answer, for as long as he likes: his system goes on answering
 * for him. What Node takes for progress is that bytes came, or that fewer wait to go than the last time.
 */
function cutWhereItStops({ raw }: FastifyReply, idleMs: number): void {
  raw.setTimeout(idleMs, () => {
    // Where nothing waits to go it is the server that takes long, or a body that it answers as it comes.
    if (!raw.headersSent || raw.writableLength === 0) return;
    cutOff.add(raw);
    raw.destroy();
  });
}

/** Node takes what was dropped with its connection for sent. */
const cutOff = new WeakSet<FastifyReply['raw']>();

function admit(limiter: Limiter, request: FastifyRequest, reply: FastifyReply): DomainError | undefined {
  if (UNLIMITED_PATHS.has(request.routeOptions.url ?? '')) return undefined;
  const admission = limiter.admit(clientOf(request.ip));
  if (!admission.admitted) {
    const { code, retryAfterSeconds } = admission;
    return new DomainError(code, `Try again in ${retryAfterSeconds} s.`, [], { retryAfterSeconds });
  }
  if (staysOpen(request)) admission.release();
  else reply.raw.once('close', admission.release);
  return undefined;
}

function finished(request: FastifyRequest, reply: FastifyReply, startedMs: number, log: Log, metrics: Metrics): void {
  const route = request.routeOptions.url ?? 'unmatched';
  const ms = Math.round((performance.now() - startedMs) * 1000) / 1000;
  // nginx's number for a client that closed before the answer, or did not take it.
  const status = reply.raw.writableFinished && !cutOff.has(reply.raw) ? reply.raw.statusCode : 499;
  metrics.httpRequests.inc({ method: request.method, route, status });
  metrics.httpSeconds.observe({ route }, ms / 1000);
  const trace = traceparentOf(request);
  const fields = {
    requestId: requestIdOf(request),
    method: request.method,
    route,
    status,
    ms,
    ...(trace === undefined ? {} : { traceparent: trace }),
  };
  if (UNLIMITED_PATHS.has(route)) log.debug('request', fields);
  else log.info('request', fields);
}

const ending = (): DomainError => new DomainError('busy', 'The server is ending.');
