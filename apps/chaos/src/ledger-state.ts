/** The ledger as straight SQL tells it, without any code of the product between. */
import { KINDS } from '#lib/domain';
import { canonicalize, decodeRecord, sha256Hex, type JsonValue } from '#lib/ledger';
import type { StorePool } from '#lib/store';

export interface LedgerEntry {
  readonly logIndex: number;
  readonly agency: string;
  readonly id: string;
  readonly commitment: string;
  readonly contentHash: string;
  readonly principal: string;
  readonly capturedMicros: number;
  readonly secret: Buffer;
  readonly content: Buffer;
}

const PAGE_ENTRIES = 10_000;

/** Every entry with its content, in the order of the log. About 1.5 KB of memory each. */
export async function readEntries(pool: StorePool): Promise<LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  for (let after = -1; ; after = entries.at(-1)?.logIndex ?? after) {
    const { rows } = await pool.query<LedgerEntry>(
      `select e.log_index as "logIndex", e.agency, e.id, encode(e.commitment, 'hex') as commitment, encode(e.content_hash, 'hex') as "contentHash",
          c.principal, c.captured as "capturedMicros", c.secret, c.bytes as content
        from ledger.entries e left join ledger.content c on c.log_index = e.log_index
        where e.log_index > $1::bigint order by e.log_index limit ${PAGE_ENTRIES}`,
      [after],
    );
    entries.push(...rows);
    if (rows.length < PAGE_ENTRIES) return entries;
  }
}

export interface Counts {
  readonly size: number;
  readonly entries: number;
  /** Of the entries those that say what an import did. */
  readonly batches: number;
  readonly deadLetters: number;
  readonly conflicts: number;
}

export async function readCounts(pool: StorePool): Promise<Counts> {
  const { rows } = await pool.query<Counts>(
    `select (select size from ledger.head) as size, (select count(*) from ledger.entries) as entries,
      (select count(distinct log_index) from ledger.timeline where kind = $1::integer) as batches,
      (select count(*) from ledger.dead_letters) as "deadLetters", (select count(*) from ledger.conflicts) as conflicts`,
    [KINDS.indexOf('batch')],
  );
  return rows[0] as Counts;
}

/** Of the entries that the log's operator made. */
export async function readNoticeIndexes(pool: StorePool): Promise<number[]> {
  const { rows } = await pool.query<{ logIndex: number }>('select log_index as "logIndex" from ledger.notices');
  return rows.map(({ logIndex }) => logIndex);
}

export interface ConflictRow {
  readonly id: string;
  readonly contentHash: string;
}

export async function readConflicts(pool: StorePool): Promise<ConflictRow[]> {
  return (await pool.query<ConflictRow>(`select id, encode(content_hash, 'hex') as "contentHash" from ledger.conflicts`)).rows;
}

/** A sighting in the event log that the ledger has not taken yet. */
export interface WaitingRecord {
  readonly id: string;
  readonly contentHash: string;
}

/**
 * Of an embedded topic what lies at the ledger's offsets and beyond: what is behind them nobody takes any more. What is no record of
 * capture's counts for nothing.
 */
export async function readWaiting(pool: StorePool, topic: string): Promise<WaitingRecord[]> {
  const { rows } = await pool.query<{ value: Buffer }>(
    `select r.value from event_log.records r join event_log.topics t using (topic_no) cross join event_log.cluster c
      left join ledger.offsets o on o.cluster_id = c.id::text and o.topic_id = t.topic_id::text and o.partition = r.partition
      where t.topic = $1 and r."offset" >= coalesce(o.next, 0)`,
    [topic],
  );
  return rows.flatMap(({ value }) => {
    const decoded = decodeRecord(value);
    return decoded.ok ? [{ id: decoded.header.id, contentHash: sha256Hex(decoded.content) }] : [];
  });
}

/** SHA-256 of the canonical form. */
export const contentHashOf = (document: object): string => sha256Hex(Buffer.from(canonicalize(document as JsonValue), 'utf8'));
