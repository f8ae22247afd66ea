/**
 * One JSON object a line, to stderr. What a line may carry is an allow-list of fields; texts go through redact.ts. Messages of foreign
 * errors are left out: drivers and parsers quote the data that they choke on. Their class, code and stack frames say enough to find the spot.
 */
import type { LoggerService } from '@nestjs/common';
import { type DestinationStream, destination, type Logger as Pino, pino, stdTimeFunctions } from 'pino';
import { DomainError } from './domain-error.ts';
import { type Redact, redactor } from './redact.ts';

/** All that a line may say beside time, level and message. Numbers and words of our own making; no member for free content. */
export interface LogFields {
  readonly role?: string;
  readonly component?: string;
  readonly requestId?: string;
  /** W3C Trace Context, passed on as it came. */
  readonly traceparent?: string;
  /** A code of the error catalogue. */
  readonly code?: string;
  readonly error?: unknown;
  readonly method?: string;
  /** The route's template, never the path that was asked for. */
  readonly route?: string;
  readonly status?: number;
  readonly ms?: number;
  readonly topic?: string;
  readonly partition?: number;
  readonly offset?: number;
  readonly logIndex?: number;
  readonly lag?: number;
  readonly count?: number;
  readonly bytes?: number;
  readonly attempt?: number;
  readonly signal?: string;
  readonly pid?: number;
  readonly adapter?: string;
  readonly version?: string;
  /** A log's name. */
  readonly origin?: string;
  /** Names of witnesses, as the policy file or their key has them. */
  readonly witness?: string;
  /** Why something about a witness or a map is as it is: a sentence of ours, which quotes a line of printable ASCII at most. */
  readonly why?: string;
}

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A log that adds these fields to each line. */
  with(fields: LogFields): Log;
}

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Values to cut out wherever they appear: `secretsOf(config)`. */
  readonly secrets: readonly string[];
  /** Where lines go; stderr, unless a test says otherwise. */
  readonly destination?: DestinationStream;
}

const ALLOWED: ReadonlySet<string> = new Set<keyof LogFields>([
  'role', 'component', 'requestId', 'traceparent', 'code', 'error', 'method', 'route', 'status', 'ms', 'topic', 'partition', 'offset', 'logIndex',
  'lag', 'count', 'bytes', 'attempt', 'signal', 'pid', 'adapter', 'version', 'origin', 'witness', 'why',
]); // prettier-ignore

const FRAMES_MAX = 8;
const CAUSES_MAX = 4;

export function createLog(options: LogOptions): Log {
  const lines = pino(
    {
      level: options.level,
      base: null,
      messageKey: 'message',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    // Synchronous: the line before a crash is the one that is needed.
    options.destination ?? destination({ fd: 2, sync: true }),
  );
  return logOver(lines, redactor(options.secrets), {});
}

function logOver(lines: Pino, redact: Redact, inherited: LogFields): Log {
  const write = (level: 'debug' | 'info' | 'warn' | 'error', message: string, fields: LogFields | undefined): void => {
    if (lines.isLevelEnabled(level)) lines[level](admitted({ ...inherited, ...fields }, redact), redact(message));
  };
  return {
    debug: (message, fields) => write('debug', message, fields),
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
    with: (fields) => logOver(lines, redact, { ...inherited, ...fields }),
  };
}

/** The fields on the list, in safe form; others are dropped, whatever the types said. */
function admitted(fields: LogFields, redact: Redact): Record<string, unknown> {
  const safe: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (!ALLOWED.has(name) || value === undefined) continue;
    if (name === 'error') safe[name] = describeError(value, redact);
    else if (typeof value === 'string') safe[name] = redact(value);
    else if (typeof value === 'number' || typeof value === 'boolean') safe[name] = value;
  }
  return safe;
}

/**
 * Class, code and frames of an error and of its causes. Only a DomainError's own words are kept: its detail holds no content by contract,
 * and is redacted all the same.
 */
export function describeError(error: unknown, redact: Redact, depth = 0): unknown {
  if (!(error instanceof Error)) return { class: typeof error };
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return {
    class: redact(error.name),
    ...(typeof code === 'string' || typeof code === 'number' ? { code: redact(String(code)) } : {}),
    ...(error instanceof DomainError ? { detail: redact(error.detail) } : {}),
    frames: framesOf(error).map(redact),
    ...(cause === undefined || depth === CAUSES_MAX ? {} : { cause: describeError(cause, redact, depth + 1) }),
  };
}

/**
 * The lines of a library below, which knows nothing of this log: its messages are fixed texts, and of its fields those on the list are kept
 * (of an error class, code and frames).
 */
export function linesOf(
  log: Log,
  component: string,
): (level: 'debug' | 'info' | 'warn' | 'error', message: string, fields?: Readonly<Record<string, unknown>>) => void {
  const lines = log.with({ component });
  return (level, message, fields) => lines[level](message, fields);
}

/** Lines of the stack that name a place in code; the first lines repeat the message, which may span several. */
function framesOf(error: Error): string[] {
  const message = `${error.name}: ${error.message}`;
  const stack = error.stack ?? '';
  const below = stack.startsWith(message) ? stack.slice(message.length) : stack.replace(error.message, '');
  return below
    .split('\n')
    .filter((line) => /^\s+at .+:\d+:\d+\)?$/.test(line))
    .slice(0, FRAMES_MAX)
    .map((line) => line.trim());
}

/** Contexts in which Nest passes on what somebody else threw: message and stack may quote content. */
const NEST_ERROR_CONTEXTS = /Exception|Rpc|Server|Handler/;

/** Nest's own lines through ours. What Nest says about errors is told by class and frames alone. */
export function nestLogger(log: Log): LoggerService {
  const contextOf = (rest: readonly unknown[]): string => (typeof rest.at(-1) === 'string' ? String(rest.at(-1)) : 'nest');
  const say = (level: 'debug' | 'info' | 'warn' | 'error', message: unknown, rest: readonly unknown[]): void => {
    const component = contextOf(rest);
    const thrown = [message, ...rest].find((part) => part instanceof Error);
    const quoted = thrown !== undefined || typeof message !== 'string' || (level === 'error' && NEST_ERROR_CONTEXTS.test(component));
    log[level](quoted ? 'Nest reports an error' : message, { component, ...(thrown === undefined ? {} : { error: thrown }) });
  };
  return {
    // Nest is talkative at start (a line per route and module): below what an operator reads.
    log: (message: unknown, ...rest: unknown[]) => say('debug', message, rest),
    debug: (message: unknown, ...rest: unknown[]) => say('debug', message, rest),
    verbose: (message: unknown, ...rest: unknown[]) => say('debug', message, rest),
    warn: (message: unknown, ...rest: unknown[]) => say('warn', message, rest),
    error: (message: unknown, ...rest: unknown[]) => say('error', message, rest),
    fatal: (message: unknown, ...rest: unknown[]) => say('error', message, rest),
  };
}
