/** What is thrown inside of a request, as an answer: RFC 9457 with a code of the catalogue, and never more than the catalogue knows. */
import { DomainError } from '../domain-error.ts';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** The error catalogue as this lib needs it (libs/contracts has it). */
export interface ProblemCatalogue {
  isCode(code: string): boolean;
  /** HTTP status of the code's answers. */
  statusOf(code: string): number;
  problem(code: string, of: { detail?: string; instance: string; requestId: string; errors?: readonly unknown[] }): object;
}

/** Codes for errors of the libraries behind a role: a database that is away, an event log that does not answer. */
export type Translate = (
  error: unknown,
) => { readonly code: string; readonly detail?: string; readonly retryAfterSeconds?: number } | undefined;

export interface ProblemAnswer {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
  /** Our fault: the log line says error and carries the frames. */
  readonly unexpected: boolean;
}

/** How soon a code that asks to come back may be tried again, unless the error knows better. */
const RETRY_AFTER_SECONDS = 1;

/** Fastify's own refusals. Others of its errors are bugs of ours. */
const FASTIFY_CODES: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body.too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media-type',
  FST_ERR_CTP_EMPTY_TYPE: 'media-type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'query.malformed',
  FST_ERR_BAD_URL: 'query.malformed',
  FST_ERR_MAX_PARAM_LENGTH: 'query.malformed',
  FST_ERR_NOT_FOUND: 'not-found',
};

const NEST_STATUS_CODES: Readonly<Record<number, string>> = {
  400: 'query.malformed',
  404: 'not-found',
  405: 'method-not-allowed',
  413: 'body.too-large',
  415: 'media-type',
};

/**
 * @param of `instance`: path of the request without its query, which may hold what was searched for; `bodyBytesMax`: of the route's bodies,
 *   which is where the framework stops reading one
 */
export function problemAnswer(
  error: unknown,
  { bodyBytesMax, ...of }: { readonly instance: string; readonly requestId: string; readonly bodyBytesMax?: number },
  catalogue: ProblemCatalogue,
  translate: Translate = () => undefined,
): ProblemAnswer {
  const known = knownAs(error, translate);
  const code = known !== undefined && catalogue.isCode(known.code) ? known.code : 'internal';
  const status = catalogue.statusOf(code);
  const faults = error instanceof DomainError ? error.errors : frameworkFaults(code, bodyBytesMax);
  const errors = faults.length > 0 ? { errors: faults } : {};
  const detail = code !== 'internal' && known?.detail !== undefined ? { detail: known.detail } : {};
  const comeBack = status === 429 || status === 503;
  return {
    status,
    code,
    headers: {
      'content-type': PROBLEM_MEDIA_TYPE,
      'cache-control': 'no-store',
      // What was waited for in vain is not waited for again on this connection.
      ...(status === 408 ? { connection: 'close' } : {}),
      ...(comeBack ? { 'retry-after': String(known?.retryAfterSeconds ?? RETRY_AFTER_SECONDS) } : {}),
    },
    body: catalogue.problem(code, { ...of, ...detail, ...errors }),
    unexpected: status === 500,
  };
}

/** Where the framework's own refusals point to. By our code: Nest hands on no more of them than a status. */
function frameworkFaults(code: string, bodyBytesMax: number | undefined): readonly object[] {
  if (code === 'body.too-large' && bodyBytesMax !== undefined)
    return [{ code, offset: bodyBytesMax, detail: `A body has at most ${bodyBytesMax} bytes.` }];
  if (code === 'media-type')
    return [{ code, header: 'content-type', detail: 'The body is of no stated type, or of one that is not taken.' }];
  return [];
}

function knownAs(error: unknown, translate: Translate): { code: string; detail?: string; retryAfterSeconds?: number } | undefined {
  if (error instanceof DomainError) {
    const { code, detail, retryAfterSeconds } = error;
    return { code, detail, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
  }
  const translated = translate(error);
  if (translated !== undefined) return { ...translated };
  const fastifyCode = error instanceof Error && 'code' in error ? FASTIFY_CODES[String(error.code)] : undefined;
  const nestCode = isHttpException(error) ? NEST_STATUS_CODES[error.getStatus()] : undefined;
  const code = fastifyCode ?? nestCode;
  return code === undefined ? undefined : { code };
}

/** Nest's HttpException, told by its method: loading Nest for this question would cost the command line half a second. */
function isHttpException(error: unknown): error is Error & { getStatus(): number } {
  return error instanceof Error && 'getStatus' in error && typeof error.getStatus === 'function';
}
