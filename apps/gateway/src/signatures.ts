/**
 * Whether an agency signed what it submitted. It signs a list of (id, hash) in an event of kind batch, which stands somewhere in the log; who may see both
 * is told what the signature is worth there. Nothing is refused or dropped for it.
 */
import { setImmediate } from 'node:timers/promises';
import type { SignatureView } from '#lib/contracts';
import { formatRef, type EventRef, type SignatureVerdict } from '#lib/domain';
import { LISTS_MAX } from '#lib/store';
import type { JudgedList } from './judged-lists.ts';
import type { Reader, ReaderReads } from './ledger-reads.ts';

/** What is said of an event by the lists that name it. */
export type SignaturesOf = (event: EventRef & { readonly contentHash: Buffer }) => SignatureView[];
export const NO_SIGNATURES: SignaturesOf = () => [];

/** Documents read at once: each may have 1 MiB. */
const READ_AT_ONCE = 8;
/**
 * Lists looked at for one answer, the oldest first: each is read and judged once. All of them, as long as they may be, are remembered at once: of
 * one more than that each answer would judge all anew, since what nobody asked for the longest is what the next one asks for first.
 */
export const LISTS_LOOKED_MAX = 400;
/** Signatures told of one event, the oldest first; beyond it those alone that say something else. */
export const SIGNATURES_TOLD_MAX = 64;

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
  const first = [...naming.values()].flatMap((named) => named.slice(0, LISTS_MAX));
  const all = [...new Set(first)].sort((a, b) => a - b).slice(0, LISTS_LOOKED_MAX);
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
      lists.set(row.logIndex, await judgedLists.take(row));
      // Some 10 ms for the longest: nobody else waits for more than one.
      await setImmediate();
    }
  const looked = new Set(all);
  return (event) => {
    const named = naming.get(formatRef(event)) ?? [];
    const isLooked = (at: number, n: number): boolean => n < LISTS_MAX && looked.has(at);
    const signed = named.filter(isLooked).flatMap((at) => lists.get(at) ?? []);
    const rest = named.filter((at, n) => !isLooked(at, n));
    return told(event, signed, rest);
  };
}

/**
 * What does not fit is named and counted, never left out in silence; and no number of lists that say one thing keeps another from being told: the first
 * of each verdict is there, by each key that is or was the agency's. Keys of somebody's own making count as one: whoever submits can make any number.
 */
function told(event: Parameters<SignaturesOf>[0], signed: readonly JudgedList[], rest: readonly number[]): SignatureView[] {
  const kinds = new Set<string>();
  const views: SignatureView[] = [];
  const left = [...rest];
  for (const list of signed) {
    const view = viewOf(list, event);
    const kind = list.standing === 'valid' || list.standing === 'revoked' ? `${view.verdict} ${list.vkey}` : view.verdict;
    if (views.length < SIGNATURES_TOLD_MAX || !kinds.has(kind)) views.push(view);
    else left.push(list.logIndex);
    kinds.add(kind);
  }
  if (left.length === 0) return views;
  return [...views, { agency: event.agency, logIndex: Math.min(...left), verdict: 'not-judged', more: left.length - 1 }];
}

function viewOf({ agency, id, logIndex, vkey, standing, members }: JudgedList, event: Parameters<SignaturesOf>[0]): SignatureView {
  const isSame = members.has(event.id, event.contentHash.toString('hex'));
  const verdict: SignatureVerdict = standing === 'bad' || isSame ? standing : 'other-bytes';
  return { agency, id, logIndex, vkey, verdict };
}
