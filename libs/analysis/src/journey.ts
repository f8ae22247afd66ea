/**
 * The journey of one item: what places it itself, and what it inherits from what it provably was inside of, each with the chain of loadings that
 * justifies it. Nothing is drawn between two records, and nothing comes from a statement, a plan, a negative finding or an assessment, for those
 * place nothing. Pure; what it returns depends on what is known of the items, and on nothing else.
 */
import type { Instant, Span, TlpLabel } from '#lib/domain';
import { containmentsOf, JOURNEY_RULES, recordsOf, type Containment, type JourneyRules } from './containments.ts';
import { byTime, fixesOf, JourneyTooLarge, liesIn, type Fix, type Known, type KnownItems } from './fixes.ts';
import { labelOf, trustIn, type Trust } from './labels.ts';
import { firstWhere, GAP_MICROS, gapsIn, type Gap, type Port } from './silences.ts';
import { Steps } from './steps.ts';

/** So many carriers around each other are followed: box, container, chassis or wagon, ferry, and one to spare. */
export const DEPTH_MAX = 5;

/** Legs and chains that are left out, together: each loading that several authors report multiplies with those around it. */
export const LEGS_MAX = 2_000;
/** Items that are looked at for one journey. */
export const ITEMS_MAX = 200;

/** Records that legs inherit, each counted for every leg that gives it. */
export const INHERITED_MAX = 200_000;

/**
 * The item inside of its carriers, from the innermost to the one whose records it inherits. Its grade is the weakest of the records that prove it (the
 * loadings, and the unloadings that are recorded): what it says can be no better. Its label is the strictest of these, of what ends it, and of the
 * records, positions and gaps that it gives.
 */
export interface Leg extends Trust {
  /** The first is the item's own; the carrier of each is the item of the next. */
  readonly chain: readonly [Containment, ...Containment[]];
  /** While all of the chain is proved; an open end is null. */
  readonly span: { readonly starts: Instant; readonly ends: Instant | null };
  /** No containment of the chain that bounds it has a recorded end. */
  readonly isOpen: boolean;
  /** Records of the last carrier that lie in it, by time. */
  readonly fixes: readonly Fix[];
  /** Of the last carrier's track, that lie in it or touch it: no path leads through them. */
  readonly gaps: readonly Gap[];
}

/** One placing of the item, by itself (`observed`) or by a leg: then it rests on what proves that as well. */
export interface Placing extends Trust {
  readonly fix: Fix;
  readonly leg?: Leg;
}

export interface Journey {
  readonly item: string;
  /** By time. A record that several legs give is there once, by the shortest chain. */
  readonly placings: readonly Placing[];
  /** By start, then depth. */
  readonly legs: readonly Leg[];
  /** Of the item itself, proved or not. */
  readonly containments: readonly Containment[];
  /** What was left out: identifiers that contain each other in a ring, and chains that are deeper than `DEPTH_MAX`. */
  readonly rings: readonly (readonly string[])[];
  readonly tooDeep: readonly (readonly string[])[];
  /** Of these the strictest label; absent: there are none. */
  readonly notFollowed?: TlpLabel;
  /** The placing that begins last. Absent: none has a time. */
  readonly last?: Placing;
  /** In what it is by the last record, and so on outwards; empty: in nothing that is recorded. */
  readonly inWhat: readonly Containment[];
}

/**
 * Cost: no more than `STEPS_MAX` steps, whatever the records are; besides, sorting them. Throws JourneyTooLarge beyond.
 * @param items the item, its carriers, theirs and so on, as the asker may see them: see `carriersOf`
 */
