import { ERRORS, isErrorCode } from '#lib/contracts';

/** What the error catalogue says to do; `undefined` for a code of the system, such as ENOENT. Apart, since the catalogue's library takes its time to load. */
export const remedyOf = (code: string): string | undefined => (isErrorCode(code) ? ERRORS[code].remedy : undefined);
