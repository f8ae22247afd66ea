/**
 * The use-case of capture: a chunk of submitted documents becomes durable records of the event log, or answers that say why not.
 * A receipt is given only after the log has the record.
 */
import { type ErrorCode, type Fault, FAULTS_MAX, type Receipt } from '#lib/contracts';
import { compareRef, type EventRef } from '#lib/domain';
import type { EventLog } from '#lib/event-log';
import { signReceipt, type SigningKey, utf8Text } from '#lib/ledger';
import type { AcceptContext, Acceptance, AcceptedDocument } from './accept.ts';
import type { AcceptPool } from './accept-pool.ts';

/**
 * What capture may look up in the ledger for a submitter; libs/store implements it with the capture role's rights. What is TLP:RED and names others than
 * him is not known to him: neither hash nor time nor items of it may be told, nor whether his bytes are its.
 */
export interface KnownEvents {
  /** The events that are in the ledger already; others are missing from the map. Key: `agency/id`. */
  firsts(refs: readonly EventRef[], submitter: Submitter): Promise<ReadonlyMap<string, FirstEvent>>;
  /** Identifiers that events in the ledger concern; unknown events are missing from the map. Key: `agency/id`. */
  items(refs: readonly EventRef[], submitter: Submitter): Promise<ReadonlyMap<string, readonly string[]>>;
}

export type Submitter = Pick<AcceptContext, 'agency' | 'principal'>;

/** What stands under an id: the first of its records that the ledger took up. */
export interface FirstEvent {
  /** Hex. */
  readonly contentHash: string;
  /** As in its receipt: RFC 3339 UTC, six decimals. */
  readonly captured: string;
}

export type OnError = 'rollback' | 'proceed';

export interface SubmitMode {
  readonly onError: OnError;
  /** Judge, append nothing. */
  readonly dryRun: boolean;
  /** Sign the receipts: 50 µs each, nearly as much as all else that capture does with a sighting. */
  readonly sign: boolean;
}

export type RowResult =
  | { readonly status: 'accepted' | 'duplicate'; readonly receipt: Receipt }
  | { readonly status: 'refused'; readonly id?: string; readonly faults: readonly Fault[] };

export interface SubmitDeps {
  readonly pool: AcceptPool;
  readonly known: KnownEvents;
  readonly log: EventLog;
  readonly topic: string;
  /** Longer than this and the answer is 503: the submitter should know before its own patience ends. */
  readonly appendTimeoutMs: number;
  /** Origin of the log, named in receipts. */
  readonly origin: string;
  readonly durability: Receipt['durability'];
  /** Signs receipts, and nothing else. */
  readonly receiptKey: SigningKey<'receipt'>;
}

/** Of an event of the submitter's agency more is told than he sent. */
export interface ToldEvent extends EventRef {
  readonly items: readonly string[];
}

export interface Submission {
  /** In the order of the documents. */
  readonly results: readonly RowResult[];
  /** By refusals, of what the ledger has. */
  readonly told: readonly ToldEvent[];
  /** Those refusals, by their places in `results`. */
  readonly telling: ReadonlySet<number>;
  /** False: a dry run, or `rollback` with at least one row refused: nothing was appended, no receipt holds. */
  readonly appended: boolean;
}

/**
 * Throws LogUnavailable when it is not known whether the log has the records: the submitter sends again, which ids make harmless, its own or
 * those derived from its idempotency key.
 *
 * @param firstRow place of the first document in its request, from 0: a stream comes in several calls
 */
export async function submit(
  deps: SubmitDeps,
  documents: readonly Uint8Array[],
  context: AcceptContext,
  mode: SubmitMode,
  firstRow = 0,
): Promise<Submission> {
  const acceptances = await deps.pool.accept(documents, context, firstRow);
  const rows = await judge(deps.known, context, acceptances, firstRow);
  const refused = rows.some((row) => row.verdict === 'refused');
  if (mode.dryRun || (refused && mode.onError === 'rollback'))
    return { appended: false, results: rows.map((row) => resultOf(deps, context, row, false)), ...toldBy(rows) };

  const fresh = rows.flatMap((row) => (row.verdict === 'append' ? [row.document] : []));
  if (fresh.length > 0) {
    const records = fresh.map(({ key, value, headers }) => ({ key: Buffer.from(key, 'utf8'), value, headers }));
    await deps.log.append(deps.topic, records, deps.appendTimeoutMs);
  }
  return { appended: true, results: rows.map((row) => resultOf(deps, context, row, mode.sign)), ...toldBy(rows) };
}

function toldBy(rows: readonly Row[]): Pick<Submission, 'told' | 'telling'> {
  const told = rows.map((row) => (row.verdict === 'refused' ? (row.told ?? []) : []));
  return { told: told.flat(), telling: new Set(told.flatMap((events, at) => (events.length > 0 ? [at] : []))) };
}

type Row =
  | { readonly verdict: 'append'; readonly document: AcceptedDocument }
  | { readonly verdict: 'duplicate'; readonly document: AcceptedDocument; /** Of the first one. */ readonly captured: string }
  | { readonly verdict: 'refused'; readonly id?: string; readonly faults: readonly Fault[]; readonly told?: readonly ToldEvent[] };

