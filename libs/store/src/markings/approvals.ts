/** Which acts that approve a marking had the authority to, at their places in the log: the whole policy is folded, as whoever admits callers does. */
import { parsePolicyAct, Policy, type PolicyActText } from '#lib/domain';
import type { HandledEvent, MarkingClient } from './handled-events.ts';

interface ActRow {
  readonly log_index: string | number;
  readonly agency: string;
  readonly principal: string;
  readonly captured: string | number;
  readonly act: Buffer;
}

/** Log indexes of those in force. Cost: none where there are no approvals; else some 20 µs for each act of policy up to the last of them. */
export async function approvalsInForce(client: MarkingClient, approvals: readonly HandledEvent[]): Promise<ReadonlySet<number>> {
  const asked = new Set(approvals.map(({ logIndex }) => logIndex));
  const inForce = new Set<number>();
  if (asked.size === 0) return inForce;
  const { rows } = await client.query<ActRow>('select log_index, agency, principal, captured, act from ledger.acts_until($1::bigint)', [
    Math.max(...asked),
  ]);
  // Whether a submitter's key may be one is cryptography, and gives nobody a role.
  const policy = new Policy();
  for (const { log_index, agency, principal, captured, act } of rows) {
    const read = parsePolicyAct(JSON.parse(act.toString('utf8')) as PolicyActText);
    if (!read.ok) throw new Error(`the act of policy at ${log_index} cannot be read: ${read.code}`);
    const logIndex = Number(log_index);
    const reason = policy.apply({ logIndex, agency, principal, captured: Number(captured), act: read.value });
    if (reason === undefined && read.value.act === 'marking.approve') inForce.add(logIndex);
  }
  return inForce;
}
