/** When the entries of an answer were recorded, asked for all of them at once. */
import { formatInstant } from '#lib/domain';
import { sealBounds, type AsOf } from './coordinates.ts';
import type { LedgerReads } from './ledger-reads.ts';

/** RFC 3339 UTC with six decimals; `null`: no seal within the answer's coordinates covers the entry. */
export type RecordedAt = (entry: { readonly logIndex: number }) => string | null;

export async function recordedAt(
  reads: Pick<LedgerReads, 'recordedTimes'>,
  asOf: AsOf,
  entries: readonly { readonly logIndex: number }[],
): Promise<RecordedAt> {
  const times = await reads.recordedTimes([...new Set(entries.map(({ logIndex }) => logIndex))], sealBounds(asOf));
  return ({ logIndex }) => {
    const time = times.get(logIndex);
    return time === undefined ? null : formatInstant(time);
  };
}
