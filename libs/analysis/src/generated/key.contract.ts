/**
 * The answers to a generated case, worked out of what its generator knows by the rules of the design (§2: occurred, corrections, open
 * containment), and by nothing of the product. Times of spans are microseconds, as the product tells them.
 */
import { DAY, kilometres, type Minute, type Point } from './draw.contract.ts';
import type { Fact, GeneratedRecord, When } from './records.contract.ts';

export interface KeyContainment {
  readonly item: string;
  readonly carrier: string;
  readonly loading: string;
  readonly from: number;
  /** null: nothing known bounds it. */
  readonly until: number | null;
  readonly isOpen: boolean;
  /** More than one where several come at the same moment. */
  readonly endings: readonly string[];
  /** It was certainly out of it at some time behind, without a record of how. */
  readonly isLeft: boolean;
}

export interface KeyLeg {
  readonly chain: readonly KeyContainment[];
  readonly starts: number;
  readonly ends: number | null;
  readonly isOpen: boolean;
  /** Records that it gives. */
  readonly gives: readonly string[];
}

export interface Key {
  readonly legs: readonly KeyLeg[];
  /** Of the item itself, and by what it was in: an id, or an id and the line of its file. */
  readonly observed: readonly string[];
  readonly inherited: readonly string[];
  /** Where it was last, and when that begins; several records may say so. */
  readonly last?: { readonly at: number; readonly by: readonly string[] };
  /** In what it is last recorded, outwards. */
  readonly inWhat: readonly string[];
  /** Chains that come back to one of themselves: told, and not followed. */
  readonly rings: readonly string[];
}

/** It is nearer to a limit that the design leaves open than anything drawn should be: the case is drawn anew. */
export class Unclear extends Error {}

interface Known {
  readonly id: string;
  readonly fact: Fact;
}
interface Fix {
  readonly ref: string;
  readonly when: When;
  readonly isRow: boolean;
  readonly lat: number;
  readonly lon: number;
  /** Of a record. */
  readonly country?: string;
}
const micros = (at: Minute): number => at * 60_000_000;
const DARK_MINUTES = 12 * 60;
const DEPTH = 5;

/** @param records those that are known */
export function keyOf(item: string, records: readonly GeneratedRecord[]): Key {
  const book = new Book(standing(records));
  const own = book.fixesOf(item);
  const observed = new Set(own.map(({ ref }) => ref));
  const legs: KeyLeg[] = [];
  const rings: string[] = [];
  follow(book, item, [], legs, rings);
  const given = new Map(legs.flatMap(({ gives }) => gives).map((ref) => [ref, book.fix(ref)]));
  for (const ref of observed) given.delete(ref);
  const all = [...own, ...given.values()];
  const last = Math.max(...all.map(({ when }) => when.from));
  return {
    legs,
    observed: [...observed],
    inherited: [...given.keys()],
    ...(all.length === 0 ? {} : { last: { at: micros(last), by: all.filter(({ when }) => when.from === last).map(({ ref }) => ref) } }),
    inWhat: inWhat(book, item),
    rings,
  };
}

/** Records that stand and name it: of an identifier that fails its check these are the open question. */
export const namersOf = (item: string, records: readonly GeneratedRecord[]): string[] =>
  standing(records).flatMap(({ id, fact }) => (fact.item === item || ('carrier' in fact && fact.carrier === item) ? [id] : []));

/** What is said in the end: a withdrawn record says nothing, of two corrections the later reported stands, then the greater id. */
export function standing(records: readonly GeneratedRecord[]): Known[] {
  const ids = new Set(records.map(({ id }) => id));
  const withdrawn = new Set(records.flatMap(({ retracts }) => retracts ?? []));
  const unique = [...new Map(records.map((record) => [record.id, record])).values()];
  return unique.flatMap(({ id, fact, corrects }): Known[] => {
    if (fact === undefined || fact.is === 'word' || withdrawn.has(id)) return [];
    // A correction waits for its target.
    if (corrects !== undefined && (!ids.has(corrects) || withdrawn.has(corrects))) return [];
    const rivals = unique.filter(
      (other) => !withdrawn.has(other.id) && other.corrects !== undefined && other.corrects === (corrects ?? id),
    );
    const winner = rivals.sort((a, b) => b.reported - a.reported || (a.id < b.id ? 1 : -1))[0];
    return (winner === undefined ? corrects === undefined : winner.id === id) ? [{ id, fact }] : [];
  });
}

