/** What a script may rely on after `custody`: one meaning a number, documented in docs/cli.md. */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  notFound: 3,
  auth: 4,
  conflict: 5,
  rejectedRows: 6,
  // What was checked (verify, audit): each outcome has its own.
  altered: 10,
  notInLog: 11,
  untrustedKey: 12,
  incomplete: 13,
  couldNotCheck: 20,
  temporary: 75,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What is known of a failure beside its sentence. */
export interface FailureDetails {
  /** When the server wants to be asked again. */
  readonly retryAfterMs?: number | undefined;
  /** What was done until then; under --json it stands beside the error. */
  readonly report?: object;
}

/** Ends a command with an exit code and a sentence that says what is wrong. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;
  readonly code: string;
  /** What to do, where more is known than the catalogue says of the code (catalogue-remedy.ts). */
  readonly remedy: string | undefined;
  readonly more: FailureDetails;

  constructor(exitCode: ExitCode, code: string, message: string, remedy?: string, more: FailureDetails = {}) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
    this.code = code;
    this.remedy = remedy;
    this.more = more;
  }
}

/** What is wrong with a path that somebody named: it is theirs to name another. */
const PATH_FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'There is no such file or folder',
  ENOTDIR: 'A part of this path is no folder',
  EISDIR: 'This is a folder, not a file',
  EACCES: 'This may not be opened by the user that runs this',
  EPERM: 'This may not be opened by the user that runs this',
  EROFS: 'This cannot be written: its file system is read-only',
  ELOOP: 'This path leads in a circle of links',
  ENAMETOOLONG: 'This path is too long',
};

/** What passes, or is mended beside this program: full disks, busy machines, networks and databases that are away. */
const TEMPORARY = new Set(
  'EAGAIN EBUSY ECONNABORTED ECONNREFUSED ECONNRESET EAI_AGAIN EDQUOT EHOSTUNREACH EMFILE ENETUNREACH ENFILE ENOSPC ENOTFOUND EPIPE ETIMEDOUT'.split(
    ' ',
  ),
);
/** SQLSTATE classes 08 (connection), 53 (resources) and 57P (shutting down or starting). */
const TEMPORARY_SQLSTATE = /^(?:08...|53...|57P..)$/;
const TEMPORARY_OWN = /^(?:store\.(?:unavailable|timeout)|log\.unavailable)$/;

/**
 * What a script can act on, in an error of the libraries below: data that is locked or of a newer version, topics that are not ours, a path
 * that cannot be used, a port that is taken, a database or event log that is away. `null`: none of these, hence a bug, which is shown with its stack.
 */
export function commandErrorOf(error: unknown): CommandError | null {
  if (error instanceof CommandError) return error;
  const { code, message, path, syscall } = (error ?? {}) as Record<'code' | 'message' | 'path' | 'syscall', unknown>;
  if (typeof code !== 'string') return null;
  // A program that is not there (`spawn`) is no path that was named.
  const fault = String(syscall).startsWith('spawn') ? undefined : PATH_FAULTS[code];
  if (fault !== undefined) return new CommandError(EXIT.usage, code, `${fault}${typeof path === 'string' ? `: ${path}` : ''}.`);
  if (code === 'EADDRINUSE') {
    return new CommandError(
      EXIT.temporary,
      code,
      'The port is taken by another program.',
      'Choose another with --port (0 takes a free one).',
    );
  }
  if (/^(?:data|topic|backup|restore)\./.test(code)) return new CommandError(EXIT.conflict, code, String(message));
  const passes = TEMPORARY.has(code) || TEMPORARY_SQLSTATE.test(code) || TEMPORARY_OWN.test(code);
  return passes ? new CommandError(EXIT.temporary, code, String(message)) : null;
}

/** HTTP status of a problem to exit code. */
export function exitCodeOf(status: number): ExitCode {
  if (status === 404) return EXIT.notFound;
  if (status === 401 || status === 403) return EXIT.auth;
  if (status === 409 || status === 412) return EXIT.conflict;
  if (status === 429 || status === 503 || status === 507) return EXIT.temporary;
  if (status >= 400 && status < 500) return EXIT.usage;
  return EXIT.unexpected;
}
