/** What a ship did, by her track: gaps, port visits, encounters and loitering, in the words of Global Fishing Watch. Apparent, all of them. */
import { encountersOf, type Encounter } from './encounters.ts';
import { JourneyTooLarge, type Known } from './fixes.ts';
import { gapEventsOf, type GapEvent } from './gap-events.ts';
import { loiteringOf, type Loitering } from './loitering.ts';
import { othersThan, type Neighbour } from './neighbours.ts';
import { portVisitsOf, type PortVisit } from './port-visits.ts';
import type { Port } from './silences.ts';
import { slowStretchesOf } from './slow-stretches.ts';
import { Steps } from './steps.ts';

export interface Behaviour {
  readonly gaps: readonly GapEvent[];
  readonly portVisits: readonly PortVisit[];
  readonly encounters: readonly Encounter[];
  readonly loitering: readonly Loitering[];
  /** It took more steps than it may: there may be more of what is empty. */
  readonly isPartial: boolean;
}

/** Of all ships of one answer, half a second at worst; what more than this would tell is left out, and the answer says so. */
export const BEHAVIOUR_STEPS_MAX = 2_500_000;

/**
 * Cost: as its parts say, and never more than its steps. @param neighbours positions that are known besides, of whatever vessels, herself among them
 */
export function behaviourOf(
  vessel: string,
  known: Known,
  ports: readonly Port[],
  neighbours: readonly Neighbour[] = [],
  steps = new Steps(BEHAVIOUR_STEPS_MAX),
): Behaviour {
  const { track } = known;
  const others = othersThan(vessel, neighbours);
  const gaps = within(() => gapEventsOf(known, ports, others, steps));
  const portVisits = within(() => portVisitsOf(track, ports, steps));
  const stretches = within(() => slowStretchesOf(track, steps));
  const loitering = within(() => loiteringOf(stretches ?? [], ports, steps));
  const encounters = within(() => encountersOf(stretches ?? [], others, ports, steps));
  return {
    ...{ gaps: gaps ?? [], portVisits: portVisits ?? [], loitering: loitering ?? [], encounters: encounters ?? [] },
    isPartial: [gaps, portVisits, stretches, loitering, encounters].includes(undefined),
  };
}

/** undefined: the steps are gone. */
function within<T>(make: () => readonly T[]): readonly T[] | undefined {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof JourneyTooLarge)) throw error;
    return undefined;
  }
}
