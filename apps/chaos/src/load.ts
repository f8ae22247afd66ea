/**
 * The load generator, a process of its own: submits sightings at a steady rate over several connections, and each again until it is
 * acknowledged, as any client that keeps its own copy does. Argument: a LoadRequest as JSON. Says `{acknowledged}` to its parent now and then;
 * told anything by its parent, it begins no more.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { canonicalize, sha256Hex } from '#lib/ledger';
import { documentAt, rivalAt } from './documents.ts';
import type { LoadProgress, LoadRequest } from './load-process.ts';
import { openOperations, type Operation, type Outcome } from './operations.ts';

/** Longer than capture's own limit for an append (10 s). */
const ANSWER_TIMEOUT_MS = 15_000;
const RETRY_MS = 100;
const PROGRESS_MS = 100;

interface Row {
  readonly id: string;
  readonly hash: string;
  readonly text: string;
}

interface RowAnswer {
  readonly row: number;
  readonly status: 'accepted' | 'duplicate' | 'refused';
  readonly errors?: readonly { readonly code: string }[];
}

const request = JSON.parse(process.argv[2] ?? '') as LoadRequest;
const operations = openOperations(request.operationsFile);
const started = Date.now();
const progress = { acknowledged: 0, givenUp: 0, unknown: 0 };
const say = (done: boolean): void => void process.send?.({ ...progress, done } satisfies LoadProgress);

const reporting = setInterval(() => say(false), PROGRESS_MS);
let end = request.to ?? request.inputs.count;
let nextRow = request.from;
process.once('message', () => (end = nextRow));
await Promise.all(Array.from({ length: request.connections }, (_, connection) => submitInTurn(connection)));
clearInterval(reporting);
operations.close();
say(true);
process.disconnect();

async function submitInTurn(connection: number): Promise<void> {
  const target = request.targets[connection % request.targets.length] as string;
  for (;;) {
    const from = nextRow;
    if (from >= end) return;
    const to = Math.min(from + request.rowsPerRequest, end);
    nextRow = to;
    const dueAt = started + ((from - request.from) / request.ratePerSecond) * 1_000;
    await sleep(Math.max(0, dueAt - Date.now()));
    const rows = rowsFrom(from, to, documentAt);
    const rival = request.isRace === true ? submitUntilAcknowledged(request.targets[1] as string, rowsFrom(from, to, rivalAt)) : undefined;
    await Promise.all([submitUntilAcknowledged(rival === undefined ? target : (request.targets[0] as string), rows), rival]);
  }
}

function rowsFrom(from: number, to: number, at: typeof documentAt): Row[] {
  return Array.from({ length: to - from }, (_, offset) => {
    const document = at(request.inputs, from + offset);
    const text = canonicalize(document as never);
    return { id: document.id, hash: sha256Hex(Buffer.from(text, 'utf8')), text };
  });
}

async function submitUntilAcknowledged(target: string, rows: readonly Row[]): Promise<void> {
  for (let left = rows; left.length > 0;) {
    const outcomes = await submit(target, left);
    const at = Date.now();
    operations.write(left.map(({ id, hash }, row): Operation => ({ at, id, hash, ...(outcomes[row] as Answer) })));
    const open = left.filter((_, row) => outcomes[row]?.outcome === 'unknown');
    progress.unknown += open.length;
    progress.acknowledged += outcomes.filter(({ outcome }) => outcome === 'ok' || outcome === 'duplicate').length;
    if (open.length > 0 && at > started + request.giveUpAfterMs) {
      progress.givenUp += open.length;
      return;
    }
    if (open.length > 0) await sleep(RETRY_MS);
    left = open;
  }
}

interface Answer {
  readonly outcome: Outcome;
  readonly status: number;
}

/** Never rejects: what went wrong is an outcome. */
async function submit(target: string, rows: readonly Row[]): Promise<Answer[]> {
  const answers: Answer[] = rows.map(() => ({ outcome: 'unknown', status: 0 }));
  try {
    const response = await fetch(`${target}/v1/events?onError=proceed`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: rows.map(({ text }) => `${text}\n`).join(''),
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    if (!response.ok) return answers.map(() => ({ outcome: response.status < 500 ? 'refused' : 'unknown', status: response.status }));
    // A stream that breaks off has answered the rows before the break.
    let text = '';
    const decoder = new TextDecoder();
    try {
      for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) text += decoder.decode(bytes, { stream: true });
    } finally {
      const whole = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
      for (const line of whole) if (line !== '') take(answers, JSON.parse(line) as RowAnswer);
    }
  } catch {
    // The connection was refused, cut off, or the time is over: rows without an answer stay unknown.
  }
  return answers;
}

function take(answers: Answer[], { row, status, errors }: RowAnswer): void {
  const conflict = errors?.some(({ code }) => code === 'event.id-conflict') === true;
  const outcome = status === 'accepted' ? 'ok' : status === 'duplicate' ? 'duplicate' : conflict ? 'conflict' : 'refused';
  answers[row] = { outcome, status: 202 };
}