export function journeyOf(
  item: string,
  items: KnownItems,
  ports: readonly Port[] = [],
  rules: JourneyRules = JOURNEY_RULES,
  steps = new Steps(),
): Journey {
  const walk = new Walk(items, ports, rules, steps);
  walk.follow(item, [], { starts: null, ends: null });
  const known = items.get(item);
  const own = (known === undefined ? [] : fixesOf(known)).map((fix): Placing => ({ fix, ...trustIn([fix]) }));
  const placings = [...own, ...inherited(walk.legs, new Set(own.map(({ fix }) => keyOf(fix))))].sort((a, b) => byTime(a.fix, b.fix));
  const last = placings.reduce<Placing | undefined>((latest, each) => (laterThan(each, latest) ? each : latest), undefined);
  return {
    item,
    placings,
    legs: walk.legs.sort((a, b) => a.span.starts - b.span.starts || a.chain.length - b.chain.length),
    containments: walk.containmentsOf(item),
    rings: walk.rings,
    tooDeep: walk.tooDeep,
    ...(walk.notFollowed.length === 0 ? {} : { notFollowed: labelOf(walk.notFollowed) }),
    ...(last === undefined ? {} : { last }),
    inWhat: inWhat(item, walk),
  };
}

class Walk {
  readonly legs: Leg[] = [];
  readonly rings: string[][] = [];
  readonly tooDeep: string[][] = [];
  readonly notFollowed: TlpLabel[] = [];
  private readonly items: KnownItems;
  private readonly ports: readonly Port[];
  private readonly rules: JourneyRules;
  private readonly steps: Steps;
  private inherited = 0;

  constructor(items: KnownItems, ports: readonly Port[], rules: JourneyRules, steps: Steps) {
    this.items = items;
    this.ports = ports;
    this.rules = rules;
    this.steps = steps;
  }

  containmentsOf(item: string): readonly Containment[] {
    return containmentsOf(item, this.items, this.ports, this.rules, this.steps);
  }

  /** @param within while all of the chain so far is proved */
  follow(item: string, chain: readonly Containment[], within: Span): void {
    for (const containment of this.containmentsOf(item)) {
      this.steps.take();
      const span = { starts: latest(within.starts, containment.from), ends: earliest(within.ends, containment.until) };
      if (containment.from === null || span.starts === null || (span.ends !== null && span.ends <= span.starts)) continue;
      if (this.legs.length + this.rings.length + this.tooDeep.length >= LEGS_MAX)
        throw new JourneyTooLarge(`More than ${LEGS_MAX} legs follow from what the item was put into.`);
      const whole: Leg['chain'] = chain[0] === undefined ? [containment] : [chain[0], ...chain.slice(1), containment];
      const names = [whole[0].item, ...whole.map(({ carrier }) => carrier)];
      const isRing = names.indexOf(containment.carrier) < names.length - 1;
      if (isRing || whole.length > DEPTH_MAX) {
        (isRing ? this.rings : this.tooDeep).push(names);
        this.notFollowed.push(...whole.map(({ handling }) => handling));
      } else {
        this.legs.push(this.leg(whole, { starts: span.starts, ends: span.ends }));
        this.follow(containment.carrier, whole, span);
      }
    }
  }

  private leg(chain: readonly [Containment, ...Containment[]], span: Leg['span']): Leg {
    const carrier = (chain.at(-1) as Containment).carrier;
    const known = this.items.get(carrier);
    const fixes = known === undefined ? [] : fixesIn(known, span, this.steps);
    this.inherited += fixes.length;
    if (this.inherited > INHERITED_MAX) throw new JourneyTooLarge(`More than ${INHERITED_MAX} records are inherited.`);
    const bounding = chain.filter(({ until }) => until === span.ends);
    const gaps = known === undefined ? [] : touching(gapsIn(known, this.ports, this.steps), span, this.steps);
    const { grade } = trustIn(chain.flatMap(recordsOf));
    return {
      chain,
      span,
      isOpen: bounding.every(({ isOpen }) => isOpen),
      fixes,
      gaps,
      ...(grade === undefined ? {} : { grade }),
      // What it counts, where it ends and what it is silent of follow from these as well.
      handling: labelOf([...chain.flatMap(recordsOf), ...fixes, ...bounding.map(({ handling }) => handling), ...gaps]),
    };
  }
}

/** Of what is in order of its starts, those that begin in it. */
function fixesIn(known: Known, span: Leg['span'], steps: Steps): Fix[] {
  const fixes = fixesOf(known);
  const inside: Fix[] = [];
  for (let at = firstWhere(fixes, ({ span: { starts } }) => starts !== null && starts >= span.starts); at < fixes.length; at++) {
    const fix = fixes[at] as Fix;
    steps.take();
    if (span.ends !== null && (fix.span.starts ?? -Infinity) >= span.ends) break;
    if (liesIn(fix, span)) inside.push(fix);
  }
  return inside;
}

