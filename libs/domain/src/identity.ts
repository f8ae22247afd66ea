/**
 * Which identifiers are of one thing, and when: concluded from claims, which are sightings of the kind `identification` as any other, and rewrite
 * none. Pure; what it returns depends on what the claims say and on nothing else. What joins two histories has to be certain: a claim that somebody
 * disputes, denies or contradicts, that is of some time within its interval alone, or without which no two things would bear one identifier, joins
 * nothing and is told as such. So undone is as never said, and whoever may not see a claim sees the things apart.
 */
import { formatRef, compareRef } from './event-ref.ts';
import { TLP_LABELS, type TlpLabel } from './handling.ts';
import { Graph } from './identity-graph.ts';
import { contains, possiblyOverlaps, type Span } from './interval.ts';
import type { Sighting } from './sighting.ts';
import type { Through, TimelineEntry } from './timeline-entry.ts';

/** Another identifier of the thing, while the claims of its chain hold. */
export interface Name {
  /** `scheme:value`. */
  readonly id: string;
  /** Half-open; null: without a bound. */
  readonly span: Span;
  /**
   * The first claim names the item, each the next one's beginning, the last `id`. Of several chains the one that is open to most, then the shortest,
   * then the first by the references of its claims.
   */
  readonly chain: readonly [TimelineEntry, ...TimelineEntry[]];
}

/**
 * `one-of`: of its identifiers one is meant, and nobody says which; `denies`: it says that they are not one; `planned`; `some-time`: they were one at
 * some time within its interval, which its author does not call `throughout`; `disputed`, `contradicted`: by a word in force that nothing settles;
 * `rejected`: a resolution in force does not uphold it; `unclear`: it says neither `same` nor `one-of`; `denied`: somebody says that what hangs
 * together by it is not one; `two-things`: what hangs together by it are two things by their identifiers (two hulls by one MMSI).
 */
export type WhyUnjoined =
  'one-of' | 'denies' | 'planned' | 'some-time' | 'disputed' | 'contradicted' | 'rejected' | 'unclear' | 'denied' | 'two-things';

/** A claim that stands and joins nothing, for all of its time or a part of it. */
export interface Unjoined {
  readonly claim: TimelineEntry;
  /** What it is about, sorted. */
  readonly items: readonly string[];
  readonly span: Span;
  readonly why: WhyUnjoined;
  /** Of `denied` who denies it; of `two-things` the other claims that hang together with it and of which not all can be true; else none. By agency, then id. */
  readonly against: readonly TimelineEntry[];
}

/** What is known of which thing an identifier names. */
export interface Identity {
  readonly item: string;
  /** By start, end, id. Of one id spans do not overlap; two that meet rest on different chains. */
  readonly names: readonly Name[];
  /** Claims about the item or one of its names; by agency, id, start. */
  readonly unjoined: readonly Unjoined[];
}

/**
 * Schemes of which one thing has at most one value and no two things share one, whoever programs a transponder or prints a label. Of all others (MMSI,
 * ICAO 24-bit addresses, registration marks, classes of goods) one value may be borne by two things, one after the other or at once.
 */
const LASTING: ReadonlySet<string> = new Set(['vin', 'imei', 'container', 'imo', 'hin', 'serial', 'sgtin', 'giai']);

const isLasting = (id: string): boolean => LASTING.has(id.slice(0, id.indexOf(':')));

interface Claim {
  readonly entry: TimelineEntry;
  readonly items: readonly string[];
  readonly span: Span;
  /** undefined: it holds, but for what is said against it elsewhere. */
  readonly why: Exclude<WhyUnjoined, 'denied' | 'two-things'> | undefined;
}

const ALWAYS: Span = { starts: null, ends: null };

/**
 * What `item` is, by `claims`: entries of `foldClaims` of it, of all that these name, and so on. In any order; others do no harm. Cost: for each of
 * the stretches between their bounds (twice the claims) a look at each pair of identifiers that exclude each other, for each claim: the caller
 * bounds both.
 */
export function identityOf(item: string, claims: readonly TimelineEntry[]): Identity {
  const all = [...new Map(claims.map((entry) => [formatRef(entry.sighting), entry])).values()]
    .sort((a, b) => compareRef(a.sighting, b.sighting))
    .flatMap((entry) => claimOf(entry) ?? []);
  const holding = all.filter(({ why }) => why === undefined);
  const denying = all.filter(({ why }) => why === 'denies');
  const names: Name[] = [];
  const doubtful: Unjoined[] = [];
  for (const span of stretches([...holding, ...denying])) {
    const now = holding.filter((claim) => contains(claim.span, span));
    if (now.length === 0) continue;
    const doubts = doubtsIn(
      now,
      denying.filter((claim) => contains(claim.span, span)),
    );
    const sure = now.filter((claim) => !doubts.has(claim));
    for (const [id, chain] of chainsFrom(item, sure)) joinOn(names, { id, span, chain });
    for (const [{ entry, items }, doubt] of doubts) goOn(doubtful, { claim: entry, items, span, ...doubt });
  }
  const touched = new Set([item, ...names.map(({ id }) => id)]);
  const apart = all.flatMap(({ entry, items, span, why }): Unjoined[] =>
    why === undefined ? [] : [{ claim: entry, items, span, why, against: [] }],
  );
  return {
    item,
    names: names.sort((a, b) => compareSpans(a.span, b.span) || compareText(a.id, b.id)),
    unjoined: [...apart, ...doubtful]
      .filter(({ items }) => items.some((id) => touched.has(id)))
      .sort((a, b) => compareRef(a.claim.sighting, b.claim.sighting) || compareSpans(a.span, b.span)),
  };
}