function follow(book: Book, item: string, chain: readonly KeyContainment[], legs: KeyLeg[], rings: string[]): void {
  for (const next of book.containmentsOf(item)) {
    const whole = [...chain, next];
    const starts = Math.max(...whole.map(({ from }) => from));
    const bounds = whole.flatMap(({ until }) => until ?? []);
    const ends = bounds.length === 0 ? null : Math.min(...bounds);
    const isRing = next.carrier === whole[0]?.item || chain.some(({ carrier }) => carrier === next.carrier);
    if (ends !== null && ends <= starts) continue;
    if (isRing) rings.push([whole[0]?.item, ...whole.map(({ carrier }) => carrier)].join(' '));
    if (isRing || whole.length > DEPTH) continue;
    const inside = book.fixesOf(next.carrier).filter(({ when, isRow }) => {
      const end = isRow ? micros(when.from) + 1 : micros(when.to);
      return micros(when.from) >= starts && (ends === null || end <= ends);
    });
    const isOpen = whole.every(({ until, isOpen: open }) => open || until !== ends);
    legs.push({ chain: whole, starts, ends, isOpen, gives: inside.map(({ ref }) => ref) });
    follow(book, next.carrier, whole, legs, rings);
  }
}

function inWhat(book: Book, item: string): string[] {
  const names: string[] = [];
  for (let inner: string | undefined = item; inner !== undefined && names.length < DEPTH;) {
    const next: string | undefined = book.lastIn(inner);
    if (next === undefined || next === item || names.includes(next)) break;
    names.push(next);
    inner = next;
  }
  return names;
}

/** Facts that stand, looked up by the things that they are about. */
class Book {
  private readonly known: readonly Known[];
  private readonly fixes = new Map<string, readonly Fix[]>();
  private readonly byRef = new Map<string, Fix>();
  private readonly made = new Map<string, readonly KeyContainment[]>();

  constructor(known: readonly Known[]) {
    this.known = known;
  }

  fix(ref: string): Fix {
    return this.byRef.get(ref) as Fix;
  }

  /** Of the thing itself: seen, put in or taken out somewhere, something put into it somewhere, its own track. By time. */
  fixesOf(item: string): readonly Fix[] {
    const before = this.fixes.get(item);
    if (before !== undefined) return before;
    const found = this.known.flatMap(({ id, fact }): Fix[] => {
      if (fact.is === 'track')
        return fact.item === item
          ? fact.rows.map(({ at, lat, lon, line }) => ({ ref: `${id}#${line}`, when: { from: at, to: at + 1 }, isRow: true, lat, lon }))
          : [];
      const isNamed = fact.item === item || ('carrier' in fact && fact.carrier === item);
      const { when, place } = fact;
      return isNamed && place !== undefined
        ? [{ ref: id, when, isRow: false, lat: place.lat, lon: place.lon, country: place.unlocode.slice(0, 2) }]
        : [];
    });
    found.sort((a, b) => a.when.from - b.when.from);
    for (const fix of found) this.byRef.set(fix.ref, fix);
    this.fixes.set(item, found);
    return found;
  }

  containmentsOf(item: string): readonly KeyContainment[] {
    const before = this.made.get(item);
    if (before !== undefined) return before;
    const made = this.loadingsOf(item).map((loading) => this.containment(loading));
    this.made.set(item, made);
    return made;
  }

  /** By time, as a timeline is. */
  loadingsOf(item: string): (Known & { fact: Fact & { is: 'loading' } })[] {
    const loadings = this.known.flatMap(({ id, fact }) => (fact.is === 'loading' && fact.item === item ? [{ id, fact }] : []));
    return loadings.sort((a, b) => a.fact.when.from - b.fact.when.from || a.fact.when.to - b.fact.when.to || (a.id < b.id ? -1 : 1));
  }

  /** In what it is by its last loading that nothing ended for certain. */
  lastIn(item: string): string | undefined {
    const open = this.containmentsOf(item).filter(({ isOpen, isLeft }) => isOpen && !isLeft);
    return open.at(-1)?.carrier;
  }

  private containment({ id, fact }: Known & { fact: Fact & { is: 'loading' } }): KeyContainment {
    const { item, carrier, when } = fact;
    const own = { item, carrier, loading: id, from: micros(when.to) };
    const out = this.unloadingsOf(item).filter((other) => (other.carrier ?? carrier) === carrier && other.when.to > when.from);
    const unloading = out.find((other) => !this.isOfLater({ id, fact }, other));
    if (unloading !== undefined) return { ...own, until: micros(unloading.when.from), isOpen: false, isLeft: false, endings: ['unloaded'] };
    const bounds = [...this.dark(fact), ...this.unheard(fact), ...this.called(fact), ...this.away({ id, fact })];
    // Taken out of it behind a later loading it is in it no more, whatever happened between.
    const isLeft = out.length > 0 || bounds.some(([, why]) => why === 'moved-on' || why === 'elsewhere');
    if (bounds.length === 0) return { ...own, until: null, isOpen: true, isLeft, endings: [] };
    const until = Math.min(...bounds.map(([at]) => at));
    return { ...own, until, isOpen: true, isLeft, endings: bounds.filter(([at]) => at === until).map(([, why]) => why) };
  }

