/** The last line of a trace: from which point of view it is told, and how much of it is recorded. */
import type { TimelineView } from '#lib/contracts';
import { group } from '../progress.ts';

type Traced = Pick<TimelineView, 'coordinates' | 'entries' | 'withoutReported'>;

/** @param now milliseconds since 1970: a time that is not over yet may bring more */
export function asOfText({ coordinates: { asOf }, entries, withoutReported = 0 }: Traced, now = Date.now()): string {
  const size = group(asOf.logSize);
  if (asOf.basis === 'log') return `As of log size ${size}; ${recordedText(entries)}.`;
  if (asOf.basis === 'recorded') {
    const { recorded = '', sealed = '' } = asOf;
    const open = endMs(recorded) > now ? ' That time is not over: what is sealed until then will be of it too.' : '';
    return `As recorded up to ${untilText(recorded)}: by the seal of ${secondText(sealed)}, log size ${size}.${open}`;
  }
  const left = withoutReported === 0 ? '' : ` ${group(withoutReported)} left out, since their authors state no time.`;
  return `As reported by their authors up to ${untilText(asOf.reported ?? '')} (stated), log size ${size}.${left}`;
}

/** RFC 3339 texts of one form sort as their times do. */
function recordedText(entries: Traced['entries']): string {
  const times = entries.flatMap(({ recorded }) => recorded ?? []).sort();
  const last = times.at(-1);
  if (last === undefined) return 'none of it is sealed yet, so none has a recorded time';
  const open = entries.length - times.length;
  return `recorded up to ${minuteText(last)}${open === 0 ? '' : `, ${group(open)} not sealed yet`}`;
}

/** `2026-11-26 01:02 UTC`, cut, of a time as the log says it. */
export const minuteText = (time: string): string => `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;
const secondText = (time: string): string => `${time.slice(0, 10)} ${time.slice(11, 19)} UTC`;

const BARE_DATE = /^\d{4}-\d{2}-\d{2}$/;
const untilText = (asked: string): string => (BARE_DATE.test(asked) ? `the end of ${asked} (UTC)` : asked);
const endMs = (asked: string): number => Date.parse(BARE_DATE.test(asked) ? `${asked}T23:59:59.999Z` : asked);
