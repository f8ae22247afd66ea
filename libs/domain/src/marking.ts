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
  /** What it says that the handling is from now on. */
  readonly handling: Handling;
  /** Another principal of the agency approved it, with the authority to. */
  readonly isApproved: boolean;
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

/** What holds, and which of the markings hold as a whole: whoever sees the target by one of these sees the marking too. */
export interface HandlingInEffect {
  readonly handling: Handling;
  readonly whole: ReadonlySet<string>;
}

/** More than these of one sighting are nobody's honest work: they close it, for what the last of them takes away would not be known. */
export const MARKINGS_MAX = 64;

/** The markings in the order in which capture took them in, then by id. Pure; linear but for the sorting. */
export function handlingInEffect(of: MarkedSighting, markings: readonly Marking[]): HandlingInEffect {
  const whole = new Set<string>();
  if (markings.length > MARKINGS_MAX) return { handling: narrowed(of.handling, { tlp: 'RED' }, of), whole };
  let { handling } = of;
  for (const marking of [...markings].sort(byCapture)) {
    if (marking.isLifted) continue;
    const gives = marking.isApproved && !marking.isUndone;
    const next = gives ? marking.handling : narrowed(handling, marking.handling, of);
    if (gives || isSame(next, marking.handling, of.agency)) whole.add(marking.id);
    handling = next;
  }
  return { handling, whole };
}

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
