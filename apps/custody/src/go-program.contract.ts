/** Programs in another language that suites hold the product against: built from libs/ledger/interop, and run on this machine. */
import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { join } from 'node:path';

const INTEROP = join(import.meta.dirname, '../../../libs/ledger/interop');
const [, major = 0, minor = 0] = (/go(\d+)\.(\d+)/.exec(spawnSync('go', ['version'], { encoding: 'utf8' }).stdout ?? '') ?? []).map(Number);

/** Whether Go is here, in this minor version or a later one; a test that needs it is skipped without, by a name that says "(needs Go ...)". */
export const hasGo = (minorVersion: number): boolean => major > 1 || minor >= minorVersion;

/** @param folder below libs/ledger/interop, which is one module @param what its package @param to the program @param withinMs brought and compiled */
export function buildGo(folder: string, what: string, to: string, withinMs: number): void {
  const built = spawnSync('go', ['build', '-buildvcs=false', '-o', to, what], {
    cwd: join(INTEROP, folder),
    encoding: 'utf8',
    timeout: withinMs,
  });
  expect([what, built.status, built.stderr.replace(/^go: downloading .*$/gm, '').trim()]).toEqual([what, 0, '']);
}

/** To its end. */
export const runGo = (
  program: string,
  args: readonly string[],
  timeout: number,
  input: string | Uint8Array = '',
): SpawnSyncReturns<string> => spawnSync(program, args, { encoding: 'utf8', timeout, input, maxBuffer: 2 ** 26 });
