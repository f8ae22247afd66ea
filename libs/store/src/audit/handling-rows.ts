/** What an audit reads of handlings in effect, and of whose events they may be. */
import type { StoreClient } from '../pool.ts';
import type { Ref } from '../sql/storable.ts';

/** Of one log index, whether or not the log has it; as text, since anything may be stored. */
export interface StoredHandling {
  readonly logIndex: string;
  readonly isMarked: boolean;
  /** Null: there is none. */
  readonly handling: string | null;
  /** Names of reader groups, sorted; of a number that is none, that number. */
  readonly groups: readonly string[] | null;
  /** Of the entry there; null: there is none. */
  readonly agency: string | null;
}

/** What is marked or has a handling, rising by log index from behind the one that is given. Cost: some 10 µs a row. */
export async function readHandlings(client: StoreClient, behind: string, most: number): Promise<readonly StoredHandling[]> {
  const { rows } = await client.query<StoredHandling>(HANDLINGS, [behind, most]);
  return rows;
}

const HANDLINGS = `
  with page as (
    select log_index from (
      (select log_index from ledger.marked where log_index > $1::bigint order by 1 limit $2)
      union (select log_index from ledger.handlings where log_index > $1::bigint order by 1 limit $2)
    ) found order by 1 limit $2
  )
  select p.log_index::text as "logIndex", m.log_index is not null as "isMarked", h.handling, e.agency,
    case when h.grps is not null then array(
      select coalesce(g.name, n::text) collate "C" as name from unnest(h.grps) n left join ledger.reader_groups g on g.id = n order by name
    ) end as groups
  from page p
  left join ledger.marked m on m.log_index = p.log_index
  left join ledger.handlings h on h.log_index = p.log_index
  left join ledger.entries e on e.log_index = p.log_index
  order by p.log_index`;

/** By `agency/id`: the log indexes of those that are there. */
export async function indexesOf(client: StoreClient, refs: readonly Ref[]): Promise<ReadonlyMap<string, number>> {
  const { rows } = await client.query<Ref & { logIndex: number }>(
    `select e.log_index as "logIndex", e.agency, e.id from unnest($1::text[], $2::text[]) as asked (agency, id)
      cross join lateral (select * from ledger.entries e where e.agency = asked.agency and e.id = asked.id offset 0) e`,
    [refs.map(({ agency }) => agency), refs.map(({ id }) => id)],
  );
  return new Map(rows.map(({ logIndex, agency, id }) => [`${agency}/${id}`, logIndex]));
}
