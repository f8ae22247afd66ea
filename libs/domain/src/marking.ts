/**
 * What becomes of a handling by markings of its own agency. A marking takes away at once; it gives only where another principal of the agency
 * approved it: one rule for all of them, so that nothing is shown to more people by one person's word, whatever he submits and in whatever order.
 */
import { TLP_LABELS, type Handling, type TlpLabel } from './handling.ts';
import type { Instant } from './time.ts';

/** A marking by the agency of its target. */
export interface Marking {
  readonly id: string;
  /** When capture took it in: no word of the submitter's decides which of two stands. */
  readonly captured: Instant;
  /** Where it stands in the log. */
  readonly logIndex: number;
  /** What it says that the handling is from now on. */
  readonly handling: Handling;
  /** Where in the log another principal of the agency first approved it, with the authority to; null: nobody did. */
  readonly approvedAt: number | null;
  /** A retraction or correction of it is there, whatever became of that: it gives nothing any more. */
  readonly isUndone: boolean;
  /** Such a retraction was itself approved, and stands: it takes nothing away any more. */
  readonly isLifted: boolean;
}

/** Whose sighting it is, and under which handling he submitted it. */
export interface MarkedSighting {
  readonly agency: string;
  readonly principal: string;
  readonly handling: Handling;
}

/** More than these of one sighting are nobody's honest work: they close it, for what the last of them takes away would not be known. */
export const MARKINGS_MAX = 64;

/** What a marking comes to that needs an approver: see Approval. */
export const APPROVALS = ['awaited', 'approved', 'undoing-awaited', 'void'] as const;
/**
 * `awaited`: what it opens waits for another principal to approve it, and is not open; what it takes away is taken. `approved`: one did; what of it is
 * in effect by now, the handling says. `undoing-awaited`: it was withdrawn or corrected, and takes away as before until that is approved. `void`: it
 * opens nothing, whoever approves it: it was withdrawn or corrected, a later one was approved and began anew, or it is not weighed.
 */
export type Approval = (typeof APPROVALS)[number];

/** What is in effect by markings, and of each that needs an approver what it comes to. */
export interface WeighedMarkings {
  readonly handling: Handling;
  /** Without those that only take away, or change nothing: they need nobody. */
  readonly approvals: ReadonlyMap<Marking, Approval>;
}

/**
 * In the order in which capture took them in, then by id, each leaves of what holds what it says; an approved one begins anew. But the clocks of
 * several captures may differ, and what came into the log behind an approval nobody weighed who approved: it narrows what was approved in any case.
 * Pure, and a function of the set; linear but for the sorting.
 */
export function weighMarkings(of: MarkedSighting, markings: readonly Marking[]): WeighedMarkings {
  const voided = (list: readonly Marking[]): Map<Marking, Approval> => new Map(list.map((marking) => [marking, 'void']));
  if (markings.length > MARKINGS_MAX) return { handling: closed(of), approvals: voided(markings) };
  const approvals = voided(markings.filter(({ isLifted }) => isLifted));
  const held = markings.filter(({ isLifted }) => !isLifted).sort(byCapture);
  const last = held.findLastIndex(gives);
  const begun = held[last];
  const leaves = ({ logIndex }: Marking, at: number): boolean => at > last || (at < last && logIndex > (begun?.approvedAt ?? Infinity));
  let handling = begun?.handling ?? of.handling;
  /** As it was before one began anew. */
  let before = of.handling;
  for (const [at, marking] of held.entries()) {
    const counts = leaves(marking, at);
    const found = counts ? handling : before;
    const left = narrowed(found, marking.handling, of);
    const approval = approvalOf(marking, { found, left, counts, isOvertaken: at < last, owner: of.agency });
    if (approval !== undefined) approvals.set(marking, approval);
    if (counts) handling = left;
    if (at < last) before = gives(marking) ? marking.handling : narrowed(before, marking.handling, of);
  }
  return { handling, approvals };
}

