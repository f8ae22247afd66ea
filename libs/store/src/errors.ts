/** What stands in the way when the store cannot be opened or used. Codes are those of the error catalogue. */
export type StoreErrorCode =
  | 'data.locked'
  | 'data.newer'
  | 'store.unavailable'
  | 'store.timeout'
  | 'store.context'
  | 'ledger.append-only'
  | 'log.frozen'
  | 'backup.exists'
  | 'restore.manifest'
  | 'restore.damaged'
  | 'restore.not-empty';

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** SQLSTATE that our triggers raise where a row of the ledger was to be changed or removed. Class CL is none of the standard's or of Postgres. */
export const APPEND_ONLY_SQLSTATE = 'CL001';
/** The same where something was to be appended to a log that has ended. */
export const FROZEN_SQLSTATE = 'CL002';

/** Statement timeout and cancel (57014), lock timeout (55P03). */
const TIMEOUTS = new Set(['57014', '55P03']);
/** Lost or refused connections and a server that starts, stops or is full: SQLSTATE classes 08, 53, 57P and the system's own codes. */
const UNAVAILABLE = /^(08...|53...|57P0.|ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)$/;
/** An app role without the right to UPDATE, DELETE or TRUNCATE is stopped before the trigger is. */
const INSUFFICIENT_PRIVILEGE = '42501';
const LEDGER_TABLE =
  /for table (entries|notices|content|timeline|relations|evidence_refs|audit|batch_members|open_points|conflicts|policy)$/;
/** What `pg` says without a code. */
const UNAVAILABLE_TEXT = /connection terminated|timeout exceeded when trying to connect|connection error|not queryable|client was closed/i;

/** SQLSTATE or system code of an error from the driver, `undefined` where it has none. */
export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** The same fault in words of the catalogue, or `null`: then it is a bug or a fault of the data and no retry mends it. */
export function storeFault(error: unknown): StoreError | null {
  if (error instanceof StoreError) return error;
  const code = sqlState(error);
  const message = error instanceof Error ? error.message : String(error);
  if (code === APPEND_ONLY_SQLSTATE) return new StoreError('ledger.append-only', message, error);
  if (code === FROZEN_SQLSTATE) return new StoreError('log.frozen', message, error);
  if (code === INSUFFICIENT_PRIVILEGE && LEDGER_TABLE.test(message)) {
    return new StoreError(
      'ledger.append-only',
      `The ledger only grows and this role may not change or remove what is in it (${message}). Submit a correction, a retraction or a marking instead.`,
      error,
    );
  }
  if (code !== undefined && TIMEOUTS.has(code)) return new StoreError('store.timeout', message, error);
  const lost = code === undefined ? UNAVAILABLE_TEXT.test(message) : UNAVAILABLE.test(code);
  return lost ? new StoreError('store.unavailable', message, error) : null;
}
