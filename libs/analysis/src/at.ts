/**
 * What an item's journey says of one time that is asked about: where it was, in what, and who held it, each with the records that say so. What is
 * certain of that time stands apart from what is only possible, nothing is drawn between two records, and a containment without a recorded end is
 * proved no further than something confirms it. Pure.
 */
import { certainlyBefore, coverOf, possiblyOverlaps, type Cover, type Instant, type Interval, type TimelineEntry } from '#lib/domain';
import { custodyOf, type Holding, type Uncovered } from './custody.ts';
import type { Fix, KnownItems } from './fixes.ts';
import type { Journey, Leg, Placing } from './journey.ts';
import { trustIn, type Trust } from './labels.ts';
import { Proof, provedIn, type Asked, type ContainmentAt, type Proved } from './proof.ts';
import type { Port } from './silences.ts';
import { Steps } from './steps.ts';

/** By a record of the thing itself; by what follows from several; by nothing. */
export type Basis = 'observed' | 'inferred' | 'unknown';

export interface JourneyAt {
  /** What certainly says where it was. A place that is only possible leaves it unknown. */
  readonly where: Basis;
  /** That are, or may be, of that time; by time. */
  readonly placings: readonly PlacingAt[];
  /** Of those that certainly are of an earlier time the last, of those of a later one the first: of what lies between nothing is known. */
  readonly before?: Placing;
  readonly after?: Placing;
  /** Of an earlier time too, or a later one, and of an uncertain: any of them may lie between `before`, or `after`, and what is asked about. */
  readonly mayBeLater: number;
  readonly mayBeEarlier: number;
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

/** As good and as open as the leg and all that confirms it. */
export interface LegAt extends Trust {
  readonly leg: Leg;
  readonly holds: Proved;
  /** Up to here, this instant not included, it is confirmed. */
  readonly until: Instant;
}

export interface HolderAt {
  readonly holding: Holding;
  /** `observed`: a record of that time says so. `inferred`: one before and one behind do, and none between them names another. */
  readonly basis: Exclude<Basis, 'unknown'>;
  readonly cover: Cover;
}

/**
 * @param items of which the journey was made
 * @param steps of the same request. Throws JourneyTooLarge. Cost: the containments that the journey did not ask for, and a look at what confirms each
 */
export function journeyAt(journey: Journey, items: KnownItems, ports: readonly Port[], asked: Asked, steps = new Steps()): JourneyAt {
  const placings = journey.placings.flatMap((placing): PlacingAt[] => {
    const cover = coverOf(timeOf(placing.fix), asked);
    return cover === undefined ? [] : [{ placing, cover }];
  });
  const proof = new Proof(items, ports, steps);
  const legs = journey.legs.flatMap((leg): LegAt[] => {
    const confirmed = leg.chain.map((each) => proof.of(each));
    const until = Math.min(...confirmed.map((each) => each.until));
    const holds = provedIn({ starts: leg.span.starts, ends: until }, asked);
    return holds === undefined ? [] : [{ leg, holds, until, ...trustIn([leg, ...confirmed]) }];
  });
  const known = items.get(journey.item);
  const { holdings, uncovered } = known === undefined ? { holdings: [], uncovered: [] } : custodyOf(known);
  const holders = holdings.flatMap((holding) => holderAt(holding, asked) ?? []);
  return {
    where: whereBy(placings),
    placings,
    ...around(journey.placings, asked),
    undated: known?.timeline.entries.filter(saysWhereAndNotWhen).length ?? 0,
    inWhat: legs.length === 0 ? 'unknown' : 'inferred',
    legs,
    containments: journey.containments.flatMap((each) => proof.at(each, asked) ?? []),
    heldBy: bestOf(holders.filter(({ cover }) => cover === 'certainly').map(({ basis }) => basis)),
    holders,
    uncovered: uncovered.filter(({ since, until }) => possiblyOverlaps({ starts: since, ends: until }, asked)),
  };
}

const saysWhereAndNotWhen = ({ places, sighting: { place, occurred } }: TimelineEntry): boolean =>
  places && place !== undefined && occurred === undefined;

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
function around(placings: readonly Placing[], asked: Asked): Pick<JourneyAt, 'before' | 'after' | 'mayBeLater' | 'mayBeEarlier'> {
  const earlier = placings.filter(({ fix }) => certainlyBefore(fix.span, asked));
  const later = placings.filter(({ fix }) => certainlyBefore(asked, fix.span));
  const before = earlier.reduce<Placing | undefined>((best, each) => (best && lastSure(best) >= lastSure(each) ? best : each), undefined);
  const after = later.reduce<Placing | undefined>((best, each) => (best && firstSure(best) <= firstSure(each) ? best : each), undefined);
  const last = before === undefined ? Infinity : lastSure(before);
  const first = after === undefined ? -Infinity : firstSure(after);
  return {
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    mayBeLater: earlier.filter((each) => each !== before && (each.fix.span.ends ?? Infinity) - 1 > last).length,
    mayBeEarlier: later.filter((each) => each !== after && (each.fix.span.starts ?? -Infinity) < first).length,
  };
}

/** Of what went on for all of its time the last of it, of what happened at some time in it the first: it was there no earlier than that. */
const lastSure = ({ fix }: Placing): number => (isThroughout(fix) ? (fix.span.ends ?? Infinity) - 1 : (fix.span.starts ?? -Infinity));
const firstSure = ({ fix }: Placing): number => (isThroughout(fix) ? (fix.span.starts ?? -Infinity) : (fix.span.ends ?? Infinity) - 1);
const isThroughout = (fix: Fix): boolean => timeOf(fix)?.extent === 'throughout';

function holderAt(holding: Holding, asked: Asked): HolderAt | undefined {
  const times = holding.by.map(({ sighting }) => sighting.occurred);
  const covers = times.map((time) => coverOf(time, asked));
  if (covers.includes('certainly')) return { holding, basis: 'observed', cover: 'certainly' };
  // Between two records of his no document covers anything: that he had it all the while may be.
  const isPossible = covers.includes('possibly') || possiblyOverlaps({ starts: holding.since, ends: holding.until }, asked);
  return isPossible ? { holding, basis: covers.includes('possibly') ? 'observed' : 'inferred', cover: 'possibly' } : undefined;
}
