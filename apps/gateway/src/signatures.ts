/**
 * Whether an agency signed what it submitted. It signs a list of (id, hash) in an event of kind batch, which stands somewhere in the log; who may see both
 * is told what the signature is worth there. Nothing is refused or dropped for it.
 */
import { batchOf, type SightingDocument, type SignatureVerdict, type SignatureView } from '#lib/contracts';
import { formatRef, type EventRef, type SubmitterKeyStanding } from '#lib/domain';
import { verifyBatch } from '#lib/ledger';
import { type AboveClear, aboveClear } from '#lib/store';
import type { EventRow, Reader, ReaderReads } from './ledger-reads.ts';

/** How a key stood at a log index. Rejects where the policy cannot be read. */
export type SubmitterKeyAt = (agency: string, vkey: string, logIndex: number) => Promise<SubmitterKeyStanding>;

/** What is said of an event by the lists that name it. */
export type SignaturesOf = (event: EventRef & { readonly contentHash: Buffer }) => SignatureView[];
export const NO_SIGNATURES: SignaturesOf = () => [];

/** A list that was judged: that never changes, since the log behind it does not. */
interface JudgedList {
  readonly agency: string;
  readonly id: string;
  readonly logIndex: number;
  readonly vkey: string;
  /** Of the whole list. */
  readonly standing: 'bad' | SubmitterKeyStanding;
  readonly hashes: ReadonlyMap<string, string>;
  /** Of the event that it is in: whoever is told of the list has read it, also where it was judged for somebody else. */
  readonly above: AboveClear | null;
}

/** Lists that were judged before, and those that are now. */
export interface Judges {
  known(logIndex: number): JudgedList | null | undefined;
  take(row: EventRow): Promise<void>;
}

/** Members of all lists that are remembered, some 200 bytes each; an unsigned one counts as one. */
const REMEMBERED_MAX = 200_000;
/** Documents read at once: each may have 1 MiB. */
const READ_AT_ONCE = 8;

/** Judged lists by their log index, shared by all readers: which of them a reader is told of, the database says each time. */
export class JudgedLists implements Judges {
  readonly #keyAt: SubmitterKeyAt;
  readonly #lists = new Map<number, JudgedList | null>();
  #remembered = 0;

  constructor(keyAt: SubmitterKeyAt) {
    this.#keyAt = keyAt;
  }

  known(logIndex: number): JudgedList | null | undefined {
    return this.#lists.get(logIndex);
  }

  async take(row: EventRow): Promise<void> {
    const list = await judged(row, this.#keyAt);
    const weight = (list?.hashes.size ?? 0) + 1;
    if (this.#remembered + weight > REMEMBERED_MAX) {
      this.#lists.clear();
      this.#remembered = 0;
    }
    this.#lists.set(row.logIndex, list);
    this.#remembered += weight;
  }
}

async function judged({ agency, id, logIndex, content }: EventRow, keyAt: SubmitterKeyAt): Promise<JudgedList | null> {
  const batch = batchOf(JSON.parse(content.toString('utf8')) as SightingDocument);
  if (batch?.signature === undefined) return null;
  const { members, hashes = [], signature } = batch;
  const { vkey, value } = signature;
  const list = members.map((member, at) => [member, hashes[at] ?? ''] as const);
  const isWhole = hashes.length === members.length && new Set(members).size === members.length;
  const isSigned = isWhole && verifyBatch(vkey, { agency, members: list }, value).ok;
  const standing = isSigned ? await keyAt(agency, vkey, logIndex) : 'bad';
  const above = aboveClear({ agency, id, content });
  // A list is about no item, and its bytes are not to be kept for that.
  return { agency, id, logIndex, vkey, hashes: new Map(list), standing, above: above === null ? null : { ...above, items: () => [] } };
}

/** Of all events of an answer at once. @param size entries of the answer: lists behind them are not there yet */
export async function readSignatures(
  reads: Pick<ReaderReads, 'listsNaming' | 'visibleEvents' | 'judgedLists'>,
  reader: Reader,
  size: number,
  events: readonly EventRef[],
): Promise<SignaturesOf> {
  const { judgedLists } = reads;
  const naming = await reads.listsNaming(events, reader, size);
  if (naming.size === 0) return NO_SIGNATURES;
  const all = [...new Set([...naming.values()].flat())];
  const missing = all.filter((at) => judgedLists.known(at) === undefined);
  const lists = new Map(all.map((at) => [at, judgedLists.known(at) ?? null]));
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