/** What a marking found and what it left of that. */
interface Step {
  readonly found: Handling;
  readonly left: Handling;
  /** It takes away of what is in effect. */
  readonly counts: boolean;
  /** A later one was approved and began anew. */
  readonly isOvertaken: boolean;
  readonly owner: string;
}

function approvalOf(marking: Marking, { found, left, counts, isOvertaken, owner }: Step): Approval | undefined {
  if (marking.isUndone) return counts && !isSame(left, found, owner) ? 'undoing-awaited' : 'void';
  if (gives(marking)) return 'approved';
  if (isSame(left, marking.handling, owner)) return undefined;
  return isOvertaken ? 'void' : 'awaited';
}

/** For its author alone: whichever marking was not weighed took no more away than this. */
const closed = ({ agency, principal }: MarkedSighting): Handling => ({ tlp: 'RED', principals: [`${agency}/${principal}`] });

const gives = ({ approvedAt, isUndone }: Marking): boolean => approvedAt !== null && !isUndone;

/** Whether a change from one to the other needs no approver: it takes away, or changes nothing. */
export const isNotWider = (held: Handling, said: Handling, of: Pick<MarkedSighting, 'agency' | 'principal'>): boolean =>
  isSame(narrowed(held, said, of), said, of.agency);

/**
 * The widest handling that is in no part wider than either: of what is `held`, what `said` leaves. Who is in a community may be hidden and
 * changes, so that what lies in a community and in something else at once is taken to be the owner's alone.
 */
export function narrowed(held: Handling, said: Handling, of: Pick<MarkedSighting, 'agency' | 'principal'>): Handling {
  if (isSame(held, said, of.agency)) return said;
  const tlp = TLP_LABELS[Math.max(rankOf(held), rankOf(said))] as TlpLabel;
  if (tlp === 'CLEAR') return { tlp };
  if (tlp === 'GREEN') {
    const named = new Set([held, said].flatMap(({ community }) => community ?? []));
    if (named.size > 1) return { tlp: 'AMBER' };
    const [community] = named;
    return community === undefined ? { tlp } : { tlp, community };
  }
  const agencies = both(openTo(held, of.agency), openTo(said, of.agency));
  const named = [held, said].flatMap(({ tlp: label, principals = [] }) => (label === 'RED' && principals.length > 0 ? [principals] : []));
  const [first, second] = named;
  const open = agencies.length === 0 ? { tlp } : { tlp, agencies };
  if (first === undefined) return open;
  const persons = second === undefined ? first : first.filter((name) => second.includes(name));
  // An empty list would name nobody, and so be for the whole agency: the author sees it whoever is named.
  return { ...open, principals: persons.length > 0 ? persons : [`${of.agency}/${of.principal}`] };
}

const rankOf = ({ tlp }: Handling): number => TLP_LABELS.indexOf(tlp);
const AMBER = TLP_LABELS.indexOf('AMBER');

/** Agencies beside the owner; null: all that there are. A community is nobody's list. */
function openTo(handling: Handling, owner: string): readonly string[] | null {
  if (rankOf(handling) < AMBER) return handling.community === undefined ? null : [];
  return [...new Set(handling.agencies ?? [])].filter((agency) => agency !== owner).sort();
}

function both(a: readonly string[] | null, b: readonly string[] | null): readonly string[] {
  if (a === null) return b ?? [];
  return b === null ? a : a.filter((agency) => b.includes(agency));
}

/** They mean the same, however their lists are written. */
function isSame(a: Handling, b: Handling, owner: string): boolean {
  return (
    a.tlp === b.tlp &&
    a.community === b.community &&
    isSameList(openTo(a, owner), openTo(b, owner)) &&
    isSameList([...new Set(a.principals ?? [])].sort(), [...new Set(b.principals ?? [])].sort())
  );
}

const isSameList = (a: readonly string[] | null, b: readonly string[] | null): boolean =>
  a === b || (a !== null && b !== null && a.length === b.length && a.every((name, at) => name === b[at]));

function byCapture(a: Marking, b: Marking): number {
  return a.captured - b.captured || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
