/**
 * A ledger for the sealer, made by the server itself: rows of entries and timelines with the map keys that projectors write. Hashes of
 * contents are random, everything that the sealer reads is true. One item stands out, with a tenth of the entries, spread over the whole log
 * (a vessel's positions); whole sightings of another, which can be opened and verified, are projected as a projector does.
 */
import type { SightingDocument } from '#lib/contracts';
import type { LogRecord } from '#lib/event-log';
import { projectBatch, type ProjectedEvent, type StorePool } from '#lib/store';
import type pg from 'pg';
import { vin } from '../../chaos/src/identifiers.ts';
import { decode } from '../../projector/src/decode.ts';
import { sightings } from './documents.ts';
import { AGENCY, PUBLISHER_KEY, recordsOf } from './records.ts';

export const GROUP = 'green';
/** Rows of one statement: bounds the log that one transaction writes. */
const STEP = 100_000;

/** Of another maker than the cars of documents.ts, of which `WHOLE_ITEM` is one. A million of them. */
export const sealedItem = (n: number): string => `vin:WDDSYNTH9JB${n.toString().padStart(6, '0')}`;
export const LONG_ITEM = 'mmsi:244670316';
/** The one of the whole sightings. */
export const WHOLE_ITEM = vin(0);

export interface Grown {
  readonly items: number;
  /** Entries to be added. */
  readonly entries: number;
  /** Of these, the ones of `LONG_ITEM`, at equal distances. */
  readonly long: number;
  /** Which item another entry has: one after the other from this number on, or drawn evenly, the same for the same seed. */
  readonly draw: { readonly from: number } | { readonly seed: number };
}

/** Appends entries at the log's head. About 15 µs an entry. */
export async function growLedger(client: pg.Client, grown: Grown): Promise<void> {
  await client.query('insert into ledger.reader_groups (name) values ($1) on conflict do nothing', [GROUP]);
  for (let from = 0; from < grown.entries; from += STEP) {
    await client.query('begin');
    await append(client, grown, from, Math.min(grown.entries, from + STEP));
    await client.query('commit');
  }
  await client.query('analyze ledger.entries, ledger.timeline');
}

async function append(client: pg.Client, { items, entries, long, draw }: Grown, from: number, to: number): Promise<void> {
  const { rows } = await client.query<{ size: string; id: number }>(
    'select size, id from ledger.head, ledger.reader_groups where name = $1 for update of head',
    [GROUP],
  );
  // `at` is the log index of the n-th of the entries to be added.
  const at = Number(rows[0]?.size) - from;
  await client.query(
    `insert into ledger.entries (log_index, agency, id, commitment, content_hash, grps)
    select $3::bigint + n, 'local', ${idOf('$3::bigint + n')}, sha256(int8send($3::bigint + n)), sha256(int8send(-$3::bigint - n)),
      array[$4::integer]
    from generate_series($1::bigint, $2::bigint) n`,
    [from, to - 1, at, rows[0]?.id],
  );
  const which = 'from' in draw ? `(n - n * ${long} / ${entries} + ${draw.from})` : `(hashint8extended(n, ${draw.seed}) & 9007199254740991)`;
  await client.query(
    `insert into ledger.timeline (item, grp, starts, ends, agency, id, log_index, kind, map_key)
    select item, $4::int, 1514764800000000 + n * 60000000, 1514764860000000 + n * 60000000, 'local', ${idOf('$3::bigint + n')}, $3::bigint + n, 0,
      sha256('custody/map/v1'::bytea || map_salt || int2send(length($5)::int2) || convert_to($5, 'UTF8') || convert_to(item, 'UTF8'))
    from ledger.head, (select n, case
        when ${isEvery('n', entries, long)} then '${LONG_ITEM}'
        else 'vin:WDDSYNTH9JB' || lpad((${which} % ${items})::text, 6, '0') end as item
      from generate_series($1::bigint, $2::bigint) n) e`,
    [from, to - 1, at, rows[0]?.id, GROUP],
  );
  await client.query('update ledger.head set size = $1', [at + to]);
}

/** Decoded sightings; of one item they are those of `WHOLE_ITEM`. */
export const wholeSightings = (seed: number, count: number, items = 1): ProjectedEvent[] =>
  projectedOf(sightings({ seed, count, items, itemsPerSighting: 1 }), seed);

/** Documents as a projector has them when it has read them from the event log. Throws for one that would be a dead letter. */
export function projectedOf(documents: Iterable<SightingDocument & { id: string }>, seed: number): ProjectedEvent[] {
  const keys = new Map([[AGENCY, [PUBLISHER_KEY]]]);
  return Array.from(recordsOf(documents, seed), ({ outgoing }, offset) => {
    const decoded = decode({ ...outgoing, offset } as unknown as LogRecord, keys);
    if ('dead' in decoded) throw new Error(`${decoded.dead.code}: ${decoded.dead.detail}`);
    return decoded.event;
  });
}

const PARTITION = { clusterId: 'bench', topicId: 'bench', topic: 'bench', partition: 0 };

/** Appends the events [from, to) of a list, as a projector does. */
export const appendWhole = (pool: StorePool, events: readonly ProjectedEvent[], from: number, to: number): Promise<void> =>
  appendAt(pool, from, events.slice(from, to));

/** Appends events whose first is the record `from` of the event log. */
export async function appendAt(pool: StorePool, from: number, events: readonly ProjectedEvent[]): Promise<void> {
  if (events.length > 0) await projectBatch(pool, PARTITION, from, from + events.length, events, []);
}

/** True for `some` of `all` numbers, at equal distances. */
const isEvery = (n: string, all: number, some: number): string => `(${n} + 1) * ${some} / ${all} > ${n} * ${some} / ${all}`;

/** Text of a version 7 UUID with the time in front, so that ids rise as they do in use. */
const idOf = (n: string): string => `(lpad(to_hex(1514764800000 + ${n}), 12, '0') || '7' || substr(md5((${n})::text), 1, 19))::uuid::text`;
