/** What records prove together: containment, inherited journeys, silences of tracks. Pure. */
export { againstAt, type Against } from './against.ts';
export { journeyAt, type Basis, type HolderAt, type JourneyAt, type LegAt, type PlacingAt } from './at.ts';
export { containmentsOf, JOURNEY_RULES, recordsOf, type Containment, type Ending, type JourneyRules } from './containments.ts';
export { conflictsOf, contradictionsOf, isDisputed, type Conflict } from './conflicts.ts';
export { custodyOf, type CustodyChain, type Holding, type Uncovered } from './custody.ts';
export { JourneyTooLarge, pointOf, type Fix, type Known, type KnownItems, type Track, type TrackPosition } from './fixes.ts';
export { diffJourneys, type JourneyChange } from './journey-diff.ts';
export { journeyOf, knownAround, type Journey, type Leg, type Placing } from './journey.ts';
export { gapHandling } from './labels.ts';
export { lastConveyanceOf, type LastConveyance } from './last-conveyance.ts';
export { carriersOf } from './moves.ts';
export type { Asked, ContainmentAt, Maybe, Proved } from './proof.ts';
export { gapsOf, portsIn, portVisitsOf, type Gap, type Port, type PortVisit } from './silences.ts';
export { eventOf, type Presence } from './presences.ts';
export { arithmeticOf } from './arithmetic.ts';
export { travelOf, type Clone, type TravelAlarm, type TravelCheck } from './travel.ts';
export { Steps, STEPS_MAX } from './steps.ts';
