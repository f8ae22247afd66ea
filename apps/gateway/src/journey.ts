/** GET /v1/items/{id}/journey: what the records that this reader may see prove together about one item. */
import { JourneyTooLarge, travelOf, type Journey, type Placing } from '#lib/analysis';
import type { JourneyView } from '#lib/contracts';
import type { AskedTime } from '#lib/domain';
import { DomainError } from '#lib/runtime';
import { atView } from './at-view.ts';
import { coordinatesOf, type AsOf } from './coordinates.ts';
import { besideView, type BesideView } from './journey-beside.ts';
import { follow, ReadOnce, type Followed } from './followed.ts';
import { Identities } from './identity.ts';
import { identityView } from './identity-view.ts';
import { ItemEvents } from './item-events.ts';
import { itemNotFound } from './item-not-found.ts';
import { itemOf } from './item.ts';
import { containmentView, isPlacingDisputed, legView, placingView } from './journey-parts.ts';
import type { LedgerReads, Reader } from './ledger-reads.ts';
import { TrackFiles, type TrackDeps } from './track-files.ts';

/**
 * Throws the identifier's own fault, item.not-found, answer.too-large: of the item or of what it was inside of.
 * @param at also what it says of this time
 */
export async function readJourney(
  reads: LedgerReads,
  reader: Reader,
  deps: TrackDeps,
  id: string,
  asOf: AsOf,
  at?: AskedTime,
): Promise<JourneyView> {
  const item = itemOf(id);
  return notTooLarge(item.id, async () => {
    const made = await followed(reads, reader, deps, item.id, asOf);
    const { journey, items } = made;
    if ((items.get(item.id)?.timeline.entries.length ?? 0) === 0) throw itemNotFound(item, asOf);
    const travel = travelOf(journey, items);
    const identity = identityView(made.identity);
    return {
      ...journeyView(item, journey, asOf, made),
      ...besideView(made, travel),
      ...(at === undefined ? {} : { at: atView(made, travel, at) }),
      ...(identity === undefined ? {} : { identity }),
    };
  });
}

/** What an item's journey says of one time, for answers that have no journey. Throws as `readJourney`, but where nothing is known of the item. */
export async function readAtView(
  reads: LedgerReads,
  reader: Reader,
  deps: TrackDeps,
  id: string,
  { asOf, at }: { readonly asOf: AsOf; readonly at: AskedTime },
): Promise<ReturnType<typeof atView>> {
  const item = itemOf(id);
  return notTooLarge(item.id, async () => {
    const made = await followed(reads, reader, deps, item.id, asOf);
    return atView(made, travelOf(made.journey, made.items), at);
  });
}

function followed(reads: LedgerReads, reader: Reader, deps: TrackDeps, item: string, asOf: AsOf): Promise<Followed> {
  const own = reads.as(reader);
  const events = new ReadOnce(new ItemEvents(own, reader, asOf.logSize, 'a journey with it is not followed'));
  const identities = new Identities(own, reader, asOf.logSize);
  return follow(item, (wanted) => events.of(wanted), identities, new TrackFiles(own, reader, deps), asOf);
}

async function notTooLarge<T>(about: string, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof JourneyTooLarge)) throw error;
    throw new DomainError('answer.too-large', error.message, [], { tells: { about } });
  }
}

function journeyView(
  item: ReturnType<typeof itemOf>,
  journey: Journey,
  asOf: AsOf,
  { files, items }: Followed,
): Omit<JourneyView, keyof BesideView> {
  const legAt = new Map(journey.legs.map((leg, at) => [leg, at]));
  const placing = (of: Placing): JourneyView['placings'][number] =>
    placingView(of, of.leg === undefined ? null : (legAt.get(of.leg) ?? null));
  return {
    item: { id: item.id, scheme: item.scheme, display: item.display },
    coordinates: coordinatesOf(asOf),
    lastProved: journey.last === undefined ? null : { ...placing(journey.last), isDisputed: isPlacingDisputed(items, journey.last) },
    inWhat: journey.inWhat.map(containmentView),
    containments: journey.containments.map(containmentView),
    legs: journey.legs.map(legView),
    placings: journey.placings.map(placing),
    rings: journey.rings.map((ring) => [...ring]),
    tooDeep: journey.tooDeep.map((chain) => [...chain]),
    notFollowed: journey.notFollowed ?? null,
    tracks: [...files],
  };
}
