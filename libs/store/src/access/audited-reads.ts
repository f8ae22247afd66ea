/** What an audit reads of the access log: every record, and the tiles of its tree. */
import type { StoreClient } from '../pool.ts';

export interface AuditedRead {
  readonly n: number;
  readonly tenant: string;
  readonly agency: string;
  readonly principal: string;
  readonly items: readonly string[];
  readonly evidence: readonly string[];
  readonly commitment: Buffer;
  readonly secret: Buffer;
  readonly bytes: Buffer;
}

/** Records of one answer: some hundred bytes each, of long pages some ten thousand. */
const PIECE = 1_024;

/** In order, by pieces; whatever is stored. */
export async function* auditedReads(client: StoreClient): AsyncGenerator<readonly AuditedRead[]> {
  for (let from = -1; ;) {
    const { rows } = await client.query<AuditedRead>(
      `select n, tenant, agency, principal, items, evidence, commitment, secret, bytes from access.reads where n > $1::bigint order by n limit ${PIECE}`,
      [from],
    );
    if (rows.length > 0) yield rows;
    if (rows.length < PIECE) return;
    from = rows.at(-1)?.n ?? from;
  }
}

/** All tiles that are stored. */
export async function auditedAccessTiles(client: StoreClient): Promise<readonly { level: number; n: number; hashes: Buffer }[]> {
  return (
    await client.query<{ level: number; n: number; hashes: Buffer }>('select level, n, hashes from proof.access_tiles order by level, n')
  ).rows;
}
