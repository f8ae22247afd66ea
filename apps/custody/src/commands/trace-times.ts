/** When the entries of a trace that say where the item was were, and what follows from that for their order. */
import type { EventView } from '#lib/contracts';
import { certainlyBefore, formatInstant, orderBounds, parseInstant, parseOccurred, type Interval } from '#lib/domain';

/** An interval says whether the record speaks of some moment in it or of all of it; one time is as it was stated. Another offset than UTC is told in UTC as well. */
export function whenText({ document: { occurred }, display }: EventView): string {
  const { from, to, extent } = occurred ?? {};
  const utc = display.occurredUtc === undefined ? '' : ` (UTC: ${display.occurredUtc})`;
  if (from === undefined || to === undefined || from === to) return `${display.occurred}${utc}`;
  return `${extent === 'throughout' ? `throughout ${from} to ${to}` : `some time between ${from} and ${to}`}${utc}`;
}

/** A time as it was stated, and in UTC where it was stated in another offset. */
export function withUtc(text: string): string {
  const read = parseInstant(text);
  if (!read.ok || /(?:[Zz]|[+-]00:00)$/.test(text)) return text;
  return `${text} (UTC: ${formatInstant(read.value, text.includes('.') ? 'microsecond' : 'second')})`;
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

/** Of a ship with thousands of open ends nobody reads more; it also bounds the work by so many passes over the entries. */
const SPANNING_MAX = 10;

/**
 * Entries whose times have a moment in common stand in an order that nobody stated: several each with each of the others, or a long one with
 * those behind it whose own order is known. Behind so many of the latter the rest is told in one sentence.
 */
export function overlapText(placing: readonly EventView[]): string[] {
  // In the order of their begins.
  const dated = placing.flatMap((entry, index) => {
    const time = intervalOf(entry);
    if (time === undefined) return [];
    const [starts, ends] = orderBounds(time);
    return [{ number: index + 1, starts, ends }];
  });
  const mutual: string[] = [];
  const spanning: string[] = [];
  let toldUntil = 0;
  for (const [index, { number, ends }] of dated.entries()) {
    const until = beganBefore(dated, ends, index + 1);
    // It is the last of a group, or all that it overlaps is in one with it that was told.
    if (until === index + 1 || until <= toldUntil) continue;
    if (spanning.length === SPANNING_MAX) {
      spanning.push(`From entry ${number} on more overlap in time: where they stand among each other is not known.`);
      break;
    }
    const group = dated.slice(index, until);
    const lastStarts = group.at(-1)?.starts ?? ends;
    const numbers = group.map((each) => each.number);
    if (group.every((each) => lastStarts < each.ends)) {
      mutual.push(listText(numbers));
      toldUntil = until;
    } else {
      spanning.push(`Entry ${number} overlaps ${entriesText(numbers.slice(1))} in time: where it stands among them is not known.`);
    }
  }
  return [...(mutual.length === 0 ? [] : [`Entries ${mutual.join('; ')} overlap in time: which came first is not known.`]), ...spanning];
}

/** The first from `low` on that does not begin before then; they stand in the order of their begins. */
function beganBefore(dated: readonly { readonly starts: number }[], then: number, low: number): number {
  let high = dated.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((dated[middle]?.starts ?? Infinity) < then) low = middle + 1;
    else high = middle;
  }
  return low;
}

const entriesText = (numbers: readonly number[]): string => `${numbers.length === 1 ? 'entry' : 'entries'} ${listText(numbers)}`;

/** As "1, 3 and 5 to 9": four in a row and more as their first and last. */
function listText(numbers: readonly number[]): string {
  const runs: number[][] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run?.at(-1) === number - 1) run.push(number);
    else runs.push([number]);
  }
  const texts = runs.flatMap((run) => (run.length < 4 ? run.map(String) : [`${run[0] ?? ''} to ${run.at(-1) ?? ''}`]));
  return texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1) ?? ''}`;
}

function intervalOf({ document: { occurred } }: EventView): Interval | undefined {
  if (occurred === undefined) return undefined;
  const read = parseOccurred(occurred);
  return read.ok ? read.value : undefined;
}