  private unloadingsOf(item: string): (Fact & { is: 'unloading' })[] {
    const found = this.known.flatMap(({ id, fact }) => (fact.is === 'unloading' && fact.item === item ? [{ id, fact }] : []));
    found.sort((a, b) => a.fact.when.from - b.fact.when.from || a.fact.when.to - b.fact.when.to || (a.id < b.id ? -1 : 1));
    return found.map(({ fact }) => fact);
  }

  /** It ends a loading in between, before which the item was certainly out of this one. */
  private isOfLater(loading: Known & { fact: Fact & { is: 'loading' } }, unloading: Fact & { is: 'unloading' }): boolean {
    const { item, carrier, when } = loading.fact;
    return this.loadingsOf(item).some(({ fact: later }) => {
      const isBetween = when.to <= later.when.from && later.when.to <= unloading.when.from;
      if (!isBetween || (unloading.carrier ?? later.carrier) !== later.carrier) return false;
      if (later.carrier !== carrier) return !this.isIn(carrier, later.carrier) && !this.isIn(later.carrier, carrier);
      return this.away(loading).some(([at]) => at <= micros(later.when.from));
    });
  }

  /** (a) The last position before the first silence of the conveyance from the loading on, of the end of its track too. */
  private dark({ carrier, when }: Fact & { is: 'loading' }): [number, string][] {
    const rows = this.fixesOf(carrier).filter(({ isRow }) => isRow);
    const last = rows.findIndex((row, at) => {
      const next = rows[at + 1];
      if (next === undefined) return row.when.from >= when.to;
      if (next.when.from - row.when.from === DARK_MINUTES) throw new Unclear();
      const isSilent = next.when.from - row.when.from > DARK_MINUTES && kilometres(row, next) > 5;
      return isSilent && next.when.from >= when.to;
    });
    const row = rows[last];
    return row === undefined ? [] : [[Math.max(micros(row.when.from) + 1, micros(when.to)), 'dark']];
  }

  /**
   * (a) Of a ship, up to the first row of her track: her records, up to the first that begins as far behind the one before as a silence is long. Of
   * records those that lie behind the loading and are of one day or less; if they lead to the track, that tells.
   */
  private unheard({ carrier, when }: Fact & { is: 'loading' }): [number, string][] {
    if (!carrier.startsWith('imo:')) return [];
    const behind = this.fixesOf(carrier).filter(({ when: { from } }) => from >= when.to);
    let [heard, until] = [when.to, when.to];
    for (const { isRow, when: seen } of behind) {
      if (isRow || seen.to - seen.from > DAY) continue;
      if (seen.from - heard >= DARK_MINUTES) break;
      [heard, until] = [Math.max(heard, seen.from), Math.max(until, seen.to)];
    }
    const row = behind.find(({ isRow }) => isRow);
    return row !== undefined && row.when.from - heard < DARK_MINUTES ? [] : [[micros(until), 'unheard']];
  }

  /** (b) Its call at the port of discharge that the loading names: seen there, or heard there. */
  private called({ carrier, when, discharge }: Fact & { is: 'loading' }): [number, string][] {
    if (discharge === undefined || !carrier.startsWith('imo:')) return [];
    return this.fixesOf(carrier)
      .filter((fix) => kilometres(fix, discharge) < 3 && (fix.isRow ? fix.when.from >= when.to : fix.when.to > when.to))
      .map((fix): [number, string] => [fix.isRow ? micros(fix.when.from) + 1 : micros(fix.when.to), 'called']);
  }

  /**
   * (c) Put into what is no part of the same nest, or seen where the conveyance cannot have been: from the end of that interval. If that may lie before
   * the loading, or a country alone says so, it may be elsewhere, and is not for certain.
   */
  private away({ id, fact: { item, carrier, when } }: Known & { fact: Fact & { is: 'loading' } }): [number, string][] {
    const moved = this.loadingsOf(item).filter(
      ({ id: other, fact }) =>
        other !== id &&
        fact.when.to > when.to &&
        fact.carrier !== carrier &&
        !this.isIn(carrier, fact.carrier) &&
        !this.isIn(fact.carrier, carrier),
    );
    const seen = this.known.filter(
      ({ fact }) =>
        fact.is !== 'track' &&
        fact.item === item &&
        fact.place !== undefined &&
        fact.when.to > when.to &&
        !('carrier' in fact && fact.carrier === carrier),
    );
    const sure = (fact: Known['fact'], why: string): [number, string] => [
      micros(fact.when.to),
      fact.when.from >= when.to ? why : 'may-be-elsewhere',
    ];
    const elsewhere = seen.flatMap(({ fact }) => {
      if (this.isCertainlyNot(carrier, fact.when, fact.place as Point)) return [sure(fact, 'elsewhere')];
      return this.isAbroad(carrier, fact.when, countryOf(fact.place)) ? [sure(fact, 'may-be-elsewhere')] : [];
    });
    return [...moved.map(({ fact }) => sure(fact, 'moved-on')), ...elsewhere];
  }

