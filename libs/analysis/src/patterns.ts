/**
 * What many items have in common by the records that are given: the ways that they went, what they were put into, whom they passed through. It counts
 * records that stand and say what was observed; plans, hearsay, assessments, what was looked for and not found, and what was corrected, withdrawn or is disputed
 * counts nothing. It says what these records say and no more: others of the same items may lie outside of them.
 */
import {
  certainlyBefore,
  formatRef,
  wordKeys,
  wordsOf,
  type SightingItem,
  type TimelineEntry,
  type TlpLabel,
  type WhyNot,
} from '#lib/domain';
import { labelOf } from './labels.ts';

/** What is looked for: `paths` by port or by country, `carriers` that items shared, `parties` that records of several items name. */
export const PATTERNS = ['paths', 'carriers', 'parties'] as const;
/** One of `PATTERNS`. */
export type PatternName = (typeof PATTERNS)[number];

/** Some items that have something in common, and the records that say so. */
export interface Pattern {
  /** Of paths: UN/LOCODEs or countries, in the order of time; two at least, none twice in a row. */
  readonly path?: readonly string[];
  /** Of a path: for each item each record certainly lies before the next. Otherwise some of their times meet, and the order may be another. */
  readonly isOrderCertain?: boolean;
  /** Identifiers of what all of the items were put into, sorted. */
  readonly carriers?: readonly string[];
  /** Of carriers: for each of them one record names all of the items. Otherwise they may have been in it at different times. */
  readonly isTogether?: boolean;
  /** Its LEI, or its names as they were written: the same letters but for case and marks. Equal names need not be one party. */
  readonly party?: { readonly lei?: string; readonly names: readonly string[] };
  /** Identifiers, sorted. */
  readonly items: readonly string[];
  /** Of each item one at least; by agency and id. */
  readonly records: readonly TimelineEntry[];
  /** The strictest of all records. */
  readonly handling: TlpLabel;
}

/** What was found. */
export interface Patterns {
  /** Those of most items first, then of most records. */
  readonly patterns: readonly Pattern[];
  /** Of carriers: so many items were in one that pairs were not compared. */
  readonly isCut: boolean;
}

/** Pairs of items that are compared. */
const PAIRS_MAX = 200_000;

/**
 * @param entries in any order, each once
 * @param by of paths; ports are known by UN/LOCODE, and a record without one is passed over
 */
export function patternsOf(name: PatternName, entries: readonly TimelineEntry[], by: 'port' | 'country' = 'port'): Patterns {
  const observed = entries.filter(
    ({ standing, mark, why }) => standing === 'stands' && mark === 'observed' && !(why !== undefined && DOUBTED.has(why)),
  );
  if (name === 'carriers') return carriersOf(observed);
  return { patterns: sorted(name === 'paths' ? pathsOf(observed, by) : partiesOf(observed)), isCut: false };
}

/** Said of what is to come, or disputed by somebody whom nobody answered. */
const DOUBTED: ReadonlySet<WhyNot> = new Set(['future-dated', 'disputed']);

const moved = ({ sighting }: TimelineEntry): readonly SightingItem[] => sighting.items.filter(({ role }) => role !== 'background');

/** Items by what they have in common, with the records of each. */
class Groups<Of> {
  private readonly byKey = new Map<
    string,
    { readonly of: Of; readonly records: Map<string, TimelineEntry>; readonly items: Set<string> }
  >();

  add(key: string, of: Of, item: string, records: readonly TimelineEntry[]): Of {
    let group = this.byKey.get(key);
    if (group === undefined) this.byKey.set(key, (group = { of, records: new Map(), items: new Set() }));
    group.items.add(item);
    for (const record of records) group.records.set(formatRef(record.sighting), record);
    return group.of;
  }

  /** Those of two items at least. */
  shared(told: (of: Of, items: readonly string[], records: readonly TimelineEntry[]) => Partial<Pattern>): Pattern[] {
    return [...this.byKey.values()].flatMap(({ of, items: found, records: by }) => {
      if (found.size < 2) return [];
      const items = [...found].sort();
      const records = [...by.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record);
      return [{ ...told(of, items, records), items, records, handling: labelOf(records) }];
    });
  }
}

const sorted = (patterns: readonly Pattern[]): Pattern[] =>
  patterns.toSorted((a, b) => b.items.length - a.items.length || b.records.length - a.records.length || (keyOf(a) < keyOf(b) ? -1 : 1));
const keyOf = ({ path = [], carriers = [], party, items }: Pattern): string =>
  [...path, ...carriers, party?.lei, ...(party?.names ?? []), ...items].join(' ');

