/**
 * What is recorded of the last thing that an item was in, since it was last proved to be in it: a link to another timeline and not a part of the
 * journey. It places nothing and proves nothing of the item; it is where whoever looks for the item will look next.
 */
import { formatRef, type Instant, type Timeline, type TimelineEntry, type TlpLabel } from '#lib/domain';
import { conflictsOf, type Conflict } from './conflicts.ts';
import type { Containment } from './containments.ts';
import type { KnownItems } from './fixes.ts';
import { labelOfRecord, strictest } from './grades.ts';
import { gapHandling } from './labels.ts';
import { gapsIn, type Gap, type Port } from './silences.ts';
import { Steps } from './steps.ts';

export interface LastConveyance {
  readonly carrier: string;
  /** Up to then the item was provably in it; null: there is no time of which that is proved. */
  readonly since: Instant | null;
  /** What ended earlier is not told; -Infinity: nothing is left out. */
  readonly behind: number;
  /** That may be of a later time, in the order of its timeline, whatever their kind but claims of which thing it is: later than that, or than the last loading where nothing is proved. */
  readonly entries: readonly TimelineEntry[];
  readonly conflicts: readonly Conflict[];
  readonly gaps: readonly Gap[];
  /** The strictest of the loadings, of what ended their proof, and of all that is counted here. */
  readonly handling: TlpLabel;
}

/** Of the outermost that the item is last recorded in; undefined: it is in nothing, or nothing ended the proof of it. */
export function lastConveyanceOf(
  inWhat: readonly Containment[],
  items: KnownItems,
  ports: readonly Port[],
  steps = new Steps(),
): LastConveyance | undefined {
  const outermost = inWhat.at(-1);
  const ends = inWhat.flatMap(({ ending, until }) => (ending === undefined || until === null ? [] : [until]));
  const known = outermost === undefined ? undefined : items.get(outermost.carrier);
  if (outermost === undefined || known === undefined || ends.length === 0) return undefined;
  const until = Math.min(...ends);
  const from = inWhat.reduce((latest, each) => (each.from === null ? Infinity : Math.max(latest, each.from)), -Infinity);
  const isProved = from < until;
  // A proof that ended before the item was put in proves nothing of it: then whatever may lie behind the loading is looked at.
  const behind = isProved ? until : from === Infinity ? -Infinity : from;
  const mayBeLater = ({ sighting: { occurred } }: TimelineEntry): boolean =>
    occurred?.ends === undefined || occurred.ends === null || occurred.ends > behind;
  const entries = ofWhereabouts(known.timeline).filter(mayBeLater);
  const conflicts = conflictsOf(known.timeline).filter(({ by, against }) => mayBeLater(by) || mayBeLater(against));
  const gaps = gapsIn(known, ports, steps).filter(({ until: heard }) => heard === null || heard.at >= behind);
  return {
    carrier: outermost.carrier,
    // Just before the first instant that is not proved.
    since: isProved ? until - 1 : null,
    ...{ behind, entries, conflicts, gaps },
    handling: strictest([
      ...inWhat.map(({ handling }) => handling),
      ...entries.map(labelOfRecord),
      ...conflicts.map(({ handling }) => handling),
      ...gaps.map(gapHandling),
    ]),
  };
}

/** Without claims of which thing it is, and words about those alone: once they are undone nothing of them is left in what is told of it. */
function ofWhereabouts({ entries }: Timeline): readonly TimelineEntry[] {
  const claims = new Set(entries.filter(({ kind }) => kind === 'identification').map(({ sighting }) => formatRef(sighting)));
  if (claims.size === 0) return entries;
  const speaking = new Map<string, TimelineEntry[]>();
  for (const entry of entries) {
    for (const target of entry.mark === 'relation' ? entry.targets : []) {
      const key = formatRef(target);
      const before = speaking.get(key);
      if (before === undefined) speaking.set(key, [entry]);
      else before.push(entry);
    }
  }
  // A set hands out what is added while it is walked.
  for (const key of claims)
    for (const { targets, sighting } of speaking.get(key) ?? [])
      if (targets.every((target) => claims.has(formatRef(target)))) claims.add(formatRef(sighting));
  return entries.filter(({ sighting }) => !claims.has(formatRef(sighting)));
}
