/** Acts of policy behind a log index. Plan: the primary key of ledger.policy from there on. */
import type { StorePool } from '../pool.ts';

export interface PolicyActRow {
  readonly logIndex: number;
  /** The author's. */
  readonly agency: string;
  readonly principal: string;
  readonly capturedMicros: number;
  /** JSON: the act. */
  readonly act: Buffer;
}

export const POLICY_ACTS_AFTER = {
  name: 'policy_acts_after',
  text: `select log_index as "logIndex", agency, principal, captured as "capturedMicros", act
    from ledger.policy where log_index > $1::bigint order by log_index limit $2::integer`,
};

/**
 * In log order. Log indexes become visible in their order, so that whoever asks from the last one on misses none. For the role `access`.
 * @param after -1: from the first one on
 */
export async function policyActsAfter(pool: Pick<StorePool, 'run'>, after: number, limit: number): Promise<readonly PolicyActRow[]> {
  return (await pool.run<PolicyActRow>(POLICY_ACTS_AFTER, [after, limit])).rows;
}
