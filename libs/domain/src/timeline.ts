/**
 * The fold: from sightings to the ordered, resolved timeline of one item. Pure; what it returns depends on what the sightings say and on
 * nothing else, not on the order in which they are given or were logged. Nothing is left out of view: everything is an entry that says
 * how it stands, why it places nothing, and who says what about it.
 */
import type { EventRef } from './event-ref.ts';
import type { Kind } from './sighting.ts';
import type { Through, TimelineEntry } from './timeline-entry.ts';
import { entryOf } from './entry.ts';
import { compareRef, formatRef } from './event-ref.ts';
import { parseIdentifier } from './identifier.ts';
import { throughOf, type Name } from './identity.ts';
import { orderBounds } from './interval.ts';
import { openQuestionsOf, type OpenQuestion } from './open-questions.ts';
import { isRelating, targetsOf } from './references.ts';
import { resolve } from './resolve.ts';
import { keepsItsWord, type FoldInput, type Resolved } from './resolved.ts';
import { RULES, type Rules } from './rules.ts';

/** A relation that does nothing yet, because `target` is not there. */
export interface Waiting extends EventRef {
  readonly kind: Kind;
  readonly target: EventRef;
}

/** What is known of one item, in order. */
export interface Timeline {
  readonly item: string;
  /**
   * Those that name the item by (start, end, agency, id), undated last; right behind each, in the same order, those that name it not and of
   * which it is the earliest that they speak about. So a part of a timeline needs nothing of the rest to know what stands in it.
   */
  readonly entries: readonly TimelineEntry[];
  /** By (agency, id) of the one that waits, then of its target. */
  readonly waiting: readonly Waiting[];
  readonly openQuestions: readonly OpenQuestion[];
}

/** What is known about one event. */
export interface EventFold {
  readonly ref: EventRef;
  /** Absent: no such sighting among those given. */
  readonly entry?: TimelineEntry;
  /** Everything that speaks about it, directly or not, and what it speaks about; ordered as a timeline. */
  readonly about: readonly TimelineEntry[];
  readonly waiting: readonly Waiting[];
  readonly openQuestions: readonly OpenQuestion[];
}

/**
 * The timeline of `item` (`scheme:value`, normalised). `inputs`: every sighting that names it, every one that refers to these
 * (transitively), and the `referencesOf` all of them, in any order; more does no harm. Entries are the sightings that name the item and
 * those that speak about entries. Cost: n log n for the order, the rest linear (100,000 positions: well under a second).
 * @param names of `identityOf`: what names the thing by one of these, while it is its name, names the item too
 */
export function foldTimeline(item: string, inputs: readonly FoldInput[], rules: Rules = RULES, names: readonly Name[] = []): Timeline {
  const nodes = resolve(inputs, rules);
  const naming = new Set<Resolved>();
  const through = new Map<Resolved, Through>();
  for (const node of nodes.values()) {
    const isOwn = node.sighting.items.some(({ id }) => id === item);
    const by = isOwn || names.length === 0 ? undefined : throughOf(names, node.sighting);
    if (by !== undefined) through.set(node, by);
    if (isOwn || by !== undefined) naming.add(node);
  }
  const view = eachWithSpeakers(naming, rules);
  const context = { nodes, rules, item, fails: checks(), through };
  const entries = view.map((node) => entryOf(node, context));
  return { item, entries, waiting: waitingIn(view, nodes), openQuestions: openQuestionsOf(view, entries, context) };
}

/** One event with everything about it. `inputs` as for `foldTimeline`, around this event. An entry's roles are those of all its items. */
export function foldEvent(ref: EventRef, inputs: readonly FoldInput[], rules: Rules = RULES): EventFold {
  const nodes = resolve(inputs, rules);
  const node = nodes.get(formatRef(ref));
  if (node === undefined) return { ref, about: [], waiting: [], openQuestions: [] };
  const view = ordered(new Set([...withSpeakers([node]), ...withTargets(node)]), rules);
  const context = { nodes, rules, fails: checks() };
  const entries = view.map((each) => entryOf(each, context));
  return {
    ref,
    entry: entries[view.indexOf(node)] as TimelineEntry,
    about: entries.filter((_, at) => view[at] !== node),
    waiting: waitingIn(view, nodes),
    openQuestions: openQuestionsOf(view, entries, context),
  };
}

