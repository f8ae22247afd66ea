/** GET /v1/items/{id}: what an item amounts to at the asked coordinates. */
import { explainItem, type ItemView } from '#lib/contracts';
import { foldTimeline, formatRef, knownAtReported, parseIdentifier, type TimelineEntry } from '#lib/domain';
import { DomainError } from '#lib/runtime';
import { withCutContradictions } from './contradictions.ts';
import { coordinatesOf, type AsOf } from './coordinates.ts';
import { checkView, eventView, readEvent, type ReadEvent } from './event-view.ts';
import { explainSources, refsOf } from './explain-sources.ts';
import { itemNotFound } from './item-not-found.ts';
import type { LedgerReads, Reader, ReaderReads, TimelineKey } from './ledger-reads.ts';
import { pageOf } from './page.ts';
import { readBeside } from './beside.ts';
import { firstWithRelated } from './related-events.ts';

/** @param explain also say to whom each field leads. Throws the identifier's own fault, and item.not-found. */
export async function readItem(reads: LedgerReads, reader: Reader, id: string, asOf: AsOf, explain = false): Promise<ItemView> {
  const item = itemOf(id);
  const own = reads.as(reader);
  const count = await own.itemCount(item.id, reader.groups, asOf.logSize);
  if (count === 0) throw itemNotFound(item, asOf);
  const { placing, read, ...last } = await lastPlacing(own, reader, item.id, asOf);
  // What it says as a whole rests on every sighting of the item: so many of them are named as the first page of its timeline has.
  const { shown, more } = explain ? pageOf(await own.timelinePage(pageAsked(reader, item.id, asOf)), PAGE) : { shown: [], more: false };
  const naming = shown.map(readEvent);
  const sources = explain ? [...naming, ...read] : placing === undefined ? [] : [placing.event];
  const beside = await readBeside(own, reader, asOf, sources, read);
  const lastPlacedBy = placing && withCutContradictions([eventView(placing.entry, placing.event, beside, item.id)], read)[0];
  const view: ItemView = {
    item,
    coordinates: coordinatesOf(asOf),
    ...(asOf.basis === 'reported' ? await countReported(own, reader, item.id, count, asOf) : { events: count }),
    lastPlacedBy: lastPlacedBy ?? null,
    ...last,
    links: { timeline: `/v1/items/${encodeURIComponent(item.id)}/timeline` },
  };
  if (!explain) return view;
  return { ...view, explanation: explainItem(view, { sources: explainSources(asOf, sources, beside), naming: refsOf(naming), more }) };
}

/** When a sighting was reported stands in its document alone, so each is read: of more than these (half a second) none is counted. */
export const REPORTED_READ_MAX = 10_000;
const PAGE = 500;
const pageAsked = (reader: Reader, item: string, { logSize }: AsOf) => ({ item, reader, logSize, limit: PAGE + 1 });

async function countReported(
  reads: ReaderReads,
  reader: Reader,
  item: string,
  count: number,
  asOf: Extract<AsOf, { basis: 'reported' }>,
): Promise<Pick<ItemView, 'events' | 'withoutReported'>> {
  if (count > REPORTED_READ_MAX) return { events: null, withoutReported: null };
  let [events, withoutReported] = [0, 0];
  let after: TimelineKey | undefined;
  do {
    const of = pageAsked(reader, item, asOf);
    const { shown, more } = pageOf(await reads.timelinePage(after === undefined ? of : { ...of, after }), PAGE);
    const known = knownAtReported(shown.map(readEvent), asOf.until);
    events += known.inputs.length;
    withoutReported += known.withoutReported;
    after = more ? shown.at(-1) : undefined;
  } while (after !== undefined);
  return { events, withoutReported };
}

/** Rows looked at in one step from the end of a timeline. */
const LAST_PAGE = 50;
/** Beyond this many records that place nothing (a quarter of a second) the answer is left to the timeline, and says so. */
export const LAST_RECORDS_MAX = 500;

interface LastPlacing extends Pick<ItemView, 'lastPlacedByNotFound'> {
  readonly placing?: { readonly entry: TimelineEntry; readonly event: ReadEvent };
  readonly read: readonly ReadEvent[];
}

/** The latest dated sighting that places the item, and what was read to say how it stands; from the end of the timeline backwards; one without a date is later than nothing. */
async function lastPlacing(reads: ReaderReads, reader: Reader, item: string, asOf: AsOf): Promise<LastPlacing> {
  let before: TimelineKey | undefined;
  for (let looked = 0; looked < LAST_RECORDS_MAX;) {
    const of = { item, reader, logSize: asOf.logSize, limit: LAST_PAGE + 1 };
    const page = pageOf(await reads.timelineEnd(before === undefined ? of : { ...of, before }), LAST_PAGE);
    const { rows, events, related } = await firstWithRelated(reads, reader, asOf.logSize, page.shown);
    const inputs = [...events, ...related];
    const fold = foldTimeline(item, asOf.basis === 'reported' ? knownAtReported(inputs, asOf.until).inputs : inputs);
    const byRef = new Map(events.map((event) => [formatRef(event.sighting), event]));
    for (const entry of fold.entries.toReversed()) {
      const event = byRef.get(formatRef(entry.sighting));
      if (event === undefined || !entry.places || entry.sighting.occurred === undefined) continue;
      return { placing: { entry, event }, read: inputs };
    }
    before = rows.at(-1);
    if (before === undefined || (!page.more && rows.length === page.shown.length)) return { read: [] };
    looked += rows.length;
  }
  return { lastPlacedByNotFound: true, read: [] };
}

/** Throws the identifier's own fault. */
export function itemOf(text: string): ItemView['item'] {
  const parsed = parseIdentifier(text);
  if (!parsed.ok) throw new DomainError(parsed.code, parsed.detail);
  return {
    id: parsed.identifier.id,
    scheme: parsed.identifier.scheme,
    display: parsed.display,
    check: checkView(parsed.check),
    facts: Object.entries(parsed.facts).map(([name, value]) => ({ name, value })),
  };
}
