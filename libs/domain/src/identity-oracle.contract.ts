/**
 * What is of one thing, written down once more from the rules as a person would say them, one day and one pair at a time, by closing matrices. It knows
 * what became of each claim from whoever made the history up, and shares no code with identity.ts.
 */
import fc from 'fast-check';
import { example } from './example-sightings.ts';
import type { FoldInput } from './resolved.ts';

export const [HULL, OTHER_HULL, RADIO, OTHER_RADIO, BADGE] = [
  'imo:0000048',
  'imo:0000036',
  'mmsi:671990004',
  'mmsi:440990003',
  'serial:demo:hull-1',
];
export const POOL: readonly string[] = [HULL, OTHER_HULL, RADIO, OTHER_RADIO, BADGE] as string[];
/** Days of January 2018 that claims begin and end on. */
export const DAYS = 6;

const LABELS = ['CLEAR', 'GREEN', 'AMBER'] as const;

const FATES = ['none', 'withdrawn', 'disputed', 'dispute-withdrawn', 'upheld', 'rejected', 'restored', 'contradicted'] as const;

export interface Made {
  readonly items: readonly string[];
  /** First and last day, both included; null: it does not say. */
  readonly from: number | null;
  readonly to: number | null;
  readonly throughout: boolean;
  readonly subtype: 'same' | 'one-of';
  readonly modality: 'actual' | 'negative' | 'planned';
  readonly tlp: (typeof LABELS)[number];
  readonly fate: (typeof FATES)[number];
}

const made: fc.Arbitrary<Made> = fc
  .record({
    items: fc.shuffledSubarray([...POOL], { minLength: 2, maxLength: 3 }),
    days: fc.tuple(fc.nat(DAYS - 1), fc.nat(DAYS - 1)),
    open: fc.constantFrom('no', 'no', 'no', 'from', 'to', 'both'),
    throughout: fc.constantFrom(true, true, true, true, false),
    subtype: fc.constantFrom('same' as const, 'same' as const, 'same' as const, 'same' as const, 'one-of' as const),
    modality: fc.constantFrom(
      'actual' as const,
      'actual' as const,
      'actual' as const,
      'actual' as const,
      'negative' as const,
      'planned' as const,
    ),
    tlp: fc.constantFrom(...LABELS),
    fate: fc.constantFrom('none' as const, 'none' as const, 'none' as const, ...FATES),
  })
  .map(({ days: [a, b], open, ...rest }) => ({
    ...rest,
    from: open === 'from' || open === 'both' ? null : Math.min(a, b),
    to: open === 'to' || open === 'both' ? null : Math.max(a, b),
  }));

export const claimed = fc.array(made, { minLength: 1, maxLength: 7 });

const day = (n: number): string => `2018-01-0${n + 1}`;

/** The claims as sightings of agency alpha, each with the words that make it what it is. */
export const saidOf = (claims: readonly Made[]): FoldInput[] => claims.flatMap((claim, n) => claimSaid(`c${n}`, claim));

export function claimSaid(id: string, { items, from, to, throughout, subtype, modality, tlp, fate }: Made): FoldInput[] {
  const bounds = { ...(from === null ? {} : { from: day(from) }), ...(to === null ? {} : { to: day(to) }) };
  const occurred = { ...bounds, precision: 'day' as const, extent: throughout ? ('throughout' as const) : ('within' as const) };
  const isUndated = from === null && to === null;
  const claim = example({
    ...{ id, kind: 'identification', subtype, modality, items, handling: { tlp }, place: null },
    ...(isUndated ? { day: null } : { occurred }),
  });
  const word = (kind: 'retraction' | 'dispute' | 'resolution', of: string, more = {}, agency = 'alpha'): FoldInput =>
    example({ id: `${id}-${kind}-${of.replace('/', '-')}`, agency, kind, items, day: null, place: null, target: of, ...more });
  const dispute = word('dispute', `alpha/${id}`, {}, 'beta');
  const ofDispute = `beta/${dispute.sighting.id}`;
  const settled = (upholds: readonly string[]): FoldInput =>
    word('resolution', `alpha/${id}`, { resolves: [`alpha/${id}`, ofDispute], upholds }, 'gamma');
  const words: Readonly<Record<Made['fate'], readonly FoldInput[]>> = {
    none: [],
    withdrawn: [word('retraction', id)],
    disputed: [dispute],
    'dispute-withdrawn': [dispute, word('retraction', ofDispute, {}, 'beta')],
    upheld: [dispute, settled([`alpha/${id}`])],
    rejected: [dispute, settled([ofDispute])],
    restored: [word('retraction', id), word('retraction', `alpha/${id}-retraction-${id}`)],
    contradicted: [
      example({ id: `${id}-against`, agency: 'beta', kind: 'statement', items: [items[0] as string], contradicts: [`alpha/${id}`] }),
    ],
  };
  return [claim, ...words[fate]];
}

