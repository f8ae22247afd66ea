/**
 * The tamper drill: classes of tampering, one row or one history at a time, on a copy, each in a transaction that is audited and rolled back.
 * What an audit finds by itself, what is found only by who kept something elsewhere, and what a witness and an auditing witness notice.
 */
import { audit, type AuditCode, type AuditFinding, type RowName } from '#app/audit';
import type { StoreClient } from '#lib/store';
import type { DrillCopy } from './drill-copy.ts';
import { HISTORY_CLASSES } from './history-tampering.ts';
import { type Observed, type Observers, startObservers } from './observers.ts';
import type { SeededRandom } from './random.ts';
import { holdPromise, holdReceipt } from './receipts.ts';
import { ROW_CLASSES } from './row-tampering.ts';
import { copyRows, type CopyRows, type HeldWhat, type Noticed, type TamperClass, type Tampered } from './tampering.ts';

export const TAMPER_CLASSES: readonly TamperClass[] = [...ROW_CLASSES, ...HISTORY_CLASSES];

export interface ClassResult {
  readonly name: string;
  readonly hasKey: boolean;
  readonly count: number;
  /** By an audit of the database, with nothing kept elsewhere. */
  readonly alone: number;
  /** Of the others: how often the audit said that it could not check, and not that the log is verified. */
  readonly unchecked: number;
  /** Of those that were found, by what the log commits to; the rest only by the events behind it. */
  readonly byCommitments: number;
  /** The check that found it first, of each how often. */
  readonly by: Readonly<Record<string, number>>;
  /** The exact row was named; `null`: there is none, the whole history is another. */
  readonly named: number | null;
  /** From the begin of the audit to the first finding: milliseconds, the median. */
  readonly medianMs: number | null;
  /** Found with what was kept elsewhere; `null`: nothing of the kind is needed. */
  readonly held: { readonly what: HeldWhat; readonly found: number; readonly by: Readonly<Record<string, number>> } | null;
  /** What they noticed of those that they were shown, one of several. */
  readonly witness: NoticedBy;
  readonly auditing: NoticedBy;
  /** As many were found, by whom this class says. */
  readonly asClaimed: boolean;
}

export interface NoticedBy {
  readonly shown: number;
  readonly noticed: number;
  /** As sealer or witness say it, of each how often. */
  readonly by: Readonly<Record<string, number>>;
}

export interface DrillResult {
  readonly seed: number;
  readonly mutations: number;
  /** Audits of the copy as it is, and how many of them found something. */
  readonly clean: {
    readonly runs: number;
    readonly alarms: number;
    /** What each said, of each how often. */
    readonly by: Readonly<Record<string, number>>;
  };
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
const CLEAN_EVERY = 50;
/** Of each class the first is shown to the witnesses, and then one of so many: a witness that reads the log anew takes as long as an audit. */
const SHOWN_EVERY = 32;
const CONTENT_CODES: ReadonlySet<string> = new Set<AuditCode>([
  'audit.content-missing',
  'audit.content-hash',
  'audit.content-form',
  'audit.commitment',
  'audit.timeline',
  'audit.handling',
]);

interface Trial {
  readonly found: readonly AuditFinding[];
  readonly ms: number;
  readonly tampered: Tampered;
  readonly heldCode: string | null;
  readonly isUnchecked: boolean;
  /** `null`: it was not shown to them. */
  readonly observed: Observed | null;
}

/** Every class as often as any other, at least once. */
export async function drill(options: DrillOptions): Promise<DrillResult> {
  const { copy, mutations, seed, classes = TAMPER_CLASSES } = options;
  const started = performance.now();
  const client = await copy.pool.connect();
  let observers: Observers | null = null;
  try {
    await client.query('set idle_in_transaction_session_timeout = 0');
    observers = await startObservers(copy, client);
    const rows = await copyRows(client);
    const results: ClassResult[] = [];
    const alarms: string[] = [];
    let runs = 0;
    const share = Math.max(1, Math.ceil(mutations / classes.length));
    let done = 0;
    for (const each of classes) {
      const trials: Trial[] = [];
      for (let n = 0; n < share; n++, done++) {
        if (done % CLEAN_EVERY === 0) {
          runs += 1;
          alarms.push(...(await alarmOf(client, observers, options)));
        }
        trials.push(await trial({ client, observers: n % SHOWN_EVERY === 0 ? observers : null }, each, rows, options));
        options.onProgress?.(done + 1);
      }
      results.push(summary(each, trials));
    }
    const entries = rows.size;
    const clean = { runs, alarms: alarms.length, by: tally(alarms) };
    return { seed, mutations: done, clean, entries, classes: results, seconds: (performance.now() - started) / 1_000 };
  } finally {
    await observers?.close();
    client.release();
  }
}

/** What is said of a log that nobody touched: the first thing, or nothing. */
async function alarmOf(client: StoreClient, observers: Observers, { copy, without }: DrillOptions): Promise<readonly string[]> {
  const { witness, auditing } = await observers.observe(client, copy.newest.size);
  const noticed = witness ?? auditing;
  if (noticed !== null) return [noticed];
  const anchors = [copy.older, copy.newest];
  const report = await audit(client, { keys: copy.keys, anchors, ...(without === undefined ? {} : { without }) });
  const isWhole = report.verdict === 'verified' && report.anchors.every(({ outcome }) => outcome === 'holds');
  return isWhole ? [] : [report.findings[0]?.code ?? report.verdict];
}

interface Ground {
  readonly client: StoreClient;
  /** `null`: this one is not shown to them. */
  readonly observers: Observers | null;
}

async function trial({ client, observers }: Ground, each: TamperClass, rows: CopyRows, options: DrillOptions): Promise<Trial> {
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
    const heldCode = await held(client, each, tampered, options);
    const observed = observers === null ? null : await observers.observe(client, seenBefore(copy, tampered));
    return { found: report.findings, ms, tampered, heldCode, isUnchecked: report.verdict === 'unchecked', observed };
  } finally {
    await client.query('rollback');
  }
}

