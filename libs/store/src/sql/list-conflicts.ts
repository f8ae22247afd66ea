/** Conflicts of an agency (the same id, other bytes), for its submitters. Plan: primary key (agency, id, content_hash). */
import type { StorePool } from '../pool.ts';
import { isStorable } from './storable.ts';

export interface Conflict {
  readonly agency: string;
  readonly id: string;
  readonly contentHash: Buffer;
  readonly principal: string;
  readonly capturedMicros: number;
  /** The whole event-log value that does not stand. */
  readonly value: Buffer;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export type ConflictKey = Pick<Conflict, 'id' | 'contentHash'>;

export const LIST_CONFLICTS = {
  name: 'list_conflicts',
  text: `select agency, id, content_hash as "contentHash", principal, captured as "capturedMicros", value, topic, partition, "offset"
    from ledger.conflicts where agency = $1::text and (id, content_hash) > ($2::text, $3::bytea)
    order by agency, id, content_hash limit $4::integer`,
};

/** By id, then hash, after a key. `id` alone: conflicts of that event. */
export async function listConflicts(
  pool: StorePool,
  agency: string,
  options: { id?: string; after?: ConflictKey; limit: number },
): Promise<Conflict[]> {
  if (options.id !== undefined) return conflictsOf(pool, agency, options.id, options.limit);
  const { rows } = await pool.run<Conflict>(LIST_CONFLICTS, [
    agency,
    options.after?.id ?? '',
    options.after?.contentHash ?? Buffer.alloc(0),
    options.limit,
  ]);
  return rows;
}

async function conflictsOf(pool: StorePool, agency: string, id: string, limit: number): Promise<Conflict[]> {
  if (!isStorable(id)) return [];
  const { rows } = await pool.run<Conflict>(CONFLICTS_OF_EVENT, [agency, id, limit]);
  return rows;
}

const CONFLICTS_OF_EVENT = {
  name: 'conflicts_of_event',
  text: LIST_CONFLICTS.text.replace('(id, content_hash) > ($2::text, $3::bytea)', 'id = $2::text').replace('$4', '$3'),
};