  /** By a record it was ever in the other, or in what was: put into it, or taken out of it. */
  private isIn(inner: string, outer: string, seen = new Set<string>()): boolean {
    if (seen.has(inner)) return false;
    seen.add(inner);
    const around = [...this.loadingsOf(inner).map(({ fact }) => fact), ...this.unloadingsOf(inner)].flatMap(({ carrier }) => carrier ?? []);
    return around.some((carrier) => carrier === outer || this.isIn(carrier, outer, seen));
  }

  /** Records and rows of the thing, and of what it was in while it was: from its loading to the first that follows for certain and takes it out. */
  private around(item: string, from: Minute, to: Minute, path: readonly string[] = []): readonly Fix[] {
    if (from >= to || path.includes(item)) return [];
    const own = this.fixesOf(item).filter(({ when }) => when.from >= from && when.to <= to);
    const loadings = this.loadingsOf(item).map(({ fact }) => fact);
    const outer = loadings.flatMap(({ carrier, when }) => {
      const out = [
        ...this.unloadingsOf(item).filter((other) => (other.carrier ?? carrier) === carrier),
        ...loadings.filter(
          (other) => other.carrier !== carrier && !this.isIn(carrier, other.carrier) && !this.isIn(other.carrier, carrier),
        ),
      ].flatMap(({ when: other }) => (other.from >= when.to ? [other.from] : []));
      return this.around(carrier, Math.max(from, when.to), Math.min(to, ...out), [...path, item]);
    });
    return [...own, ...outer];
  }

  /**
   * In a country where the carrier, or what that was then in, was neither at the time, nor by the record before, nor by the one behind; where a track
   * says where it was about then, countries decide nothing.
   */
  private isAbroad(carrier: string, when: When, country: string | undefined): boolean {
    const fixes = this.around(carrier, -Infinity, Infinity);
    if (fixes.some(({ isRow, when: { from } }) => isRow && from >= when.from - DARK_MINUTES && from < when.to + DARK_MINUTES)) return false;
    const records = fixes.filter(({ isRow }) => !isRow);
    if (records.some((fix) => fix.country === country && fix.when.from < when.to && when.from < fix.when.to)) return false;
    const before = records.filter((fix) => fix.when.to <= when.from).sort((a, b) => b.when.to - a.when.to);
    const behind = records.filter((fix) => fix.when.from >= when.to).sort((a, b) => a.when.from - b.when.from);
    const sides = [
      before.filter((fix) => fix.when.to === before[0]?.when.to),
      behind.filter((fix) => fix.when.from === behind[0]?.when.from),
    ].filter((side) => side.length > 0);
    if (sides.some((side) => new Set(side.map((fix) => fix.country)).size > 1)) throw new Unclear();
    return behind.length > 0 && sides.every(([fix]) => fix?.country !== country);
  }

  private isCertainlyNot(carrier: string, when: When, place: Point): boolean {
    const isShip = carrier.startsWith('imo:');
    const fixes = this.fixesOf(carrier);
    const distances = fixes.map((fix) => ({ when: fix.when, km: kilometres(fix, place) }));
    // Where one record puts it there and others put it far away, nothing is certain.
    if (distances.some(({ when: other, km }) => km < 1 && other.from < when.to && when.from < other.to)) return false;
    const answers = (isShip ? [50, 110] : [700, 1_400]).flatMap((speed) =>
      [0, 70].map((radius) => reaches(distances, when, speed, radius)),
    );
    if (new Set(answers).size > 1) throw new Unclear();
    return answers[0] === false;
  }
}

const countryOf = (place: { readonly unlocode?: string } | undefined): string | undefined => place?.unlocode?.slice(0, 2);

/** Some minute of `when` is left in which it can have been there: each fix rules out those that are too near to it in time. */
function reaches(fixes: readonly { when: When; km: number }[], when: When, speed: number, radius: number): boolean {
  let open: [number, number][] = [[when.from, when.to]];
  for (const fix of fixes) {
    const minutes = (Math.max(0, fix.km - radius) / speed) * 60;
    const [first, last] = [fix.when.to - minutes, fix.when.from + minutes];
    if (last <= first) continue;
    open = open.flatMap(([from, to]): [number, number][] => {
      const parts: [number, number][] = [
        [from, Math.min(to, first)],
        [Math.max(from, last), to],
      ];
      return parts.filter(([a, b]) => b > a);
    });
  }
  return open.length > 0;
}
