/** Whether a conveyance certainly was not where something was seen: no speed that it can go at takes it there in between its own records. */
import { distanceMetres } from './geodesic.ts';
import { pointOf, radiusOf, type EntryFix, type Fix } from './fixes.ts';
import { ANY_SPEED, isVessel, SHIP_SPEED } from './speeds.ts';

/**
 * False where either side says where only by a name: then it may have been there. Before its first record and behind its last it may have come
 * from anywhere, or gone there, as fast as it can.
 * @param fixes of the conveyance, by time
 */
export function certainlyNotAt(conveyance: string, fixes: readonly Fix[], seen: EntryFix): boolean {
  const place = pointOf(seen);
  const { starts, ends } = seen.span;
  if (place === undefined || starts === null || ends === null) return false;
  const speed = (isVessel(conveyance) ? SHIP_SPEED : ANY_SPEED) / 1_000_000;
  // Nothing is nearer than this many microseconds of its fastest travel; at its own record that is when it was somewhere within the span.
  const away = around(fixes, starts, ends).flatMap((fix) => {
    const point = pointOf(fix);
    const { starts: from, ends: to } = fix.span;
    if (point === undefined || from === null || to === null) return [];
    const metres = Math.max(0, distanceMetres(point, place) - radiusOf(fix) - radiusOf(seen));
    return [{ span: fix.span as { starts: number; ends: number }, micros: metres / speed }];
  });
  return away.length > 0 && windows(away).every(([from, to]) => Math.max(from, starts) > Math.min(to, ends - 1));
}

/** From the last that has coordinates and is over before, to the first of those that begin behind. Cost: a binary search, and those between. */
function around(fixes: readonly Fix[], starts: number, ends: number): readonly Fix[] {
  let [low, high] = [0, fixes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((fixes[middle]?.span.starts ?? -Infinity) < starts) low = middle + 1;
    else high = middle;
  }
  let first = low - 1;
  while (first >= 0 && !isOver(fixes[first] as Fix, starts)) first--;
  let last = low;
  while (last < fixes.length && !begins(fixes[last] as Fix, ends - 1)) last++;
  return fixes.slice(Math.max(first, 0), last + 1);
}

const isOver = (fix: Fix, at: number): boolean => fix.span.ends !== null && fix.span.ends <= at && pointOf(fix) !== undefined;
const begins = (fix: Fix, at: number): boolean => fix.span.starts !== null && fix.span.starts >= at && pointOf(fix) !== undefined;

/** When it can have been there: between each two records, from the first arrival after the one to the last departure for the other. */
function windows(away: readonly { readonly span: { starts: number; ends: number }; readonly micros: number }[]): [number, number][] {
  const between = away.flatMap(({ span, micros }, at): [number, number][] => {
    const next = away[at + 1];
    // At the record itself, where that is at the place; and between it and the next. Where the time is uncertain, the widest choice.
    const own: [number, number][] = micros === 0 ? [[span.starts, span.ends]] : [];
    return [...own, [span.starts + micros, next === undefined ? Infinity : next.span.ends - next.micros]];
  });
  const [first] = away;
  return first === undefined ? between : [[-Infinity, first.span.ends - first.micros], ...between];
}
