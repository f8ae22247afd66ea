/** Markings that are told to those who lose their targets, for proofs of an item. Plan: probes of three primary keys for each entry, and of spoken_words. */
import type { Statements } from '../pool.ts';
import type { EventRow } from './event-row.ts';

/** Without a handling in effect: it would be that of a reader who sees the target. */
export const TOLD_MARKINGS = {
  name: 'told_markings',
  text: `select log_index as "logIndex", agency, id, principal, captured as "capturedMicros", bytes as content, commitment, content_hash as "contentHash", secret
    from ctx.told_markings($1::bigint[]) as told
    order by log_index`,
};

/** Those of these entries that say to the reader's groups which entry they withhold, in log order. Whether to him, their documents say. */
export async function toldMarkings(from: Statements, logIndexes: readonly number[]): Promise<EventRow[]> {
  if (logIndexes.length === 0) return [];
  return (await from.run<EventRow>(TOLD_MARKINGS, [logIndexes])).rows;
}
