/**
 * Whether an agency signed what it submitted. It signs a list of (id, hash) in an event of kind batch, which stands somewhere in the log; who may see both
 * is told what the signature is worth there. Nothing is refused or dropped for it.
 */
import type { SignatureVerdict, SignatureView } from '#lib/contracts';
import { formatRef, type EventRef } from '#lib/domain';
import type { JudgedList } from './judged-lists.ts';
import type { Reader, ReaderReads } from './ledger-reads.ts';

/** What is said of an event by the lists that name it. */
export type SignaturesOf = (event: EventRef & { readonly contentHash: Buffer }) => SignatureView[];
export const NO_SIGNATURES: SignaturesOf = () => [];

/** Documents read at once: each may have 1 MiB. */
const READ_AT_ONCE = 8;

/** Of all events of an answer at once. @param size entries of the answer: lists behind them are not there yet */
export async function readSignatures(
  reads: Pick<ReaderReads, 'listsNaming' | 'visibleEvents' | 'judgedLists' | 'markedAmong'>,
  reader: Reader,
  size: number,
  events: readonly EventRef[],
): Promise<SignaturesOf> {
  const { judgedLists } = reads;
  const naming = await reads.listsNaming(events, reader, size);
  if (naming.size === 0) return NO_SIGNATURES;
  const all = [...new Set([...naming.values()].flat())];
  // What was marked may have another handling than when it was judged, and is read anew, so that the access log has the one in effect.
  const marked = await reads.markedAmong(all);
  const lists = new Map<number, JudgedList | null>();
  const missing: number[] = [];
  for (const at of all) {
    const list = marked.has(at) ? undefined : judgedLists.known(at);
    if (list === undefined) missing.push(at);
    else lists.set(at, list);
  }
  for (let from = 0; from < missing.length; from += READ_AT_ONCE)
    for (const row of await reads.visibleEvents(missing.slice(from, from + READ_AT_ONCE), reader.groups, Number.MAX_SAFE_INTEGER)) {
      await judgedLists.take(row);
      lists.set(row.logIndex, judgedLists.known(row.logIndex) ?? null);
    }
  return (event) =>
    (naming.get(formatRef(event)) ?? []).flatMap((at) => {
      const list = lists.get(at) ?? null;
      return list === null ? [] : [viewOf(list, event)];
    });
}

function viewOf({ agency, id, logIndex, vkey, standing, hashes }: JudgedList, event: Parameters<SignaturesOf>[0]): SignatureView {
  const isSame = hashes.get(event.id) === event.contentHash.toString('hex');
  const verdict: SignatureVerdict = standing === 'bad' || isSame ? standing : 'other-bytes';
  return { agency, id, logIndex, vkey, verdict };
}
