/** How far a conclusion can be trusted, as its weakest source in either part of the Admiralty code, and for whom it is, as its strictest. */
import { TLP_LABELS, type TimelineEntry, type TlpLabel } from '#lib/domain';

/**
 * The worse reliability and the worse credibility of all, each by itself: of B2 and C1 it is C2. What "cannot be judged" (F, 6) is no better than
 * the worst. Absent where one is not graded.
 */
export function weakestGrade(grades: readonly (string | undefined)[]): string | undefined {
  let [reliability, credibility] = ['', ''];
  for (const grade of grades) {
    if (grade === undefined || grade.length !== 2) return undefined;
    const [letter, digit] = grade as unknown as [string, string];
    if (letter > reliability) reliability = letter;
    if (digit > credibility) credibility = digit;
  }
  return reliability === '' ? undefined : reliability + credibility;
}

/** @param labels at least one */
export const strictest = (labels: readonly TlpLabel[]): TlpLabel =>
  // One by one: a leg has more positions than a call may have arguments.
  labels.reduce((worst, label) => (TLP_LABELS.indexOf(label) > TLP_LABELS.indexOf(worst) ? label : worst));

/** Of what follows from a record of the item: where that names it by another name of the thing, from the claims that it is one as well. */
export const labelOfRecord = ({ handling, through }: TimelineEntry): TlpLabel =>
  through === undefined ? handling.tlp : strictest([handling.tlp, ...through.claims.map((claim) => claim.handling.tlp)]);

/** As `labelOfRecord`. */
export const gradeOfRecord = ({ sighting, through }: TimelineEntry): string | undefined =>
  through === undefined ? sighting.grade : weakestGrade([sighting.grade, ...through.claims.map((claim) => claim.sighting.grade)]);
