/** What records prove together: containment, inherited journeys, silences of tracks. Pure. */
export { carriersOf, containmentsOf, JOURNEY_RULES, type Containment, type Ending, type JourneyRules } from './containments.ts';
export { certainlyNotAt, isAircraft, isVessel } from './elsewhere.ts';
export {
  fixesOf,
  pointOf,
  radiusOf,
  type EntryFix,
  type Fix,
  type Known,
  type KnownItems,
  type PositionFix,
  type Track,
  type TrackPosition,
} from './fixes.ts';
export { distanceMetres, type Point } from './geodesic.ts';
export { weakestGrade } from './grades.ts';
export {
  DEPTH_MAX,
  ITEMS_MAX,
  journeyOf,
  JourneyTooLarge,
  knownAround,
  LEGS_MAX,
  type Journey,
  type Leg,
  type Placing,
} from './journey.ts';
export { GAP_MICROS, gapsOf, portsIn, portVisitsOf, type Gap, type Port, type PortVisit } from './silences.ts';
