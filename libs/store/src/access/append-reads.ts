/**
 * Appends records to the access log. One statement and so one transaction and one round trip, for as many records as wait: the update of the
 * head takes its lock, by which numbers are dense and commit in their order. For the role `access`.
 */
import type { Statements } from '../pool.ts';

export interface ReadRow {
  /** Agency that is told of it. */
  readonly tenant: string;
  /** Who read. */
  readonly agency: string;
  readonly principal: string;
  readonly items: readonly string[];
  /** SHA-256 in hex. */
  readonly evidence: readonly string[];
  /** 32 bytes, as is `secret`. */
  readonly commitment: Uint8Array;
  readonly secret: Uint8Array;
  readonly bytes: Uint8Array;
}

/**
 * Lists of texts come as JSON: unnest takes arrays of arrays apart. A commit that need not be on the disk is seen by everybody at once, and is
 * lost only where the server's machine stops within the next moments; what is sealed never is, since the sealer waits for its own commit,
 * which is behind it in the same write-ahead log.
 */
export const APPEND_READS = {
  name: 'append_reads',
  text: `with mode as (select set_config('synchronous_commit', $1::text, true) as said),
      head as (
        select access.take(cardinality($2::text[])) as first from mode where said is not null
      )
    insert into access.reads (n, tenant, agency, principal, items, evidence, commitment, secret, bytes)
    select head.first + of.place - 1, of.tenant, of.agency, of.principal,
      array(select json_array_elements_text(of.items::json)), array(select json_array_elements_text(of.evidence::json)),
      of.commitment, of.secret, of.bytes
    from head, unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[], $8::bytea[], $9::bytea[])
      with ordinality as of (tenant, agency, principal, items, evidence, commitment, secret, bytes, place)`,
};

/**
 * Resolves when they are committed; rejects where they are not, or nobody can say.
 * @param durable wait until they are on the disk
 */
export async function appendReads(pool: Pick<Statements, 'run'>, rows: readonly ReadRow[], durable: boolean): Promise<void> {
  if (rows.length === 0) return;
  const buffers = (of: (row: ReadRow) => Uint8Array): Buffer[] =>
    rows.map((row) => {
      const bytes = of(row);
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    });
  const { rowCount } = await pool.run(APPEND_READS, [
    durable ? 'on' : 'off',
    rows.map(({ tenant }) => tenant),
    rows.map(({ agency }) => agency),
    rows.map(({ principal }) => principal),
    rows.map(({ items }) => JSON.stringify(items)),
    rows.map(({ evidence }) => JSON.stringify(evidence)),
    buffers(({ commitment }) => commitment),
    buffers(({ secret }) => secret),
    buffers(({ bytes }) => bytes),
  ]);
  if (rowCount !== rows.length) throw new Error(`of ${rows.length} records of the access log ${rowCount} were appended`);
}
