/** Starts one of the programs beside this file. */
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export interface TestProcess {
  readonly child: ChildProcess;
  /** The first line that it prints; rejects with what it said to stderr where it ends without one. */
  readonly firstLine: Promise<string>;
  /** Signal or exit code, as text. */
  readonly ended: Promise<string>;
}

export function startProcess(program: 'owner.ts' | 'projector.ts', ...args: string[]): TestProcess {
  const child = spawn(process.execPath, ['--conditions=source', '--import', here('typescript.mjs'), here(program), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let complained = '';
  const ended = new Promise<string>((resolve) => child.once('close', (code, signal) => resolve(signal ?? String(code))));
  const firstLine = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString();
      if (said.includes('\n')) resolve(said.split('\n')[0] ?? '');
    });
    child.stderr.on('data', (bytes: Buffer) => (complained += bytes.toString()));
    void ended.then(() => reject(new Error(`${program} ended: ${complained}`)));
  });
  firstLine.catch(() => {}); // whoever awaits it hears of it
  return { child, firstLine, ended };
}
