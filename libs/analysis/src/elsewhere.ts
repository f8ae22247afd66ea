/** Whether a conveyance certainly was not where something was seen: no speed that it can go at takes it there in between its own records. */
import { distanceMetres } from './geodesic.ts';
import { byTime, pointOf, radiusOf, type EntryFix, type Fix } from './fixes.ts';

/** Metres a second: no merchant ship goes at 40 knots; what is no ship may have been flown. */
const SHIP_SPEED = 40 * (1_852 / 3_600);
const ANY_SPEED = 1_000_000 / 3_600;

/** Whether it moves on water by itself, as its identifier says. */
export const isVessel = (item: string): boolean => /^(?:imo|mmsi|hin):/.test(item);
export const isAircraft = (item: string): boolean => /^(?:aircraft|icao24):/.test(item);

/**
 * False where either side says where only by a name, or where no record of the conveyance lies before or behind: then it may have been there.
 * @param fixes of the conveyance, by time
 */
export function certainlyNotAt(conveyance: string, fixes: readonly Fix[], seen: EntryFix): boolean {
  const place = pointOf(seen);
  const { starts, ends } = seen.span;
  if (place === undefined || starts === null || ends === null) return false;
  const speed = (isVessel(conveyance) ? SHIP_SPEED : ANY_SPEED) / 1_000_000;
  // Nothing is nearer than this many microseconds of its fastest travel; at its own record that is when it was somewhere within the span.
  const away = fixes.flatMap((fix) => {
    const point = pointOf(fix);
    const { starts: from, ends: to } = fix.span;
    if (point === undefined || from === null || to === null) return [];
    const metres = Math.max(0, distanceMetres(point, place) - radiusOf(fix) - radiusOf(seen));
    return [{ span: fix.span as { starts: number; ends: number }, micros: metres / speed }];
  });
  away.sort(byTime);
  const [first, last] = [away.find(({ span }) => span.ends <= starts), away.findLast(({ span }) => span.starts >= ends - 1)];
  if (first === undefined || last === undefined) return false;
  return windows(away).every(([from, to]) => Math.max(from, starts) > Math.min(to, ends - 1));
}

/** When it can have been there: between each two records, from the first arrival after the one to the last departure for the other. */
function windows(away: readonly { readonly span: { starts: number; ends: number }; readonly micros: number }[]): [number, number][] {
  return away.flatMap(({ span, micros }, at): [number, number][] => {
    const next = away[at + 1];
    // At the record itself, where that is at the place; and between it and the next. Where the time is uncertain, the widest choice.
    const own: [number, number][] = micros === 0 ? [[span.starts, span.ends]] : [];
    return next === undefined ? own : [...own, [span.starts + micros, next.span.ends - next.micros]];
  });
}
