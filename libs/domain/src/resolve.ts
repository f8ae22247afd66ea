/**
 * Who stands: corrections, retractions and what counts as a dispute, resolved over a set of sightings.
 *
 * Each correction or retraction points at one target, so these relations form trees whose roots are the sightings they are about (and
 * circles, which are void). One pass from the leaves to the roots decides what is withdrawn and which correction wins; one pass back
 * decides what each sighting's standing is. Both are loops, not recursion: a chain of 100,000 retractions is a hostile input, not a
 * stack overflow. Cost: linear in the sightings plus the sorting of the relations of one target.
 */
import { formatRef } from './event-ref.ts';
import { targetsOf } from './references.ts';
import { keepsItsWord, Resolved, type FoldInput, type Standing } from './resolved.ts';
import type { Rules } from './rules.ts';
import type { Kind, Sighting } from './sighting.ts';

/** Sightings by `agency/id`, resolved. The same event given twice counts once: the ledger holds one content of it. */
export function resolve(inputs: readonly FoldInput[], rules: Rules): ReadonlyMap<string, Resolved> {
  const nodes = new Map<string, Resolved>();
  for (const input of inputs) {
    const key = formatRef(input.sighting);
    if (!nodes.has(key)) nodes.set(key, new Resolved(input, key, rules));
  }
  const speaking = connect(nodes);
  const order = leavesFirst(nodes, speaking);
  for (const node of order) settle(node, rules);
  for (let at = order.length - 1; at >= 0; at--) place(order[at] as Resolved, rules);
  for (const node of speaking) {
    const kept = keepsItsWord(node) || (node.standing === 'withdrawn' && !rules.withdrawnHasNoEffect);
    node.inForce = kept && node.targets.length > 0;
  }
  return nodes;
}

/** By reported time (none is the earliest), then agency, then id: the order in which relations of one sighting are told. */
export function compareReported(a: Sighting, b: Sighting): number {
  const [atA, atB] = [a.reported?.at ?? -Infinity, b.reported?.at ?? -Infinity];
  if (atA !== atB) return atA < atB ? -1 : 1;
  if (a.agency !== b.agency) return a.agency < b.agency ? -1 : 1;
  return a.id === b.id ? 0 : a.id < b.id ? -1 : 1;
}

/** Draws the relations between the sightings that are there; returns those that speak about others. */
function connect(nodes: ReadonlyMap<string, Resolved>): readonly Resolved[] {
  const speaking: Resolved[] = [];
  const contradicting: Resolved[] = [];
  for (const node of nodes.values()) {
    if (node.speaksAs !== undefined) speaking.push(node);
    if (node.sighting.relations.contradicts.length > 0) contradicting.push(node);
  }
  const told = (a: Resolved, b: Resolved) => compareReported(a.sighting, b.sighting);
  for (const node of speaking.sort(told)) {
    for (const key of new Set(targetsOf(node.sighting).map(formatRef))) {
      const target = nodes.get(key);
      if (target === undefined) continue;
      node.speakAbout(target);
    }
  }
  for (const node of contradicting.sort(told)) {
    for (const key of new Set(node.sighting.relations.contradicts.map(formatRef))) nodes.get(key)?.contradictedByAlso(node);
  }
  return speaking;
}

/** The target whose standing a correction or retraction changes, if it is there. */
export function changes(node: Resolved): Resolved | undefined {
  return node.speaksAs === 'correction' || node.speaksAs === 'retraction' ? node.targets[0] : undefined;
}

/**
 * Every node after those that change it (Kahn, 1962). What is left over lies on a circle: each node changes one target at most, so
 * nothing else can be held up. These come last, marked.
 */
