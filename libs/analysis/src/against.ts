/** What speaks against the records that an answer of one time names: disputes, contradictions, places that cannot both be true. None of it decides anything. */
import { formatRef } from '#lib/domain';
import type { JourneyAt } from './at.ts';
import { conflictsOf, contradictionsOf, recordOf, type Conflict } from './conflicts.ts';
import { recordsOf } from './containments.ts';
import type { Fix, KnownItems } from './fixes.ts';
import type { Placing } from './journey.ts';
import type { Clone, TravelAlarm, TravelCheck } from './travel.ts';

export interface Against {
  /** Open or not, each once: those of the item, then of what it was in. */
  readonly conflicts: readonly Conflict[];
  readonly alarms: readonly TravelAlarm[];
  readonly clones: readonly Clone[];
}

/** @param items what the journey was made of. Cost: a look at each record of all of them */
export function againstAt(then: JourneyAt, items: KnownItems, { alarms, clones }: TravelCheck): Against {
  const placings: readonly Placing[] = [then.before ?? [], then.after ?? [], then.placings.map(({ placing }) => placing)].flat();
  const contained = [...placings.flatMap(({ leg }) => leg ?? []), ...then.legs.map(({ leg }) => leg)];
  const containments = [...new Set(contained)]
    .flatMap(({ chain }) => chain)
    .concat(then.containments.map(({ containment }) => containment));
  const named = new Set(
    [
      ...placings.map(({ fix }) => fix),
      ...[...containments, ...then.containments.flatMap(({ outer }) => outer)].flatMap(recordsOf),
      ...then.holders.flatMap(({ holding }) => holding.by),
    ].map(recordOf),
  );
  const conflicts = new Map<string, Conflict>();
  for (const conflict of [...[...items.values()].flatMap(({ timeline }) => conflictsOf(timeline)), ...contradictionsOf(containments)]) {
    const [by, against] = [formatRef(conflict.by.sighting), formatRef(conflict.against.sighting)];
    const key = `${conflict.kind} ${by} ${against}`;
    // One that names two items is on both timelines.
    if ((named.has(by) || named.has(against)) && !conflicts.has(key)) conflicts.set(key, conflict);
  }
  const fixes = new Set(placings.map(({ fix }) => fix));
  const isNamed = ({ fix }: { readonly fix: Fix }): boolean => fixes.has(fix);
  return {
    conflicts: [...conflicts.values()],
    alarms: alarms.filter(({ first, second }) => isNamed(first) || isNamed(second)),
    clones: clones.filter(({ tracks }) => tracks.some((track) => track.some(isNamed))),
  };
}
