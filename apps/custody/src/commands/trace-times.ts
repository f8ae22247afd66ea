/** When the entries of a trace that say where the item was were, and what follows from that for their order. */
import type { EventView } from '#lib/contracts';
import { certainlyBefore, orderBounds, parseOccurred, type Interval } from '#lib/domain';

/** An interval says whether the record speaks of some moment in it or of all of it; one time is as it was stated. */
export function whenText({ document: { occurred }, display }: EventView): string {
  const { from, to, extent } = occurred ?? {};
  if (from === undefined || to === undefined || from === to) return display.occurred;
  return extent === 'throughout' ? `throughout ${from} to ${to}` : `some time between ${from} and ${to}`;
}

/** The last one that is dated, with those that may be later all the same. */
export function lastPlacedText(placing: readonly EventView[]): string[] {
  const dated = placing.flatMap((entry, index) => {
    const time = intervalOf(entry);
    return time === undefined ? [] : [{ entry, number: index + 1, time }];
  });
  const last = dated.at(-1);
  if (last === undefined) return [];
  const { entry, number, time } = last;
  const where = entry.document.place === undefined ? entry.display.summary : entry.display.place;
  const later = dated.filter((other) => other !== last && mayBeAfter(other.time, time)).map((other) => other.number);
  const undated = placing.flatMap((other, index) => (intervalOf(other) === undefined ? [index + 1] : []));
  const unsure = [...later, ...undated];
  const after = unsure.length === 0 ? 'no record here places it after that' : `${entriesText(unsure)} may be later`;
  return [`Last placed ${whenText(entry)}, ${where} (entry ${number}); ${after}.`];
}

/** Some moment in `other` comes after one in `last`; where `last` says all of its time, after all of it. */
const mayBeAfter = (other: Interval, last: Interval): boolean =>
  last.extent === 'throughout' ? endOf(other) > endOf(last) : !certainlyBefore(other, last);

/** An end that is not known lies beyond every other. */
const endOf = (time: Interval): number => orderBounds(time)[1];

/** Entries, in the order of their begins, each of which begins before one ahead of it ends. */
interface Overlap {
  readonly numbers: number[];
  firstEnd: number;
  lastEnd: number;
  /** Each with each of the others. */
  isMutual: boolean;
}

/** Entries whose times have a moment in common stand in an order that nobody stated; a long one may have it with many behind it. */
export function overlapText(placing: readonly EventView[]): string[] {
  const found: Overlap[] = [];
  placing.forEach((entry, index) => {
    const time = intervalOf(entry);
    if (time === undefined) return;
    const [starts, ends] = orderBounds(time);
    const last = found.at(-1);
    if (last === undefined || starts >= last.lastEnd) {
      found.push({ numbers: [index + 1], firstEnd: ends, lastEnd: ends, isMutual: true });
      return;
    }
    last.numbers.push(index + 1);
    last.isMutual &&= starts < last.firstEnd;
    last.firstEnd = Math.min(last.firstEnd, ends);
    last.lastEnd = Math.max(last.lastEnd, ends);
  });
  const told = found
    .filter(({ numbers }) => numbers.length > 1)
    .map(({ numbers, isMutual }) => `${listText(numbers)}${isMutual ? '' : ' (not each with each)'}`);
  return told.length === 0 ? [] : [`Entries ${told.join('; ')} overlap in time: which came first is not known.`];
}

const entriesText = (numbers: readonly number[]): string => `${numbers.length === 1 ? 'entry' : 'entries'} ${listText(numbers)}`;

const listText = (numbers: readonly number[]): string =>
  numbers.length < 2 ? numbers.join('') : `${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1) ?? ''}`;

function intervalOf({ document: { occurred } }: EventView): Interval | undefined {
  if (occurred === undefined) return undefined;
  const read = parseOccurred(occurred);
  return read.ok ? read.value : undefined;
}
