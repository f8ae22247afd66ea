/** When two timelines are equal: the same entries, resolved alike, in the same order; log indexes and recorded times do not count. */
import { formatRef } from './event-ref.ts';
import type { Timeline } from './timeline.ts';
import type { TimelineEntry } from './timeline-entry.ts';

/** Canonical text of a timeline: equal texts, equal timelines. Members in code unit order, absent and undefined alike. */
export const timelineKey = (timeline: Timeline): string => canonical({ ...timeline, entries: timeline.entries.map(unlogged) });

/** How `b` differs from `a`: `agency/id` of every entry that is missing, added or other, sorted; `[]` if the timelines are equal. */
export function compareTimelines(a: Timeline, b: Timeline): readonly string[] {
  if (timelineKey(a) === timelineKey(b)) return [];
  const [left, right] = [keys(a), keys(b)];
  const differing = [...new Set([...left.keys(), ...right.keys()])].filter((ref) => left.get(ref) !== right.get(ref));
  // Equal entries, other order or other questions: the timelines differ as a whole.
  return differing.length > 0 ? differing.sort() : [a.item];
}

const keys = ({ entries }: Timeline): ReadonlyMap<string, string> =>
  new Map(entries.map((entry: TimelineEntry) => [formatRef(entry.sighting), canonical(unlogged(entry))]));

/** Only the entry's own log index goes, and those of its claims; a member of that name inside a submitted document is content. */
const unlogged = ({ logIndex: _, through, ...entry }: TimelineEntry): object => ({
  ...entry,
  through: through && { id: through.id, claims: through.claims.map(({ sighting }) => formatRef(sighting)) },
});

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}
