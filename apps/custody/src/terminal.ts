/** The person at the terminal, where there is one: the one place that reads from him. */
import { createInterface } from 'node:readline/promises';
import type { Asking } from './commands/add-questions.ts';

/** Asked on stderr, so that stdout has the answer of the command alone. `null`: nobody is there to be asked. */
export function personAtTerminal(): (Asking & { close(): void }) | null {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return null;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  let hasGone = false;
  const gone = new Promise<null>((resolve) => {
    lines.once('close', () => {
      hasGone = true;
      resolve(null);
    });
  });
  // Interrupted at a question: nothing was sent, and nobody is asked any more.
  lines.on('SIGINT', () => lines.close());
  return {
    ask: (question) => (hasGone ? gone : Promise.race([lines.question(question).catch(() => null), gone])),
    tell: (line) => void process.stderr.write(`${line}\n`),
    close: () => lines.close(),
  };
}
