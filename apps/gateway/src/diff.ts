/** GET /v1/items/{id}/diff: what changed in an item between two points, by whom, and what its journey concludes otherwise. */
import { diffJourneys, JourneyTooLarge, Steps } from '#lib/analysis';
import type { DiffView } from '#lib/contracts';
import { diffTimelines, foldTimeline, formatInstant, formatRef, knownAtReported, type EventRef, type Instant } from '#lib/domain';
import { DomainError } from '#lib/runtime';
import { coordinatesOf, pointOfView, type AsOf } from './coordinates.ts';
import { summaryOf } from './event-view.ts';
import { follow, knownAt, ReadOnce } from './followed.ts';
import { Identities } from './identity.ts';
import { ItemEvents, type FoldedEvent } from './item-events.ts';
import { itemNotFound } from './item-not-found.ts';
import { itemOf } from './item.ts';
import { legView, placedBy } from './journey-parts.ts';
import type { LedgerReads, Reader } from './ledger-reads.ts';
import { recordedAt } from './recorded.ts';
import { TrackFiles, type TrackDeps } from './track-files.ts';

/**
 * What changed in an item between two points, of the log or of the authors' word. One reading; two folds, and two journeys. Throws the identifier's own fault,
 * item.not-found (nothing of it at the later point), query.invalid, diff.bases-mixed, answer.too-large.
 */
export async function readDiff(
  reads: LedgerReads,
  reader: Reader,
  deps: TrackDeps,
  id: string,
  ...points: readonly [from: AsOf, to: AsOf]
): Promise<DiffView> {
  const item = itemOf(id);
  const [from, to] = comparable(...points);
  const own = reads.as(reader);
  const events = new ReadOnce(new ItemEvents(own, reader, to.logSize, 'compare pages of its timeline instead'));
  const all = await events.of(item.id);
  if (all.length === 0) throw itemNotFound(item, to);
  const changes = diffTimelines(foldTimeline(item.id, knownAt(all, from)), foldTimeline(item.id, knownAt(all, to)));
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
    journey: await journeyChange(
      item.id,
      { events, identities: new Identities(own, reader, to.logSize) },
      () => new TrackFiles(own, reader, deps),
      [from, to],
    ),
    ...(to.basis === 'reported' ? { withoutReported: withoutReported(item.id, all, to.until) } : {}),
  };
}

/** Of those that name the item, as its timeline counts them: what speaks about these alone is no record of it. */
const withoutReported = (item: string, all: readonly FoldedEvent[], until: Instant): number =>
  knownAtReported(
    all.filter(({ sighting }) => sighting.items.some(({ id }) => id === item)),
    until,
  ).withoutReported;

/** Both of one kind, the first not behind the second, and read at one log size. */
function comparable(from: AsOf, to: AsOf): readonly [AsOf, AsOf] {
  if (from.basis === 'reported' && to.basis === 'reported') {
    if (from.until > to.until) throw new DomainError('query.invalid', `from (${from.text}) lies after to (${to.text}).`);
    return [{ ...from, logSize: to.logSize }, to];
  }
  if (from.basis === 'reported' || to.basis === 'reported') {
    const [one, other] = [from, to].map(pointOfView);
    throw new DomainError('diff.bases-mixed', `from is ${one}; to is ${other}.`);
  }
  if (from.logSize > to.logSize)
    throw new DomainError('query.invalid', `from (log size ${from.logSize}) lies after to (log size ${to.logSize}).`);
  return [from, to];
}

/** Null where they are too large, one or both together: the timelines are compared all the same. */
async function journeyChange(
  item: string,
  { events, identities }: { readonly events: ReadOnce; readonly identities: Identities },
  tracks: () => TrackFiles,
  [from, to]: readonly [AsOf, AsOf],
): Promise<DiffView['journey']> {
  try {
    const steps = new Steps();
    const before = await follow(item, (wanted) => events.of(wanted), identities, tracks(), from, steps);
    const after = await follow(item, (wanted) => events.of(wanted), identities, tracks(), to, steps);
    const { lastBefore, lastAfter, isLastOther, added, removed, changed } = diffJourneys(before.journey, after.journey);
    return {
      lastBefore: lastBefore === undefined ? null : placedBy(lastBefore),
      lastAfter: lastAfter === undefined ? null : placedBy(lastAfter),
      isLastOther,
      legsAdded: added.map(legView),
      legsRemoved: removed.map(legView),
      legsChanged: changed.map((leg) => ({ before: legView(leg.before), after: legView(leg.after) })),
    };
  } catch (error) {
    if (error instanceof JourneyTooLarge || (error instanceof DomainError && error.code === 'answer.too-large')) return null;
    throw error;
  }
}