/** Size of the head that witnesses had cosigned before the tampering: the newest, or the last before the entry was sealed. */
function seenBefore({ heads, newest }: DrillCopy, { sealedAt }: Tampered): number {
  if (sealedAt === undefined) return newest.size;
  return heads.findLast(({ size }) => size <= sealedAt)?.size ?? 0;
}

async function held(
  client: StoreClient,
  { held: what }: TamperClass,
  { receipt, promise }: Tampered,
  { copy }: DrillOptions,
): Promise<string | null> {
  if (promise !== undefined) return holdPromise(client, copy.origin, promise);
  if (what === 'receipt' && receipt !== undefined) return holdReceipt(client, copy, copy.keys, receipt);
  if (what !== 'pin') return null;
  const report = await audit(client, { keys: copy.keys, anchors: [copy.newest], content: false });
  const { findings } = report;
  const other = findings.find(({ code }) => code === 'audit.fork' || code === 'audit.behind');
  // Without the kept head nothing says that there was one of this size.
  const missing = findings.find(({ code, key }) => code === 'audit.checkpoint-missing' && key['size'] === copy.newest.size);
  return (other ?? missing)?.code ?? null;
}

function summary(each: TamperClass, trials: readonly Trial[]): ClassResult {
  const { name, hasKey, held: what } = each;
  const found = trials.filter((one) => one.found.length > 0);
  const ofRows = trials.filter(({ tampered }) => tampered.rows.length > 0);
  const named = ofRows.filter(({ found: findings, tampered }) =>
    findings.some((finding) => tampered.rows.some((row) => isNamed(row, finding))),
  );
  const withHeld = trials.filter(({ heldCode }) => heldCode !== null);
  const times = found.map(({ ms }) => ms).sort((a, b) => a - b);
  const result = {
    name,
    hasKey,
    count: trials.length,
    alone: found.length,
    unchecked: trials.filter(({ isUnchecked }) => isUnchecked).length,
    byCommitments: found.filter((one) => one.found.some(({ code }) => !CONTENT_CODES.has(code))).length,
    by: tally(found.map((one) => one.found[0]?.code ?? '')),
    named: ofRows.length === 0 ? null : named.length,
    medianMs: times.length === 0 ? null : (times[Math.floor(times.length / 2)] as number),
    held: what === undefined ? null : { what, found: withHeld.length, by: tally(withHeld.map(({ heldCode }) => heldCode ?? '')) },
    witness: noticedBy(trials.flatMap(({ observed }) => (observed === null ? [] : [observed.witness]))),
    auditing: noticedBy(trials.flatMap(({ observed }) => (observed === null ? [] : [observed.auditing]))),
  };
  return { ...result, asClaimed: isAsClaimed(each, result, ofRows.length) };
}

function isAsClaimed({ alone, witness, auditing }: TamperClass, result: Omit<ClassResult, 'asClaimed'>, ofRows: number): boolean {
  const { count, named, held } = result;
  const missed = count - result.alone;
  const isAlone =
    alone === true
      ? missed === 0 && (named ?? 0) === ofRows
      : alone === false
        ? missed === count && result.unchecked === 0
        : missed === result.unchecked;
  const isHeld = held === null || held.found === count;
  return isAlone && isHeld && isNoticed(result.witness, witness) && isNoticed(result.auditing, auditing);
}

const isNoticed = ({ shown, noticed }: NoticedBy, claim: Noticed | undefined): boolean =>
  claim === 'some' || noticed === (claim === 'each' ? shown : 0);

function noticedBy(codes: readonly (string | null)[]): NoticedBy {
  const noticed = codes.filter((code) => code !== null);
  return { shown: codes.length, noticed: noticed.length, by: tally(noticed) };
}

/** Whether the finding is of the table, and of a row with these columns of its key. */
const isNamed = (row: RowName, finding: RowName): boolean =>
  row.table === finding.table && Object.entries(row.key).every(([name, value]) => String(finding.key[name]) === String(value));

function tally(codes: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)));
}
