/** Proof documents (libs/ledger, proof-document.ts) about items, events, and the log itself, under a published head. */
import { formatInstant } from '#lib/domain';
import {
  type Envelope,
  type EventPart,
  KEYS_TREE,
  openingJson,
  openSlots,
  type OpeningChoice,
  type PlacedEntry,
  type ProofDocument,
  type SightingDocumentLike,
} from '#lib/ledger';
import { DomainError } from '#lib/runtime';
import type { SealRow } from '#lib/store';
import { type GroupProof, ItemProofs, type Stretch } from './item-proofs.ts';
import type { EventRow, LedgerReads, Reader } from './ledger-reads.ts';
import { isHiddenFrom } from './named-readers.ts';
import { openedIn, toldTo } from './told-markings.ts';
import { tellsOf } from './told-in-refusal.ts';

/** Entries of one answer: 800 KB of them. Of longer lists stretches are asked for. */
export const ENTRIES_MAX = 20_000;
/** Events that one answer shows, and bytes of their contents. */
export const EVENTS_MAX = 1_000;
const CONTENT_BYTES_MAX = 16 * 1024 * 1024;

/** Heads whose parts are kept: the newest, and those of who began with one of them. */
const HEADS_KEPT = 4;

/** A published head, and the seal at its end. */
export interface Head extends HeadParts {
  readonly note: string;
  readonly size: number;
}

/** What is the same in every proof under a head. */
interface HeadParts {
  readonly seal: SealRow;
  readonly placedSeal: PlacedEntry;
  readonly salt: NonNullable<ProofDocument['salt']>;
}

/** What is wanted of an item. */
export interface ItemQuery {
  readonly item: string;
  readonly groups: readonly string[];
  readonly stretch: Stretch;
  /** The events that are listed, whole. */
  readonly events: boolean;
  /** The place of each in the log. */
  readonly inclusion: boolean;
  /** Told of each event that is shown. */
  readonly onShown?: (row: EventRow) => void;
  /** Told of each marking of which it is shown what it takes from the reader: of its items the one that was asked for. */
  readonly onTold?: (row: EventRow) => void;
}

export class Proofs {
  private readonly reads: LedgerReads;
  private readonly items: ItemProofs;
  private readonly entriesMax: number;
  private readonly heads = new Map<number, Promise<HeadParts>>();

  /** @param entriesMax entries of one answer */
  constructor(reads: LedgerReads, entriesMax = ENTRIES_MAX) {
    this.reads = reads;
    this.entriesMax = entriesMax;
    this.items = new ItemProofs(reads);
  }

  /** @param size of a published head; absent: the newest. Throws log.not-sealed, size.not-published. */
  async head(size?: number): Promise<Head> {
    const found = size === undefined ? await this.reads.lastCheckpoint() : await this.reads.checkpointOf(size);
    if (found === null) {
      if (size === undefined) throw new DomainError('log.not-sealed', 'No checkpoint was signed yet.');
      throw new DomainError('size.not-published', `No head of ${size} entries was published.`);
    }
    return { note: found.note, size: found.size, ...(await this.parts(found.size)) };
  }

  /** Everything about an item that a reader of these groups may see. Throws proof.too-long. */
  async item(head: Head, reader: Reader, query: ItemQuery): Promise<ProofDocument> {
    const { item, groups, stretch } = query;
    const bounded = { from: stretch.from, to: Math.min(stretch.to, stretch.from + this.entriesMax) };
    const own = this.reads.as(reader);
    const found = await Promise.all(groups.map((group) => this.items.group(this.reads.mapSalt, group, item, head.seal, bounded, own)));
    checkLength(found, query, this.entriesMax);
    const indexes = [...new Set(found.flatMap(({ entries }) => entries.map(({ logIndex }) => logIndex)))].sort((a, b) => a - b);
    const events = query.events ? await this.events(head, reader, indexes, query) : [];
    return { ...under(head), item: { item, groups: found.map(({ part }) => part) }, events, notices: [] };
  }

  /** The keys that the log says it stands by. */
  async keys(head: Head): Promise<ProofDocument> {
    const { group, item } = KEYS_TREE;
    const found = await this.items.group(this.reads.mapSalt, group, item, head.seal, { from: 0, to: this.entriesMax });
    const notices = found.entries.flatMap(({ logIndex, notice }) =>
      notice === null ? [] : [{ entry: notice.toString('utf8'), index: BigInt(logIndex) }],
    );
    return { ...under(head), item: { item, groups: [found.part] }, events: [], notices };
  }

  /** One event. @param choice `null`: all of it, with its secret. Throws event.not-sealed. */
  async event(head: Head, row: EventRow, choice: OpeningChoice | null): Promise<ProofDocument> {
    if (row.logIndex >= head.size)
      throw new DomainError(
        'event.not-sealed',
        `The event stands at ${row.logIndex}, and the head that was published has ${head.size} entries.`,
        [],
        { tells: tellsOf([row]) },
      );
    const [inclusion] = await this.inclusions(head, [row.logIndex]);
    return { ...under(head), salt: null, item: null, events: [eventPart(row, inclusion ?? null, choice)], notices: [] };
  }

