/** Results of checks: what was found, or why not; never thrown. */
import type { Result } from '#lib/domain';

/** Why something was refused, as domain's Result has it. */
export type Refusal = Extract<Result<unknown>, { readonly ok: false }>;

/** The value, as a result. */
export const accept = <T>(value: T): Result<T> => ({ ok: true, value });

/** A fault, as a result. @param pointer RFC 6901; absent: what was given as a whole */
export const refuse = (code: string, detail: string, pointer?: string): Refusal =>
  pointer === undefined ? { ok: false, code, detail } : { ok: false, code, detail, pointer };
