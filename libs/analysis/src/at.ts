/**
 * What an item's journey says of one time that is asked about: where it was, in what, and who held it, each with the records that say so. What is
 * certain of that time stands apart from what is only possible, nothing is drawn between two records, and a containment without a recorded end is
 * proved no further than something confirms it. Pure.
 */
import { certainlyBefore, coverOf, type Cover, type Instant, type Interval, possiblyOverlaps, type Span } from '#lib/domain';
import { containmentsOf, type Containment } from './containments.ts';
import { custodyOf, type Holding, type Uncovered } from './custody.ts';
import { fixesOf, liesIn, type Fix, type KnownItems } from './fixes.ts';
import { DEPTH_MAX, type Journey, type Leg, type Placing } from './journey.ts';
import type { Port } from './silences.ts';

/** By a record of the thing itself; by what follows from several; by nothing. */
export type Basis = 'observed' | 'inferred' | 'unknown';

/** Proved for all of the time that is asked about, or for some of it. */
export type Proved = 'throughout' | 'partly';

export interface JourneyAt {
  /** What certainly says where it was. A place that is only possible leaves it unknown. */
  readonly where: Basis;
  /** That are, or may be, of that time; by time. */
  readonly placings: readonly PlacingAt[];
  /** Of those that certainly are of an earlier time the last, of those of a later one the first: of what lies between nothing is known. */
  readonly before?: Placing;
  readonly after?: Placing;
  /** Records that say where it was, and not when: any of them may be of that time. */
  readonly undated: number;
  /** `inferred`: by loadings, and what confirms them. */
  readonly inWhat: Exclude<Basis, 'observed'>;
  /** That are proved for some of it. By start, then depth. */
  readonly legs: readonly LegAt[];
  /** Of the item itself, in the order of its timeline. */
  readonly containments: readonly ContainmentAt[];
  readonly heldBy: Basis;
  readonly holders: readonly HolderAt[];
  /** Stretches between two holders that no document covers, where they meet that time. */
  readonly uncovered: readonly Uncovered[];
}

export interface PlacingAt {
  readonly placing: Placing;
  readonly cover: Cover;
}

export interface LegAt {
  readonly leg: Leg;
  readonly holds: Proved;
  /** Up to here, this instant not included, it is confirmed. */
  readonly until: Instant;
}

export interface ContainmentAt {
  readonly containment: Containment;
  /** `last-recorded`: no record took it out, and nothing confirms any more that it was still inside. */
  readonly holds: Proved | 'possibly' | 'last-recorded';
  /** Up to here, this instant not included, it is confirmed; null: its loading has no end that is known, and nothing of it is. */
  readonly until: Instant | null;
  /** Of `last-recorded`: in what the carrier is last recorded then, and so on outwards. */
  readonly outer: readonly Containment[];
}

export interface HolderAt {
  readonly holding: Holding;
  /** `observed`: a record of that time says so. `inferred`: one before and one behind do, and none between them names another. */
  readonly basis: Exclude<Basis, 'unknown'>;
  readonly cover: Cover;
}

/** A span with both ends. */
export interface Asked extends Span {
  readonly starts: Instant;
  readonly ends: Instant;
}

/** @param items of which the journey was made. Throws JourneyTooLarge. Cost: that of the containments of all that it is in, once more. */
export function journeyAt(journey: Journey, items: KnownItems, ports: readonly Port[], asked: Asked): JourneyAt {
  const placings = journey.placings.flatMap((placing): PlacingAt[] => {
    const cover = coverOf(timeOf(placing.fix), asked);
    return cover === undefined ? [] : [{ placing, cover }];
  });
  const [before, after] = around(journey.placings, asked);
  const proof = new Proof(items, ports);
  const legs = journey.legs.flatMap((leg): LegAt[] => {
    const until = Math.min(...leg.chain.map((each) => proof.until(each)));
    const holds = provedIn({ starts: leg.span.starts, ends: until }, asked);
    return holds === undefined ? [] : [{ leg, holds, until }];
  });
  const known = items.get(journey.item);
  const { holdings, uncovered } = known === undefined ? { holdings: [], uncovered: [] } : custodyOf(known);
  const holders = holdings.flatMap((holding) => holderAt(holding, asked) ?? []);
  return {
    where: whereBy(placings),
    placings,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    undated: known?.timeline.entries.filter(({ places, sighting }) => places && sighting.occurred === undefined).length ?? 0,
    inWhat: legs.length === 0 ? 'unknown' : 'inferred',
    legs,
    containments: journey.containments.flatMap((each) => proof.at(each, asked) ?? []),
    heldBy: bestOf(holders.filter(({ cover }) => cover === 'certainly').map(({ basis }) => basis)),
    holders,
    uncovered: uncovered.filter(({ since, until }) => possiblyOverlaps({ starts: since, ends: until }, asked)),
  };
}

/** A row of a track is of one instant. */
const timeOf = (fix: Fix): Interval | undefined =>
  'entry' in fix ? fix.entry.sighting.occurred : { ...fix.span, precision: 'microsecond', extent: 'within' };

function whereBy(placings: readonly PlacingAt[]): Basis {
  const certain = placings.filter(({ cover }) => cover === 'certainly');
  return bestOf(certain.map(({ placing }) => (placing.leg === undefined ? 'observed' : 'inferred')));
}

/** What the best of them is. */
const bestOf = (bases: readonly Basis[]): Basis =>
  bases.includes('observed') ? 'observed' : bases.includes('inferred') ? 'inferred' : 'unknown';

