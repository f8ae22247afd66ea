/** All events about items, for answers that need the whole of them at once. */
import type { FoldInput } from '#lib/domain';
import { DomainError } from '#lib/runtime';
import { readEvent, type ReadEvent } from './event-view.ts';
import type { Asker, ReaderReads, TimelineKey } from './ledger-reads.ts';
import { pageOf } from './page.ts';
import { RELATED_MAX, relatedEvents, type RelatedReads } from './related-events.ts';

const PAGE = 500;
/** Of one item: they are held in memory, and folded. */
export const ITEM_RECORDS_MAX = 10_000;
/** Documents of one answer, of all its items together: 60,000 of the usual kilobyte, and 64 of the largest. */
export const ANSWER_CONTENT_BYTES_MAX = 64 * 1024 * 1024;

type Reads = Pick<ReaderReads, 'timelinePage'> & RelatedReads;

/** What a fold asks of an event, and what an answer says of who recorded it. */
export type FoldedEvent = FoldInput & Required<Pick<FoldInput, 'logIndex' | 'captured'>>;

/** Of one answer: it counts the bytes of what it reads, and keeps none of them. */
export class ItemEvents {
  readonly #reads: Reads;
  readonly #reader: Asker;
  readonly #logSize: number;
  readonly #instead: string;
  #contentBytes = 0;

  /** @param instead what its reader can do where it is too much, as the error says it */
  constructor(reads: Reads, reader: Asker, logSize: number, instead: string) {
    this.#reads = reads;
    this.#reader = reader;
    this.#logSize = logSize;
    this.#instead = instead;
  }

  /** All that name the item, in the order of its timeline, and behind them what decides how they stand. Throws answer.too-large. */
  async of(item: string): Promise<FoldedEvent[]> {
    const naming = await this.#naming(item);
    const related = await relatedEvents(this.#reads, this.#reader, this.#logSize, naming, RELATED_MAX, { about: item });
    return [...naming, ...this.#taken(item, related)];
  }

  async #naming(item: string): Promise<FoldedEvent[]> {
    const events: FoldedEvent[] = [];
    let after: TimelineKey | undefined;
    do {
      const of = { item, reader: this.#reader, logSize: this.#logSize, limit: PAGE + 1 };
      const { shown, more } = pageOf(await this.#reads.timelinePage(after === undefined ? of : { ...of, after }), PAGE);
      for (const event of this.#taken(item, shown.map(readEvent))) events.push(event);
      if (events.length > ITEM_RECORDS_MAX) throw this.#tooLarge(item, `More than ${ITEM_RECORDS_MAX} records name ${item}`);
      after = more ? shown.at(-1) : undefined;
    } while (after !== undefined);
    return events;
  }

  #taken(item: string, events: readonly ReadEvent[]): FoldedEvent[] {
    for (const { stored } of events) this.#contentBytes += stored.content.length;
    if (this.#contentBytes > ANSWER_CONTENT_BYTES_MAX)
      throw this.#tooLarge(item, `With ${item} more than ${ANSWER_CONTENT_BYTES_MAX} bytes of records belong to this answer`);
    return events.map(withoutDocument);
  }

  #tooLarge(item: string, what: string): DomainError {
    return new DomainError('answer.too-large', `${what}: ${this.#instead}.`, [], { tells: { about: item } });
  }
}

/** No fold looks into what authors add in words of their own, which may be most of a document: it is let go of as the bytes are. */
function withoutDocument({ sighting: { extension: _, ...sighting }, logIndex, captured, handling }: ReadEvent): FoldedEvent {
  return { sighting, logIndex: logIndex as number, captured: captured as number, ...(handling === undefined ? {} : { handling }) };
}
