/** Signed lists, judged once for all readers: what the key of each was at its place in the log never changes. */
import { batchOf, type SightingDocument } from '#lib/contracts';
import type { SubmitterKeyStanding } from '#lib/domain';
import { verifyBatch } from '#lib/ledger';
import { type AboveClear, aboveClear, type EventRow } from '#lib/store';

/** How a key stood at a log index. Rejects where the policy cannot be read. */
export type SubmitterKeyAt = (agency: string, vkey: string, logIndex: number) => Promise<SubmitterKeyStanding>;

/** A list that was judged: that never changes, since the log behind it does not. */
export interface JudgedList {
  readonly agency: string;
  readonly id: string;
  readonly logIndex: number;
  readonly vkey: string;
  /** Of the whole list. */
  readonly standing: 'bad' | SubmitterKeyStanding;
  readonly hashes: ReadonlyMap<string, string>;
  /** Of the event that it is in, as it came in: whoever is told of the list has read it, also where it was judged for somebody else. */
  readonly above: AboveClear | null;
}

/** Lists that were judged before, and those that are now. */
export interface Judges {
  known(logIndex: number): JudgedList | null | undefined;
  take(row: EventRow): Promise<void>;
}

/** Members of all lists that are remembered, some 200 bytes each; an unsigned one counts as one. */
const REMEMBERED_MAX = 200_000;
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

async function judged(row: EventRow, keyAt: SubmitterKeyAt): Promise<JudgedList | null> {
  const { agency, id, logIndex, content } = row;
  const batch = batchOf(JSON.parse(content.toString('utf8')) as SightingDocument);
  if (batch?.signature === undefined) return null;
  const { members, hashes = [], signature } = batch;
  const { vkey, value } = signature;
  const list = members.map((member, at) => [member, hashes[at] ?? ''] as const);
  const isWhole = hashes.length === members.length && new Set(members).size === members.length;
  const isSigned = isWhole && verifyBatch(vkey, { agency, members: list }, value).ok;
  const standing = isSigned ? await keyAt(agency, vkey, logIndex) : 'bad';
  const above = aboveClear(row);
  // A list is about no item, and its bytes are not to be kept for that.
  return { agency, id, logIndex, vkey, hashes: new Map(list), standing, above: above === null ? null : { ...above, items: () => [] } };
}
