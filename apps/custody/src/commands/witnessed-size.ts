/** What the witnesses of a policy have seen of a log that is to be restored: an older state than that must not go on. */
import type { Anchor } from '#app/audit';
import { shownHeads, witnessClient } from '#app/sealer';
import type { VerifierKey, WitnessPolicy } from '#lib/ledger';

/** What came of asking them. */
export interface AskedWitnesses {
  readonly asked: readonly { readonly witness: string; readonly size: number | null; readonly why: string }[];
  /** As many of the policy's witnesses show a head as have to cosign: one of them at least has the newest that was published. */
  readonly isEnough: boolean;
}

/** `keys`: by which a head of the log is believed, former ones too. Waits as long as one witness may take. */
export async function witnessedAnchors(
  policy: WitnessPolicy,
  origin: string,
  keys: readonly VerifierKey<'log'>[],
): Promise<{ readonly anchors: Anchor[]; readonly witnesses: AskedWitnesses }> {
  const ending = new AbortController();
  const shown = await shownHeads(policy, witnessClient(ending.signal), origin, keys);
  const anchors: Anchor[] = [];
  let answered = 0;
  const asked = shown.map(({ url, names, head, reason }) => {
    const witness = `${names.join(', ')} (${url})`;
    if (head === null) return { witness, size: null, why: reason };
    const size = Number(head.size);
    answered += names.length;
    anchors.push({ kind: 'witness', name: witness, size, root: head.root, witnesses: names });
    return { witness, size, why: '' };
  });
  return { anchors, witnesses: { asked, isEnough: answered >= Math.max(1, policy.threshold) } };
}

/** @param witnesses `null`: no policy is configured or given */
export function witnessLines(witnesses: AskedWitnesses | null): string[] {
  if (witnesses === null)
    return [
      'NOT VERIFIED against witnesses: no policy is configured or given (--witnesses). A newer state may have been signed elsewhere.',
    ];
  const silent = witnesses.asked.filter(({ size }) => size === null).map(({ witness, why }) => `  ${witness}: ${why}`);
  if (witnesses.isEnough) return silent.length === 0 ? [] : ['Witnesses that show nothing of use:', ...silent];
  return ['NOT VERIFIED against witnesses: too few of them show a head of this log. A newer state may have been signed.', ...silent];
}