function touching(gaps: readonly Gap[], span: Leg['span'], steps: Steps): Gap[] {
  const inside: Gap[] = [];
  for (let at = firstWhere(gaps, ({ until }) => until === null || until.at >= span.starts); at < gaps.length; at++) {
    const gap = gaps[at] as Gap;
    steps.take();
    if (span.ends !== null && gap.since.at >= span.ends) break;
    if (touches(gap, span)) inside.push(gap);
  }
  return inside;
}

/** One that is open at the end of the track is a silence of this leg only where the leg lasts as long as one. */
function touches({ since, until }: Gap, { starts, ends }: Leg['span']): boolean {
  if (until === null) return since.at >= starts && (ends === null || ends - since.at >= GAP_MICROS || ends === since.at + 1);
  return until.at >= starts && (ends === null || since.at < ends);
}

const latest = (a: Instant | null, b: Instant | null): Instant | null => (a === null || b === null ? (a ?? b) : Math.max(a, b));
const earliest = (a: Instant | null, b: Instant | null): Instant | null => (a === null || b === null ? (a ?? b) : Math.min(a, b));

/** @param own records that the item has of itself: those are observed */
function inherited(legs: readonly Leg[], own: ReadonlySet<string>): readonly Placing[] {
  const placings = new Map<string, Placing>();
  for (const leg of legs.toSorted((a, b) => a.chain.length - b.chain.length)) {
    const proof = trustIn(leg.chain.flatMap(recordsOf));
    for (const fix of leg.fixes) {
      const key = keyOf(fix);
      if (own.has(key) || placings.has(key)) continue;
      placings.set(key, { fix, leg, ...trustIn([fix, proof]) });
    }
  }
  return [...placings.values()];
}

const keyOf = (fix: Fix): string =>
  'entry' in fix
    ? `${fix.entry.sighting.agency}/${fix.entry.sighting.id}`
    : `${fix.position.track.sighting.agency}/${fix.position.track.sighting.id} ${fix.position.line}`;

/** A record says that the item was there at some time in its span: of that the start is what it is sure not to lie before. */
const laterThan = (a: Placing, b: Placing | undefined): boolean =>
  a.fix.span.starts !== null && (b === undefined || a.fix.span.starts > (b.fix.span.starts ?? -Infinity));

/** The last loading that nothing ended, and what that is in by its own. */
function inWhat(item: string, walk: Walk): readonly Containment[] {
  const chain: Containment[] = [];
  const seen = new Set([item]);
  for (let inner: string | undefined = item; inner !== undefined && chain.length < DEPTH_MAX;) {
    const open: readonly Containment[] = walk.containmentsOf(inner).filter(({ isOpen, isLeft }) => isOpen && !isLeft);
    const last: Containment | undefined = open.at(-1);
    if (last === undefined || seen.has(last.carrier)) break;
    chain.push(last);
    seen.add(last.carrier);
    inner = last.carrier;
  }
  return chain;
}

/** What is known of the item and of all that `carriersOf` names from there on, by asking `look` a level at a time. Throws JourneyTooLarge. Cost: one question a level. */
export async function knownAround(
  item: string,
  look: (items: readonly string[]) => Promise<ReadonlyMap<string, Known>>,
  carriers: (known: Known) => readonly string[],
): Promise<KnownItems> {
  const items = new Map<string, Known>();
  let next: readonly string[] = [item];
  for (let depth = 0; depth <= DEPTH_MAX && next.length > 0; depth++) {
    const found = await look(next);
    for (const [id, known] of found) items.set(id, known);
    next = [...new Set([...found.values()].flatMap(carriers))].filter((id) => !items.has(id)).sort();
    if (items.size + next.length > ITEMS_MAX)
      throw new JourneyTooLarge(`More than ${ITEMS_MAX} items are what it was put into, and what those were.`);
  }
  return items;
}
