/** What the witnesses of a policy have seen of a log that is to be restored: an older state than that must not go on. */
import type { Anchor } from '#app/audit';
import { shownHeads, witnessClient } from '#app/sealer';
import type { VerifierKey, WitnessPolicy } from '#lib/ledger';

/** What came of asking them. */
export interface AskedWitnesses {
  readonly asked: readonly { readonly witness: string; readonly size: number | null; readonly why: string }[];
  /** Of the policy's witnesses, that show a head which they cosigned: one for each key. */
  readonly answered: number;
  /** So many have to, for one of any k that cosigned a head to be among them. */
  readonly needed: number;
  /** The newest head that was published is at hand, as far as they show it: what a witness shows may be older than what it cosigned last. */
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
  const asked = shown.map(({ url, names, cosigned, head, reason }) => {
    const witness = (by: readonly string[]): string => `${by.join(', ')} (${url})`;
    if (head === null) return { witness: witness(names), size: null, why: reason };
    const size = Number(head.size);
    answered += cosigned.length;
    anchors.push({ kind: 'witness', name: witness(cosigned), size, root: head.root, witnesses: cosigned });
    return { witness: witness(cosigned), size, why: '' };
  });
  const needed = neededOf(policy);
  return { anchors, witnesses: { asked, answered, needed, isEnough: answered >= needed } };
}

/** Any k that cosigned and so many have one in common; witnesses without an address are of the n as well, and cannot be asked. */
function neededOf({ witnesses, threshold }: WitnessPolicy): number {
  const k = Math.max(1, threshold);
  return Math.max(k, witnesses.length - k + 1);
}

/** @param witnesses `null`: no policy is configured or given */
export function witnessLines(witnesses: AskedWitnesses | null): string[] {
  if (witnesses === null)
    return [
      'NOT VERIFIED against witnesses: no policy is configured or given (--witnesses). A newer state may have been signed elsewhere.',
    ];
  const { asked, answered, needed, isEnough } = witnesses;
  const silent = asked.filter(({ size }) => size === null).map(({ witness, why }) => `  ${witness}: ${why}`);
  if (isEnough) return silent.length === 0 ? [] : ['Witnesses that show nothing of use:', ...silent];
  const few = `too few of them show a head of this log (${answered}, and it takes ${needed})`;
  return [`NOT VERIFIED against witnesses: ${few}. A newer state may have been signed.`, ...silent];
}