  /** The log alone: its head, and the salt with the genesis that commits to it. */
  async log(head: Head): Promise<ProofDocument> {
    return { ...under(head), item: null, events: [], notices: [] };
  }

  private async events(
    head: Head,
    reader: Reader,
    indexes: readonly number[],
    { item, inclusion, onShown, onTold }: ItemQuery,
  ): Promise<EventPart[]> {
    if (indexes.length > EVENTS_MAX)
      throw tooLong(item, `${indexes.length} events are listed, and one answer shows ${EVENTS_MAX}: ask for stretches.`);
    const own = this.reads.as(reader);
    const rows = await own.visibleEvents(indexes, reader.groups, CONTENT_BYTES_MAX);
    // Fewer may be those that a marking hides from him now: they are leaves of his list, and are not opened.
    if (rows.length < indexes.length && rows.reduce((sum, { content }) => sum + content.length, 0) > CONTENT_BYTES_MAX)
      throw tooLong(item, `The events that are listed have more than ${CONTENT_BYTES_MAX} bytes: ask for stretches.`);
    const shown = rows.filter((row) => !isHiddenFrom(reader, row));
    // One that names other persons stands in the list of his agency, as a leaf that is not opened for him.
    const known = new Set(shown.map(({ logIndex }) => logIndex));
    const hidden = indexes.filter((logIndex) => !known.has(logIndex));
    const told = toldTo(reader, await own.toldMarkings(hidden), (logIndex) => known.has(logIndex));
    const paths = inclusion ? await this.inclusions(head, [...shown, ...told].map(({ logIndex }) => logIndex)) : []; // prettier-ignore
    for (const row of shown) onShown?.(row);
    for (const row of told) onTold?.(row);
    const openings = [...shown.map(() => null), ...told.map((row) => openedIn(item, row))];
    return [...shown, ...told].map((row, n) => eventPart(row, paths[n] ?? null, openings[n] ?? null));
  }

  private parts(size: number): Promise<HeadParts> {
    const known = this.heads.get(size);
    if (known !== undefined) return known;
    const made = this.readParts(size);
    this.heads.set(size, made);
    // A failure is not kept.
    made.catch(() => this.heads.delete(size));
    const [oldest] = this.heads.keys();
    if (this.heads.size > HEADS_KEPT && oldest !== undefined) this.heads.delete(oldest);
    return made;
  }

  private async readParts(size: number): Promise<HeadParts> {
    const [seal, entry, genesis] = await Promise.all([
      this.reads.sealAt(size - 1),
      this.reads.noticeAt(size - 1),
      this.reads.firstNotice(),
    ]);
    if (seal === null || entry === null) throw new Error(`the head of ${size} entries does not end with a seal`);
    if (genesis === null) throw new Error('the log has no genesis');
    const [sealPath, genesisPath] = await this.inclusions({ size }, [seal.logIndex, genesis.logIndex]);
    const placed = (bytes: Buffer, index: number, path: Uint8Array[] = []): PlacedEntry => ({
      entry: bytes.toString('utf8'),
      index: BigInt(index),
      inclusion: path,
    });
    return {
      seal,
      placedSeal: placed(entry, seal.logIndex, sealPath),
      salt: { genesis: placed(genesis.bytes, genesis.logIndex, genesisPath), mapSalt: this.reads.mapSalt },
    };
  }

  private inclusions({ size }: Pick<Head, 'size'>, indexes: readonly number[]): Promise<Uint8Array[][]> {
    return this.reads.logProofs.inclusions(indexes.map(BigInt), BigInt(size));
  }
}

const under = ({ note, placedSeal, salt }: Head): Pick<ProofDocument, 'checkpoint' | 'seal' | 'salt'> => ({
  checkpoint: note,
  seal: placedSeal,
  salt,
});

function checkLength(found: readonly GroupProof[], { item, stretch: { from, to } }: ItemQuery, entriesMax: number): void {
  const longest = Math.max(...found.map(({ leaves }) => Math.min(leaves, to) - from));
  if (longest > entriesMax)
    throw tooLong(item, `A list has ${longest} entries, and one answer holds ${entriesMax}: ask for stretches of one group.`);
}

const tooLong = (item: string, detail: string): DomainError => new DomainError('proof.too-long', detail, [], { tells: { about: item } });

function eventPart(row: EventRow, inclusion: Uint8Array[] | null, choice: OpeningChoice | null): EventPart {
  const envelope: Envelope = {
    agency: row.agency,
    captured: formatInstant(row.capturedMicros),
    id: row.id,
    principal: row.principal,
  };
  const content = row.content.toString('utf8');
  const shown =
    choice === null
      ? { envelope, secret: row.secret, content }
      : { opening: openingJson(openSlots(envelope, JSON.parse(content) as SightingDocumentLike, row.secret, choice)) };
  return { index: BigInt(row.logIndex), commitment: row.commitment.toString('hex'), inclusion, shown };
}
