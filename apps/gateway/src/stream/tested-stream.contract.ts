/** A gateway that streams a real ledger over HTTP, and clients of it, for specs. */
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  isErrorCode,
  problem,
  routeReads,
  routeRoles,
  statusOf,
  STREAM_END,
  StreamReader,
  type ErrorCode,
  type StreamedEvent,
  type StreamEnd,
  type StreamMessage,
} from '#lib/contracts';
import { ACTOR_ROLES, ANONYMOUS, type Actor } from '#lib/domain';
import { createHttpServer, createLog, createMetrics, DomainError, type HttpServer, type ReadRequest } from '#lib/runtime';
import { GatewayModule } from '../gateway.module.ts';
import { TestedLedger } from '../tested-ledger.contract.ts';
import type { StreamTimes } from './stream-times.ts';

const WAIT_MS = 60_000;

/** `agency/principal`, with communities behind a colon. */
export function actorNamed(name: string): Actor {
  const [who = '', communities = ''] = name.split(':');
  const [agency = '', principal = ''] = who.split('/');
  return { agency, principal, roles: ACTOR_ROLES, communities: communities === '' ? [] : communities.split(','), key: 'k', via: 'key' };
}

export class TestedStream {
  readonly ledger: TestedLedger;
  readonly url: string;
  /** Who may not read any more, by name. */
  readonly revoked = new Set<string>();
  /** What was handed to the access log. */
  readonly recorded: readonly ReadRequest[];
  readonly #server: HttpServer;

  private constructor(ledger: TestedLedger, server: HttpServer, url: string, revoked: Set<string>, recorded: readonly ReadRequest[]) {
    this.recorded = recorded;
    this.ledger = ledger;
    this.#server = server;
    this.url = url;
    this.revoked = revoked;
  }

  static async open(times: StreamTimes, limits = { streams: 100, streamsPerCaller: 100 }, given?: TestedLedger): Promise<TestedStream> {
    const ledger = given ?? (await TestedLedger.open());
    const revoked = new Set<string>();
    const recorded: ReadRequest[] = [];
    const [routes, readRoutes] = [routeRoles(), routeReads()];
    const gateway = GatewayModule.with({
      reads: ledger.reads,
      breaksGlass: ({ principal }) => principal === 'breaker',
      receiptKey: null as never,
      deadLetters: null as never,
      mapLinks: false,
      streams: { ...limits, times },
    });
    const server = await createHttpServer(gateway, {
      limits: { ratePerSecond: 100_000, rateBurst: 100_000, requestsInFlight: 2, bodyBytes: 1 << 20 },
      log: createLog({ level: 'silent', secrets: [] }),
      metrics: createMetrics(),
      catalogue: {
        isCode: isErrorCode,
        statusOf: (code: string) => statusOf(code as ErrorCode),
        problem: (code: string, of: object) => problem(code as ErrorCode, of as never),
      },
      access: {
        authenticate({ headers }) {
          const name = headers['x-as'];
          if (typeof name !== 'string') return ANONYMOUS;
          if (revoked.has(name)) throw new DomainError('auth.key-revoked', 'The key was revoked.');
          return actorNamed(name);
        },
        anonymous: ANONYMOUS,
        rolesOf: (route) => routes.get(route),
      },
      // The real one is tested where it is: apps/custody/src/stream-reads.int.spec.ts.
      reads: { readsOf: (route) => readRoutes.get(route), record: (read) => Promise.resolve(void recorded.push(read)) },
    });
    return new TestedStream(ledger, server, await server.listen('127.0.0.1', 0), revoked, recorded);
  }

  /** @param as `null`: nobody in particular */
  async listen(as: string | null, query = '', headers: Readonly<Record<string, string>> = {}): Promise<Listening> {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(`${this.url}/v1/stream${query}`, { headers: { ...(as === null ? {} : { 'x-as': as }), ...headers } }, resolve).on(
        'error',
        reject,
      );
    });
    return new Listening(response);
  }

  /** Messages of all that there is now. */
  async all(as: string | null, query = '', headers: Readonly<Record<string, string>> = {}): Promise<Listening> {
    const listening = await this.listen(as, `?until=now${query}`, headers);
    await listening.ended();
    return listening;
  }

  async endServer(): Promise<void> {
    await this.#server.close();
  }

  async close(): Promise<void> {
    await this.endServer();
    await this.ledger.database.drop();
  }
}

/** One client, which reads all that comes unless it is told to pause. */
export class Listening {
  readonly response: IncomingMessage;
  readonly messages: StreamMessage[] = [];
  /** As it came. */
  text = '';
  readonly #reader = new StreamReader();
  #isOver = false;

  constructor(response: IncomingMessage) {
    this.response = response;
    const over = (): void => void (this.#isOver = true);
    response.on('error', over).on('close', over);
    response.setEncoding('utf8').on('data', (text: string) => {
      this.text += text;
      this.messages.push(...this.#reader.push(text));
    });
  }

  get status(): number | undefined {
    return this.response.statusCode;
  }

  events(): StreamedEvent[] {
    return this.messages.flatMap(({ event, data }) =>
      data === undefined || event === STREAM_END ? [] : [JSON.parse(data) as StreamedEvent],
    );
  }

  ids(): string[] {
    return this.events().map(({ event }) => event.id);
  }

  end(): StreamEnd | undefined {
    const last = this.messages.find(({ event }) => event === STREAM_END);
    return last?.data === undefined ? undefined : (JSON.parse(last.data) as StreamEnd);
  }

  async until(what: string, look: () => boolean): Promise<void> {
    for (const began = performance.now(); !look(); await sleep(20))
      if (performance.now() - began > WAIT_MS) throw new Error(`it did not come to be: ${what}; ${this.text.slice(-300)}`);
  }

  ended(): Promise<void> {
    return this.until('the end', () => this.#isOver);
  }

  close(): void {
    this.response.destroy();
  }
}
