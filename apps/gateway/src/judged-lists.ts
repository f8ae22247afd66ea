/** Signed lists, judged once for all readers: what the key of each was at its place in the log never changes. */
import { hash } from 'node:crypto';
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
  readonly members: Members;
  /** Of the event that it is in, as it came in: whoever is told of the list has read it, also where it was judged for somebody else. */
  readonly above: AboveClear | null;
}

/** Lists that were judged before, and those that are now. */
export interface Judges {
  known(logIndex: number): JudgedList | null | undefined;
  take(row: EventRow): Promise<JudgedList | null>;
}

/** Of the SHA-256 of an id and its hash: enough that no two are the same. */
export const MEMBER_BYTES = 16;

/** The ids of a list with their hashes, in a few bytes each. */
export class Members {
  readonly #digests: Buffer;

  constructor(list: readonly (readonly [id: string, contentHash: string])[]) {
    this.#digests = Buffer.concat(list.map(([id, contentHash]) => digestOf(id, contentHash)));
  }

  /** Cost: some µs for a list of 4,000. */
  has(id: string, contentHash: string): boolean {
    const wanted = digestOf(id, contentHash);
    let at = this.#digests.indexOf(wanted);
    while (at >= 0 && at % MEMBER_BYTES !== 0) at = this.#digests.indexOf(wanted, at + 1);
    return at >= 0;
  }

  get bytes(): number {
    return this.#digests.length;
  }
}

const digestOf = (id: string, contentHash: string): Buffer =>
  Buffer.from(hash('sha256', `${id} ${contentHash}`), 'hex').subarray(0, MEMBER_BYTES);

/** Of all lists that are remembered: 500 of the longest, which are two million signed events. */
export const REMEMBERED_BYTES_MAX = 32 * 1024 * 1024;
/** What a list takes beside its members. */
export const LIST_BYTES = 500;
/** A document of the kind that is not signed: its number alone. */
const UNSIGNED_BYTES = 100;

const bytesOf = (list: JudgedList | null): number => (list === null ? UNSIGNED_BYTES : LIST_BYTES + list.members.bytes);

/**
 * Judged lists by their log index, shared by all readers: which of them a reader is told of, the database says each time. Where there is no room, those that
 * nobody asked for the longest are forgotten.
 */
export class JudgedLists implements Judges {
  readonly #log: string;
  readonly #keyAt: SubmitterKeyAt;
  readonly #bytesMax: number;
  /** A Map keeps the order of insertion, and each is inserted anew when it is asked for. */
  readonly #lists = new Map<number, JudgedList | null>();
  #bytes = 0;

  /** @param log origin of the log, which signed lists name */
  constructor(log: string, keyAt: SubmitterKeyAt, bytesMax = REMEMBERED_BYTES_MAX) {
    this.#log = log;
    this.#keyAt = keyAt;
    this.#bytesMax = bytesMax;
  }

  known(logIndex: number): JudgedList | null | undefined {
    const list = this.#lists.get(logIndex);
    if (list === undefined) return undefined;
    this.#lists.delete(logIndex);
    this.#lists.set(logIndex, list);
    return list;
  }

  async take(row: EventRow): Promise<JudgedList | null> {
    const list = await judged(row, this.#log, this.#keyAt);
    this.#forget(row.logIndex);
    this.#lists.set(row.logIndex, list);
    this.#bytes += bytesOf(list);
    for (const oldest of this.#lists.keys()) {
      if (this.#bytes <= this.#bytesMax) break;
      this.#forget(oldest);
    }
    return list;
  }

  #forget(logIndex: number): void {
    const list = this.#lists.get(logIndex);
    if (list !== undefined && this.#lists.delete(logIndex)) this.#bytes -= bytesOf(list);
  }
}

async function judged(row: EventRow, log: string, keyAt: SubmitterKeyAt): Promise<JudgedList | null> {
  const { agency, id, logIndex, content } = row;
  const batch = batchOf(JSON.parse(content.toString('utf8')) as SightingDocument);
  if (batch?.signature === undefined) return null;
  const { members, hashes = [], signature } = batch;
  const { vkey, value } = signature;
  const list = members.map((member, at) => [member, hashes[at] ?? ''] as const);
  const isWhole = hashes.length === members.length && new Set(members).size === members.length;
  const isSigned = isWhole && verifyBatch(vkey, { log, agency, members: list }, value).ok;
  const standing = isSigned ? await keyAt(agency, vkey, logIndex) : 'bad';
  const above = aboveClear(row);
  // A list is about no item, and its bytes are not to be kept for that.
  return { agency, id, logIndex, vkey, members: new Members(list), standing, above: above === null ? null : { ...above, items: () => [] } };
}
