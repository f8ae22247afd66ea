/** Says of which sightings not all contradictions were read: a flood of them must neither hide the sighting nor itself. */
import type { EventView } from '#lib/contracts';
import { formatRef } from '#lib/domain';
import { CONTRADICTIONS_BYTES_MAX, CONTRADICTIONS_MAX } from '#lib/store';
import type { ReadEvent } from './event-view.ts';

/** @param events everything that was read for the answer, before anything of it was left out for a point of view */
export function withCutContradictions(views: readonly EventView[], events: readonly ReadEvent[]): EventView[] {
  const read = new Map<string, { count: number; bytes: number }>();
  for (const { sighting, stored } of events)
    for (const key of new Set(sighting.relations.contradicts.map(formatRef))) {
      const { count, bytes } = read.get(key) ?? { count: 0, bytes: 0 };
      read.set(key, { count: count + 1, bytes: bytes + stored.content.length });
    }
  const isCut = (view: EventView): boolean => {
    const { count, bytes } = read.get(formatRef(view)) ?? { count: 0, bytes: 0 };
    return count > CONTRADICTIONS_MAX || bytes > CONTRADICTIONS_BYTES_MAX;
  };
  return views.map((view) => (isCut(view) ? { ...view, moreContradictions: true } : view));
}
