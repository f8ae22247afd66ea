/**
 * A ledger for the sealer, made by the server itself: rows of entries and timelines with the map keys that projectors write. Hashes of
 * contents are random, everything that the sealer reads is true. Two items stand out: one of 100,000 entries (a vessel's positions), spread
 * over the whole log, and one of 200.
 */
import type pg from 'pg';

export const GROUP = 'green';
/** Rows of one statement: bounds the log that one transaction writes. */
const STEP = 100_000;

export const sealedItem = (n: number): string => `vin:WDDSYNTH9JA${n.toString().padStart(7, '0')}`;
export const LONG_ITEM = 'mmsi:244670316';
export const MIDDLE_ITEM = 'vin:WDDSYNTH9JAMIDDLE';
export const MIDDLE_ENTRIES = 200;

export interface Grown {
  readonly items: number;
  /** Entries to be added. */
  readonly entries: number;
  /** Of these, the ones of `LONG_ITEM` and `MIDDLE_ITEM`, at equal distances. */
  readonly long: number;
  readonly middle: number;
  /** Which item an ordinary entry has: each once in order, or drawn evenly, the same for the same seed. */
  readonly draw: 'in-order' | { readonly seed: number };
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

async function append(client: pg.Client, { items, entries, long, middle, draw }: Grown, from: number, to: number): Promise<void> {
  const { rows } = await client.query<{ size: string; id: number }>(
    'select size, id from ledger.head, ledger.reader_groups where name = $1 for update of head',
    [GROUP],
  );
  // `at` is the log index of the n-th of the entries to be added.
  const at = Number(rows[0]?.size) - from;
  await client.query(
    `insert into ledger.entries (log_index, agency, id, commitment, content_hash)
    select $3::bigint + n, 'local', ${idOf('$3::bigint + n')}, sha256(int8send($3::bigint + n)), sha256(int8send(-$3::bigint - n))
    from generate_series($1::bigint, $2::bigint) n`,
    [from, to - 1, at],
  );
  const which = draw === 'in-order' ? 'n' : `(hashint8extended(n, ${draw.seed}) & 9007199254740991)`;
  await client.query(
    `insert into ledger.timeline (item, grp, starts, ends, agency, id, log_index, kind, map_key)
    select item, $4::int, 1514764800000000 + n * 60000000, 1514764860000000 + n * 60000000, 'local', ${idOf('$3::bigint + n')}, $3::bigint + n, 0,
      sha256('custody/map/v1'::bytea || map_salt || int2send(length($5)::int2) || convert_to($5, 'UTF8') || convert_to(item, 'UTF8'))
    from ledger.head, (select n, case
        when ${isEvery('n', entries, long)} then '${LONG_ITEM}'
        when ${isEvery('n', entries, middle)} then '${MIDDLE_ITEM}'
        else 'vin:WDDSYNTH9JA' || lpad((${which} % ${items})::text, 7, '0') end as item
      from generate_series($1::bigint, $2::bigint) n) e`,
    [from, to - 1, at, rows[0]?.id, GROUP],
  );
  await client.query('update ledger.head set size = $1', [at + to]);
}

/** True for `some` of `all` numbers, at equal distances. */
const isEvery = (n: string, all: number, some: number): string => `(${n} + 1) * ${some} / ${all} > ${n} * ${some} / ${all}`;

/** Text of a version 7 UUID with the time in front, so that ids rise as they do in use. */
const idOf = (n: string): string => `(lpad(to_hex(1514764800000 + ${n}), 12, '0') || '7' || substr(md5((${n})::text), 1, 19))::uuid::text`;
