/**
 * The fold of a case: from what was said of it to its ordered content. Pure; it depends on what the acts say and on nothing else, not on the order in
 * which they are given or were logged. Acts take effect in the order in which they were captured, then by id. One that speaks of an entry that
 * is not there waits, and takes effect right behind what it waited for: clocks of two captures may differ, and acts arrive in any order.
 */
import { formatRef, type EventRef } from '../event-ref.ts';
import type { Instant } from '../time.ts';
import type { CaseAct } from './act.ts';
import { CaseOrder, type CasePlace } from './case-order.ts';

/** Who said something, and when capture took it. */
export interface CaseWord {
  /** Of the act that says it. */
  readonly id: string;
  readonly principal: string;
  readonly captured: Instant;
}

/** What somebody noted, on the case or on an entry. */
export interface CaseNote extends CaseWord {
  readonly text: string;
}

/** One chosen sighting. */
export interface CaseEntry extends CaseWord {
  readonly sighting: EventRef;
  /** Why it was chosen, as whoever added it says. */
  readonly why?: string;
  /** In the order in which they were said. */
  readonly notes: readonly CaseNote[];
}

/** What a case comes to. */
export interface FoldedCase {
  readonly entries: readonly CaseEntry[];
  /** On the case itself. */
  readonly notes: readonly CaseNote[];
  /** By the first act that closed it; absent: it is open. What was said behind it counts as well, and shows when it was said. */
  readonly closed?: CaseWord & { readonly why?: string };
}

/** What the fold holds to, each to be switched off by a suite that shows what it is for. */
export interface CaseRules {
  /** In the order of capture, and not in the one in which they are given. */
  readonly byCapture: boolean;
  /** What speaks of an entry that is not there yet waits for it. */
  readonly waits: boolean;
  /** What was taken out keeps its place for what was put behind it. */
  readonly removedKeepsPlace: boolean;
  /** An entry that was taken out is gone, whatever else is said of it, before or after. */
  readonly removedIsGone: boolean;
}

/** All of them. */
export const CASE_RULES: CaseRules = { byCapture: true, waits: true, removedKeepsPlace: true, removedIsGone: true };

/**
 * @param acts of one case, each once, in any order
 * Cost: n log n for the order of capture, the rest linear (10,000 acts: some 20 ms)
 */
export function foldCase(acts: readonly CaseAct[], rules: CaseRules = CASE_RULES): FoldedCase {
  const inOrder = rules.byCapture ? [...acts].sort(compareActs) : acts;
  const removed = new Set(inOrder.flatMap(({ act, entry }) => (act === 'removed' && entry !== undefined ? [entry] : [])));
  const added = new Map(inOrder.flatMap((act) => (act.act === 'added' && act.sighting !== undefined ? [[act.id, act] as const] : [])));
  const notes = notesOf(inOrder, removed);
  const closed = inOrder.find(({ act }) => act === 'closed');
  return {
    entries: orderOf(inOrder, removed, rules)
      .filter((id) => !(rules.removedIsGone && removed.has(id)))
      .flatMap((id) => {
        const act = added.get(id);
        return act?.sighting === undefined ? [] : [entryOf(act, act.sighting, notes.get(id) ?? [])];
      }),
    notes: notes.get(undefined) ?? [],
    ...(closed === undefined ? {} : { closed: { ...wordOf(closed), ...whyOf(closed) } }),
  };
}

/**
 * The case as somebody sees it who may not see all that is in it: what he may not see, and what was noted on it, is as if it had never been
 * added. Nothing of what is left tells of it.
 * @param sees by `agency/id`
 */
export function caseAsSeen(folded: FoldedCase, sees: ReadonlySet<string>): FoldedCase {
  return { ...folded, entries: folded.entries.filter(({ sighting }) => sees.has(formatRef(sighting))) };
}

function compareActs(a: CaseAct, b: CaseAct): number {
  if (a.captured !== b.captured) return a.captured - b.captured;
  return a.id === b.id ? 0 : a.id < b.id ? -1 : 1;
}

