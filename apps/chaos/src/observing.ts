/** Starts the observer of a log and asks it. */
import { fileURLToPath } from 'node:url';
import { startNode, tailOf, type Child } from './child-process.ts';

export interface ObserverRequest {
  readonly databaseUrl: string;
  /** Base URL of a gateway over this ledger. */
  readonly base: string;
  /** Of the key by which the log's checkpoints are signed, in hex. */
  readonly keySeed: string;
  /** Every checkpoint that was served, a JSON line each. */
  readonly file: string;
}

export interface Observation {
  /** Checkpoints that were served so far. */
  readonly heads: number;
  readonly size: number;
  /** Size at the newest checkpoint that is in order. */
  readonly signed: number;
  /** Of those that were served: how many the log now contradicts, and how many are larger than what is left of it. */
  readonly contradicted: number;
  readonly vanished: number;
  /** Sentences; empty: the log verifies wholly, and begins with everything that was served. */
  readonly problems: readonly string[];
}

export interface Observer {
  /** Audits all that is stored, at this moment. */
  whole(): Promise<Observation>;
  /** The same, every head once more, and when each event was recorded. */
  atEnd(): Promise<Observation>;
  readonly child: Child;
}

const READY_WITHIN_MS = 30_000;

export async function startObserver(request: ObserverRequest, logFile: string): Promise<Observer> {
  const script = fileURLToPath(new URL('./log-observer.js', import.meta.url));
  const child = startNode({ args: [script, JSON.stringify(request)], logFile, talks: true });
  const waiting = new Map<number, (observation: Observation) => void>();
  child.onMessage((message) => {
    const { id, observation } = message as { id: number; observation: Observation };
    waiting.get(id)?.(observation);
    waiting.delete(id);
  });
  let asked = 0;
  const ask = (isEnd: boolean): Promise<Observation> => {
    const id = ++asked;
    const answered = new Promise<Observation>((resolve) => waiting.set(id, resolve));
    child.send({ id, isEnd });
    const ended = child.exited.then((): never => {
      throw new Error(`the observer ended:\n${tailOf(logFile)}`);
    });
    return Promise.race([answered, ended]);
  };
  await child.line(/^Ready$/m, READY_WITHIN_MS);
  return { child, whole: () => ask(false), atEnd: () => ask(true) };
}