/** Of these sightings the claims of identity, resolved, in the order of a timeline, whatever items they are about. `inputs` as for `foldTimeline`, around them. */
export function foldClaims(inputs: readonly FoldInput[], rules: Rules = RULES): readonly TimelineEntry[] {
  const nodes = resolve(inputs, rules);
  const claims = new Set([...nodes.values()].filter(({ kind }) => kind === 'identification'));
  const context = { nodes, rules, fails: checks() };
  return ordered(claims, rules).map((node) => entryOf(node, context));
}

/** Whether an identifier fails its check, asked once for each item of a fold. */
function checks(): (item: string) => boolean {
  const known = new Map<string, boolean>();
  return (item) => {
    const before = known.get(item);
    if (before !== undefined) return before;
    const read = parseIdentifier(item);
    const fails = read.ok && read.check.verdict === 'invalid';
    known.set(item, fails);
    return fails;
  };
}

/** In order, each with those that speak about it, about those, and so on, but for those that name the item themselves. */
function eachWithSpeakers(naming: ReadonlySet<Resolved>, rules: Rules): readonly Resolved[] {
  const view: Resolved[] = [];
  const seen = new Set(naming);
  for (const node of ordered(naming, rules)) {
    view.push(node);
    if (node.speakers.length === 0) continue;
    const behind = new Set<Resolved>();
    addSpeakers(node, seen, behind);
    // A set hands out what is added while it is walked.
    for (const each of behind) addSpeakers(each, seen, behind);
    for (const each of ordered(behind, rules)) view.push(each);
  }
  return view;
}

function addSpeakers({ speakers }: Resolved, seen: Set<Resolved>, to: Set<Resolved>): void {
  for (const speaker of speakers) {
    if (seen.has(speaker)) continue;
    seen.add(speaker);
    to.add(speaker);
  }
}

/** These, those that speak about them, those that speak about those, and so on. */
function withSpeakers(roots: Iterable<Resolved>): ReadonlySet<Resolved> {
  const seen = new Set(roots);
  // A set hands out what is added while it is walked.
  for (const node of seen) for (const speaker of node.speakers) seen.add(speaker);
  return seen;
}

function withTargets(root: Resolved): ReadonlySet<Resolved> {
  const seen = new Set([root]);
  for (const node of seen) for (const target of node.targets) seen.add(target);
  return seen;
}

function ordered(view: ReadonlySet<Resolved>, rules: Rules): readonly Resolved[] {
  if (!rules.orderedByTime) return [...view];
  const keyed = [...view].map((node) => ({ node, bounds: orderBounds(node.sighting.occurred) }));
  keyed.sort((a, b) => {
    if (a.bounds[0] !== b.bounds[0]) return a.bounds[0] < b.bounds[0] ? -1 : 1;
    if (a.bounds[1] !== b.bounds[1]) return a.bounds[1] < b.bounds[1] ? -1 : 1;
    return compareRef(a.node.sighting, b.node.sighting);
  });
  return keyed.map(({ node }) => node);
}

function waitingIn(view: readonly Resolved[], nodes: ReadonlyMap<string, Resolved>): readonly Waiting[] {
  const waiting: Waiting[] = [];
  for (const node of view) {
    const { sighting } = node;
    if (!isRelating(sighting.kind) || !keepsItsWord(node)) continue;
    for (const target of targetsOf(sighting)) {
      if (!nodes.has(formatRef(target))) waiting.push({ agency: sighting.agency, id: sighting.id, kind: sighting.kind, target });
    }
  }
  return waiting.sort((a, b) => compareRef(a, b) || compareRef(a.target, b.target));
}
