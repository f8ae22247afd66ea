/**
 * What the ships of one journey did: the item itself, where it is one; those that it was provably inside of, in so far as it was inside of them then;
 * and the last that it is recorded in, since nothing proves it any more, which says nothing of the item. An event of a ship places nothing.
 */
import type { TlpLabel } from '#lib/domain';
import { behaviourOf, BEHAVIOUR_STEPS_MAX, type Behaviour } from './behaviour.ts';
import type { Encounter } from './encounters.ts';
import { JourneyTooLarge, type KnownItems } from './fixes.ts';
import type { GapEvent } from './gap-events.ts';
import { strictest } from './grades.ts';
import type { Journey, Leg } from './journey.ts';
import type { LastConveyance } from './last-conveyance.ts';
import type { Loitering } from './loitering.ts';
import type { Neighbour } from './neighbours.ts';
import type { PortVisit } from './port-visits.ts';
import type { Gap, Port } from './silences.ts';
import { isVessel } from './speeds.ts';
import { Steps } from './steps.ts';

/** So many ships of one journey are told of. */
export const VESSELS_MAX = 20;

/** With the legs that it touches; none: it is the item's own, or behind what is proved. Its handling is the strictest of the event and these legs. */
export type InLegs<Event> = Event & { readonly legs: readonly Leg[] };

export interface VesselEvents {
  readonly gaps: readonly InLegs<GapEvent>[];
  readonly portVisits: readonly InLegs<PortVisit>[];
  readonly encounters: readonly InLegs<Encounter>[];
  readonly loitering: readonly InLegs<Loitering>[];
  readonly isPartial: boolean;
}

export interface Vessel extends VesselEvents {
  readonly id: string;
}

export interface Vessels {
  /** Of which positions are known: the item itself first, then by the first leg in each. */
  readonly vessels: readonly Vessel[];
  /** Ships that are left out. */
  readonly more: number;
  /** Of the last conveyance, where it is a ship; absent: there is none. Its handling is the strictest of all of it. */
  readonly since?: VesselEvents & { readonly handling: TlpLabel };
}

/** @param last of the same journey @param neighbours of the files that were read for it. Cost: as `behaviourOf` of all of them together */
export function vesselsOf(
  { item, legs }: Journey,
  items: KnownItems,
  ports: readonly Port[],
  last: LastConveyance | undefined,
  neighbours: readonly Neighbour[],
  steps = new Steps(BEHAVIOUR_STEPS_MAX),
): Vessels {
  const legsOf = legsByVessel(legs);
  // Where no position is known nothing is told, and that is not to look as if nothing had been.
  const ids = [...(isVessel(item) ? [item] : []), ...legsOf.keys()].filter((id) => (items.get(id)?.track.length ?? 0) > 0);
  const made = new Map<string, Behaviour>();
  const behaviour = (vessel: string): Behaviour => {
    const known = items.get(vessel);
    const now = made.get(vessel) ?? (known === undefined ? NOTHING : behaviourOf(vessel, known, ports, neighbours, steps));
    made.set(vessel, now);
    return now;
  };
  const vessels = ids.slice(0, VESSELS_MAX).map((id): Vessel => {
    const its = behaviour(id);
    return { id, ...(id === item ? all(its) : aboard(its, legsOf.get(id) ?? [], steps)) };
  });
  const more = Math.max(0, ids.length - VESSELS_MAX);
  if (last === undefined || !isVessel(last.carrier)) return { vessels, more };
  return { vessels, more, since: withHandling(behind(behaviour(last.carrier), last), last.handling) };
}

function legsByVessel(legs: readonly Leg[]): ReadonlyMap<string, readonly Leg[]> {
  const legsOf = new Map<string, Leg[]>();
  for (const leg of legs) {
    const carrier = leg.chain.at(-1)?.carrier ?? '';
    const before = legsOf.get(carrier);
    if (before !== undefined) before.push(leg);
    else if (isVessel(carrier)) legsOf.set(carrier, [leg]);
  }
  return legsOf;
}

const NOTHING: Behaviour = { gaps: [], portVisits: [], encounters: [], loitering: [], isPartial: false };

/** Of each event the legs that it touches; undefined: it is left out. */
interface Kept {
  readonly gap: (event: GapEvent) => readonly Leg[] | undefined;
  /** By its first and its last instant. */
  readonly other: (starts: number, ends: number) => readonly Leg[] | undefined;
}

function keep({ gaps, portVisits, encounters, loitering, isPartial }: Behaviour, { gap, other }: Kept): VesselEvents {
  return {
    gaps: inLegs(gaps, gap),
    portVisits: inLegs(portVisits, ({ since, until }) => other(since.at, until.at)),
    encounters: inLegs(encounters, ({ starts, ends }) => other(starts, ends)),
    loitering: inLegs(loitering, ({ since, until }) => other(since.at, until.at)),
    isPartial,
  };
}

const inLegs = <Event extends { readonly handling: TlpLabel }>(
  events: readonly Event[],
  legsOf: (event: Event) => readonly Leg[] | undefined,
): readonly InLegs<Event>[] =>
  events.flatMap((event) => {
    const legs = legsOf(event);
    return legs === undefined ? [] : [{ ...event, legs, handling: strictest([event.handling, ...legs.map(({ handling }) => handling)]) }];
  });

const all = (behaviour: Behaviour): VesselEvents => keep(behaviour, { gap: () => [], other: () => [] });

/** What touches a leg: a gap where the leg has it. What the steps do not reach to is left out. */
function aboard(behaviour: Behaviour, legs: readonly Leg[], steps: Steps): VesselEvents {
  const some = (found: readonly Leg[]): readonly Leg[] | undefined => (found.length === 0 ? undefined : found);
  try {
    const withGap = new Map<Gap, Leg[]>();
    for (const leg of legs) {
      steps.take(leg.gaps.length);
      for (const gap of leg.gaps) withGap.set(gap, [...(withGap.get(gap) ?? []), leg]);
    }
    return keep(behaviour, {
      gap: (event) => withGap.get(event.gap),
      other: (starts, ends) => {
        steps.take(legs.length);
        return some(legs.filter(({ span }) => span.starts <= ends && (span.ends === null || starts < span.ends)));
      },
    });
  } catch (error) {
    if (!(error instanceof JourneyTooLarge)) throw error;
    return { ...all(NOTHING), isPartial: true };
  }
}

function behind(behaviour: Behaviour, { gaps, behind: from }: LastConveyance): VesselEvents {
  const told = new Set(gaps);
  return keep(behaviour, { gap: ({ gap }) => (told.has(gap) ? [] : undefined), other: (_, ends) => (ends >= from ? [] : undefined) });
}

function withHandling(events: VesselEvents, handling: TlpLabel): VesselEvents & { readonly handling: TlpLabel } {
  const { gaps, portVisits, encounters, loitering } = events;
  const labels = [...gaps, ...portVisits, ...encounters, ...loitering].map((event) => event.handling);
  return { ...events, handling: strictest([handling, ...labels]) };
}
