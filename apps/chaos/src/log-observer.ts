/**
 * Whoever follows the log from outside, a process of its own: keeps each checkpoint that was ever served, on the disk before anybody is told,
 * and when asked audits the whole ledger against all of them, by the code of `custody audit --full`. Argument: an ObserverRequest as JSON.
 */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { audit, type Anchor, type AuditReport } from '#app/audit';
import { storedConsistency } from '#app/sealer';
import type { EventsView } from '#lib/contracts';
import { equalBytes, openCheckpoint, signingKey, verifyConsistency } from '#lib/ledger';
import { createPool, ledgerConstants } from '#lib/store';
import type { Observation, ObserverRequest } from './observing.ts';

const LOOK_EVERY_MS = 50;
const ANSWER_WITHIN_MS = 5_000;
/** The server may have been killed a moment ago. */
const RETRIES_MAX = 100;
const RETRY_MS = 100;
/** What the wall clock of one machine says to two processes. */
const CLOCK_SLACK_MS = 1_000;
const SHOWN = 3;

const request = JSON.parse(process.argv[2] ?? '') as ObserverRequest;
const startedMs = Date.now();
const pool = createPool({ url: request.databaseUrl, applicationName: 'chaos observer', max: 2, statementTimeoutMs: 0 });
const { origin } = await ledgerConstants(pool);
const key = signingKey('log', origin, Buffer.from(request.keySeed, 'hex'));
const file = openSync(request.file, 'a');
const heads: Anchor[] = [];
const faults: string[] = [];
let last = '';
let looking = Promise.resolve();
/** Heads before this one are known to be consistent with it. */
let compared = 0;

process.on('message', (message: { readonly id: number; readonly isEnd: boolean }) => {
  void observe(message.isEnd)
    .catch((error: unknown): Observation => ({ ...counts(null), problems: [`the observer failed: ${String(error)}`] }))
    .then((observation) => process.send?.({ id: message.id, observation }));
});
process.stdout.write('Ready\n');
for (;;) {
  await look();
  await sleep(LOOK_EVERY_MS);
}

/** What is served now, as anybody gets it. No answer is no fault: the database may be down. In turns: answers that overtake each other are no fault of the log. */
function look(): Promise<void> {
  looking = looking.then(lookOnce);
  return looking;
}

async function lookOnce(): Promise<void> {
  let note: string;
  try {
    const response = await fetch(`${request.base}/log/checkpoint`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    note = await response.text();
    if (!response.ok || note === last) return;
  } catch {
    return;
  }
  writeSync(file, `${JSON.stringify({ at: Date.now(), note })}\n`);
  fdatasyncSync(file);
  last = note;
  const opened = openCheckpoint(Buffer.from(note, 'utf8'), { log: [key] });
  if (!opened.ok) return void faults.push(`a checkpoint was served that does not open: ${opened.fault.detail}`);
  const { size, root } = opened.value.checkpoint;
  const newest = heads.at(-1);
  const same = heads.find((head) => head.size === Number(size));
  if (newest !== undefined && Number(size) < newest.size)
    faults.push(`a checkpoint of ${size} entries was served after one of ${newest.size}`);
  if (same !== undefined && !equalBytes(same.root, root)) faults.push(`two checkpoints of ${size} entries were served`);
  heads.push({ kind: 'pin', name: `what was served as number ${heads.length}`, size: Number(size), root, witnesses: [] });
}

async function observe(isEnd: boolean): Promise<Observation> {
  await look();
  const served = heads.at(-1)?.size ?? 0;
  const report = await retried(audited);
  const problems = [
    ...faults,
    ...report.findings.slice(0, SHOWN).map(({ code, logIndex, detail }) => `${code} at ${logIndex ?? 'no index'}: ${detail}`),
    // A seal may wait for its head while nobody seals; what was served is signed all the same.
    ...(report.signed < served ? [`${served} entries were served as signed, and ${report.signed} are`] : []),
    ...(isEnd && report.verdict !== 'verified' ? [`the audit says ${report.verdict}`] : []),
    ...(await retried(() => inconsistent(isEnd ? 0 : compared))),
    ...(isEnd ? await retried(recordedFaults) : []),
  ];
  return { ...counts(report), problems };
}

function counts(report: AuditReport | null): Omit<Observation, 'problems'> {
  const anchors = report?.anchors ?? [];
  return {
    heads: heads.length,
    size: report?.size ?? 0,
    signed: report?.signed ?? 0,
    contradicted: anchors.filter(({ outcome }) => outcome === 'fork').length,
    vanished: anchors.filter(({ outcome }) => outcome === 'behind').length,
  };
}

/** One moment of the database, as the command reads it. */
function audited(): Promise<AuditReport> {
  const anchors = [...heads];
  return pool.transaction(async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    return audit(client, { keys: [key], anchors });
  });
}

/** Each head that was seen from this one on, against the newest, by a proof from the stored tiles as any client is given one. */
async function inconsistent(from: number): Promise<string[]> {
  const newest = heads.at(-1);
  if (newest === undefined) return [];
  const wrong: string[] = [];
  for (const { size, root } of heads.slice(from)) {
    const proof = await storedConsistency(pool, BigInt(size), BigInt(newest.size)).catch((error: unknown) => String(error));
    if (typeof proof === 'string' || !verifyConsistency(BigInt(size), root, BigInt(newest.size), newest.root, proof))
      wrong.push(`the checkpoint of ${newest.size} entries does not begin with that of ${size}`);
  }
  compared = heads.indexOf(newest);
  return wrong.slice(0, SHOWN);
}

/** By the API: when each event was recorded. */
async function recordedFaults(): Promise<string[]> {
  const wrong: string[] = [];
  let before = startedMs - CLOCK_SLACK_MS;
  for (let next: string | null = ''; next !== null;) {
    const cursor: string = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`;
    const page = (await (await fetch(`${request.base}/v1/events?limit=500${cursor}`)).json()) as EventsView;
    for (const { id, recorded, document } of page.events) {
      const at = recorded === null ? NaN : Date.parse(recorded);
      if (document.reported?.at?.startsWith('2019') !== true) wrong.push(`${id} was not reported in 2019`);
      if (recorded === null) wrong.push(`${id} was never recorded`);
      else if (at < startedMs - CLOCK_SLACK_MS || at > Date.now() + CLOCK_SLACK_MS)
        wrong.push(`${id} was recorded at ${recorded}, outside of this run`);
      else if (at < before) wrong.push(`${id} was recorded at ${recorded}, before the one in front of it`);
      if (at > before) before = at;
    }
    next = page.next;
  }
  return wrong.slice(0, SHOWN);
}

async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let n = 0; ; n++) {
    try {
      return await work();
    } catch (error) {
      if (n === RETRIES_MAX) throw error;
      await sleep(RETRY_MS);
    }
  }
}

process.once('exit', () => closeSync(file));
