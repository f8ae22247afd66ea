/** What a journey concludes otherwise at one point than at an earlier one. Pure, over the two journeys of one item. */
import { formatRef } from '#lib/domain';
import type { Journey, Leg, Placing } from './journey.ts';

export interface JourneyChange {
  readonly lastBefore?: Placing;
  readonly lastAfter?: Placing;
  /** Another record proves where it was last, or the same one another time, place or nest. */
  readonly isLastOther: boolean;
  /** By start, then depth. */
  readonly added: readonly Leg[];
  readonly removed: readonly Leg[];
  /** By the same loadings, and proved for another time. */
  readonly changed: readonly { readonly before: Leg; readonly after: Leg }[];
}

/** A leg is the same where the same loadings justify it. Linear. */
export function diffJourneys(before: Journey, after: Journey): JourneyChange {
  const earlier = new Map(before.legs.map((leg) => [legKey(leg), leg]));
  const later = new Set(after.legs.map(legKey));
  return {
    ...(before.last === undefined ? {} : { lastBefore: before.last }),
    ...(after.last === undefined ? {} : { lastAfter: after.last }),
    isLastOther: placingKey(before.last) !== placingKey(after.last),
    added: after.legs.filter((leg) => !earlier.has(legKey(leg))),
    removed: before.legs.filter((leg) => !later.has(legKey(leg))),
    changed: after.legs.flatMap((leg) => {
      const then = earlier.get(legKey(leg));
      return then === undefined || timesOf(then) === timesOf(leg) ? [] : [{ before: then, after: leg }];
    }),
  };
}

const legKey = ({ chain }: Leg): string => chain.map(({ carrier, loading }) => `${formatRef(loading.sighting)} ${carrier}`).join(' ');
const timesOf = ({ span: { starts, ends }, isOpen }: Leg): string => `${starts} ${ends ?? ''} ${isOpen}`;

function placingKey(placing: Placing | undefined): string {
  if (placing === undefined) return '';
  const { fix, leg } = placing;
  const record =
    'entry' in fix
      ? formatRef(fix.entry.sighting)
      : `${formatRef(fix.position.track.sighting)} ${fix.position.track.sha256} ${fix.position.line}`;
  return [record, fix.span.starts, fix.span.ends, leg === undefined ? '' : legKey(leg)].join(' ');
}
