/**
 * The two coordinates of every answer (design: Formats): N, the log size whose entries are folded, and P, the policy applied. Here: what
 * `asOf` means. `log:<size>` is what the ledger held at that size; a date or time is what it had recorded by then, as its seals prove;
 * `reported:<date or time>` is the authors' word, never proved.
 */
import type { Coordinates } from '#lib/contracts';
import { endOfDay, formatInstant, parseInstant, type Instant, type Result } from '#lib/domain';
import { DomainError } from '#lib/runtime';
import type { SealBounds, SealPoint } from '#lib/store';

/** `policy`: P; absent: 0. */
export type AsOf = { readonly policy?: number } &
  /** `now`: none was asked for, and the ledger may have grown when the next page is. */
  (
    | { readonly basis: 'log'; readonly logSize: number; readonly now?: true }
    /** `logSize`: what the last seal at or before the time covers, at `sealed`; null: there is none, and the first is of `begins`. */
    | {
        readonly basis: 'recorded';
        readonly logSize: number;
        readonly text: string;
        readonly sealed: Instant | null;
        readonly begins: Instant;
      }
    | { readonly basis: 'reported'; readonly logSize: number; readonly until: Instant; readonly text: string }
  );

/** What of the ledger says what a time means, and which policy applies. */
export interface PointReads {
  logSize(): Promise<number>;
  policyPoint(): Promise<number>;
  lastSealBy(time: Instant): Promise<SealPoint | null>;
  sealCovering(covers: number): Promise<SealPoint | null>;
  firstSeal(): Promise<SealPoint | null>;
}

const LOG_SIZE = /^log:(0|[1-9]\d{0,15})$/;
const BARE_DATE = /^\d{4}(-\d{2}(-\d{2})?)?$/;
const DATE_OR_TIME = /^\d{4}(?:$|-)/;
const REPORTED = 'reported:';

/**
 * Absent means the log as it is now. A log size that is not reached yet is refused, since it cannot be known. A time that is still to come is
 * not: what is sealed so far was recorded by then as well, and the answer names its seal. Throws asof.malformed, asof.ahead, asof.not-sealed.
 * @param policy P, as an answer said it; absent: now. Nothing is answered by a policy of the past, which may have shown more: throws policy.past.
 */
export async function readAsOf(text: string | undefined, reads: PointReads, policy?: string): Promise<AsOf> {
  const present = await reads.policyPoint();
  checkPolicy(policy, present);
  const point = await readPoint(text, reads);
  return present === 0 ? point : { ...point, policy: present };
}

function checkPolicy(asked: string | undefined, present: number): void {
  if (asked === undefined) return;
  if (!/^(0|[1-9]\d{0,15})$/.test(asked)) throw new DomainError('query.invalid', 'policy is a whole number, as coordinates say it.');
  if (Number(asked) > present)
    throw new DomainError('asof.ahead', `The policy is that of log size ${present}; ${asked} is not reached yet.`);
  if (Number(asked) < present)
    throw new DomainError('policy.past', `The policy of log size ${asked} was changed since; what is shown is by that of ${present}.`);
}

async function readPoint(text: string | undefined, reads: PointReads): Promise<AsOf> {
  if (text !== undefined && DATE_OR_TIME.test(text)) return recordedBy(text, instantOf(text), reads);
  const logSize = await reads.logSize();
  if (text === undefined) return { basis: 'log', logSize, now: true };
  if (text.startsWith(REPORTED)) {
    const word = text.slice(REPORTED.length);
    return { basis: 'reported', logSize, until: instantOf(word), text: word };
  }
  const size = LOG_SIZE.exec(text)?.[1];
  if (size === undefined)
    throw new DomainError('asof.malformed', 'asOf is log:<size>, a date or time (as recorded by then), or reported:<date or time>.');
  if (Number(size) > logSize) throw new DomainError('asof.ahead', `The ledger holds ${logSize} entries; size ${size} is not reached yet.`);
  return { basis: 'log', logSize: Number(size) };
}

async function recordedBy(text: string, until: Instant, reads: PointReads): Promise<AsOf> {
  const last = await reads.lastSealBy(until);
  if (last !== null) return { basis: 'recorded', logSize: last.covers, text, sealed: last.time, begins: last.time };
  const first = await reads.firstSeal();
  // Not "nothing was known": the ledger may hold much, and nobody has said since when.
  if (first === null)
    throw new DomainError(
      'asof.not-sealed',
      'No entry has a recorded time yet: entries are stamped by seals, and there is none. Use asOf=log:<size> or asOf=reported:<date>.',
    );
  return { basis: 'recorded', logSize: 0, text, sealed: null, begins: first.time };
}

/** A bare date includes the whole of that UTC day. */
function instantOf(word: string): Instant {
  const instant: Result<Instant> = BARE_DATE.test(word) ? endOfDay(word) : parseInstant(word);
  if (instant.ok) return instant.value;
  throw new DomainError('asof.malformed', instant.detail);
}

/**
 * Where a walk over pages stands, whose cursor holds the log size that it began with: later pages are of the same timeline as the first.
 * Throws cursor.malformed for a size that the question cannot have had.
 */
export async function heldAt(asOf: AsOf, logSize: number, reads: Pick<PointReads, 'sealCovering'>): Promise<AsOf> {
  if (asOf.basis !== 'recorded' || logSize === asOf.logSize) return { ...asOf, logSize: Math.min(logSize, asOf.logSize) };
  const seal = logSize > asOf.logSize ? null : await reads.sealCovering(logSize);
  if (seal === null) throw new DomainError('cursor.malformed', 'The cursor is not one that this question gave: start again without it.');
  return { ...asOf, logSize, sealed: seal.time };
}

/**
 * Seals whose times an answer tells. At a log size: those that lie below it, so that the answer is the same before and after the next seal. By
 * a time: those up to the one that answered it.
 */
export const sealBounds = ({ basis, logSize }: AsOf): SealBounds =>
  basis === 'recorded' ? { below: Number.MAX_SAFE_INTEGER, coversMax: logSize } : { below: logSize, coversMax: Number.MAX_SAFE_INTEGER };

/** What an answer says of its point of view. */
export function coordinatesOf(asOf: AsOf): Coordinates {
  return { asOf: viewOf(asOf), policy: asOf.policy ?? 0 };
}

function viewOf(asOf: AsOf): Coordinates['asOf'] {
  const { basis, logSize } = asOf;
  if (basis === 'log') return { basis, logSize };
  if (basis === 'reported') return { basis, logSize, reported: asOf.text };
  return { basis, logSize, recorded: asOf.text, ...(asOf.sealed === null ? {} : { sealed: formatInstant(asOf.sealed) }) };
}

/** In words, for what is not there. */
export function pointOfView(asOf: AsOf): string {
  const at = `at log size ${asOf.logSize}`;
  if (asOf.basis === 'log') return at;
  if (asOf.basis === 'reported') return `${at}, as reported by ${asOf.text}`;
  const recorded = `${at}, as recorded by ${asOf.text}`;
  if (asOf.sealed !== null) return recorded;
  return `${recorded} (nothing was: the first seal of this log is of ${formatInstant(asOf.begins)}; what authors say that they had written down by then is as of reported:${asOf.text})`;
}

/** What was asked for, for cursors: of a walk that began without `asOf` the cursor knows the log size. */
export function askedFor(asOf: AsOf): string {
  if (asOf.basis === 'log') return asOf.now === true ? 'now' : `log ${asOf.logSize}`;
  return `${asOf.basis} ${asOf.text}`;
}
