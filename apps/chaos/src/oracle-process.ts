/** Asks the oracle. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startNode, tailOf } from './child-process.ts';
import type { Inputs } from './documents.ts';
import type { Verdict } from './judge.ts';

export interface OracleRequest {
  /** `timelines`: the hashes of an undisturbed run, for others to be compared with. */
  readonly what: 'verdict' | 'timelines';
  readonly databaseUrl: string;
  readonly answerFile: string;
  readonly inputs?: Inputs;
  readonly operationsFile?: string;
  readonly timelinesFile?: string;
  /** A topic embedded in the same Postgres, with records that may not be taken yet. */
  readonly waitingIn?: string;
  readonly api?: string;
}

export async function askOracle(request: OracleRequest): Promise<Verdict> {
  const [requestFile, logFile] = [`${request.answerFile}.request`, `${request.answerFile}.log`];
  writeFileSync(requestFile, JSON.stringify(request));
  const child = startNode({ args: [fileURLToPath(new URL('./oracle.js', import.meta.url)), requestFile], logFile });
  if ((await child.exited) !== 0) throw new Error(`the oracle failed:\n${tailOf(logFile)}`);
  return JSON.parse(readFileSync(request.answerFile, 'utf8')) as Verdict;
}
