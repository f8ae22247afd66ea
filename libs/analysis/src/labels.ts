/**
 * For whom a conclusion is, and how far it can be trusted: decided here alone, from all that it follows from. Of the labels the strictest, of the grades
 * the worst in either part.
 */
import type { TimelineEntry, TlpLabel } from '#lib/domain';
import type { Fix } from './fixes.ts';
import { gradeOfRecord, labelOfRecord, strictest, weakestGrade } from './grades.ts';
import type { Gap } from './silences.ts';

/** Of a conclusion, or of one record. */
export interface Trust {
  /** Absent: something that it follows from is not graded. */
  readonly grade?: string;
  readonly handling: TlpLabel;
}

/** A record, what it places, a silence, or the label of something that was concluded before. */
export type Ground = TimelineEntry | Fix | Gap | TlpLabel;

/** @param grounds all that it follows from, at least one */
export const labelOf = (grounds: readonly Ground[]): TlpLabel => strictest(grounds.map(tlpOf));

/** @param grounds all that it follows from, at least one */
export function trustIn(grounds: readonly (TimelineEntry | Fix | Trust)[]): Trust {
  const all = grounds.map(trustOf);
  const grade = weakestGrade(all.map((each) => each.grade));
  return { ...(grade === undefined ? {} : { grade }), handling: strictest(all.map(({ handling }) => handling)) };
}

/** Of both positions: when the one was, and where, follows from the track of each. */
export const gapHandling = ({ since, until }: Gap): TlpLabel =>
  strictest([since, ...(until === null ? [] : [until])].map(({ track }) => track.handling.tlp));

function tlpOf(ground: Ground): TlpLabel {
  if (typeof ground === 'string') return ground;
  return 'since' in ground ? gapHandling(ground) : trustOf(ground).handling;
}

function trustOf(ground: TimelineEntry | Fix | Trust): Trust {
  if ('position' in ground) return withGrade(ground.position.track.grade, ground.position.track.handling.tlp);
  if ('entry' in ground) return trustOf(ground.entry);
  return 'sighting' in ground ? withGrade(gradeOfRecord(ground), labelOfRecord(ground)) : ground;
}

const withGrade = (grade: string | undefined, handling: TlpLabel): Trust => ({ ...(grade === undefined ? {} : { grade }), handling });