const covers = ({ from, to }: Made, at: number): boolean => (from === null || from <= at) && (to === null || at <= to);

/** Dated in no way it is undated, whatever its extent. */
const isOfAllItsTime = ({ throughout, from, to }: Made): boolean => throughout || (from === null && to === null);

const joins = (claim: Made): boolean =>
  claim.subtype === 'same' &&
  claim.modality === 'actual' &&
  isOfAllItsTime(claim) &&
  ['none', 'dispute-withdrawn', 'upheld', 'restored'].includes(claim.fate);

const denies = ({ subtype, modality, fate }: Made): boolean =>
  subtype === 'same' && modality === 'negative' && fate !== 'withdrawn' && fate !== 'rejected';

type Matrix = readonly (readonly boolean[])[];

/** Warshall: what reaches what, by nodes of these numbers. */
function closed(size: number, edges: readonly (readonly number[])[]): Matrix {
  const matrix = Array.from({ length: size }, (_, row) => Array.from({ length: size }, (__, column) => row === column));
  for (const edge of edges) for (const a of edge) for (const b of edge) (matrix[a] as boolean[])[b] = true;
  for (let via = 0; via < size; via++)
    for (let a = 0; a < size; a++)
      for (let b = 0; b < size; b++) if (matrix[a]?.[via] === true && matrix[via]?.[b] === true) (matrix[a] as boolean[])[b] = true;
  return matrix;
}

const isHull = (n: number): boolean => !(POOL[n] as string).startsWith('mmsi:');

/** On one day, of each item that is of one thing with `item` the strictest label of the most open chain. */
export function oneThingOn(item: string, claims: readonly Made[], at: number): ReadonlyMap<string, string> {
  const size = POOL.length;
  const now = claims.filter((claim) => joins(claim) && covers(claim, at));
  const numbers = (claim: Made): number[] => claim.items.map((each) => POOL.indexOf(each));
  const all = closed(size, now.map(numbers));
  const doubtful = new Set<Made>();
  const doubt = (edges: readonly (readonly number[])[], a: number, b: number): void => {
    now.forEach((claim, n) => {
      const rest = closed(
        size,
        edges.filter((_, other) => other !== n),
      );
      const held = (edges[n] ?? []).filter((node) => rest[a]?.[node] === true);
      if (rest[a]?.[b] !== true || new Set(held).size >= 2) doubtful.add(claim);
    });
  };
  for (const denial of claims.filter((claim) => denies(claim) && covers(claim, at)))
    for (const a of numbers(denial)) for (const b of numbers(denial)) if (a < b && all[a]?.[b] === true) doubt(now.map(numbers), a, b);
  const hulls = closed(
    size,
    now.map((claim) => numbers(claim).filter(isHull)),
  );
  // A hull stands for all that claims about hulls alone make one with it.
  const standIn = (n: number): number => (isHull(n) ? (hulls[n] ?? []).indexOf(true) : n);
  const between = now.map((claim) => numbers(claim).map(standIn));
  for (let a = 0; a < size; a++)
    for (let b = a + 1; b < size; b++)
      if (isHull(a) && isHull(b) && all[a]?.[b] === true && hulls[a]?.[b] !== true) doubt(between, standIn(a), standIn(b));
  const sure = now.filter((claim) => !doubtful.has(claim));
  const labels = new Map<string, string>();
  for (const label of LABELS) {
    const open = closed(size, sure.filter(({ tlp }) => LABELS.indexOf(tlp) <= LABELS.indexOf(label)).map(numbers));
    POOL.forEach((each, n) => {
      if (each !== item && open[POOL.indexOf(item)]?.[n] === true && !labels.has(each)) labels.set(each, label);
    });
  }
  return labels;
}