/**
 * Same id and same bytes: the same event. Same id and other bytes, where that can be seen here: refused. Only what would be a new event is
 * held to its target's items, and to what capture has refused only since some day: one that was accepted before stays the same event, however
 * often it is sent.
 */
async function judge(
  known: KnownEvents,
  { agency, principal, captured }: AcceptContext,
  acceptances: readonly Acceptance[],
  firstRow: number,
): Promise<Row[]> {
  // In this order: a target that was seen, and a correction that was not, are told apart at the later of the two moments.
  const missingOf = await missingItems(known, { agency, principal }, acceptances);
  const refs = acceptances.flatMap((acceptance) => (acceptance.ok ? [{ agency, id: acceptance.id }] : []));
  const firsts = await known.firsts(refs, { agency, principal });
  const here = new Map<string, FirstEvent & { readonly row: number }>();
  return acceptances.map((acceptance, index): Row => {
    if (!acceptance.ok)
      return { verdict: 'refused', ...(acceptance.id === undefined ? {} : { id: acceptance.id }), faults: acceptance.faults };
    const { id, contentHash } = acceptance;
    const inRequest = here.get(id);
    const known = firsts.get(`${agency}/${id}`);
    const first = known ?? inRequest;
    if (first === undefined) {
      const missing = missingOf(acceptance);
      const faults = [...(acceptance.lateFaults ?? []), ...(missing === null ? [] : [missing.fault])].slice(0, FAULTS_MAX);
      if (faults.length > 0) return { verdict: 'refused', id, faults, told: missing?.told ?? [] };
      here.set(id, { contentHash, captured, row: firstRow + index });
      return { verdict: 'append', document: acceptance };
    }
    if (first.contentHash === contentHash) return { verdict: 'duplicate', document: acceptance, captured: first.captured };
    const told = known === undefined ? [] : [{ agency, id, items: [] }];
    return { verdict: 'refused', id, faults: [idConflict(id, first, inRequest?.row)], told };
  });
}

/** @param row where the other one is in this request; undefined: it is in the ledger */
function idConflict(id: string, { contentHash, captured }: FirstEvent, row: number | undefined): Fault {
  const code: ErrorCode = 'event.id-conflict';
  const where =
    row === undefined
      ? `An event ${id} with other bytes is in the ledger since before (captured ${captured}, SHA-256 ${contentHash}).`
      : `Row ${row} of this request, too, has the id ${id}, with other bytes (SHA-256 ${contentHash}).`;
  return { code, pointer: '/id', detail: where };
}

interface MissingItems {
  readonly fault: Fault;
  readonly told: readonly ToldEvent[];
}

/**
 * What an event concerns is a function of its own bytes, so a correction or retraction lists its target's items beside its own.
 * Capture never adds them: where it knows the target (same agency) it refuses and names what is missing.
 */
async function missingItems(
  known: KnownEvents,
  submitter: Submitter,
  acceptances: readonly Acceptance[],
): Promise<(document: AcceptedDocument) => MissingItems | null> {
  const { agency } = submitter;
  const targets = acceptances.flatMap((acceptance) => (acceptance.ok && acceptance.target?.agency === agency ? [acceptance.target] : []));
  if (targets.length === 0) return () => null;
  const stored = await known.items([...targets].sort(compareRef), submitter);
  const itemsOf = new Map(stored);
  for (const acceptance of acceptances) {
    if (acceptance.ok && !itemsOf.has(`${agency}/${acceptance.id}`)) itemsOf.set(`${agency}/${acceptance.id}`, acceptance.items);
  }
  return ({ target, items }) => {
    if (target === undefined || target.agency !== agency) return null;
    const own = new Set(items);
    const missing = (itemsOf.get(`${agency}/${target.id}`) ?? []).filter((item) => !own.has(item));
    if (missing.length === 0) return null;
    const code: ErrorCode = 'correction.item-missing';
    const detail = `The target ${target.id} also concerns ${missing.join(', ')}: list it among the items.`;
    const fault = { code, pointer: '/items', detail, expected: missing.join(' ') };
    // Of a target of the same request nothing is told that was not sent.
    return { fault, told: stored.has(`${agency}/${target.id}`) ? [{ agency, id: target.id, items: missing }] : [] };
  };
}

function resultOf(deps: SubmitDeps, context: AcceptContext, row: Row, sign: boolean): RowResult {
  if (row.verdict === 'refused') return { status: 'refused', ...(row.id === undefined ? {} : { id: row.id }), faults: row.faults };
  const { document } = row;
  const duplicate = row.verdict === 'duplicate';
  const said = {
    log: deps.origin,
    agency: context.agency,
    id: document.id,
    contentHash: document.contentHash,
    captured: duplicate ? row.captured : context.captured,
    durability: deps.durability,
  };
  const signature = sign ? (utf8Text(signReceipt(said, deps.receiptKey)) as string) : null;
  return { status: duplicate ? 'duplicate' : 'accepted', receipt: { ...said, duplicate, signature } };
}
