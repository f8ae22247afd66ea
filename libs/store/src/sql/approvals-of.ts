/** What becomes of markings that need an approver. Plan: the primary key of ledger.handlings, whose policy shows a row to whoever sees the marking. */
import type { Approval } from '#lib/domain';
import type { Statements } from '../pool.ts';

export const APPROVALS_OF = {
  name: 'approvals_of',
  text: 'select log_index as "logIndex", approval from ledger.handlings where log_index = any($1::bigint[]) and approval is not null',
};

/** By log index; without those that need nobody. */
export async function approvalsOf(from: Statements, logIndexes: readonly number[]): Promise<ReadonlyMap<number, Approval>> {
  if (logIndexes.length === 0) return new Map();
  const { rows } = await from.run<{ logIndex: number; approval: Approval }>(APPROVALS_OF, [logIndexes]);
  return new Map(rows.map(({ logIndex, approval }) => [logIndex, approval]));
}
