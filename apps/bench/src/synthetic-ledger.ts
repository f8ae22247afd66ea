/**
 * A ledger of millions of rows, made by the server itself in seconds: 50 sightings an item, of which an item's rows lie far apart, as they
 * do when many items are reported at the same time. Only its shape and sizes are true; the hashes are random.
 */
import type pg from 'pg';

export const SIGHTINGS_PER_ITEM = 50;
/** As the sightings of documents.ts. */
const CONTENT_BYTES = 650;
/** Rows of one statement: bounds the log that one transaction writes. */
const STEP = 250_000;

export const syntheticItem = (n: number): string => `vin:WDDSYNTH9JA${n.toString().padStart(6, '0')}`;

export async function fillLedger(client: pg.Client, rows: number): Promise<{ items: number }> {
  const items = rows / SIGHTINGS_PER_ITEM;
  for (let from = 0; from < rows; from += STEP) await fillRows(client, items, from, Math.min(rows, from + STEP));
  await client.query('vacuum analyze');
  return { items };
}

/** Appends the rows [from, to) of such a ledger at the log's head, in one transaction. */
export async function fillRows(client: pg.Client, items: number, from: number, to: number): Promise<void> {
  await client.query('begin');
  await client.query("insert into ledger.reader_groups (name) values ('green') on conflict do nothing");
  const { rows } = await client.query<{ size: string; id: number }>(
    "select size, id from ledger.head, ledger.reader_groups where name = 'green' for update of head",
  );
  // `at` is the log index of row 0.
  const [at, group] = [Number(rows[0]?.size) - from, rows[0]?.id];
  await client.query(
    `insert into ledger.entries (log_index, agency, id, commitment, content_hash, grps)
    select $4::bigint + n, 'local', ${idOf('n')}, sha256(int8send(n)), sha256(int8send(-n)), array[$3::integer]
    from generate_series($1::bigint, $2::bigint) n`,
    [from, to - 1, group, at],
  );
  await client.query(
    `insert into ledger.content (log_index, principal, captured, secret, bytes, grps)
    select $5::bigint + n, 'operator', 1514764800000000 + n, sha256(int8send(n)), ${contentOf('n', '$3::bigint')}, array[$4::integer]
    from generate_series($1::bigint, $2::bigint) n`,
    [from, to - 1, items, group, at],
  );
  await client.query(
    `insert into ledger.timeline (item, grp, starts, ends, agency, id, log_index, kind, map_key)
    select ${itemOf('n', '$3::bigint')}, $4::int, at, at + 60000000, 'local', ${idOf('n')}, $5::bigint + n, 0, sha256(int8send(n))
    from generate_series($1::bigint, $2::bigint) n, lateral (select 1514764800000000 + (n * 7919 % 525600) * 60000000 as at) t`,
    [from, to - 1, items, group, at],
  );
  await client.query('update ledger.head set size = $1', [at + to]);
  await client.query('commit');
}

/** Text of a version 7 UUID with the time in front, so that ids rise as they do in use. */
const idOf = (n: string): string => `(lpad(to_hex(1514764800000 + ${n}), 12, '0') || '7' || substr(md5(${n}::text), 1, 19))::uuid::text`;

const itemOf = (n: string, items: string): string => `'vin:WDDSYNTH9JA' || lpad((${n} % ${items})::text, 6, '0')`;

/** A sighting as a reader parses it. Its statement is a chain of hashes in hexadecimal, which does not compress to nothing. */
const contentOf = (n: string, items: string): string => `convert_to(substr('{"handling":{"tlp":"GREEN"},"id":"' || ${idOf(n)}
  || '","items":[{"id":"' || ${itemOf(n, items)} || '","role":"subject"}],"kind":"observation","occurred":{"from":"2018-06-11T13:20:00Z",'
  || '"precision":"minute","to":"2018-06-11T13:20:00Z"},"source":{"kind":"gate-record"},"statement":"'
  || (select string_agg(md5((${n} * 16 + k)::text), '') from generate_series(0, 15) k), 1, ${CONTENT_BYTES}) || '"}', 'UTF8')`;
