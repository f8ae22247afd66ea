/**
 * What is recorded of the last thing that an item was in, since it was last proved to be in it: a link to another timeline and not a part of the
 * journey. It places nothing and proves nothing of the item; it is where whoever looks for the item will look next.
 */
import type { Instant, TimelineEntry } from '#lib/domain';
import { conflictsOf, type Conflict } from './conflicts.ts';
import type { Containment } from './containments.ts';
import type { KnownItems } from './fixes.ts';
import { gapsIn, type Gap, type Port } from './silences.ts';

export interface LastConveyance {
  readonly carrier: string;
  /** Up to then the item was provably in it. */
  readonly since: Instant;
  /** That may be of a later time, in the order of its timeline, whatever their kind. */
  readonly entries: readonly TimelineEntry[];
  readonly conflicts: readonly Conflict[];
  readonly gaps: readonly Gap[];
}

/** Of the outermost that the item is last recorded in; undefined: it is in nothing, or nothing ended the proof of it. */
export function lastConveyanceOf(inWhat: readonly Containment[], items: KnownItems, ports: readonly Port[]): LastConveyance | undefined {
  const outermost = inWhat.at(-1);
  const ends = inWhat.flatMap(({ ending, until }) => (ending === undefined || until === null ? [] : [until]));
  const known = outermost === undefined ? undefined : items.get(outermost.carrier);
  if (outermost === undefined || known === undefined || ends.length === 0) return undefined;
  // Just behind the last instant of the proof.
  const until = Math.min(...ends);
  const since = until - 1;
  const mayBeLater = ({ sighting: { occurred } }: TimelineEntry): boolean =>
    occurred?.ends === undefined || occurred.ends === null || occurred.ends > until;
  return {
    carrier: outermost.carrier,
    since,
    entries: known.timeline.entries.filter(mayBeLater),
    conflicts: conflictsOf(known.timeline).filter(({ by, against }) => mayBeLater(by) || mayBeLater(against)),
    gaps: gapsIn(known, ports).filter(({ until: heard }) => heard === null || heard.at > since),
  };
}
