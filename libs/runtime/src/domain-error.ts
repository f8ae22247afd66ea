import type { NamedInAnswer } from './http/read-notes.ts';

/**
 * A failure that the caller can act on, on its way out of a request: its code is in the error catalogue (libs/contracts), its detail never
 * holds content, identifiers or secrets beyond what the caller sent. Everything else that is thrown is a bug or broken infrastructure.
 */
export class DomainError<Fault = unknown> extends Error {
  readonly code: string;
  /** For a person. */
  readonly detail: string;
  /** The parts of a refusal, as the answer lists them. */
  readonly errors: readonly Fault[];
  /** Whole seconds; only for codes that ask the caller to come back. */
  readonly retryAfterSeconds: number | undefined;
  /** What of that which was read on the way its words tell, for the access log. Empty: nothing, as of what is not there. */
  readonly tells: Partial<NamedInAnswer>;

  constructor(
    code: string,
    detail: string,
    errors: readonly Fault[] = [],
    options: { cause?: unknown; retryAfterSeconds?: number; tells?: Partial<NamedInAnswer> } = {},
  ) {
    super(`${code}: ${detail}`, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'DomainError';
    this.code = code;
    this.detail = detail;
    this.errors = errors;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.tells = options.tells ?? {};
  }
}

/** A refusal of one part of the request's head: the answer names it beside the words. */
export const refusedHeader = (code: string, header: string, detail: string): DomainError =>
  new DomainError(code, detail, [{ code, header, detail }]);
