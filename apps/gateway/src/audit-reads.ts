/**
 * Reads beside writes in an audit: the records of the access log that are kept for the agency of whoever asks. What they name and is hidden from
 * him (TLP:RED that names others) is as if it had not been read; a record of nothing else is as if it were not there.
 */
import type { AuditQuery, AuditReadRow } from '#lib/contracts';
import { formatInstant } from '#lib/domain';
import { type AccessRecord, capturedMicros, readAccessRecord } from '#lib/ledger';
import { sealBounds, type AsOf } from './coordinates.ts';
import type { Reader, ReaderReads, StoredRead } from './ledger-reads.ts';

/** A record and where it stands. */
export interface PlacedRead {
  readonly n: number;
  readonly commitment: Buffer;
  readonly record: AccessRecord;
  /** Microseconds since 1970, by the clock of the server that answered. */
  readonly at: number;
}

export interface ReadsPart {
  /** Newest first. */
  readonly found: readonly PlacedRead[];
  readonly below: number | null;
}

/** What is asked of writes alone: their kinds, and imports. */
export const asksReads = ({ kind, batch }: AuditQuery): boolean => kind === undefined && batch === undefined;

/** Records that there are at these coordinates: all of them now, and at a point of the log those that its last seal stands over. */
export const readsBy = (reads: ReaderReads, asOf: AsOf): Promise<number> =>
  asOf.basis === 'log' && asOf.now === true ? reads.accessSize() : reads.sealedReads(sealBounds(asOf));

export async function findReads(
  reads: ReaderReads,
  reader: Reader,
  { agency, principal, item, evidence }: AuditQuery,
  bounds: { readonly from: number; readonly before: number },
  limit: number,
): Promise<ReadsPart> {
  if (bounds.before <= bounds.from) return { found: [], below: null };
  const page = await reads.readsPage({ tenant: reader.agency, ...bounds, agency, principal, item, evidence }, limit);
  const rows = await reads.readsAt(reader.agency, page.numbers);
  const found = await shownTo(reads, reader, rows.map(placed));
  // A page whose records are too many bytes ends sooner.
  return { found, below: rows.length < page.numbers.length ? (rows.at(-1)?.n ?? page.below) : page.below };
}

/** One record with its secret, for whom nothing of it is hidden; `null`: there is none for him. */
export async function findRead(reads: ReaderReads, reader: Reader, n: number): Promise<StoredRead | null> {
  const [stored] = await reads.readsAt(reader.agency, [n]);
  if (stored === undefined) return null;
  const whole = placed(stored);
  const [shown] = await shownTo(reads, reader, [whole]);
  return shown?.record === whole.record ? stored : null;
}

function placed({ n, commitment, bytes }: { readonly n: number; readonly commitment: Buffer; readonly bytes: Buffer }): PlacedRead {
  const record = readAccessRecord(bytes);
  // An answer without it would hide that the access log is damaged.
  if (record === null) throw new Error(`the access log holds a record ${n} that is none`);
  return { n, commitment, record, at: capturedMicros(record.at) };
}

async function shownTo(reads: ReaderReads, reader: Reader, rows: readonly PlacedRead[]): Promise<PlacedRead[]> {
  const refs = [...new Set(rows.flatMap(({ record }) => record.events))].map((ref) => {
    const slash = ref.indexOf('/');
    return { agency: ref.slice(0, slash), id: ref.slice(slash + 1) };
  });
  const items = [...new Set(rows.flatMap(({ record }) => record.items))];
  const evidence = [...new Set(rows.flatMap(({ record }) => record.evidence))];
  const [hidden, gone, open] = await Promise.all([
    reads.namedEvents(refs, reader),
    reads.hiddenItems(items, reader.groups),
    reads.heldEvidence(reader, evidence),
  ]);
  return rows.flatMap((row) => {
    const { record } = row;
    const shown = {
      events: record.events.filter((ref) => !hidden.has(ref)),
      items: record.items.filter((item) => !gone.has(item)),
      evidence: record.evidence.filter((sha256) => open.has(sha256)),
    };
    const isWhole = (['events', 'items', 'evidence'] as const).every((name) => shown[name].length === record[name].length);
    if (isWhole) return [row];
    const isNothing = shown.events.length + shown.items.length + shown.evidence.length + record.deadLetters.length === 0;
    // That an emergency was used is for his agency to see, whatever he read by it; and what somebody read himself he knows.
    const isOwn = record.agency === reader.agency && record.principal === reader.principal;
    if (isNothing && !record.emergency && !isOwn) return [];
    return [{ ...row, record: { ...record, ...shown, tlp: shown.events.length === record.events.length ? record.tlp : null } }];
  });
}

export async function readRows(reads: ReaderReads, asOf: AsOf, rows: readonly PlacedRead[]): Promise<AuditReadRow[]> {
  const times = await reads.readTimes(
    rows.map(({ n }) => n),
    sealBounds(asOf),
  );
  return rows.map(({ n, record }) => {
    const { log: _, tenant: __, items, events, evidence, deadLetters, reader, ...said } = record;
    const time = times.get(n);
    return {
      ...said,
      action: 'read',
      n,
      recorded: time === undefined ? null : formatInstant(time),
      reader: reader === null ? null : { ...reader },
      items: [...items],
      events: [...events],
      evidence: [...evidence],
      deadLetters: [...deadLetters],
    };
  });
}
