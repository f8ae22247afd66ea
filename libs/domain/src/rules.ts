/**
 * The rules of the fold, by name. All of them hold; one is switched off only to show that a check notices (a control test, a planted
 * change in `custody rebuild --verify`).
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
  /** A timeline is in the order of (start, end, agency, id), never in that of arrival. */
  orderedByTime: true,
} as const satisfies Record<string, boolean>;

/** The name of one rule. */
export type RuleName = keyof typeof RULES;
/** Which rules hold. */
export type Rules = Readonly<Record<RuleName, boolean>>;

/** The rules with one switched off. */
export const rulesWithout = (name: RuleName): Rules => ({ ...RULES, [name]: false });