/** What a claim that stands and holds, but for what is said against it elsewhere, names: whose claims have to be known as well. */
export function namedBy(claims: readonly TimelineEntry[]): readonly string[] {
  return [...new Set(claims.flatMap((entry) => claimOf(entry) ?? []).flatMap(({ why, items }) => (why === undefined ? items : [])))].sort();
}

/**
 * By which of the names of a thing a sighting is of it: undefined, by none. All of its time has to lie where the name is the thing's; one without a
 * time is of it where the name always is.
 */
export function throughOf(names: readonly Name[], { items, occurred }: Sighting): Through | undefined {
  const ids = new Set(names.map(({ id }) => id));
  const named = [...new Set(items.map(({ id }) => id))].filter((id) => ids.has(id)).sort();
  for (const id of named) {
    const claims = claimsFor(names, id, occurred ?? ALWAYS);
    if (claims !== undefined) return { id, claims };
  }
  return undefined;
}

/** The claims by which `id` is a name of the thing for all of `span`; undefined: it is not, or not for all of it. */
export function claimsFor(names: readonly Name[], id: string, span: Span): readonly TimelineEntry[] | undefined {
  const of = names.filter((name) => name.id === id && possiblyOverlaps(name.span, span)).sort((a, b) => compareSpans(a.span, b.span));
  const [first, last] = [of[0], of.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  if (of.some((name, at) => at > 0 && name.span.starts !== of[at - 1]?.span.ends)) return undefined;
  if (!contains({ starts: first.span.starts, ends: last.span.ends }, span)) return undefined;
  return [...new Map(of.flatMap(({ chain }) => chain).map((entry) => [formatRef(entry.sighting), entry])).values()];
}

/** Each name with the stretches in which it is one, whatever chains they rest on; by id. */
export function coveredBy(names: readonly Name[]): readonly { readonly id: string; readonly spans: readonly Span[] }[] {
  const covered = new Map<string, Span[]>();
  for (const { id, span } of [...names].sort((a, b) => compareSpans(a.span, b.span))) {
    const spans = covered.get(id) ?? [];
    const last = spans.at(-1);
    if (last !== undefined && last.ends === span.starts) spans.splice(-1, 1, { starts: last.starts, ends: span.ends });
    else spans.push(span);
    covered.set(id, spans);
  }
  return [...covered].map(([id, spans]) => ({ id, spans })).sort((a, b) => compareText(a.id, b.id));
}

function claimOf(entry: TimelineEntry): Claim | undefined {
  if (entry.kind !== 'identification' || entry.standing !== 'stands') return undefined;
  const { items, occurred } = entry.sighting;
  // A correction keeps in the background what it does not itself speak of.
  const about = [...new Set(items.filter(({ role }) => role !== 'background').map(({ id }) => id))].sort();
  if (about.length < 2) return undefined;
  return {
    entry,
    items: about,
    span: occurred === undefined ? ALWAYS : { starts: occurred.starts, ends: occurred.ends },
    why: whyOf(entry),
  };
}

function whyOf({ sighting, flags, resolvedBy, contradictedBy }: TimelineEntry): Claim['why'] {
  const { subtype, modality, occurred } = sighting;
  if (subtype === 'one-of') return 'one-of';
  if (subtype !== 'same') return 'unclear';
  if (modality === 'planned') return 'planned';
  const settled = resolvedBy.filter(({ inForce }) => inForce === true);
  if (settled.some(({ upheld }) => upheld !== true)) return 'rejected';
  if (modality === 'negative') return 'denies';
  if (flags.includes('disputed')) return 'disputed';
  if (settled.length === 0 && contradictedBy.some(({ standing }) => standing === 'stands')) return 'contradicted';
  return occurred !== undefined && occurred.extent !== 'throughout' ? 'some-time' : undefined;
}

type Doubt = Pick<Unjoined, 'why' | 'against'>;

/**
 * Of claims that hold at one time those of which not all can be true: they join what somebody says is not one, or what by its identifiers is not
 * one, unless a claim about those themselves says so.
 */
function doubtsIn(now: readonly Claim[], denying: readonly Claim[]): ReadonlyMap<Claim, Doubt> {
  const graph = new Graph(new Map(now.map((claim) => [claim, claim.items])));
  const denied = new Map<Claim, Set<Claim>>();
  for (const denial of denying) {
    const doubts = unionOf(graph, graph.pairsOf(denial.items), now.length);
    for (const claim of doubts) denied.set(claim, (denied.get(claim) ?? new Set()).add(denial));
  }
  // Lasting identifiers that claims join among themselves are one; between two such, all else stands for nothing.
  const roots = new Graph(new Map(now.map((claim) => [claim, claim.items.filter(isLasting)]))).roots();
  const merged = new Graph(new Map(now.map((claim) => [claim, [...new Set(claim.items.map((id) => roots.get(id) ?? id))]])));
  const twofold = unionOf(merged, merged.pairsOf([...new Set(roots.values())].sort()), now.length);
  const found = new Map<Claim, Doubt>();
  const told = (claims: Iterable<Claim>): readonly TimelineEntry[] =>
    [...claims].map(({ entry }) => entry).sort((a, b) => compareRef(a.sighting, b.sighting));
  // That somebody denies it says more than that it does not fit.
  const parts = new Map([...twofold].map((claim) => [claim, graph.partOf(claim)]));
  for (const claim of twofold) {
    const others = [...twofold].filter((other) => other !== claim && parts.get(other) === parts.get(claim));
    found.set(claim, { why: 'two-things', against: told(others) });
  }
  for (const [claim, by] of denied) found.set(claim, { why: 'denied', against: told(by) });
  return found;
}

/** @param most there are: when all are found nothing is looked for any more */
function unionOf(graph: Graph<Claim>, pairs: readonly (readonly [string, string])[], most: number): ReadonlySet<Claim> {
  const doubts = new Set<Claim>();
  for (const [a, b] of pairs) {
    if (doubts.size === most) break;
    for (const claim of graph.doubtsAbout(a, b)) doubts.add(claim);
  }
  return doubts;
}

/** All that hangs together with the item, each with its chain; by what is open to most first. */
function chainsFrom(item: string, sure: readonly Claim[]): ReadonlyMap<string, Name['chain']> {
  const found = new Map<string, Name['chain']>();
  for (const label of TLP_LABELS) {
    if (!sure.some(({ entry }) => entry.handling.tlp === label)) continue;
    const open = sure.filter(({ entry }) => isAtMost(entry.handling.tlp, label));
    for (const [id, chain] of shortestFrom(item, open)) if (!found.has(id)) found.set(id, chain);
  }
  return found;
}

const isAtMost = (label: TlpLabel, other: TlpLabel): boolean => TLP_LABELS.indexOf(label) <= TLP_LABELS.indexOf(other);

/** @param claims by their references */
function shortestFrom(item: string, claims: readonly Claim[]): ReadonlyMap<string, Name['chain']> {
  const chains = new Map<string, Name['chain']>();
  const reached = new Map<string, readonly TimelineEntry[]>([[item, []]]);
  // A map hands out what is added while it is walked, so that nearer ones come first.
  for (const [id, chain] of reached) {
    for (const { entry, items } of claims) {
      for (const other of items.includes(id) ? items : []) {
        if (reached.has(other)) continue;
        const longer: Name['chain'] = chain[0] === undefined ? [entry] : [chain[0], ...chain.slice(1), entry];
        reached.set(other, longer);
        chains.set(other, longer);
      }
    }
  }
  return chains;
}

/** What lies between the bounds of these, all of time. */
function stretches(claims: readonly Claim[]): readonly Span[] {
  const bounds = [...new Set(claims.flatMap(({ span }) => [span.starts, span.ends]))]
    .filter((bound) => bound !== null)
    .sort((a, b) => a - b);
  return [null, ...bounds].map((starts, at) => ({ starts, ends: bounds[at] ?? null }));
}

/** Stretches come in their order: one that rests on the same chain goes on. */
function joinOn(names: Name[], name: Name): void {
  const at = names.findLastIndex(({ id }) => id === name.id);
  const last = names[at];
  if (last !== undefined && last.span.ends === name.span.starts && isSame(last.chain, name.chain))
    names[at] = { ...last, span: { starts: last.span.starts, ends: name.span.ends } };
  else names.push(name);
}

function goOn(list: Unjoined[], doubt: Unjoined): void {
  const at = list.findLastIndex(({ claim }) => claim === doubt.claim);
  const last = list[at];
  if (last !== undefined && last.span.ends === doubt.span.starts && last.why === doubt.why && isSame(last.against, doubt.against))
    list[at] = { ...last, span: { starts: last.span.starts, ends: doubt.span.ends } };
  else list.push(doubt);
}

const isSame = (a: readonly TimelineEntry[], b: readonly TimelineEntry[]): boolean =>
  a.length === b.length && a.every((entry, at) => entry === b[at]);

const compareText = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
const compareSpans = (a: Span, b: Span): number =>
  (a.starts ?? -Infinity) - (b.starts ?? -Infinity) || (a.ends ?? Infinity) - (b.ends ?? Infinity) || 0;
