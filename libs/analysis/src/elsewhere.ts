/** Whether a conveyance certainly was not where something was seen: no speed that it can go at takes it there in between its own records. */
import { distanceMetres } from './geodesic.ts';
import { pointOf, radiusOf, type EntryFix, type Fix } from './fixes.ts';
import { firstWhere } from './silences.ts';
import { ANY_SPEED, isVessel, SHIP_SPEED } from './speeds.ts';
import { GEODESIC_STEPS, type Steps } from './steps.ts';

/**
 * The records and positions that together rule out every time at which the conveyance could have been there; undefined: it may have been. So it is
 * where either side says where only by a name, and where a record whose time may be that of the other puts it there.
 * Each record and position rules out the times from which, or to which, it could not have gone at its fastest; of one of an uncertain time every choice
 * has to. Before its first record and behind its last it may have come from anywhere, or gone there. Cost: a binary search, a distance for each between,
 * up to the first that leaves it time to be there, and a look at each record that begins before. Throws JourneyTooLarge.
 * @param fixes of the conveyance, by time; records alone, and with the positions of its track
 */
export function ruledOutBy(
  conveyance: string,
  { records, fixes }: { readonly records: readonly EntryFix[]; readonly fixes: readonly Fix[] },
  seen: EntryFix,
  steps: Steps,
): readonly Fix[] | undefined {
  const place = pointOf(seen);
  const { starts, ends } = seen.span;
  if (place === undefined || starts === null || ends === null) return undefined;
  const speed = (isVessel(conveyance) ? SHIP_SPEED : ANY_SPEED) / 1_000_000;
  const microsTo = (fix: Fix): number | undefined => {
    const point = pointOf(fix);
    if (point === undefined) return undefined;
    steps.take(GEODESIC_STEPS);
    return Math.max(0, distanceMetres(point, place) - radiusOf(fix) - radiusOf(seen)) / speed;
  };
  for (const record of records) {
    steps.take();
    const { starts: from, ends: to } = record.span;
    if (from !== null && from >= ends) break;
    if (to !== null && to > starts && microsTo(record) === 0) return undefined;
  }
  const isOpen = (from: number, to: number): boolean => Math.max(from, starts) <= Math.min(to, ends - 1);
  const deciding: Fix[] = [];
  let since: number | undefined;
  for (const fix of around(fixes, starts, ends, steps)) {
    const { starts: from, ends: to } = fix.span;
    const micros = microsTo(fix);
    if (micros === undefined || from === null || to === null) continue;
    if (micros === 0 && isOpen(from, to - 1)) return undefined;
    if (from + micros <= to - micros) continue;
    if (isOpen(since ?? -Infinity, to - micros)) return undefined;
    // What rules out no time of those that are asked about, or none that was left, decides nothing.
    const left = Math.max(since ?? -Infinity, starts);
    if (from + micros > left && left < ends) deciding.push(fix);
    since = Math.max(since ?? -Infinity, from + micros);
  }
  return since === undefined || isOpen(since, Infinity) ? undefined : deciding;
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
