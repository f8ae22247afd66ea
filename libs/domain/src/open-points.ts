/**
 * What one sighting by itself may leave for a person to decide. Whether it still does, the fold says: these are the places where a list of open
 * questions looks, and where it does not look it finds none.
 */
import { parseIdentifier } from './identifier.ts';
import { PLACING_KINDS, SPEAKING_KINDS, type Sighting } from './sighting.ts';

/**
 * The position in this list is the number stored in the ledger: append only. `check-digit`: an identifier of its own fails its check; `conflict`: it
 * disputes or contradicts another; `open-containment`: it puts an item into something or takes it out; `waiting-correction`: it corrects or
 * withdraws another, which may not be there; `unidentified`: it names no item at all.
 */
export const OPEN_POINTS = ['check-digit', 'conflict', 'open-containment', 'waiting-correction', 'unidentified'] as const;
/** One of `OPEN_POINTS`. */
export type OpenPoint = (typeof OPEN_POINTS)[number];

/** An identifier, where the point is one item's; else empty. */
export interface PointOf {
  readonly point: OpenPoint;
  readonly item: string;
}

const NONE: readonly never[] = Object.freeze([]);
const SAYS: ReadonlySet<string> = new Set([...PLACING_KINDS, ...SPEAKING_KINDS, 'correction']);

/** Each once. Of most sightings none. Cost: a check of each identifier, some microseconds. */
export function openPointsOf(sighting: Sighting): readonly PointOf[] {
  const { kind, items, action, relations } = sighting;
  const says = SAYS.has(kind);
  const points: PointOf[] = [];
  if (says && items.length === 0) points.push({ point: 'unidentified', item: '' });
  if (says)
    for (const { id, role } of items) {
      // A correction keeps in the background what it only takes over from its target.
      if (!(kind === 'correction' && role === 'background') && fails(id)) points.push({ point: 'check-digit', item: id });
      if (action !== undefined && role === 'subject') points.push({ point: 'open-containment', item: id });
    }
  if (kind === 'dispute' || relations.contradicts.length > 0) points.push({ point: 'conflict', item: '' });
  if (kind === 'correction' || kind === 'retraction') points.push({ point: 'waiting-correction', item: '' });
  if (points.length < 2) return points.length === 0 ? NONE : points;
  return [...new Map(points.map((each) => [`${each.point} ${each.item}`, each])).values()];
}

function fails(id: string): boolean {
  const read = parseIdentifier(id);
  return read.ok && read.check.verdict === 'invalid';
}
