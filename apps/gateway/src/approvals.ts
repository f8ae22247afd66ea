/** Of markings that an answer names whether what they open waits for an approver. Of now, as the handling in effect is, whatever the answer is as of. */
import { formatRef, type Approval, type EventRef, type Sighting } from '#lib/domain';
import type { ReaderReads } from './ledger-reads.ts';

/** Nothing of what needs nobody, and of what is no marking. */
export type ApprovalOf = (event: EventRef) => { readonly approval?: Approval };
export const NO_APPROVALS: ApprovalOf = () => ({});

/** @param events that their reader sees: the database tells him of no other */
export async function readApprovals(
  reads: Pick<ReaderReads, 'approvalsOf'>,
  events: readonly { readonly sighting: Pick<Sighting, 'kind'>; readonly stored: EventRef & { readonly logIndex: number } }[],
): Promise<ApprovalOf> {
  const markings = events.flatMap(({ sighting, stored }) => (sighting.kind === 'marking' ? [stored] : []));
  if (markings.length === 0) return NO_APPROVALS;
  const found = await reads.approvalsOf(markings.map(({ logIndex }) => logIndex));
  const byRef = new Map(markings.map((marking) => [formatRef(marking), found.get(marking.logIndex)]));
  return (event) => {
    const approval = byRef.get(formatRef(event));
    return approval === undefined ? {} : { approval };
  };
}
