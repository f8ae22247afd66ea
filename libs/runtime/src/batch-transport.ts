/**
 * The event log as a Nest transport: whole batches of raw bytes go to a decorated controller method, with Nest's injection, guards and
 * interceptors, for about 50 µs a batch. Nest's own Kafka transport works per message, parses the payload and commits by itself.
 *
 *     @Controller()
 *     class ProjectorController {
 *       @BatchHandler('events')
 *       project(@Payload() batch: Batch): Promise<BatchResult> { ... }
 *     }
 */
import { applyDecorators, type ArgumentsHost, Catch, type RpcExceptionFilter, UseFilters } from '@nestjs/common';
import { BaseRpcContext, type CustomTransportStrategy, EventPattern, type MessageHandler, Server } from '@nestjs/microservices';
import { isObservable, lastValueFrom, type Observable, throwError } from 'rxjs';
import type { Batch, BatchResult, ConsumeOptions, EventLog, LogConsumer } from '#lib/event-log';

/** Keeps other transports of a hybrid application from taking these handlers, and us from taking theirs. */
const BATCH_TRANSPORT = Symbol('event-log batches');

export interface BatchServerOptions extends Pick<ConsumeOptions, 'group' | 'maxRecords' | 'maxBytes' | 'startAt'> {
  readonly log: EventLog;
  /** The topic behind the name that a handler is decorated with; the name itself, unless given. */
  readonly topicOf?: (name: string) => string;
}

/**
 * A method that takes one batch (`@Payload()`) and says where to go on. What it throws reaches the event log as it is, which offers the
 * same batch again or, for a FatalLogError, stops. One handler per topic.
 */
export function BatchHandler(topicName: string): MethodDecorator {
  return applyDecorators(EventPattern(topicName, BATCH_TRANSPORT) as MethodDecorator, UseFilters(RethrowFilter));
}

/** Nest's own filter turns every error into "Internal server error", and the decision between retry and dead letter sees nothing. */
@Catch()
class RethrowFilter implements RpcExceptionFilter {
  catch(error: unknown, _host: ArgumentsHost): Observable<never> {
    return throwError(() => error);
  }
}

/** What `@Ctx()` gives: the batch once more, typed for guards and interceptors. */
export class BatchContext extends BaseRpcContext<[Batch]> {
  batch(): Batch {
    return this.args[0];
  }
}

export class BatchServer extends Server implements CustomTransportStrategy {
  override readonly transportId = BATCH_TRANSPORT;
  /** Otherwise Nest logs a handler's error, with its message, and reports success. */
  override readonly propagatesEventHandlerErrors = true;
  /** Settles when the consumers have ended: resolves after `close`, rejects with the first that stopped for good. */
  readonly ended: Promise<void>;
  readonly #options: BatchServerOptions;
  readonly #consumers: LogConsumer[] = [];
  #end: { resolve: () => void; reject: (error: unknown) => void };

  constructor(options: BatchServerOptions) {
    super();
    this.#options = options;
    let end: { resolve: () => void; reject: (error: unknown) => void } | undefined;
    this.ended = new Promise((resolve, reject) => {
      end = { resolve, reject };
    });
    if (end === undefined) throw new Error('a promise runs its executor at once');
    this.#end = end;
    // Whoever waits for it gets the error all the same; nobody waiting must not end the process.
    this.ended.catch(() => {});
  }

  /** Called by Nest; the error of a consumer that cannot start reaches `app.listen()`. */
  listen(done: (error?: unknown) => void): void {
    this.#start().then(
      () => done(),
      (error: unknown) => done(error),
    );
  }

  /** Waits for running handlers and leaves the group. */
  async close(): Promise<void> {
    await Promise.all(this.#consumers.map((consumer) => consumer.close()));
    this.#end.resolve();
  }

  /** Partitions held now, over all topics handled here. */
  assignment(): readonly number[] {
    return this.#consumers.flatMap((consumer) => consumer.assignment());
  }

  on(): never {
    throw new Error('the batch transport has no events; see `ended`');
  }

  unwrap<T>(): T {
    return this.#consumers as T;
  }

  async #start(): Promise<void> {
    const { log, topicOf = (name: string) => name, group, maxRecords, maxBytes, startAt } = this.#options;
    for (const [pattern, handler] of this.messageHandlers) {
      if (handler.next !== undefined) throw new Error(`two handlers for ${pattern}: only one can say where to go on`);
      const onBatch = (batch: Batch): Promise<BatchResult> => this.#handle(handler, batch);
      const consumer = await log.consume({ topic: topicOf(pattern), group, maxRecords, maxBytes, startAt, onBatch });
      this.#consumers.push(consumer);
      consumer.ended.catch((error: unknown) => this.#end.reject(error));
    }
  }

  /** Between Nest's processing hooks, as its own transports do. */
  #handle(handler: MessageHandler, batch: Batch): Promise<BatchResult> {
    const context = new BatchContext([batch]);
    return new Promise((resolve, reject) => {
      this.onProcessingStartHook(this.transportId, context, () =>
        answerOf(handler, batch, context)
          .then(resolve, reject)
          .finally(() => (this.onProcessingEndHook as typeof this.onProcessingEndHook | undefined)?.(this.transportId, context)),
      );
    });
  }
}

async function answerOf(handler: MessageHandler, batch: Batch, context: BatchContext): Promise<BatchResult> {
  const answer: unknown = await handler(batch, context);
  return checkedResult(isObservable(answer) ? await lastValueFrom(answer) : answer, batch);
}

/** A handler that forgot to answer would otherwise read as "begin again at undefined". */
function checkedResult(result: unknown, batch: Batch): BatchResult {
  const next = typeof result === 'object' && result !== null && 'next' in result ? result.next : undefined;
  if (typeof next !== 'number' || !Number.isSafeInteger(next) || next < 0) {
    throw new TypeError(`the handler of ${batch.topic} has to return { next: offset }`);
  }
  return { next };
}
