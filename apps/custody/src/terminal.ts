/** The person at the terminal, where there is one: the one place that reads from him. */
import { createInterface } from 'node:readline';
import type { Asking } from './commands/add-questions.ts';

/** Asked on stderr, so that stdout has the answer of the command alone. `null`: nobody is there to be asked. */
export function personAtTerminal(): (Asking & { close(): void }) | null {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return null;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // What is pasted comes at once: lines that nobody has asked for yet answer what is asked next.
  const said: string[] = [];
  let hasGone = false;
  let heard: (() => void) | undefined;
  lines.on('line', (line) => {
    said.push(line);
    heard?.();
  });
  lines.once('close', () => {
    hasGone = true;
    heard?.();
  });
  // Interrupted at a question: nothing was sent, and nobody is asked any more.
  lines.on('SIGINT', () => lines.close());
  return {
    async ask(question) {
      lines.setPrompt(question);
      if (!hasGone) lines.prompt();
      if (said.length === 0 && !hasGone) await new Promise<void>((resolve) => (heard = resolve));
      heard = undefined;
      return said.shift() ?? null;
    },
    tell: (line) => void process.stderr.write(`${line}\n`),
    close: () => lines.close(),
  };
}