/** Before: by what it is sure not to lie before; behind: by what it is sure not to lie behind. */
function around(placings: readonly Placing[], asked: Asked): [before: Placing | undefined, after: Placing | undefined] {
  let [before, after]: [Placing | undefined, Placing | undefined] = [undefined, undefined];
  for (const placing of placings) {
    const { span } = placing.fix;
    if (certainlyBefore(span, asked) && (before === undefined || lastSure(placing) > lastSure(before))) before = placing;
    if (certainlyBefore(asked, span) && (after === undefined || firstSure(placing) < firstSure(after))) after = placing;
  }
  return [before, after];
}

/** Of what went on for all of its time the last of it, of what happened at some time in it the first: it was there no earlier than that. */
const lastSure = ({ fix }: Placing): number => (isThroughout(fix) ? (fix.span.ends ?? Infinity) - 1 : (fix.span.starts ?? -Infinity));
const firstSure = ({ fix }: Placing): number => (isThroughout(fix) ? (fix.span.starts ?? -Infinity) : (fix.span.ends ?? Infinity) - 1);
const isThroughout = (fix: Fix): boolean => timeOf(fix)?.extent === 'throughout';

const provedIn = (proved: Asked, asked: Asked): Proved | undefined => {
  if (proved.starts >= proved.ends || proved.starts >= asked.ends || asked.starts >= proved.ends) return undefined;
  return proved.starts <= asked.starts && asked.ends <= proved.ends ? 'throughout' : 'partly';
};

/** How far containments are confirmed. */
class Proof {
  private readonly items: KnownItems;
  private readonly ports: readonly Port[];
  private readonly made = new Map<string, readonly Containment[]>();
  private readonly confirmed = new Map<string, Instant>();

  constructor(items: KnownItems, ports: readonly Port[]) {
    this.items = items;
    this.ports = ports;
  }

  /**
   * One that no record ended is confirmed by the last that is recorded of the carrier, or of what that is in, as far as it is inherited: behind that
   * silence proves nothing. Its start, where there is none.
   */
  until(containment: Containment): Instant {
    const { from, carrier, item, loading, isOpen } = containment;
    if (from === null) return -Infinity;
    if (!isOpen) return containment.until ?? from;
    const key = `${loading.sighting.agency}/${loading.sighting.id} ${item} ${carrier}`;
    const before = this.confirmed.get(key);
    if (before !== undefined) return before;
    // What goes round in a ring confirms nothing of itself.
    this.confirmed.set(key, from);
    const known = this.items.get(carrier);
    let until = from;
    for (const fix of known === undefined ? [] : fixesOf(known))
      if (fix.span.starts !== null && liesIn(fix, { starts: from, ends: containment.until })) until = Math.max(until, fix.span.starts + 1);
    for (const outer of this.of(carrier)) {
      const ends = this.until(outer);
      if (outer.from !== null && Math.max(from, outer.from) < ends) until = Math.max(until, ends);
    }
    until = Math.min(until, containment.until ?? until);
    this.confirmed.set(key, until);
    return until;
  }

  at(containment: Containment, asked: Asked): ContainmentAt | undefined {
    const { from, ending, isOpen, isLeft, leftAt, loading } = containment;
    const until = from === null ? null : this.until(containment);
    const made = (holds: ContainmentAt['holds'], outer: readonly Containment[] = []): ContainmentAt => ({
      containment,
      holds,
      until,
      outer,
    });
    const proved = from === null || until === null ? undefined : provedIn({ starts: from, ends: until }, asked);
    if (proved !== undefined) return made(proved);
    const starts = loading.sighting.occurred?.starts ?? null;
    if (!isOpen) {
      const ends = ending?.kind === 'unloaded' ? (ending.by.sighting.occurred?.ends ?? null) : null;
      return possiblyOverlaps({ starts, ends }, asked) ? made('possibly') : undefined;
    }
    if (leftAt !== undefined && asked.starts >= leftAt) return undefined;
    // Left at a time that nobody says: it may be behind what is asked about.
    const mayBeLeft = isLeft && leftAt === undefined;
    if (!mayBeLeft && until !== null && asked.starts >= until) return made('last-recorded', this.outwards(containment, asked));
    return possiblyOverlaps({ starts, ends: null }, asked) ? made('possibly') : undefined;
  }

  /** Of each the last one that is no more than recorded then. */
  private outwards({ item, carrier }: Containment, asked: Asked): readonly Containment[] {
    const chain: Containment[] = [];
    const seen = new Set([item, carrier]);
    for (let inner: string | undefined = carrier; inner !== undefined && chain.length < DEPTH_MAX - 1;) {
      const last: Containment | undefined = this.of(inner).findLast((each) => this.isRecorded(each, asked));
      if (last === undefined || seen.has(last.carrier)) break;
      chain.push(last);
      seen.add(last.carrier);
      inner = last.carrier;
    }
    return chain;
  }

  private isRecorded(containment: Containment, asked: Asked): boolean {
    const { from, isOpen, isLeft, leftAt } = containment;
    return isOpen && from !== null && asked.starts >= from && (leftAt === undefined ? !isLeft : asked.starts < leftAt);
  }

  private of(item: string): readonly Containment[] {
    const before = this.made.get(item);
    if (before !== undefined) return before;
    const made = containmentsOf(item, this.items, this.ports);
    this.made.set(item, made);
    return made;
  }
}

function holderAt(holding: Holding, asked: Asked): HolderAt | undefined {
  const times = holding.by.map(({ sighting }) => sighting.occurred);
  const covers = times.map((time) => coverOf(time, asked));
  if (covers.includes('certainly')) return { holding, basis: 'observed', cover: 'certainly' };
  // Between two records of his no document covers anything: that he had it all the while may be.
  const isPossible = covers.includes('possibly') || possiblyOverlaps({ starts: holding.since, ends: holding.until }, asked);
  return isPossible ? { holding, basis: covers.includes('possibly') ? 'observed' : 'inferred', cover: 'possibly' } : undefined;
}
