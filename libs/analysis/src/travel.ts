/**
 * Impossible travel and cloned identity: records of one item whose places cannot both be true (apart.ts), and what follows from those that place it
 * (two-tracks.ts). Statements, plans and what was withdrawn or corrected are held against what places the item, and against each other where they
 * stand, and are marked as what they are: such a pair says nothing of a second thing, and none of all this places or decides anything.
 */
import { compareRef, formatRef, type EventRef, type TimelineEntry, type TlpLabel } from '#lib/domain';
import { APART_RULES, areAtOnce, Distances, type Apart, type ApartRules } from './apart.ts';
import type { KnownItems } from './fixes.ts';
import { strictest } from './grades.ts';
import type { Journey } from './journey.ts';
import { entryOf, eventKeyOf, eventOf, presencesOf, type Presence } from './presences.ts';
import { impossible, LOOKS_MAX, readingsOf, restsOn, stronger, type Reading, type Rest } from './two-tracks.ts';

export interface TravelAlarm extends Apart {
  /** two-at-once: however their times are read, no journey lies between. */
  readonly kind: 'impossible-travel' | 'two-at-once';
  /**
   * On which of them all impossible pairs rest that this one is read with; either: it is the only one; neither: on no one record, so that more than one
   * is wrong, or there are two things.
   */
  readonly odd: 'first' | 'second' | 'either' | 'neither';
  /** The loading by which the odd one is inherited, where that is what all of them rest on. */
  readonly without?: EventRef;
  /** Both records stand, and no resolution in force settles both together. */
  readonly isOpen: boolean;
  /** The strictest of both records, of the leg that the bound is from, and of all pairs that `odd` follows from. */
  readonly handling: TlpLabel;
}

/** Two tracks of records that are each possible, and together not: two things with one identity, or one that was given to both by mistake. */
export interface Clone {
  /** Of each track the records that stand in impossible pairs, by time. */
  readonly tracks: readonly [readonly Presence[], readonly Presence[]];
  /** Impossible pairs between them. */
  readonly pairs: number;
  readonly isOpen: boolean;
  /** The strictest of all of them. */
  readonly handling: TlpLabel;
}

export interface TravelCheck {
  /** By time. */
  readonly alarms: readonly TravelAlarm[];
  readonly clones: readonly Clone[];
  /** It was more than is followed (two-tracks.ts): there may be more. */
  readonly isPartial: boolean;
}

/** Of the many pairs between two tracks the strongest are told. */
const PAIRS_TOLD_MAX = 10;

/** @param items what the journey was made of: what its reader may see. Cost: as `readingsOf`, and some looks for each record that is only said */
export function travelOf(journey: Journey, items: KnownItems, rules: ApartRules = APART_RULES): TravelCheck {
  const distances = new Distances(journey.item, journey.legs, rules);
  const all = presencesOf(journey, items).filter((presence) => !distances.isOpenToAll(presence));
  const placing = all.filter(({ places }) => places);
  const { readings, isPartial } = readingsOf(placing, distances);
  const settle = new Settling(items);
  const said = all.length === placing.length ? [] : saidAlarms(all, placing, distances, settle);
  const alarms = [...readings.flatMap((reading) => readingAlarms(reading, settle)), ...said];
  return {
    alarms: alarms.sort((a, b) => a.first.starts - b.first.starts || a.second.starts - b.second.starts),
    clones: readings.flatMap((reading) => cloneOf(reading, settle)),
    isPartial: isPartial || distances.worked > LOOKS_MAX,
  };
}

/** Of what rests on one record the strongest before it and behind it; of more than one the strongest of all. */
function readingAlarms({ pairs, kind, odd }: Reading, settle: Settling): TravelAlarm[] {
  if (kind !== 'one-record')
    return pairs
      .toSorted((a, b) => b.times - a.times)
      .slice(0, PAIRS_TOLD_MAX)
      .map((apart) => alarmOf(apart, pairs, undefined, settle));
  const before = pairs.filter(({ second }) => rests(second, odd));
  const behind = pairs.filter(({ second }) => !rests(second, odd));
  return [before, behind].flatMap((of) => (of.length === 0 ? [] : [alarmOf(of.reduce(stronger), pairs, odd ?? 'either', settle)]));
}

