/** An item with all that it was ever put into, looked up as its reader may see them, and the journey that follows. */
import {
  carriersOf,
  JOURNEY_RULES,
  journeyOf,
  JourneyTooLarge,
  knownAround,
  portsIn,
  Steps,
  type Journey,
  type Known,
  type KnownItems,
  type Neighbour,
  type Port,
} from '#lib/analysis';
import { coveredBy, foldTimeline, knownAtReported, RULES } from '#lib/domain';
import type { AsOf } from './coordinates.ts';
import type { Identities, KnownIdentity } from './identity.ts';
import type { FoldedEvent, ItemEvents } from './item-events.ts';
import type { TrackFile, TrackFiles } from './track-files.ts';

export interface Followed {
  readonly journey: Journey;
  /** What it was made of. */
  readonly items: KnownItems;
  readonly ports: readonly Port[];
  readonly files: readonly TrackFile[];
  /** What else the item is. */
  readonly identity: KnownIdentity;
  /** All ships that these files name: whom one of them may have met. Asked where it is told. */
  readonly neighbours: () => readonly Neighbour[];
  /** Of the whole request: what else follows from the journey takes its own from what is left. */
  readonly steps: Steps;
}

/** Records of all items of one journey together. */
export const JOURNEY_RECORDS_MAX = 20_000;

/** Events of the items of one answer, each item's read once and kept for as long as the answer is made. */
export class ReadOnce {
  readonly #events: ItemEvents;
  readonly #read = new Map<string, readonly FoldedEvent[]>();
  #records = 0;

  constructor(events: ItemEvents) {
    this.#events = events;
  }

  /** Throws JourneyTooLarge, answer.too-large. */
  async of(item: string): Promise<readonly FoldedEvent[]> {
    const before = this.#read.get(item);
    if (before !== undefined) return before;
    const all = await this.#events.of(item);
    this.#records += all.length;
    if (this.#records > JOURNEY_RECORDS_MAX)
      throw new JourneyTooLarge(`More than ${JOURNEY_RECORDS_MAX} records are about what it was in.`);
    this.#read.set(item, all);
    return all;
  }
}

/**
 * The journey as known at `asOf`. Throws JourneyTooLarge, answer.too-large.
 * @param eventsOf all about an item, up to that log size or a greater one
 * @param identities of the same events
 * @param tracks of this journey alone
 * @param steps of the whole request, whatever it makes of how many journeys
 */
export async function follow(
  item: string,
  eventsOf: (item: string) => Promise<readonly FoldedEvent[]>,
  identities: Identities,
  tracks: TrackFiles,
  asOf: AsOf,
  steps = new Steps(),
): Promise<Followed> {
  const look = async (wanted: readonly string[]): Promise<ReadonlyMap<string, Known>> => {
    const found = new Map<string, Known>();
    await identities.read(wanted);
    for (const each of wanted) {
      const { names } = await identities.of(each, asOf);
      const events = [...(await eventsOf(each))];
      for (const { id } of coveredBy(names)) for (const event of await eventsOf(id)) events.push(event);
      const timeline = foldTimeline(each, knownAt(events, asOf), RULES, names);
      const before = tracks.files.length;
      const track = await tracks.positionsOf(each, timeline.entries, names);
      const isTrackMissing = tracks.files.slice(before).some(({ state }) => state !== 'read');
      found.set(each, { timeline, track, isTrackMissing, ...(names.length === 0 ? {} : { names }) });
    }
    return found;
  };
  const items = await knownAround(item, look, carriersOf);
  const ports = portsIn(items);
  return {
    journey: journeyOf(item, items, ports, JOURNEY_RULES, steps),
    items,
    ports,
    files: tracks.files,
    identity: await identities.of(item, asOf),
    neighbours: () => tracks.neighbours(),
    steps,
  };
}

/** Of what is known at a point of view all that was known at an earlier one: relations are only added. */
export const knownAt = (all: readonly FoldedEvent[], asOf: AsOf): readonly FoldedEvent[] =>
  asOf.basis === 'reported' ? knownAtReported(all, asOf.until).inputs : all.filter(({ logIndex }) => logIndex < asOf.logSize);
