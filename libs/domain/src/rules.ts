/**
 * The rules of the fold, by name. All of them hold; one is switched off only to show that a check notices: a control test, or
 * `custody rebuild --verify`. Timelines are folded when they are read and stored nowhere, so a changed rule shows in no table: the command
 * folds histories of its own and compares them with what this version was released with. A new rule needs a history of its name there
 * (`apps/custody/src/fold-answers/histories.ts`).
 */
export const RULES = {
  /** Only the agency that submitted a sighting corrects, retracts or marks it; from anyone else the same counts as a dispute. */
  ownAgencyOnly: true,
  /** A retraction of a sighting prevails over any correction of it, whichever came first. */
  retractionPrevails: true,
  /** Of two corrections of one target the later reported stands; none reported is the earliest. */
  laterReportedStands: true,
  /** Of two corrections reported at one time the greater id stands. */
  greaterIdStands: true,
  /** What was withdrawn has no effect: retracting a correction, a retraction, a dispute or a resolution undoes it. */
  withdrawnHasNoEffect: true,
  /** A correction of a correction: the outermost takes the place. */
  outermostStands: true,
  /** A correction that names no kind keeps its target's; while that is unknown it places nothing. */
  kindFollowsTarget: true,
  /** What speaks about a sighting that is not there waits and does nothing until it is. */
  waitingPlacesNothing: true,
  /** Relations that go round in a circle are void, all of them. */
  cyclesAreVoid: true,
  /** What does not stand (withdrawn, corrected, superseded, void) places nothing. */
  onlyStandingPlaces: true,
  /** Statements, assessments and identifications place nothing. */
  onlyPlacingKindsPlace: true,
  /** Plans and negative findings place nothing. */
  onlyActualPlaces: true,
  /** What is only in the background of a sighting is not placed by it. */
  backgroundIsNotPlaced: true,
  /** What names no place says that the item was seen, not where; going into or out of something it is placed by that, without a place. */
  placelessIsNotPlaced: true,
  /** What begins after it was written down or taken in, nobody can have seen by then: it is flagged, an open question, and places nothing. */
  futureDatedIsNotPlaced: true,
  /** A disputed sighting stays and still places. */
  disputedStillPlaces: true,
  /** A resolution in force settles the disputes and contradictions that it names. */
  resolutionsSettle: true,
  /** The marking last by (reported, id) says the handling. */
  lastMarkingApplies: true,
  /** A correction or retraction that leaves out an item of its target is flagged, and so is its target. */
  incompleteIsFlagged: true,
  /** An identifier that fails its check is flagged and listed as an open question. */
  failingCheckIsFlagged: true,
  /** That question is closed once no sighting that stands says this identifier of its own: each was corrected or withdrawn. */
  correctionClosesCheck: true,
  /** A timeline is in the order of (start, end, agency, id), never in that of arrival. */
  orderedByTime: true,
} as const satisfies Record<string, boolean>;

/** The name of one rule. */
export type RuleName = keyof typeof RULES;
/** Which rules hold. */
export type Rules = Readonly<Record<RuleName, boolean>>;

/** The rules with one switched off. */
export const rulesWithout = (name: RuleName): Rules => ({ ...RULES, [name]: false });
