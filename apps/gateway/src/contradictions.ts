/** Says of which sightings not all contradictions were read: a flood of them must neither hide the sighting nor itself. */
import type { EventView } from '#lib/contracts';
import { formatRef } from '#lib/domain';
import { CONTRADICTIONS_MAX } from '#lib/store';
import type { ReadEvent } from './event-view.ts';

/** @param events everything that was read for the answer, before anything of it was left out for a point of view */
export function withCutContradictions(views: readonly EventView[], events: readonly ReadEvent[]): EventView[] {
  const counts = new Map<string, number>();
  for (const { sighting } of events)
    for (const key of new Set(sighting.relations.contradicts.map(formatRef))) counts.set(key, (counts.get(key) ?? 0) + 1);
  return views.map((view) => ((counts.get(formatRef(view)) ?? 0) > CONTRADICTIONS_MAX ? { ...view, moreContradictions: true } : view));
}
