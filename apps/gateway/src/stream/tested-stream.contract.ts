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
import type { LedgerReads } from '../ledger-reads.ts';
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
  url = '';
  /** Who may not read any more, by name. */
  readonly revoked = new Set<string>();
  /** Of whom the provider of his token could say nothing at the moment, by name. */
  readonly unsure = new Set<string>();
  /** What was handed to the access log. */
  readonly recorded: ReadRequest[] = [];
  /** How many streams are open. */
  open = 0;
  /** How often somebody did something. */
  uses = 0;
  #server: HttpServer | undefined;

  private constructor(ledger: TestedLedger) {
    this.ledger = ledger;
  }

  /** @param readsOf others than those of the ledger, made of them */
  static async open(
    times: StreamTimes,
    limits = { streams: 100, streamsPerCaller: 100 },
    given?: TestedLedger,
    readsOf: (reads: LedgerReads) => LedgerReads = (reads) => reads,
  ): Promise<TestedStream> {
    const tested = new TestedStream(given ?? (await TestedLedger.open()));
    const [routes, readRoutes] = [routeRoles(), routeReads()];
    const gateway = GatewayModule.with({
      reads: readsOf(tested.ledger.reads),
      breaksGlass: ({ principal }) => principal === 'breaker',
      receiptKey: null as never,
      deadLetters: null as never,
      mapLinks: false,
      evidenceBytes: () => Promise.resolve(null),
      streams: { ...limits, times, onCount: (open) => void (tested.open = open) },
    });
    tested.#server = await createHttpServer(gateway, {
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
          if (tested.revoked.has(name)) throw new DomainError('auth.key-revoked', 'The key was revoked.');
          if (tested.unsure.has(name)) throw new DomainError('auth.provider', 'The keys cannot be read.');
          return actorNamed(name);
        },
        used: () => Promise.resolve(void tested.uses++),
        anonymous: ANONYMOUS,
        rolesOf: (route) => routes.get(route),
      },
      // The real one is tested where it is: apps/custody/src/stream-reads.int.spec.ts.
      reads: { readsOf: (route) => readRoutes.get(route), record: (read) => Promise.resolve(void tested.recorded.push(read)) },
    });
    tested.url = await tested.#server.listen('127.0.0.1', 0);
    return tested;
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
    await this.#server?.close();
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