function leavesFirst(nodes: ReadonlyMap<string, Resolved>, speaking: readonly Resolved[]): readonly Resolved[] {
  const pending = new Map<Resolved, number>();
  for (const node of speaking) {
    const target = changes(node);
    if (target !== undefined) pending.set(target, (pending.get(target) ?? 0) + 1);
  }
  const order: Resolved[] = [];
  for (const node of nodes.values()) if (!pending.has(node)) order.push(node);
  for (let at = 0; at < order.length; at++) {
    const target = changes(order[at] as Resolved);
    if (target === undefined) continue;
    const left = (pending.get(target) ?? 0) - 1;
    pending.set(target, left);
    if (left === 0) order.push(target);
  }
  for (const [node, left] of pending) {
    if (left === 0) continue;
    node.inCircle = true;
    order.push(node);
  }
  return order;
}

/** Leaf to root: what withdraws this node, and which correction of it wins. */
function settle(node: Resolved, rules: Rules): void {
  let withdrawnBy: Resolved | undefined;
  for (const speaker of node.speakers) {
    if (changes(speaker) !== node || (speaker.inCircle && rules.cyclesAreVoid)) continue;
    if (speaker.withdrawnBy !== undefined && rules.withdrawnHasNoEffect) continue;
    if (speaker.speaksAs === 'correction')
      node.winner = node.winner === undefined || wins(speaker, node.winner, rules) ? speaker : node.winner;
    // A retraction that was corrected into another kind withdraws nothing any more; corrected and still a retraction, it does.
    else if (speaker.kindNamed === undefined) withdrawnBy ??= speaker;
  }
  if (withdrawnBy !== undefined && (rules.retractionPrevails || node.winner === undefined)) node.withdrawnBy = withdrawnBy;
  if (node.winner === undefined) return;
  node.head = rules.outermostStands ? node.winner.head : node.winner;
  node.kindNamed = node.winner.kindNamed ?? node.kindNamed;
}

function wins(challenger: Resolved, holder: Resolved, rules: Rules): boolean {
  const [late, early] = [challenger.sighting.reported?.at ?? -Infinity, holder.sighting.reported?.at ?? -Infinity];
  if (late !== early) return late > early === rules.laterReportedStands;
  return challenger.sighting.id > holder.sighting.id === rules.greaterIdStands;
}

/** Root to leaf: the standing that follows from the target's. */
function place(node: Resolved, rules: Rules): void {
  node.kind = kindOf(node, rules);
  const [standing, by] = standingOf(node, rules);
  node.standing = standing;
  node.by = by;
}

function standingOf(node: Resolved, rules: Rules): readonly [Standing, Resolved | undefined] {
  if (node.withdrawnBy !== undefined) return ['withdrawn', node.withdrawnBy];
  if (node.inCircle && rules.cyclesAreVoid) return ['void', undefined];
  if (node.speaksAs === 'correction') {
    const target = node.targets[0];
    if (target === undefined) return ['waiting', undefined];
    if (target.withdrawnBy !== undefined) return ['void', target.withdrawnBy];
    // A correction that is out of place, or waits for one, takes along whatever corrects it.
    if (target.standing === 'void' || target.standing === 'superseded') return [target.standing, target.by];
    if (target.standing === 'waiting' && target.speaksAs === 'correction') return ['waiting', undefined];
    if (target.winner !== node && target.winner !== undefined) return ['superseded', target.winner];
  }
  const gaveWay = node.winner !== undefined && (rules.outermostStands || node.speaksAs !== 'correction');
  if (gaveWay) return ['corrected', node.winner];
  return node.speaksAs !== undefined && node.targets.length === 0 ? ['waiting', undefined] : ['stands', undefined];
}

function kindOf(node: Resolved, rules: Rules): Kind | undefined {
  const { sighting, speaksAs } = node;
  if (speaksAs !== 'correction') return speaksAs ?? sighting.kind;
  const target = node.inCircle ? undefined : node.targets[0];
  // A foreign correction goes on disputing when it is corrected: no agency replaces another's sighting by correcting twice.
  if (target?.disputesThroughout === true) {
    node.disputesThroughout = true;
    return 'dispute';
  }
  return sighting.as ?? (rules.kindFollowsTarget ? target?.kind : 'observation');
}
