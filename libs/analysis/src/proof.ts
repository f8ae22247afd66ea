/** How far containments are confirmed, and what they say of one time. */
import { possiblyOverlaps, type Instant, type Span, type TlpLabel } from '#lib/domain';
import { containmentsOf, JOURNEY_RULES, recordsOf, type Containment } from './containments.ts';
import { fixesOf, liesIn, type Fix, type KnownItems } from './fixes.ts';
import { strictest } from './grades.ts';
import { DEPTH_MAX } from './journey.ts';
import { labelOf, trustIn, type Trust } from './labels.ts';
import { firstWhere, type Port } from './silences.ts';
import type { Steps } from './steps.ts';

/** A span with both ends. */
export interface Asked extends Span {
  readonly starts: Instant;
  readonly ends: Instant;
}

/** Proved for all of the time that is asked about, or for some of it. */
export type Proved = 'throughout' | 'partly';

/** Why a containment may be of a time: it may be the time of its loading, or of its unloading; or nobody says, or not at both ends, when the one or the other was. */
export type Maybe = 'loading' | 'unloading' | 'undated' | 'left-undated';

export interface ContainmentAt {
  readonly containment: Containment;
  /** `last-recorded`: no record took it out, and nothing confirms any more that it was still inside. */
  readonly holds: Proved | 'possibly' | 'last-recorded';
  /** Of `possibly`: at least one. */
  readonly reasons: readonly Maybe[];
  /** Up to here, this instant not included, it is confirmed; null: its loading has no end that is known, and nothing of it is. */
  readonly until: Instant | null;
  /** Of `last-recorded`: in what the carrier is last recorded then, and so on outwards. */
  readonly outer: readonly Containment[];
  /** The strictest of the containment, of what confirms it, and of the loadings of those around it. */
  readonly handling: TlpLabel;
}

/** Up to `until`, this instant not included, by what is as good and as open as this. */
export interface Confirmed extends Trust {
  readonly until: Instant;
}

export const provedIn = (proved: Asked, asked: Asked): Proved | undefined => {
  if (proved.starts >= proved.ends || proved.starts >= asked.ends || asked.starts >= proved.ends) return undefined;
  return proved.starts <= asked.starts && asked.ends <= proved.ends ? 'throughout' : 'partly';
};

/** Cost: one step for each record or position that is looked at, of the same `steps` as the journey's. Throws JourneyTooLarge. */
export class Proof {
  private readonly items: KnownItems;
  private readonly ports: readonly Port[];
  private readonly steps: Steps;
  private readonly confirmed = new Map<string, Confirmed>();

  constructor(items: KnownItems, ports: readonly Port[], steps: Steps) {
    this.items = items;
    this.ports = ports;
    this.steps = steps;
  }

  /**
   * One that no record ended is confirmed by the last that is recorded of the carrier, or of what that is in, as far as it is inherited: behind that
   * silence proves nothing. Its start, where there is none. Of several that confirm it alike the one that is open to most.
   */
  of(containment: Containment): Confirmed {
    const { from, carrier, item, loading, isOpen, until, handling } = containment;
    const own = trustIn(recordsOf(containment));
    if (from === null) return { until: -Infinity, ...own };
    if (!isOpen) return { until: until ?? from, ...own };
    const key = `${loading.sighting.agency}/${loading.sighting.id} ${item} ${carrier}`;
    const before = this.confirmed.get(key);
    if (before !== undefined) return before;
    let best: Confirmed = { until: from, ...own };
    // What goes round in a ring confirms nothing of itself.
    this.confirmed.set(key, best);
    const consider = (time: Instant, by: Trust): void => {
      const isCut = until !== null && time > until;
      const each = { until: isCut ? until : time, ...trustIn([own, by, ...(isCut ? [{ ...own, handling }] : [])]) };
      const isOpener = strictest([each.handling, best.handling]) !== each.handling;
      if (each.until > best.until || (each.until === best.until && isOpener)) best = each;
    };
    for (const fix of this.lastOf(carrier, from, until)) consider((fix.span.starts ?? from) + 1, trustIn([fix]));
    for (const outer of this.containmentsOf(carrier)) {
      this.steps.take();
      const starts = Math.max(from, outer.from ?? Infinity);
      // Nothing of it is inherited, whatever confirms it.
      if (starts >= (until ?? Infinity) || starts >= (outer.until ?? Infinity)) continue;
      const around = this.of(outer);
      if (starts < around.until) consider(around.until, around);
    }
    this.confirmed.set(key, best);
    return best;
  }

