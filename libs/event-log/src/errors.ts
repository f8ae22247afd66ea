/** Codes are those of the error catalogue (libs/contracts). */
export type FatalCode =
  /** The offset to read is below the first one kept, or beyond the end. */
  | 'offset.out-of-range'
  /** The topic was deleted and made again: old offsets mean other records. */
  | 'topic.changed'
  | 'topic.missing'
  /** Append only: larger than the topic takes; nothing of this record is in the log. */
  | 'record.too-large'
  /** Append only: this client lacks the right, or the log calls the records invalid. */
  | 'append.refused'
  /** The client library gave up for a reason that no retry mends; `cause` says which. */
  | 'consumer.stopped';

/** Not known whether the log has the records (append), or the log does not answer (all else). Try again after a back-off; HTTP: 503 + Retry-After. */
export class LogUnavailable extends Error {
  override readonly name = 'LogUnavailable';
  readonly code = 'log.unavailable';

  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
  }
}

/** No retry mends it and going on would skip or mistake records: the consumer stops, an operator must look. Handlers may throw it too. */
export class FatalLogError extends Error {
  override readonly name = 'FatalLogError';
  /** One of `FatalCode`, or a handler's own code. */
  readonly code: string;

  constructor(code: FatalCode | (string & {}), message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