function pathsOf(entries: readonly TimelineEntry[], by: 'port' | 'country'): Pattern[] {
  const ofItem = new Map<string, { readonly at: string; readonly entry: TimelineEntry }[]>();
  for (const entry of entries) {
    const { place, occurred } = entry.sighting;
    const at = by === 'port' ? place?.unlocode : (place?.country ?? place?.unlocode?.slice(0, 2));
    if (at === undefined || occurred === undefined) continue;
    for (const { id } of moved(entry)) {
      const stops = ofItem.get(id);
      if (stops === undefined) ofItem.set(id, [{ at, entry }]);
      else stops.push({ at, entry });
    }
  }
  const groups = new Groups<{ path: readonly string[]; isOrderCertain: boolean }>();
  for (const [item, found] of ofItem) {
    const stops = found.toSorted((a, b) => compareTimes(a.entry, b.entry));
    const path = stops.map(({ at }) => at).filter((at, n, all) => at !== all[n - 1]);
    if (path.length < 2) continue;
    const isOrderCertain = stops.every(({ at, entry }, n) => {
      const before = stops[n - 1];
      return before === undefined || before.at === at || certainlyBefore(spanOf(before.entry), spanOf(entry));
    });
    const records = stops.map(({ entry }) => entry);
    const group = groups.add(path.join(' '), { path, isOrderCertain }, item, records);
    group.isOrderCertain &&= isOrderCertain;
  }
  return groups.shared(({ path, isOrderCertain }) => ({ path, isOrderCertain }));
}

const UNKNOWN = { starts: null, ends: null };
const spanOf = ({ sighting }: TimelineEntry) => sighting.occurred ?? UNKNOWN;

/** By start, then by end, then by name: any order would do where times meet, as long as it is one. */
function compareTimes(a: TimelineEntry, b: TimelineEntry): number {
  const [x, y] = [spanOf(a), spanOf(b)];
  const [from, to] = [(x.starts ?? -Infinity) - (y.starts ?? -Infinity), (x.ends ?? Infinity) - (y.ends ?? Infinity)];
  return from || to || (formatRef(a.sighting) < formatRef(b.sighting) ? -1 : 1);
}

function carriersOf(entries: readonly TimelineEntry[]): Patterns {
  const loaded = new Map<string, Map<string, TimelineEntry[]>>();
  for (const entry of entries) {
    const { action, items } = entry.sighting;
    const carrier = items.find(({ role }) => role === 'container' || role === 'conveyance');
    if (action !== 'ADD' || carrier === undefined) continue;
    let inside = loaded.get(carrier.id);
    if (inside === undefined) loaded.set(carrier.id, (inside = new Map<string, TimelineEntry[]>()));
    for (const { id, role } of items) if (role === 'subject') inside.set(id, [...(inside.get(id) ?? []), entry]);
  }
  const groups = new Groups<readonly string[]>();
  for (const [carrier, inside] of loaded) for (const [item, records] of inside) groups.add(carrier, [carrier], item, records);
  const pairs = pairsOf(loaded);
  for (const [key, { items, carriers }] of pairs ?? [])
    if (carriers.length > 1)
      for (const item of items)
        groups.add(
          key,
          carriers,
          item,
          carriers.flatMap((carrier) => loaded.get(carrier)?.get(item) ?? []),
        );
  const patterns = groups.shared((carriers, items) => ({
    carriers: carriers.toSorted(),
    isTogether: carriers.every((carrier) => isTogetherIn(loaded.get(carrier), items)),
  }));
  return { patterns: sorted(patterns), isCut: pairs === null };
}

function isTogetherIn(inside: ReadonlyMap<string, readonly TimelineEntry[]> | undefined, items: readonly string[]): boolean {
  const [first = '', ...others] = items;
  return (inside?.get(first) ?? []).some((record) => others.every((item) => inside?.get(item)?.includes(record) === true));
}

/** What each two items were put into, both of them; null: they are too many. */
function pairsOf(
  loaded: ReadonlyMap<string, ReadonlyMap<string, unknown>>,
): ReadonlyMap<string, { readonly items: readonly string[]; readonly carriers: string[] }> | null {
  const count = [...loaded.values()].reduce((sum, { size }) => sum + (size * (size - 1)) / 2, 0);
  if (count > PAIRS_MAX) return null;
  const pairs = new Map<string, { readonly items: readonly string[]; readonly carriers: string[] }>();
  for (const [carrier, inside] of loaded) {
    const items = [...inside.keys()].sort();
    for (const [at, one] of items.entries())
      for (const other of items.slice(at + 1)) {
        const key = `${one}\0${other}`;
        const pair = pairs.get(key);
        if (pair === undefined) pairs.set(key, { items: [one, other], carriers: [carrier] });
        else pair.carriers.push(carrier);
      }
  }
  return pairs;
}

function partiesOf(entries: readonly TimelineEntry[]): Pattern[] {
  const groups = new Groups<{ readonly lei?: string; readonly names: Set<string> }>();
  for (const entry of entries)
    for (const { name, lei } of entry.sighting.parties) {
      const key =
        lei ??
        wordsOf(name ?? '')
          .map((word) => wordKeys(word)[0]?.key ?? '')
          .join(' ');
      if (key === '') continue;
      for (const { id } of moved(entry)) {
        const { names } = groups.add(
          lei === undefined ? `name ${key}` : `lei ${key}`,
          { ...(lei === undefined ? {} : { lei }), names: new Set<string>() },
          id,
          [entry],
        );
        if (name !== undefined) names.add(name);
      }
    }
  return groups.shared(({ lei, names }) => ({ party: { ...(lei === undefined ? {} : { lei }), names: [...names].sort() } }));
}
