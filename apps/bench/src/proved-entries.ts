/** How far a sealed ledger is: what is committed, and what is under a signed checkpoint whose map covers it. */
import type pg from 'pg';

/** Reads a handful of rows. */
const PROGRESS = `select (select size from ledger.head) - (select count(*) from ledger.notices) as committed,
  coalesce((select s.covers - (select count(*) from ledger.notices n where n.log_index < s.covers)
    from proof.seals s join proof.checkpoints c on c.size = s.log_index + 1 order by s.log_index desc limit 1), 0) as proved`;

export interface Proved {
  /** Sightings in the ledger; what the operator says about the log (genesis, seals) is not counted. */
  readonly committed: number;
  /** Of those, the ones that a signed checkpoint holds, with their item trees and the item map. */
  readonly proved: number;
}

export async function provedEntries(client: Pick<pg.Client, 'query'>): Promise<Proved> {
  const { rows } = await client.query<{ committed: string; proved: string }>(PROGRESS);
  return { committed: Number(rows[0]?.committed), proved: Number(rows[0]?.proved) };
}
