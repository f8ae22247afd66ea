/** All events that name an item, for answers that need the whole of it at once. */
import { DomainError } from '#lib/runtime';
import { readEvent, type ReadEvent } from './event-view.ts';
import type { Asker, ReaderReads, TimelineKey } from './ledger-reads.ts';
import { pageOf } from './page.ts';

const PAGE = 500;
/** They are held in memory, and folded. */
export const ITEM_RECORDS_MAX = 10_000;

/** In the order of the timeline. Throws answer.too-large. @param instead what its reader can do, as the error says it */
export async function itemEvents(
  reads: Pick<ReaderReads, 'timelinePage'>,
  reader: Asker,
  item: string,
  logSize: number,
  instead: string,
): Promise<ReadEvent[]> {
  const events: ReadEvent[] = [];
  let after: TimelineKey | undefined;
  do {
    const of = { item, reader, logSize, limit: PAGE + 1 };
    const { shown, more } = pageOf(await reads.timelinePage(after === undefined ? of : { ...of, after }), PAGE);
    for (const row of shown) events.push(readEvent(row));
    if (events.length > ITEM_RECORDS_MAX)
      throw new DomainError('answer.too-large', `More than ${ITEM_RECORDS_MAX} records name ${item}: ${instead}.`, [], {
        tells: { about: item },
      });
    after = more ? shown.at(-1) : undefined;
  } while (after !== undefined);
  return events;
}
