/** What a timeline leaves for a person to decide. */
import { isIncomplete, isSettled, itemIn, openDisputes, type FoldContext } from './entry.ts';
import { compareRef } from './event-ref.ts';
import type { Resolved } from './resolved.ts';
import type { EventRef } from './event-ref.ts';
import type { TimelineEntry } from './timeline-entry.ts';

/**
 * `check-digit`: the identifier as written fails its check (every sighting that says it and is not corrected or withdrawn is named);
 * `disputed`: the sighting and the dispute; `contradiction`: who says so and whom it contradicts, both standing and unresolved;
 * `future-dated`: a standing sighting of what had not begun when it was written down; `incomplete-correction`: the correction or retraction
 * and its target; `relation-cycle`: a sighting on the circle.
 */
export interface OpenQuestion {
  readonly code: 'check-digit' | 'disputed' | 'contradiction' | 'future-dated' | 'incomplete-correction' | 'relation-cycle';
  readonly refs: readonly EventRef[];
}

/** Sorted by code, then by the sightings named. `entries[n]` is the entry of `view[n]`, made in the same context. */
export function openQuestionsOf(
  view: readonly Resolved[],
  entries: readonly TimelineEntry[],
  context: FoldContext,
): readonly OpenQuestion[] {
  const { rules } = context;
  const questions: OpenQuestion[] = [];
  const failing: EventRef[] = [];
  entries.forEach((entry, at) => {
    const node = view[at] as Resolved;
    if (entry.flags.includes('check-digit') && entry.roles.length > 0 && leavesCheckOpen(node, entry, context)) failing.push(ref(node));
    if (entry.flags.includes('future-dated') && node.standing === 'stands') questions.push({ code: 'future-dated', refs: [ref(node)] });
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

/**
 * It still says the failing identifier of its own. What speaks about another sighting lists that one's items whether or not it believes in
 * them; a correction keeps those that it does not itself concern in the background.
 */
function leavesCheckOpen(node: Resolved, { mark, standing }: TimelineEntry, context: FoldContext): boolean {
  const { rules, fails } = context;
  const { sighting, speaksAs } = node;
  const item = itemIn(node, context);
  if (!rules.correctionClosesCheck) return true;
  if (mark === 'relation' || (standing !== 'stands' && standing !== 'waiting')) return false;
  return sighting.items.some(
    ({ id, role }) => (item === undefined || id === item) && fails(id) && !(speaksAs === 'correction' && role === 'background'),
  );
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
