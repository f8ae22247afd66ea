/** When a head was there, as a verdict says it: whose word each time is, and how far two of them lie apart. */
import { capturedMicros } from './captured.ts';
import type { Witnessing } from './witness-policy.ts';

/** What as many witnesses as were asked for say together of one head. */
export interface SeenBy {
  /** Since the Epoch: each of them says that it saw the head by then. */
  readonly seconds: bigint;
  readonly witnesses: number;
}

/** How long after its seal a head is cosigned without a word about it: witnesses are away now and then, and heads wait for them. */
export const COSIGNED_LATE_SECONDS = 3_600;

const MICROS_PER_SECOND = 1_000_000;
/** Since the Epoch, of a seal's time. */
export const secondsOf = (sealed: string): number => capturedMicros(sealed) / MICROS_PER_SECOND;

/**
 * By when the head was there, by as many witnesses as the policy asks for: of their times the earliest that so many do not go beyond. One
 * whose clock is wrong decides nothing where more are asked for. Undefined: too few cosigned, or none was asked for.
 */
export function seenBy({ cosigned, threshold, met }: Witnessing): SeenBy | undefined {
  const times = cosigned.map(({ timestamp }) => timestamp).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const seconds = times[threshold - 1];
  return !met || seconds === undefined ? undefined : { seconds, witnesses: threshold };
}

/**
 * "Unaltered since" behind it: never a time without whose word it is. With the seal's own beside that of the witnesses where they lie far apart.
 * Both are of the head: what is under it may have been recorded long before.
 */
export function sinceText({ time, seen }: { readonly time: string | null; readonly seen?: SeenBy }): string {
  if (seen === undefined) return time === null ? 'it was signed' : `${minuteOf(time)} by the word of its operator`;
  const by = `${timeOf(seen.seconds).replace('T', ' ').replace('Z', ' UTC')} by the word of ${seenText(seen)}`;
  const isWide = time !== null && Number(seen.seconds) - secondsOf(time) > COSIGNED_LATE_SECONDS;
  return isWide ? `${by}; its head was sealed ${minuteOf(time)} by the word of its operator` : by;
}

export const seenText = ({ witnesses }: SeenBy): string => (witnesses === 1 ? '1 witness' : `${witnesses} witnesses`);

const MINUTE_END = 16;
const minuteOf = (time: string): string => `${time.slice(0, MINUTE_END).replace('T', ' ')} UTC`;

/** The year 10000, whose dates have another form. */
const DATES_END = 253_402_300_800n;
const MS_PER_SECOND = 1_000;
/** Of a cosignature, whose time can be any number: RFC 3339 in UTC where it has that form. */
export const timeOf = (seconds: bigint): string =>
  seconds < DATES_END ? new Date(Number(seconds) * MS_PER_SECOND).toISOString().replace('.000Z', 'Z') : `${seconds} s after 1970`;

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** In the largest unit of which there are two. */
export function spanOf(given: number): string {
  const seconds = Math.round(given);
  if (seconds < 2 * MINUTE) return `${seconds} s`;
  if (seconds < 2 * HOUR) return `${Math.floor(seconds / MINUTE)} minutes`;
  return seconds < 2 * DAY ? `${Math.floor(seconds / HOUR)} hours` : `${Math.floor(seconds / DAY)} days`;
}
