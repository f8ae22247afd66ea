/** The audit trail: as the database holds it, and as the API tells it to one auditor. */
import type { Caller } from './caller.ts';
import type { ReadRecord, WriteRow } from './oracle.ts';
import type { Served } from './served.ts';
import type { ToldRead, ToldWrite } from './told.ts';
import { nameOf, type Key } from './world.ts';

const PAGE_ROWS = 500;

/** All of it, whoever may see what. */
export const storedTrail = (served: Served): Promise<{ writes: readonly WriteRow[]; reads: readonly ReadRecord[] }> =>
  served.withOwner(async (pool) => {
    const writes = await pool.query<WriteRow>(
      `select e.log_index as "logIndex", e.agency, e.id, c.principal, encode(e.content_hash, 'hex') as "contentHash"
        from ledger.entries e join ledger.content c using (log_index) order by e.log_index`,
    );
    const reads = await pool.query<{ bytes: Buffer }>('select bytes from access.reads order by n');
    return {
      writes: writes.rows.map((row) => ({ ...row, logIndex: Number(row.logIndex) })),
      reads: reads.rows.map(({ bytes }) => JSON.parse(bytes.toString('utf8')) as ReadRecord),
    };
  });

/** Page by page. What he asks is observed too: it is a read. Rejects where a page is not answered. */
export async function toldTrail(caller: Caller, key: Key): Promise<{ writes: ToldWrite[]; reads: ToldRead[] }> {
  const told: { writes: ToldWrite[]; reads: ToldRead[] } = { writes: [], reads: [] };
  for (let cursor = ''; ;) {
    const { status, body } = await caller.read({ operation: 'listAudit', key, path: `/v1/audit?limit=${PAGE_ROWS}${cursor}` });
    if (status !== 200) throw new Error(`the audit trail is not told to ${nameOf(key.who)}: ${status}`);
    const page = body as { rows: ToldWrite[]; reads: ToldRead[]; next: string | null };
    told.writes.push(...page.rows);
    told.reads.push(...page.reads);
    if (page.next === null) return told;
    cursor = `&cursor=${encodeURIComponent(page.next)}`;
  }
}
