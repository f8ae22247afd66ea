/**
 * The tamper drill: classes of tampering, one row or one history at a time, on a copy, each in a transaction that is audited and rolled back.
 * What an audit finds by itself, and what is found only by who kept something elsewhere.
 */
import { audit, type AuditCode, type AuditFinding, type RowName } from '#app/audit';
import type { StoreClient } from '#lib/store';
import type { DrillCopy } from './drill-copy.ts';
import { HISTORY_CLASSES } from './history-tampering.ts';
import type { SeededRandom } from './random.ts';
import { holdReceipt } from './receipts.ts';
import { ROW_CLASSES } from './row-tampering.ts';
import { copyRows, type CopyRows, type TamperClass, type Tampered } from './tampering.ts';

export const TAMPER_CLASSES: readonly TamperClass[] = [...ROW_CLASSES, ...HISTORY_CLASSES];

export interface ClassResult {
  readonly name: string;
  readonly hasKey: boolean;
  readonly count: number;
  /** By an audit of the database, with nothing kept elsewhere. */
  readonly alone: number;
  /** Of those, by what the log commits to; the rest only by the events behind it. */
  readonly byCommitments: number;
  /** The check that found it first, of each how often. */
  readonly by: Readonly<Record<string, number>>;
  /** The exact row was named; `null`: there is none, the whole history is another. */
  readonly named: number | null;
  /** From the begin of the audit to the first finding: milliseconds, the median. */
  readonly medianMs: number | null;
  /** Found with what was kept elsewhere; `null`: nothing of the kind is needed. */
  readonly held: { readonly what: 'pin' | 'receipt'; readonly found: number; readonly by: Readonly<Record<string, number>> } | null;
  /** As many were found, by whom this class says. */
  readonly asClaimed: boolean;
}

export interface DrillResult {
  readonly seed: number;
  readonly mutations: number;
  /** Audits of the copy as it is, and how many of them found something. */
  readonly clean: { readonly runs: number; readonly alarms: number };
  readonly entries: number;
  readonly classes: readonly ClassResult[];
  readonly seconds: number;
}

export interface DrillOptions {
  readonly copy: DrillCopy;
  readonly random: SeededRandom;
  readonly seed: number;
  readonly mutations: number;
  readonly classes?: readonly TamperClass[];
  /** Checks of the audit that are not made: only to show that the drill notices. */
  readonly without?: ReadonlySet<AuditCode>;
  onProgress?(done: number): void;
}

/** Clean runs, one for so many mutations. */
const CLEAN_EVERY = 25;
const CONTENT_CODES: ReadonlySet<string> = new Set<AuditCode>([
  'audit.content-missing',
  'audit.content-hash',
  'audit.content-form',
  'audit.commitment',
  'audit.timeline',
]);

interface Trial {
  readonly found: readonly AuditFinding[];
  readonly ms: number;
  readonly tampered: Tampered;
  readonly heldCode: string | null;
}

/** Every class as often as any other, at least once. */
export async function drill(options: DrillOptions): Promise<DrillResult> {
  const { copy, mutations, seed, classes = TAMPER_CLASSES } = options;
  const started = performance.now();
  const client = await copy.pool.connect();
  try {
    await client.query('set idle_in_transaction_session_timeout = 0');
    const rows = await copyRows(client);
    const results: ClassResult[] = [];
    const clean = { runs: 0, alarms: 0 };
    const share = Math.max(1, Math.ceil(mutations / classes.length));
    let done = 0;
    for (const each of classes) {
      const trials: Trial[] = [];
      for (let n = 0; n < share; n++, done++) {
        if (done % CLEAN_EVERY === 0) {
          clean.runs += 1;
          clean.alarms += (await isClean(client, options)) ? 0 : 1;
        }
        trials.push(await trial(client, each, rows, options));
        options.onProgress?.(done + 1);
      }
      results.push(summary(each, trials));
    }
    const entries = rows.size;
    return { seed, mutations: done, clean, entries, classes: results, seconds: (performance.now() - started) / 1_000 };
  } finally {
    client.release();
  }
}

async function isClean(client: StoreClient, { copy, without }: DrillOptions): Promise<boolean> {
  const anchors = [copy.older, copy.newest];
  const report = await audit(client, { keys: copy.keys, anchors, ...(without === undefined ? {} : { without }) });
  return report.verdict === 'verified' && report.anchors.every(({ outcome }) => outcome === 'holds');
}

async function trial(client: StoreClient, each: TamperClass, rows: CopyRows, options: DrillOptions): Promise<Trial> {
  const { copy, random, without } = options;
  await client.query('begin');
  try {
    await client.query('set local session_replication_role = replica');
    const tampered = await each.tamper({ client, copy, rows, random });
    const started = performance.now();
    let ms = Number.NaN;
    const report = await audit(client, {
      keys: copy.keys,
      ...(without === undefined ? {} : { without }),
      onFinding: () => (ms = Number.isNaN(ms) ? performance.now() - started : ms),
    });
    return { found: report.findings, ms, tampered, heldCode: await held(client, each, tampered, options) };
  } finally {
    await client.query('rollback');
  }
}

async function held(
  client: StoreClient,
  { held: what }: TamperClass,
  { receipt }: Tampered,
  { copy }: DrillOptions,
): Promise<string | null> {
  if (what === 'receipt' && receipt !== undefined) return holdReceipt(client, copy, copy.keys, receipt);
  if (what !== 'pin') return null;
  const report = await audit(client, { keys: copy.keys, anchors: [copy.newest], content: false });
  return report.findings.find(({ code }) => code === 'audit.fork' || code === 'audit.behind')?.code ?? null;
}

function summary({ name, hasKey, alone, held: what }: TamperClass, trials: readonly Trial[]): ClassResult {
  const found = trials.filter((each) => each.found.length > 0);
  const ofRows = trials.filter(({ tampered }) => tampered.rows.length > 0);
  const named = ofRows.filter(({ found: findings, tampered }) =>
    findings.some((finding) => tampered.rows.some((row) => isNamed(row, finding))),
  );
  const withHeld = trials.filter(({ heldCode }) => heldCode !== null);
  const times = found.map(({ ms }) => ms).sort((a, b) => a - b);
  const isFound = alone ? found.length === trials.length && named.length === ofRows.length : found.length === 0;
  return {
    name,
    hasKey,
    count: trials.length,
    alone: found.length,
    byCommitments: found.filter((each) => each.found.some(({ code }) => !CONTENT_CODES.has(code))).length,
    by: tally(found.map((each) => each.found[0]?.code ?? '')),
    named: ofRows.length === 0 ? null : named.length,
    medianMs: times.length === 0 ? null : (times[Math.floor(times.length / 2)] as number),
    held: what === undefined ? null : { what, found: withHeld.length, by: tally(withHeld.map(({ heldCode }) => heldCode ?? '')) },
    asClaimed: isFound && (what === undefined || withHeld.length === trials.length),
  };
}

/** Whether the finding is of the table, and of a row with these columns of its key. */
const isNamed = (row: RowName, finding: RowName): boolean =>
  row.table === finding.table && Object.entries(row.key).every(([name, value]) => String(finding.key[name]) === String(value));

function tally(codes: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)));
}