/** Each with the strongest of what places the item, or, where there is none, of what is said and stands. */
function saidAlarms(all: readonly Presence[], placing: readonly Presence[], distances: Distances, settle: Settling): TravelAlarm[] {
  const lasting = placing.filter(({ isThroughout }) => isThroughout);
  const before: Presence[] = [];
  const alarms: TravelAlarm[] = [];
  for (const presence of all.filter(({ places }) => !places)) {
    if (distances.worked > LOOKS_MAX) break;
    const isOther = (other: Presence): boolean => !areOneWord(other, presence);
    const at = firstFrom(placing, presence.starts);
    const looks = [
      impossible(placing, at, -1, presence, distances, isOther),
      impossible(placing, at - 1, 1, presence, distances, isOther),
      impossible(lasting, lasting.length, -1, presence, distances, isOther),
    ].flat();
    const stands = entryOf(presence)?.standing === 'stands';
    // What does not stand is held against nothing that is only said.
    const [one, ...more] = looks.length > 0 || !stands ? looks : impossible(before, before.length, -1, presence, distances, isOther);
    if (stands) before.push(presence);
    if (one === undefined) continue;
    const strongest = more.reduce(stronger, one);
    // A record that lasts is looked at twice.
    const [own] = restsOn(presence);
    alarms.push(
      alarmOf(
        strongest,
        [one, ...more],
        more.some(({ first, second }) => first !== one.first || second !== one.second) ? own : 'either',
        settle,
      ),
    );
  }
  return alarms;
}

/** A binary search: the place of the first that begins then or later. @param list by start */
function firstFrom(list: readonly Presence[], starts: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] as Presence).starts < starts) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The one is what the other was corrected into: one author's word in two versions is no contradiction. */
function areOneWord(a: Presence, b: Presence): boolean {
  const says = (entry: TimelineEntry | undefined, other: Presence): boolean =>
    entry !== undefined &&
    [entry.by, entry.inPlace, ...entry.targets].some((ref) => ref !== undefined && compareRef(ref, eventOf(other)) === 0);
  return says(entryOf(a), b) || says(entryOf(b), a);
}

const rests = (presence: Presence, odd: Rest | undefined): boolean =>
  odd !== undefined && restsOn(presence).some(({ key }) => key === odd.key);

/** @param pairs all that are read together @param odd undefined: they rest on no one record */
function alarmOf(apart: Apart, pairs: readonly [Apart, ...Apart[]], odd: Rest | 'either' | undefined, settle: Settling): TravelAlarm {
  const rule = typeof odd === 'object' ? odd : undefined;
  const side = rests(apart.first, rule) ? 'first' : rests(apart.second, rule) ? 'second' : 'neither';
  const own = rule !== undefined && [apart.first, apart.second].some((presence) => restsOn(presence)[0]?.key === rule.key);
  return {
    ...apart,
    kind: areAtOnce(apart) ? 'two-at-once' : 'impossible-travel',
    odd: odd === 'either' ? 'either' : side,
    ...(rule === undefined || own ? {} : { without: rule.event }),
    isOpen: settle.isOpen(apart),
    handling: strictestOf(odd === 'either' ? [apart] : pairs),
  };
}

const strictestOf = (pairs: readonly [Apart, ...Apart[]]): TlpLabel =>
  strictest(
    pairs.flatMap(({ first, second, boundBy }) => [first.handling, second.handling, ...(boundBy === undefined ? [] : [boundBy.handling])]),
  );

function cloneOf({ pairs, sides }: Reading, settle: Settling): Clone[] {
  return sides === undefined
    ? []
    : [{ tracks: sides, pairs: pairs.length, isOpen: pairs.some((pair) => settle.isOpen(pair)), handling: strictestOf(pairs) }];
}

/** Whether both records stand, and no resolution settles them: of a row of a track that of the record that cites it. */
class Settling {
  private readonly items: KnownItems;
  private byRef: ReadonlyMap<string, TimelineEntry> | undefined;

  constructor(items: KnownItems) {
    this.items = items;
  }

  isOpen({ first, second }: Apart): boolean {
    const entries = [this.entryOf(first), this.entryOf(second)];
    if (entries.some((entry) => entry !== undefined && entry.standing !== 'stands')) return false;
    const [ofFirst, ofSecond] = entries.map((entry) => (entry?.resolvedBy ?? []).filter(({ inForce }) => inForce).map(formatRef));
    return ofFirst?.some((ref) => ofSecond?.includes(ref)) !== true;
  }

  private entryOf(presence: Presence): TimelineEntry | undefined {
    if ('entry' in presence.fix) return presence.fix.entry;
    this.byRef ??= new Map(
      [...this.items.values()].flatMap(({ timeline }) => timeline.entries.map((entry) => [formatRef(entry.sighting), entry] as const)),
    );
    return this.byRef.get(eventKeyOf(presence));
  }
}
