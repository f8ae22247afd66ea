/** When the entries of a trace that say where the item was were, and what follows from that for their order. */
import type { EventView } from '#lib/contracts';
import { parseOccurred, possiblyOverlaps, type Interval } from '#lib/domain';

/** An interval says whether the record speaks of some moment in it or of all of it; one time is as it was stated. */
export function whenText({ document: { occurred }, display }: EventView): string {
  const { from, to, extent } = occurred ?? {};
  if (from === undefined || to === undefined || from === to) return display.occurred;
  return extent === 'throughout' ? `throughout ${from} to ${to}` : `some time between ${from} and ${to}`;
}

/** The last one that is dated, with those that may be later all the same: their time reaches beyond its own. */
export function lastPlacedText(placing: readonly EventView[]): string[] {
  const dated = placing.flatMap((entry, index) => {
    const time = intervalOf(entry);
    return time === undefined ? [] : [{ entry, number: index + 1, ends: time.ends }];
  });
  const last = dated.at(-1);
  if (last === undefined) return [];
  const { entry, number, ends } = last;
  const where = entry.document.place === undefined ? entry.display.summary : entry.display.place;
  const later = dated.filter((other) => other !== last && reachesBeyond(other.ends, ends)).map((other) => other.number);
  const undated = placing.flatMap((other, index) => (intervalOf(other) === undefined ? [index + 1] : []));
  const unsure = [...later, ...undated];
  const after = unsure.length === 0 ? 'no record here places it after that' : `${entriesText(unsure)} may be later`;
  return [`Last placed ${whenText(entry)}, ${where} (entry ${number}); ${after}.`];
}

/** An end that is not known reaches beyond every other. */
const reachesBeyond = (ends: number | null, other: number | null): boolean => other !== null && (ends === null || ends > other);

/** Neighbours whose times have a moment in common stand in an order that nobody stated. */
export function overlapText(placing: readonly EventView[]): string[] {
  const times = placing.map(intervalOf);
  const runs: number[][] = [];
  times.forEach((time, index) => {
    const before = times[index - 1];
    if (time === undefined || before === undefined || !possiblyOverlaps(before, time)) return;
    const run = runs.at(-1);
    if (run?.at(-1) === index) run.push(index + 1);
    else runs.push([index, index + 1]);
  });
  return runs.length === 0 ? [] : [`Entries ${runs.map(listText).join('; ')} overlap in time: which came first is not known.`];
}

const entriesText = (numbers: readonly number[]): string => `${numbers.length === 1 ? 'entry' : 'entries'} ${listText(numbers)}`;

const listText = (numbers: readonly number[]): string =>
  numbers.length < 2 ? numbers.join('') : `${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1) ?? ''}`;

function intervalOf({ document: { occurred } }: EventView): Interval | undefined {
  if (occurred === undefined) return undefined;
  const read = parseOccurred(occurred);
  return read.ok ? read.value : undefined;
}
