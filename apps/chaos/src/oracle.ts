/** The oracle, a process of its own: reads the ledger and judges. Argument: a file with an OracleRequest. Writes its answer beside it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createPool } from '#lib/store';
import { documentAt } from './documents.ts';
import { judge, type Evidence } from './judge.ts';
import { readEntries, readWaiting } from './ledger-state.ts';
import { readOperations } from './operations.ts';
import type { OracleRequest } from './oracle-process.ts';
import { hashTimelines, inputsByItem, type TimelineHashes } from './timelines.ts';

const request = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as OracleRequest;
const pool = createPool({ url: request.databaseUrl, applicationName: 'chaos oracle', max: 2, statementTimeoutMs: 0 });
try {
  const answer = request.what === 'timelines' ? hashTimelines(inputsByItem(await readEntries(pool))) : await judge(pool, await evidence());
  writeFileSync(request.answerFile, JSON.stringify(answer));
} finally {
  await pool.close();
}

async function evidence(): Promise<Evidence> {
  const { inputs, operationsFile, timelinesFile, waitingIn, api } = request;
  return {
    operations: operationsFile === undefined ? [] : readOperations(operationsFile),
    expected: inputs === undefined ? [] : Array.from({ length: inputs.count }, (_, n) => documentAt(inputs, n).id),
    ...(timelinesFile === undefined ? {} : { timelines: JSON.parse(readFileSync(timelinesFile, 'utf8')) as TimelineHashes }),
    ...(waitingIn === undefined ? {} : { waiting: await readWaiting(pool, waitingIn) }),
    ...(api === undefined ? {} : { api }),
  };
}
