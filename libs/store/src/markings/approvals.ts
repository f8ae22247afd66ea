/** Which acts that approve a marking had the authority to, at their places in the log: the whole policy is folded, as whoever admits callers does. */
import { parsePolicyAct, Policy, type PolicyActText } from '#lib/domain';
import type { MarkingClient } from './handled-events.ts';

interface ActRow {
  readonly log_index: string | number;
  readonly agency: string;
  readonly principal: string;
  readonly captured: string | number;
  readonly act: Buffer;
}

export interface ApprovalsInForce {
  readonly inForce: ReadonlySet<number>;
  /** How many were folded for it. */
  readonly acts: number;
}

/** Of approvals at these log indexes those in force. Cost: none where there are none; else some 20 µs for each act of policy up to the last of them. */
export async function approvalsInForce(client: MarkingClient, approvals: readonly number[]): Promise<ApprovalsInForce> {
  const asked = new Set(approvals);
  const inForce = new Set<number>();
  if (asked.size === 0) return { inForce, acts: 0 };
  const { rows } = await client.query<ActRow>('select log_index, agency, principal, captured, act from ledger.acts_until($1::bigint)', [
    approvals.reduce((last, logIndex) => Math.max(last, logIndex)),
  ]);
  // Whether a submitter's key may be one is cryptography, and gives nobody a role.
  const policy = new Policy();
  for (const { log_index, agency, principal, captured, act } of rows) {
    const read = parsePolicyAct(JSON.parse(act.toString('utf8')) as PolicyActText);
    if (!read.ok) throw new Error(`the act of policy at ${log_index} cannot be read: ${read.code}`);
    const logIndex = Number(log_index);
    const reason = policy.apply({ logIndex, agency, principal, captured: Number(captured), act: read.value });
    if (asked.has(logIndex) && reason === undefined && read.value.act === 'marking.approve') inForce.add(logIndex);
  }
  return { inForce, acts: rows.length };
}
