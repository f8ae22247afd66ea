/** The time that a drawing shows, and where in it something is. */
import type { JourneyView } from '#lib/contracts';
import { PLACES, type SeenRecord } from './records.ts';

/** Milliseconds since 1970. */
export interface TimeFrame {
  readonly from: number;
  readonly to: number;
}

const DAY_MS = 86_400_000;
/** Of what places nothing, no more than so many times the length of what does: a slip in a year would leave no room for the rest. */
const AROUND = 2;

/** Around all that is proved, and what is said of times not too far from there. Null: nothing has a time. */
export function timeFrameOf(records: readonly SeenRecord[], journey: JourneyView | null): TimeFrame | null {
  const placed = records.filter(({ sort }) => PLACES.has(sort)).flatMap(endsOf);
  const legs = (journey?.legs ?? []).flatMap(({ from, until, gaps }) => [
    Date.parse(from),
    ...(until === null ? [] : [Date.parse(until)]),
    ...gaps.flatMap((gap) => (gap.until === null ? [] : [Date.parse(gap.until.at)])),
  ]);
  const proved = rangeOf([...placed, ...legs]);
  const said = records.filter(({ sort }) => !PLACES.has(sort)).flatMap(endsOf);
  if (proved === null) return widened(rangeOf(said));
  const room = Math.max(DAY_MS, (proved.to - proved.from) * AROUND);
  return widened(rangeOf([proved.from, proved.to, ...said.filter((at) => at >= proved.from - room && at <= proved.to + room)]));
}

const endsOf = ({ from, to }: SeenRecord): number[] => [from, to].flatMap((time) => (time === null ? [] : [Date.parse(time)]));

function rangeOf(times: readonly number[]): TimeFrame | null {
  if (times.length === 0) return null;
  return { from: times.reduce((a, b) => Math.min(a, b)), to: times.reduce((a, b) => Math.max(a, b)) };
}

/** A little room at both ends, in whole days. */
function widened(range: TimeFrame | null): TimeFrame | null {
  if (range === null) return null;
  const room = Math.max(DAY_MS, (range.to - range.from) * 0.03);
  return { from: Math.floor((range.from - room) / DAY_MS) * DAY_MS, to: Math.ceil((range.to + room) / DAY_MS) * DAY_MS };
}

/** 0 to 1; beyond that it is not drawn. */
export const shareOf = ({ from, to }: TimeFrame, time: number): number => (time - from) / (to - from);

/** Beginnings of months, or of years where those are too many; for lines without a text. */
export function ticksOf({ from, to }: TimeFrame): readonly number[] {
  const [first, last] = [new Date(from), new Date(to)];
  const months = (last.getUTCFullYear() - first.getUTCFullYear()) * 12 + last.getUTCMonth() - first.getUTCMonth();
  const step = [1, 3, 12, 60, 120].find((each) => months / each <= 24) ?? 240;
  const begin = first.getUTCFullYear() * 12 + (step >= 12 ? 0 : first.getUTCMonth());
  const start = Math.ceil(begin / step) * step;
  return Array.from({ length: Math.floor(months / step) + 2 }, (_, n) => start + n * step)
    .map((month) => Date.UTC(Math.floor(month / 12), month % 12))
    .filter((at) => at > from && at < to);
}

export const dayText = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** `18 d`, `31 h`, of milliseconds. */
export function lengthText(ms: number): string {
  const hours = ms / 3_600_000;
  return hours >= 48 ? `${Number((hours / 24).toFixed(1))} d` : `${Number(hours.toFixed(1))} h`;
}