const wordOf = ({ id, principal, captured }: CaseAct): CaseWord => ({ id, principal, captured });
const whyOf = ({ statement }: CaseAct): { readonly why?: string } => (statement === undefined ? {} : { why: statement });

function entryOf(act: CaseAct, { agency, id }: EventRef, notes: readonly CaseNote[]): CaseEntry {
  return { ...wordOf(act), sighting: { agency, id }, ...whyOf(act), notes };
}

/** By the entry that they are on; `undefined`: on the case. */
function notesOf(acts: readonly CaseAct[], removed: ReadonlySet<string>): ReadonlyMap<string | undefined, readonly CaseNote[]> {
  const notes = new Map<string | undefined, CaseNote[]>();
  for (const act of acts) {
    if (act.act !== 'noted' || removed.has(act.id)) continue;
    const of = notes.get(act.entry) ?? [];
    of.push({ ...wordOf(act), text: act.statement ?? '' });
    notes.set(act.entry, of);
  }
  return notes;
}

const placeOf = ({ after, first }: CaseAct): CasePlace => (after !== undefined ? { after } : first === true ? 'first' : 'last');

/** Ids of all that was ever added, in the order that it was put into. */
function orderOf(inOrder: readonly CaseAct[], removed: ReadonlySet<string>, rules: CaseRules): readonly string[] {
  const placing = inOrder.filter(({ act }) => act === 'added' || act === 'moved');
  const order = new WaitingOrder(removed, rules);
  for (const act of placing) order.take(act);
  // What was put behind something that never came is in the case all the same: at its end. In a circle everybody waits for another.
  const isThere = new Set(placing.flatMap(({ act, id }) => (act === 'added' ? [id] : [])));
  const left = placing.filter(({ act, id }) => act === 'added' && !order.has(id));
  for (const act of left) if (act.after === undefined || !isThere.has(act.after)) order.take(act, 'last');
  for (const act of left) order.take(act, 'last');
  return order.ids();
}

/** An order in which acts wait for the entries that they speak of. */
class WaitingOrder {
  readonly #order = new CaseOrder();
  readonly #waiting = new Map<string, CaseAct[]>();
  readonly #removed: ReadonlySet<string>;
  readonly #rules: CaseRules;

  constructor(removed: ReadonlySet<string>, rules: CaseRules) {
    this.#removed = removed;
    this.#rules = rules;
  }

  has(id: string): boolean {
    return this.#order.has(id);
  }
  ids(): readonly string[] {
    return this.#order.ids();
  }

  /** What it makes room for follows at once, and what that makes room for. @param place whatever the act says */
  take(act: CaseAct, place?: CasePlace): void {
    const ready = this.#put(act, place);
    // It grows while it is walked.
    for (const freed of ready) ready.push(...this.#put(freed));
  }

  /** What waited for it. */
  #put(act: CaseAct, place?: CasePlace): CaseAct[] {
    if (act.act === 'added' && this.#order.has(act.id)) return [];
    const lacks = place === undefined ? this.#missing(act) : undefined;
    if (lacks !== undefined) {
      if (this.#rules.waits) this.#wait(lacks, act);
      return [];
    }
    if (act.act === 'moved') {
      this.#order.move(act.entry ?? '', placeOf(act));
      return [];
    }
    this.#order.add(act.id, place ?? placeOf(act));
    const freed = this.#waiting.get(act.id) ?? [];
    this.#waiting.delete(act.id);
    return freed;
  }

  #wait(id: string, act: CaseAct): void {
    const others = this.#waiting.get(id);
    if (others === undefined) this.#waiting.set(id, [act]);
    else others.push(act);
  }

  #missing({ act, entry, after }: CaseAct): string | undefined {
    if (act === 'moved' && entry !== undefined && !this.#order.has(entry)) return entry;
    if (after === undefined || (this.#order.has(after) && (this.#rules.removedKeepsPlace || !this.#removed.has(after)))) return undefined;
    return after;
  }
}
