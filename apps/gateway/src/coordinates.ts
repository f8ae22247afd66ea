/**
 * The two coordinates of every answer (design: Formats): N, the log size whose entries are folded, and P, the policy applied. Here: what
 * `asOf` means. `log:<size>` is what the ledger held at that size; `reported:<date or time>` is the authors' word, never proved.
 */
import type { Coordinates } from '#lib/contracts';
import { endOfDay, parseInstant, type Instant } from '#lib/domain';
import { DomainError } from '#lib/runtime';

export type AsOf =
  /** `now`: none was asked for, and the ledger may have grown when the next page is. */
  | { readonly basis: 'log'; readonly logSize: number; readonly now?: true }
  | { readonly basis: 'reported'; readonly logSize: number; readonly until: Instant; readonly text: string };

const LOG_SIZE = /^log:(0|[1-9]\d{0,15})$/;
const BARE_DATE = /^\d{4}(-\d{2}(-\d{2})?)?$/;
const REPORTED = 'reported:';

/** @param present the log size now, which is meant where `asOf` is absent; a larger size is refused, since it cannot be known yet */
export function parseAsOf(text: string | undefined, present: number): AsOf {
  if (text === undefined) return { basis: 'log', logSize: present, now: true };
  const size = LOG_SIZE.exec(text)?.[1];
  if (size !== undefined) {
    const logSize = Number(size);
    if (logSize > present) throw new DomainError('asof.ahead', `The ledger holds ${present} entries; size ${logSize} is not reached yet.`);
    return { basis: 'log', logSize };
  }
  if (text.startsWith(REPORTED)) {
    const word = text.slice(REPORTED.length);
    return { basis: 'reported', logSize: present, until: reportedInstant(word), text: word };
  }
  if (isTime(text)) {
    throw new DomainError(
      'asof.not-sealed',
      'No entry has a recorded time yet: entries are stamped by seals. Use asOf=log:<size> or asOf=reported:<date>.',
    );
  }
  throw new DomainError('asof.malformed', 'asOf is log:<size>, reported:<date or time>, or a date.');
}

/** A bare date includes the whole of that UTC day. */
function reportedInstant(word: string): Instant {
  if (BARE_DATE.test(word)) {
    const end = endOfDay(word);
    if (end.ok) return end.value;
    throw new DomainError('asof.malformed', end.detail);
  }
  const instant = parseInstant(word);
  if (instant.ok) return instant.value;
  throw new DomainError('asof.malformed', instant.detail);
}

function isTime(text: string): boolean {
  return BARE_DATE.test(text) || parseInstant(text).ok;
}

/** What an answer says of its point of view. `logSize`: what was folded, where a walk over pages holds an earlier one than `asOf`. */
export function coordinatesOf(asOf: AsOf, logSize = asOf.logSize): Coordinates {
  return {
    asOf: asOf.basis === 'reported' ? { basis: 'reported', logSize, reported: asOf.text } : { basis: 'log', logSize },
    policy: 0,
  };
}

/** In words, for what is not there. */
export const pointOfView = (asOf: AsOf): string =>
  `at log size ${asOf.logSize}${asOf.basis === 'reported' ? `, as reported by ${asOf.text}` : ''}`;

/** What was asked for, for cursors: of a walk that began without `asOf` the cursor knows the log size. */
export const askedFor = (asOf: AsOf): string =>
  asOf.basis === 'reported' ? `reported ${asOf.text}` : asOf.now === true ? 'now' : `log ${asOf.logSize}`;
