/** GET /v1/items/{id}/diff: what changed in an item between two points of the log. One reading, two folds. */
import type { DiffView } from '#lib/contracts';
import { diffTimelines, foldTimeline, formatInstant, formatRef, type EventRef } from '#lib/domain';
import { DomainError } from '#lib/runtime';
import { coordinatesOf, type AsOf } from './coordinates.ts';
import { summaryOf } from './event-view.ts';
import { ItemEvents, type FoldedEvent } from './item-events.ts';
import { itemNotFound } from './item-not-found.ts';
import { itemOf } from './item.ts';
import type { LedgerReads, Reader } from './ledger-reads.ts';
import { recordedAt } from './recorded.ts';

/** Throws the identifier's own fault, item.not-found (nothing of it at the later point), query.invalid, answer.too-large. */
export async function readDiff(reads: LedgerReads, reader: Reader, id: string, from: AsOf, to: AsOf): Promise<DiffView> {
  const item = itemOf(id);
  for (const { basis } of [from, to])
    if (basis === 'reported') throw new DomainError('query.invalid', 'from and to are points of the log: log:<size>, or a date or time.');
  if (from.logSize > to.logSize)
    throw new DomainError('query.invalid', `from (log size ${from.logSize}) lies after to (log size ${to.logSize}).`);
  const all = await new ItemEvents(reads.as(reader), reader, to.logSize, 'compare pages of its timeline instead').of(item.id);
  if (all.length === 0) throw itemNotFound(item, to);
  // What a fold at the earlier size needs is among what the later one needs: relations are only added.
  const before = foldTimeline(
    item.id,
    all.filter(({ logIndex }) => logIndex < from.logSize),
  );
  const changes = diffTimelines(before, foldTimeline(item.id, all));
  const byRef = new Map(all.map((event) => [formatRef(event.sighting), event]));
  const eventOf = (ref: EventRef): FoldedEvent => {
    const event = byRef.get(formatRef(ref));
    if (event === undefined) throw new Error(`the fold shows ${formatRef(ref)}, which it was not given`);
    return event;
  };
  const recorded = await recordedAt(
    reads,
    to,
    changes.flatMap(({ by }) => by.map(eventOf)),
  );
  return {
    item: { id: item.id, display: item.display },
    from: coordinatesOf(from),
    to: coordinatesOf(to),
    changes: changes.map(({ change, ref, by, before: then, after }) => ({
      change,
      event: { ...ref },
      kind: eventOf(ref).sighting.kind,
      summary: summaryOf(eventOf(ref).sighting, item.id),
      by: by.map((maker) => {
        const { sighting, logIndex, captured } = eventOf(maker);
        const { agency, id: of, principal } = sighting;
        const submittedBy = { agency, principal, proved: true } as const;
        return { agency, id: of, logIndex, submittedBy, captured: formatInstant(captured), recorded: recorded({ logIndex }) };
      }),
      before: then === null ? null : { ...then, flags: [...then.flags] },
      after: { ...after, flags: [...after.flags] },
    })),
  };
}
