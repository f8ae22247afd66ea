/**
 * The domain of Custody Ledger: pure, imports nothing. Identifiers and their checks (identifier.ts), sightings (sighting.ts), times and
 * intervals (time.ts, interval.ts), places, handling, grades, references, and the fold from sightings to timelines (timeline.ts).
 * Whatever parses returns a `Result`; faults carry a stable code and a JSON pointer relative to what was given.
 */
export type { Result } from './result.ts';
export { asciiLower, asciiTrim, asciiUpper } from './ascii.ts';
export { daysInMonth } from './calendar.ts';
export * from './identifier.ts';
export {
  endOfDay,
  formatInstant,
  INSTANT_MAX,
  INSTANT_MIN,
  parseInstant,
  PRECISIONS,
  type Instant,
  type Precision,
  readTime,
  type ReadTime,
} from './time.ts';
export {
  certainlyBefore,
  contains,
  coverOf,
  displayOccurred,
  displayOccurredUtc,
  orderBounds,
  parseOccurred,
  possiblyOverlaps,
  type Cover,
  type Interval,
  type OccurredText,
  type Span,
} from './interval.ts';
export { displayAskedTime, parseAskedTime, type AskedTime } from './asked-time.ts';
export type { AisClass, Position } from './position.ts';
export { displayPlace, parsePlace, type Place, type PlaceText } from './place.ts';
export { formerCountryName } from './tables/former-countries.ts';
export { INDEX_ROWS_MAX, parseHandling, readerGroups, TLP_LABELS, type Handling, type HandlingText, type TlpLabel } from './handling.ts';
export {
  APPROVALS,
  isNotWider,
  MARKINGS_MAX,
  narrowed,
  weighMarkings,
  type Approval,
  type MarkedSighting,
  type Marking,
  type WeighedMarkings,
} from './marking.ts';
export { SIGNATURE_VERDICTS, type SignatureVerdict } from './signature-verdict.ts';
export { displayGrade, parseGrade } from './grade.ts';
export { AGENCY_PATTERN, compareRef, EVENT_ID_PATTERN, formatRef, parseRef, type EventRef } from './event-ref.ts';
export * from './sighting.ts';
export { isRelating, referencesOf, targetsOf } from './references.ts';
export { RULES, rulesWithout, type RuleName, type Rules } from './rules.ts';
export type { FoldInput, Standing } from './resolved.ts';
export type { Flag, Mark, Through, TimelineEntry, WhyNot } from './timeline-entry.ts';
export {
  claimsFor,
  coveredBy,
  identityOf,
  namedBy,
  throughOf,
  type Identity,
  type Name,
  type Unjoined,
  type WhyUnjoined,
} from './identity.ts';
export type { OpenQuestion } from './open-questions.ts';
export { foldClaims, foldEvent, foldTimeline, type Timeline } from './timeline.ts';
export { OPEN_POINTS, openPointsOf, type OpenPoint, type PointOf } from './open-points.ts';
export { diffTimelines, type ChangeName, type StandingThen, type TimelineChange } from './timeline-diff.ts';
export { knownAtReported } from './known-at.ts';
export { compareTimelines, timelineKey } from './timeline-key.ts';
export { ACTOR_ROLES, ANONYMOUS, groupsOfActor, shownBy, type Actor, type ActorRole } from './actor.ts';
export * from './policy/acts.ts';
export { holdsAddress, parseAddressRange, type AddressRange } from './policy/address.ts';
export { BREAK_GLASS_MICROS_MAX, POLICY_REASONS, type PolicyReason } from './policy/authority.ts';
export { foldPolicy, Policy, type FlaggedAct, type PolicyOptions } from './policy/fold.ts';
export {
  BREAKS_GLASS,
  communitiesOf,
  hasAgency,
  hasLogin,
  holdsAt,
  openBreakGlass,
  OPERATING_AGENCY,
  principalAt,
  ROOT_ACTOR,
  ROOT_PRINCIPAL,
  rolesAt,
  submitterKeyStanding,
  submitterKeysAt,
  type BreakGlass,
  type KeyRecord,
  type LoginRecord,
  type PolicyState,
  type PrincipalRecord,
  type SubmitterKeyStanding,
} from './policy/state.ts';
export { parseLocator, type Locator } from './locator.ts';
export {
  CONDITION_KINDS,
  CONDITION_MEMBERS,
  CONDITION_NAME_LENGTH_MAX,
  CONDITION_VALUES_MAX,
  parseCondition,
  type Condition,
  type ConditionKind,
  type ConditionMember,
  type ConditionText,
  type PartyCondition,
  type PlaceCondition,
} from './watch/condition.ts';
export { BECAUSE_MAX, matchCondition, UNSTATED_RADIUS_METRES, type Because } from './watch/match.ts';
export {
  ALERT_STATES,
  parseWatchAct,
  WATCH_ACTS,
  type AlertState,
  type AlertText,
  type WatchAct,
  type WatchActName,
  type WatchActText,
} from './watch/acts.ts';
export {
  foldWatches,
  personsOf,
  watchAt,
  WATCHES_MAX,
  type PlacedWatchAct,
  type Watch,
  type Watches,
  type WatchFlag,
  type WatchVersion,
} from './watch/watches.ts';
export { displayBecause, displayCondition } from './watch/words.ts';
export { alertHandling, type Handled } from './watch/alert-handling.ts';
export { nextAlerts, type AlertNow, type SaidAlert } from './watch/next-alert.ts';
export {
  EVIDENCE_ACTS,
  evidenceActOf,
  evidenceHashes,
  TRANSFER_STEPS,
  type EvidenceAct,
  type EvidenceActName,
  type EvidenceActText,
  type TransferStep,
} from './evidence/act.ts';
export {
  foldCustody,
  type ChainFlag,
  type ChainStep,
  type CustodyChain,
  type Hold,
  type Holder,
  type LoggedAct,
  type Transfer,
} from './evidence/custody-chain.ts';
export { romanisedTexts, wordKeys, wordsOf, type WordKey } from './search/words.ts';
export { readHsCode, readLei } from './search/searched.ts';
export { SIGHTING_KEYS_MAX, sightingKeys } from './search/sighting-keys.ts';
export {
  readSightingSearch,
  SEARCHED_WORDS_MAX,
  SIGHTING_FILTERS,
  type Distance,
  type FoundWord,
  type SightingFilter,
  type SightingQuestion,
  type SightingSearch,
  type WhyFound,
} from './search/sighting-search.ts';
export { caseActOf } from './cases/read-act.ts';
export { CASE_ACTS, type CaseAct, type CaseActName, type CaseActText } from './cases/act.ts';
export { caseAsSeen, foldCase, type CaseEntry, type CaseNote, type CaseWord, type FoldedCase } from './cases/fold.ts';
