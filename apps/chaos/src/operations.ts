/**
 * The log of operations: what the load generator did and what it was told, on the disk before anybody judges. One JSON line for the outcome of
 * each sighting in each attempt.
 */
import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';

/**
 * `ok`: acknowledged; `duplicate`: acknowledged as there already; `conflict`: refused for an id with other bytes; `refused`: not taken;
 * `unknown`: no answer, or one that leaves it open (503, a broken stream): it may be in the ledger or not.
 */
export type Outcome = 'ok' | 'duplicate' | 'conflict' | 'refused' | 'unknown';

export interface Operation {
  /** Milliseconds since 1970, when the outcome was known. */
  readonly at: number;
  readonly id: string;
  /** SHA-256 of the canonical bytes that were submitted. */
  readonly hash: string;
  readonly outcome: Outcome;
  readonly status: number;
}

export interface OperationsLog {
  write(operations: readonly Operation[]): void;
  close(): void;
}

/** Each `write` is on the disk when it returns. */
export function openOperations(file: string): OperationsLog {
  const fd = openSync(file, 'a');
  return {
    write(operations) {
      if (operations.length === 0) return;
      writeSync(fd, operations.map((operation) => `${JSON.stringify(operation)}\n`).join(''));
      fdatasyncSync(fd);
    },
    close: () => closeSync(fd),
  };
}

/** A generator that was killed may leave half a line at the end: what it was about is unknown, as if the line were not there. */
export function readOperations(file: string): Operation[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  lines.pop();
  return lines.map((line) => JSON.parse(line) as Operation);
}
