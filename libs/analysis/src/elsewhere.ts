/** Whether a conveyance certainly was not where something was seen: no speed that it can go at takes it there in between its own records. */
import { distanceMetres } from './geodesic.ts';
import { pointOf, radiusOf, type EntryFix, type Fix } from './fixes.ts';
import { firstWhere } from './silences.ts';
import { ANY_SPEED, isVessel, SHIP_SPEED } from './speeds.ts';
import { GEODESIC_STEPS, type Steps } from './steps.ts';

/**
 * False where either side says where only by a name: then it may have been there. Before its first record and behind its last it may have come
 * from anywhere, or gone there, as fast as it can. Cost: a binary search and a distance for each record between, up to the first that leaves it
 * time to be there. Throws JourneyTooLarge.
 * @param fixes of the conveyance, by time
 */
export function certainlyNotAt(conveyance: string, fixes: readonly Fix[], seen: EntryFix, steps: Steps): boolean {
  const place = pointOf(seen);
  const { starts, ends } = seen.span;
  if (place === undefined || starts === null || ends === null) return false;
  const speed = (isVessel(conveyance) ? SHIP_SPEED : ANY_SPEED) / 1_000_000;
  const isOpen = (from: number, to: number): boolean => Math.max(from, starts) <= Math.min(to, ends - 1);
  // From the record before on, by its fastest travel, to the next; where the time of one is uncertain, the widest choice.
  let since: number | undefined;
  for (const fix of around(fixes, starts, ends, steps)) {
    const point = pointOf(fix);
    const { starts: from, ends: to } = fix.span;
    if (point === undefined || from === null || to === null) continue;
    steps.take(GEODESIC_STEPS);
    const micros = Math.max(0, distanceMetres(point, place) - radiusOf(fix) - radiusOf(seen)) / speed;
    // At the record itself, where that is at the place.
    if (isOpen(since ?? -Infinity, to - micros) || (micros === 0 && isOpen(from, to))) return false;
    since = from + micros;
  }
  return since !== undefined && !isOpen(since, Infinity);
}

/** From the last that has coordinates and is over before, to the first of those that begin behind. */
function* around(fixes: readonly Fix[], starts: number, ends: number, steps: Steps): Generator<Fix> {
  const low = firstWhere(fixes, ({ span }) => (span.starts ?? -Infinity) >= starts);
  let first = low - 1;
  for (; first >= 0 && !isOver(fixes[first] as Fix, starts); first--) steps.take();
  for (const fix of fixes.slice(Math.max(first, 0), low)) yield fix;
  for (let at = low; at < fixes.length; at++) {
    const fix = fixes[at] as Fix;
    steps.take();
    yield fix;
    if (begins(fix, ends - 1)) return;
  }
}

const isOver = (fix: Fix, at: number): boolean => fix.span.ends !== null && fix.span.ends <= at && pointOf(fix) !== undefined;
const begins = (fix: Fix, at: number): boolean => fix.span.starts !== null && fix.span.starts >= at && pointOf(fix) !== undefined;