  at(containment: Containment, asked: Asked): ContainmentAt | undefined {
    const { from, isOpen, isLeft, leftAt, leftBy, loading } = containment;
    const confirmed = this.of(containment);
    const until = from === null ? null : confirmed.until;
    const made = (holds: ContainmentAt['holds'], outer: readonly Containment[] = []): ContainmentAt => {
      const reasons = holds === 'possibly' ? reasonsOf(containment, asked) : [];
      const behind = [...outer.map((each) => each.loading), ...(reasons.includes('left-undated') ? leftBy : [])];
      return { containment, holds, reasons, until, outer, handling: labelOf([containment.handling, confirmed.handling, ...behind]) };
    };
    const proved = from === null || until === null ? undefined : provedIn({ starts: from, ends: until }, asked);
    if (proved !== undefined) return made(proved);
    const starts = loading.sighting.occurred?.starts ?? null;
    if (!isOpen) return possiblyOverlaps({ starts, ends: unloadedBy(containment) }, asked) ? made('possibly') : undefined;
    if (leftAt !== undefined && asked.starts >= leftAt) return undefined;
    // Left at a time that nobody says: it may be behind what is asked about.
    const mayBeLeft = isLeft && leftAt === undefined;
    if (!mayBeLeft && until !== null && asked.starts >= until) return made('last-recorded', this.outwards(containment, asked));
    return possiblyOverlaps({ starts, ends: null }, asked) ? made('possibly') : undefined;
  }

  /** Of those of the carrier that lie in it the last: of several of one time all. */
  private lastOf(carrier: string, from: Instant, until: Instant | null): readonly Fix[] {
    const known = this.items.get(carrier);
    const fixes = known === undefined ? [] : fixesOf(known);
    const startsAt = (time: Instant): number => firstWhere(fixes, ({ span: { starts } }) => starts !== null && starts >= time);
    const first = startsAt(from);
    const last: Fix[] = [];
    for (let n = (until === null ? fixes.length : startsAt(until)) - 1; n >= first; n--) {
      const fix = fixes[n] as Fix;
      this.steps.take();
      if (last[0] !== undefined && fix.span.starts !== last[0].span.starts) break;
      if (liesIn(fix, { starts: from, ends: until })) last.push(fix);
    }
    return last;
  }

  /** Of each the last one that is no more than recorded then. */
  private outwards({ item, carrier }: Containment, asked: Asked): readonly Containment[] {
    const chain: Containment[] = [];
    const seen = new Set([item, carrier]);
    for (let inner: string | undefined = carrier; inner !== undefined && chain.length < DEPTH_MAX - 1;) {
      const last: Containment | undefined = this.containmentsOf(inner).findLast((each) => isRecorded(each, asked));
      if (last === undefined || seen.has(last.carrier)) break;
      chain.push(last);
      seen.add(last.carrier);
      inner = last.carrier;
    }
    return chain;
  }

  private containmentsOf(item: string): readonly Containment[] {
    return containmentsOf(item, this.items, this.ports, JOURNEY_RULES, this.steps);
  }
}

function isRecorded({ from, isOpen, isLeft, leftAt }: Containment, asked: Asked): boolean {
  return isOpen && from !== null && asked.starts >= from && (leftAt === undefined ? !isLeft : asked.starts < leftAt);
}

const unloadedBy = ({ ending }: Containment): Instant | null =>
  ending?.kind === 'unloaded' ? (ending.by.sighting.occurred?.ends ?? null) : null;

/** Of one that is possible then. */
function reasonsOf({ loading, ending, isLeft, leftAt }: Containment, asked: Asked): readonly Maybe[] {
  const reasons = new Set<Maybe>();
  const look = (occurred: Span | undefined, dated: Maybe, undated: Maybe): void => {
    const { starts, ends } = occurred ?? { starts: null, ends: null };
    if (possiblyOverlaps({ starts, ends }, asked)) reasons.add(starts === null || ends === null ? undated : dated);
  };
  look(loading.sighting.occurred, 'loading', 'undated');
  if (ending?.kind === 'unloaded') look(ending.by.sighting.occurred, 'unloading', 'left-undated');
  if (isLeft && leftAt === undefined) reasons.add('left-undated');
  return [...reasons];
}
