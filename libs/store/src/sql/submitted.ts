/**
 * What became of a submission, for its submitter alone: nothing here asks who may see it, its caller does. The entry that stands under an id, bytes that it
 * did not get to be, and where in the item trees an entry stands.
 */
import type { Statements } from '../pool.ts';
import { EVENT_COLUMNS, type EventRow } from './event-row.ts';
import { mayNamePersons } from './named-rows.ts';

type From = Statements;

export const SUBMITTED = {
  name: 'submitted_event',
  text: `select ${EVENT_COLUMNS} from ledger.entries e join ledger.content c on c.log_index = e.log_index
    where e.agency = $1::text and e.id = $2::text`,
};

/** `null`: no event stands under this id. Plan: one probe of entries_event, one of content's primary key. */
export async function submittedEvent(from: From, agency: string, id: string): Promise<EventRow | null> {
  return (await from.run<EventRow>(SUBMITTED, [agency, id])).rows[0] ?? null;
}

/** Why bytes that were taken in are no entry. */
export interface RefusedBytes {
  /** 32 bytes. */
  readonly contentHash: Buffer;
  /** Of the error catalogue; `null`: another event stands under the id. */
  readonly code: string | null;
  readonly detail: string;
  /** It was appended to the event log again, and may yet be one. */
  readonly isRetried: boolean;
  /** The record's, where there may be a list of persons in it: whether it may be told of is for the caller to say. */
  readonly named: Buffer | null;
}

const NAMED = `case when ${mayNamePersons('value')} then value end`;

export const REFUSED = {
  name: 'refused_bytes',
  text: `(select content_hash as "contentHash", null as code, '' as detail, false as "isRetried", ${NAMED} as named from ledger.conflicts
      where agency = $1::text and id = $2::text and content_hash = $3::bytea)
    union all
    (select content_hash, code, detail, retried is not null, ${NAMED} from ledger.dead_letters
      where agency = $1::text and id = $2::text and ($3::bytea is null or content_hash = $3::bytea) order by seq desc limit 1)
    limit 1`,
};

/**
 * These bytes under this id, or the newest of the dead letters where no hash is given; `null`: the ledger knows of none. Plan: a probe of the
 * primary key of conflicts, and one of dead_letters_event.
 */
export async function refusedBytes(from: From, agency: string, id: string, contentHash: Buffer | null): Promise<RefusedBytes | null> {
  return (await from.run<RefusedBytes>(REFUSED, [agency, id, contentHash])).rows[0] ?? null;
}

/** A leaf of an item tree. */
export interface EntryPlace {
  /** Of the tree, 32 bytes: which group and item that is, whoever knows the entry can compute. */
  readonly mapKey: Buffer;
  readonly n: number;
}

export const PLACES = {
  name: 'entry_places',
  text: `select i.map_key as "mapKey", l.n from proof.item_leaves l join proof.items i on i.item = l.item where l.log_index = $1::bigint`,
};

/** Which leaf of each item tree an entry is, in no order; none where it is not sealed. Plan: item_leaves_log_index, then a probe for each. */
export async function entryPlaces(from: From, logIndex: number): Promise<EntryPlace[]> {
  return (await from.run<EntryPlace>(PLACES, [logIndex])).rows;
}

export const OVERDUE = {
  name: 'oldest_unsealed',
  text: `select min(captured) as "capturedMicros" from (
      select captured from ledger.content
      where log_index >= (select coalesce(max(s.covers), 0) from proof.seals s where s.log_index = (select max(size) - 1 from proof.checkpoints))
      order by log_index limit 1000) waiting`,
};

/**
 * Capture's time, in microseconds since 1970, of the oldest of the first 1,000 entries that no published checkpoint covers; `null`: there is
 * none. Plan: the end of content's primary key; for roles with policies, too, since the bound is one value: of an expression the planner does not
 * know that it tells nothing, and compares it with each row that the policies let through.
 */
export async function oldestUnsealed(from: From): Promise<number | null> {
  return (await from.run<{ capturedMicros: number | null }>(OVERDUE)).rows[0]?.capturedMicros ?? null;
}
