/**
 * Reads beside writes in an audit: the records of the access log that are kept for the agency of whoever asks. What they name and he may not see now
 * (TLP:RED that names others, what a marking closed) is as if it had not been read; a record of nothing else is as if it were not there.
 */
import type { AuditQuery, AuditReadRow } from '#lib/contracts';
import { formatInstant } from '#lib/domain';
import { type AccessRecord, capturedMicros, readAccessRecord } from '#lib/ledger';
import { sealBounds, type AsOf } from './coordinates.ts';
import type { Reader, ReaderReads, StoredRead } from './ledger-reads.ts';
import { PAGE_CONTENT_BYTES_MAX } from './page.ts';

/** A record and where it stands. */
export interface PlacedRead {
  readonly n: number;
  readonly commitment: Buffer;
  readonly record: AccessRecord;
  /** Of it as it is stored. */
  readonly size: number;
  /** Microseconds since 1970, by the clock of the server that answered. */
  readonly at: number;
}

/**
 * Numbers of the access log that a page looks at, whosever the records are: how many of them are of the reader's agency, what is hidden from him among
 * that, would be told by a page that ends after so many of those.
 */
export const NUMBERS_MAX = 50_000;

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

/**
 * One page. What is asked for is asked again of what is left of a record, and the page goes on behind what is hidden: it is as long, and ends where it would
 * end, in an access log without that. Cost: of some thousand records a millisecond, found or not.
 */
export async function findReads(
  reads: ReaderReads,
  reader: Reader,
  { agency, principal, item, evidence }: AuditQuery,
  { from, before }: { readonly from: number; readonly before: number },
  limit: number,
): Promise<ReadsPart> {
  const low = Math.max(from, before - NUMBERS_MAX);
  const asked = { tenant: reader.agency, from: low, agency, principal, item, evidence };
  const found: PlacedRead[] = [];
  for (let below = before; below > low;) {
    const numbers = await reads.readsPage({ ...asked, before: below }, limit + 1);
    const rows = await reads.readsAt(reader.agency, numbers);
    const shown = await shownTo(reads, reader, rows.map(placed));
    found.push(...shown.filter(({ record }) => has(record.items, item) && has(record.evidence, evidence)));
    if (found.length > limit || found.reduce((sum, { size }) => sum + size, 0) > PAGE_CONTENT_BYTES_MAX) {
      const page = found.slice(0, limit);
      return { found: page, below: page.at(-1)?.n ?? null };
    }
    // Fewer than there are, where they are too many bytes.
    const isRest = rows.length === numbers.length && numbers.length <= limit;
    below = isRest ? low : (rows.at(-1)?.n ?? low);
  }
  return { found, below: low > from ? low : null };
}

const has = (names: readonly string[], name: string | undefined): boolean => name === undefined || names.includes(name);

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
  return { n, commitment, record, size: bytes.length, at: capturedMicros(record.at) };
}

async function shownTo(reads: ReaderReads, reader: Reader, rows: readonly PlacedRead[]): Promise<PlacedRead[]> {
  if (rows.length === 0) return [];
  const named = (kind: 'events' | 'items' | 'evidence'): string[] => [...new Set(rows.flatMap(({ record }) => record[kind]))];
  const refs = named('events').map((ref) => {
    const slash = ref.indexOf('/');
    return { agency: ref.slice(0, slash), id: ref.slice(slash + 1) };
  });
  const [events, items, evidence] = await Promise.all([
    reads.shownEvents(refs, reader),
    reads.shownItems(named('items'), reader.groups),
    reads.heldEvidence(reader, named('evidence')),
  ]);
  return rows.flatMap((row) => {
    const { record } = row;
    const shown = {
      events: record.events.filter((ref) => events.has(ref)),
      items: record.items.filter((item) => items.has(item)),
      evidence: record.evidence.filter((sha256) => evidence.has(sha256)),
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
