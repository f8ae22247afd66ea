/** What a script may rely on after `custody`: one meaning a number, documented in docs/cli.md. */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  notFound: 3,
  auth: 4,
  conflict: 5,
  rejectedRows: 6,
  temporary: 75,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with an exit code, a sentence that says what is wrong, and one that says what to do. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;
  readonly code: string;
  readonly remedy: string | undefined;

  constructor(exitCode: ExitCode, code: string, message: string, remedy?: string) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
    this.code = code;
    this.remedy = remedy;
  }
}

/**
 * What a script can act on, in an error of the libraries below: data that is locked or of a newer version, a port that is taken, a database or
 * event log that is away. `null`: none of these, hence a bug, which is shown with its stack.
 */
export function commandErrorOf(error: unknown): CommandError | null {
  if (error instanceof CommandError) return error;
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code !== 'string' || code.startsWith('ERR_')) return null;
  if (code === 'EADDRINUSE') {
    return new CommandError(
      EXIT.temporary,
      code,
      'The port is taken by another program.',
      'Choose another with --port (0 takes a free one).',
    );
  }
  return new CommandError(code.startsWith('data.') ? EXIT.conflict : EXIT.temporary, code, String(message));
}

/** HTTP status of a problem to exit code. */
export function exitCodeOf(status: number): ExitCode {
  if (status === 404) return EXIT.notFound;
  if (status === 401 || status === 403) return EXIT.auth;
  if (status === 409 || status === 412) return EXIT.conflict;
  if (status === 429 || status === 503) return EXIT.temporary;
  if (status >= 400 && status < 500) return EXIT.usage;
  return EXIT.unexpected;
}
