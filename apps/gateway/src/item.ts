/** GET /v1/items/{id}: what an item amounts to at the asked coordinates. */
import type { ItemView } from '#lib/contracts';
import { knownAtReported } from '#lib/domain';
import type { AsOf } from './coordinates.ts';
import { readEvent } from './event-view.ts';
import { itemNotFound } from './item-not-found.ts';
import type { LedgerReads, Reader, TimelineKey } from './ledger-reads.ts';
import { coordinatesOf, itemOf, lastPlacing } from './timeline.ts';

/** Throws the identifier's own fault, and item.not-found. */
export async function readItem(reads: LedgerReads, reader: Reader, id: string, asOf: AsOf): Promise<ItemView> {
  const item = itemOf(id);
  const { count } = await reads.itemHead(item.id, reader.groups, asOf.logSize);
  if (count === 0) throw itemNotFound(item, asOf);
  return {
    item,
    coordinates: coordinatesOf(asOf, asOf.logSize),
    ...(asOf.basis === 'reported' ? await countReported(reads, reader, item.id, count, asOf) : { events: count }),
    ...(await lastPlacing(reads, reader, item.id, asOf)),
    links: { timeline: `/v1/items/${encodeURIComponent(item.id)}/timeline` },
  };
}

/** When a sighting was reported stands in its document alone, so each is read: of more than these (half a second) none is counted. */
export const REPORTED_READ_MAX = 10_000;
const PAGE = 500;

async function countReported(
  reads: LedgerReads,
  reader: Reader,
  item: string,
  count: number,
  asOf: Extract<AsOf, { basis: 'reported' }>,
): Promise<Pick<ItemView, 'events' | 'withoutReported'>> {
  if (count > REPORTED_READ_MAX) return { events: null, withoutReported: null };
  let [events, withoutReported] = [0, 0];
  let after: TimelineKey | undefined;
  do {
    const of = { item, groups: reader.groups, logSize: asOf.logSize, limit: PAGE };
    const page = await reads.timelinePage(after === undefined ? of : { ...of, after });
    const known = knownAtReported(page.map(readEvent), asOf.until);
    events += known.inputs.length;
    withoutReported += known.withoutReported;
    after = page.length < PAGE ? undefined : page.at(-1);
  } while (after !== undefined);
  return { events, withoutReported };
}
