/** What a timeline leaves for a person to decide. */
import { isIncomplete, isSettled, openDisputes } from './entry.ts';
import { compareRef } from './event-ref.ts';
import type { Resolved } from './resolved.ts';
import type { Rules } from './rules.ts';
import type { EventRef } from './event-ref.ts';
import type { TimelineEntry } from './timeline-entry.ts';

/**
 * `check-digit`: the identifier as written fails its check (every sighting that has it is named); `disputed`: the sighting and the
 * dispute; `contradiction`: who says so and whom it contradicts, both standing and unresolved; `incomplete-correction`: the correction or
 * retraction and its target; `relation-cycle`: a sighting on the circle.
 */
export interface OpenQuestion {
  readonly code: 'check-digit' | 'disputed' | 'contradiction' | 'incomplete-correction' | 'relation-cycle';
  readonly refs: readonly EventRef[];
}

/** Sorted by code, then by the sightings named. `entries[n]` is the entry of `view[n]`. */
export function openQuestionsOf(view: readonly Resolved[], entries: readonly TimelineEntry[], rules: Rules): readonly OpenQuestion[] {
  const questions: OpenQuestion[] = [];
  const failing: EventRef[] = [];
  entries.forEach((entry, at) => {
    const node = view[at] as Resolved;
    if (entry.flags.includes('check-digit') && entry.roles.length > 0) failing.push(ref(node));
    if (node.inCircle) questions.push({ code: 'relation-cycle', refs: [ref(node)] });
    if (entry.flags.includes('incomplete-correction') && isIncomplete(node) && node.standing !== 'withdrawn') {
      questions.push({ code: 'incomplete-correction', refs: [ref(node), ...node.targets.map(ref)] });
    }
    if (node.standing === 'stands') {
      for (const dispute of openDisputes(node, rules)) questions.push({ code: 'disputed', refs: [ref(node), ref(dispute)] });
      const settled = node.contradictedBy.length > 0 && isSettled(node, rules);
      for (const speaker of node.contradictedBy) {
        const open = !settled && speaker.standing === 'stands' && !isSettled(speaker, rules);
        if (open) questions.push({ code: 'contradiction', refs: [ref(speaker), ref(node)] });
      }
    }
  });
  if (failing.length > 0) questions.push({ code: 'check-digit', refs: failing.sort(compareRef) });
  return questions.sort(compareQuestions);
}

const ref = ({ sighting }: Resolved): EventRef => ({ agency: sighting.agency, id: sighting.id });

function compareQuestions(a: OpenQuestion, b: OpenQuestion): number {
  if (a.code !== b.code) return a.code < b.code ? -1 : 1;
  for (const [at, one] of a.refs.entries()) {
    const other = b.refs[at];
    const order = other === undefined ? 1 : compareRef(one, other);
    if (order !== 0) return order;
  }
  return a.refs.length - b.refs.length;
}
