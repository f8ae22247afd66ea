/** What the sealer reads: a piece of the log, whole or not at all. */
import type { StoreClient } from '../pool.ts';

/** Rows of an int8 and 32 bytes, as binary COPY gives them: a fixed stride, so that nothing is parsed and nothing is copied (1 µs a row). */
export class FixedRows {
  private readonly payload: Buffer;
  readonly length: number;

  /** Throws RangeError for what are not such rows. */
  constructor(payload: Buffer) {
    if ((payload.length - COPY_HEADER_BYTES - COPY_TRAILER_BYTES) % ROW_BYTES !== 0) throw new RangeError('not rows of an int8 and a hash');
    this.payload = payload;
    this.length = (payload.length - COPY_HEADER_BYTES - COPY_TRAILER_BYTES) / ROW_BYTES;
  }

  logIndex(n: number): number {
    const at = COPY_HEADER_BYTES + n * ROW_BYTES + INT8_AT;
    return this.payload.readUInt32BE(at) * 2 ** 32 + this.payload.readUInt32BE(at + 4);
  }

  /** The hash in 64 lower-case hex digits. */
  hex(n: number): string {
    const at = COPY_HEADER_BYTES + n * ROW_BYTES + HASH_AT;
    return this.payload.toString('hex', at, at + HASH_BYTES);
  }

  /** A view. */
  hash(n: number): Buffer {
    const at = COPY_HEADER_BYTES + n * ROW_BYTES + HASH_AT;
    return this.payload.subarray(at, at + HASH_BYTES);
  }
}

const COPY_HEADER_BYTES = 19;
const COPY_TRAILER_BYTES = 2;
const INT8_AT = 2 + 4;
const HASH_AT = INT8_AT + 8 + 4;
const HASH_BYTES = 32;
const ROW_BYTES = HASH_AT + HASH_BYTES;

export interface LogPiece {
  readonly from: number;
  /** Index behind the last. */
  readonly to: number;
  /** Log index and commitment of sightings, rising. */
  readonly entries: FixedRows;
  /** Entries of the operator, rising. */
  readonly notices: readonly { readonly logIndex: number; readonly bytes: Buffer }[];
}

/** Log index and map key: an entry concerns an item, for a reader group. Rising by log index. */
export type ItemLinks = FixedRows;

/**
 * The log from `from` up to `to` as the transaction sees it. Throws where an index is missing or there twice: a log head that is ahead of its
 * entries is a damaged database, and must never be sealed over (`seal.gap`).
 */
export const readLogPiece = (client: StoreClient, from: number, to: number): Promise<LogPiece> =>
  logPiece(client, from, to, (range) => `ledger.entries where ${range}`);

/** The same, as pieces of at most `entriesMax`: whoever hashes them one after another needs no more memory for a long log. Throws LogGap. */
export async function* readLogPieces(client: StoreClient, from: number, to: number, entriesMax: number): AsyncGenerator<LogPiece> {
  for (let at = from; at < to; at += entriesMax) yield await readLogPiece(client, at, Math.min(at + entriesMax, to));
}

/** The same for whoever may not read entries: of the log they are told the commitments, as everybody is. */
export const readPublicLogPiece = (client: StoreClient, from: number, to: number): Promise<LogPiece> =>
  logPiece(client, from, to, () => `ctx.commitments(${integer(from)}, ${integer(to)})`);

async function logPiece(client: StoreClient, from: number, to: number, source: (range: string) => string): Promise<LogPiece> {
  const range = `log_index >= ${integer(from)} and log_index < ${integer(to)}`;
  const entries = new FixedRows(
    await client.copyOut(`copy (select log_index, commitment from ${source(range)} order by log_index) to stdout (format binary)`),
  );
  const { rows } = await client.query<{ logIndex: number; bytes: Buffer }>(
    `select log_index as "logIndex", bytes from ledger.notices where ${range} order by log_index`,
  );
  const piece = { from, to, entries, notices: rows };
  const missing = firstMissing(piece);
  if (missing !== null) throw new LogGap(missing, from, to);
  return piece;
}

/** Of the same entries: which items they concern, in which reader groups. */
export async function readItemLinks(client: StoreClient, from: number, to: number): Promise<ItemLinks> {
  return new FixedRows(
    await client.copyOut(
      `copy (select log_index, map_key from ledger.timeline where log_index >= ${integer(from)} and log_index < ${integer(to)} and item <> '' and map_key <> ''
        order by log_index, map_key) to stdout (format binary)`,
    ),
  );
}

/** Links of one answer at most, 2.6 MB: more than one entry can have (8,192), so that each answer gets on. */
export const LINKS_MAX = 65_536;

/**
 * Item links from `from` on, for a reader elsewhere: as many whole entries below `to` as have at most LINKS_MAX, and the index behind the last
 * of them. Plan: a range of the index on log_index, sorted within each.
 * @param keysItem map key of the list of the log's own keys, which no timeline has
 */
export async function readLinksFrom(
  client: StoreClient,
  from: number,
  to: number,
  keysItem: Uint8Array,
): Promise<{ links: ItemLinks; to: number }> {
  const range = `log_index >= ${integer(from)} and log_index < ${integer(to)}`;
  const key = `'\\x${Buffer.from(keysItem).toString('hex')}'::bytea`;
  const links = new FixedRows(
    await client.copyOut(
      `copy (select log_index, map_key from ctx.map_links(${integer(from)}, ${integer(to)}, ${LINKS_MAX + 1})
        union all select log_index, ${key} from ledger.notices where ${range} and substring(bytes from 1 for 7) = '{"key":'::bytea
        order by log_index, map_key limit ${LINKS_MAX + 1}) to stdout (format binary)`,
    ),
  );
  // The entry of the row too many may have more rows: it is left to the next answer.
  return links.length <= LINKS_MAX ? { links, to } : { links, to: links.logIndex(LINKS_MAX) };
}

/** The log's head says that there is an entry, and the tables have none, or two. */
export class LogGap extends Error {
  override readonly name = 'LogGap';
  readonly code = 'seal.gap';
  readonly logIndex: number;

  constructor(logIndex: number, from: number, to: number) {
    super(`The log has not exactly one entry at the index ${logIndex} (read from ${from} to ${to}).`);
    this.logIndex = logIndex;
  }
}

function firstMissing({ from, to, entries, notices }: LogPiece): number | null {
  let [entry, notice] = [0, 0];
  for (let index = from; index < to; index++) {
    const isEntry = entry < entries.length && entries.logIndex(entry) === index;
    const isNotice = notices[notice]?.logIndex === index;
    if (isEntry === isNotice) return index;
    if (isEntry) entry++;
    else notice++;
  }
  return entry === entries.length && notice === notices.length ? null : to;
}

/** COPY takes no parameters. */
function integer(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is no log index`);
  return String(value);
}
