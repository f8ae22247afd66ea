/** A domain failure: a value, never thrown. `code` is stable and stands in the error catalogue. */
export interface DomainFault {
  readonly ok: false;
  readonly code: string;
  /** One sentence for a person: what was found and what would be accepted. */
  readonly detail: string;
  /** JSON pointer (RFC 6901) relative to the value that was given; absent: the value itself. */
  readonly pointer?: string;
}

/** What every parser returns. */
export type Result<T> = { readonly ok: true; readonly value: T } | DomainFault;

/** The value, as a result. */
export const accept = <T>(value: T): Result<T> => ({ ok: true, value });

/** A fault, as a result. */
export const refuse = (code: string, detail: string, pointer?: string): DomainFault =>
  pointer === undefined ? { ok: false, code, detail } : { ok: false, code, detail, pointer };
