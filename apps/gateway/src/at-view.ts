/** `at`: the time that is asked about, and what a journey says of it. */
import {
  againstAt,
  arithmeticOf,
  isDisputed,
  journeyAt,
  recordsOf,
  type ContainmentAt,
  type HolderAt,
  type JourneyAt,
  type KnownItems,
  type LegAt,
  type Placing,
  type TravelAlarm,
  type TravelCheck,
} from '#lib/analysis';
import type { AskedTimeView, AtView } from '#lib/contracts';
import { displayAskedTime, formatInstant, parseAskedTime, possiblyOverlaps, type AskedTime, type Cover } from '#lib/domain';
import { DomainError } from '#lib/runtime';
import type { Followed } from './followed.ts';
import { conflictsView, gapView, HOLDINGS_TOLD_MAX, holdingView, timeOf, uncoveredView } from './journey-beside.ts';
import { carrierView, containmentView, isPlacingDisputed, legView, placedBy } from './journey-parts.ts';
import { ALARMS_TOLD_MAX, CLONES_TOLD_MAX, refView } from './journey-travel.ts';

/** Absent: none is asked about. Throws at.malformed. */
export function readAt(text: string | undefined): AskedTime | undefined {
  if (text === undefined) return undefined;
  const read = parseAskedTime(text);
  if (read.ok) return read.value;
  // A plus sign that was not escaped has come as a space.
  const hint = / \d{2}:\d{2}$/.test(text) ? ' A plus sign is written %2B in an address.' : '';
  throw new DomainError('at.malformed', `${read.detail}${hint}`);
}

/** The time as it was taken. */
export const askedTimeView = (at: AskedTime): AskedTimeView => ({
  text: at.text,
  unit: at.unit,
  from: formatInstant(at.starts),
  until: formatInstant(at.ends),
  display: displayAskedTime(at),
});

/** Of one time; the rest is counted. */
export const PLACINGS_TOLD_MAX = 200;

/** @param travel of the same journey. Throws JourneyTooLarge. */
export function atView({ journey, items, ports, files, steps }: Followed, travel: TravelCheck, at: AskedTime): AtView {
  const then = journeyAt(journey, items, ports, at, steps);
  const { holders, uncovered } = then;
  return {
    time: askedTimeView(at),
    where: whereView(then, items),
    inWhat: {
      basis: then.inWhat,
      legs: then.legs.map((each) => legAtView(each, items, at)),
      containments: then.containments.map((each) => containmentAtView(each, items)),
    },
    heldBy: {
      basis: then.heldBy,
      holders: certainFirst(holders, HOLDINGS_TOLD_MAX).map(holderView),
      moreHolders: Math.max(0, holders.length - HOLDINGS_TOLD_MAX),
      uncovered: uncovered.slice(0, HOLDINGS_TOLD_MAX).map(uncoveredView),
      moreUncovered: Math.max(0, uncovered.length - HOLDINGS_TOLD_MAX),
    },
    against: againstView(then, items, travel),
    missingTracks: files.filter(({ state }) => state !== 'read'),
  };
}

/** In their order, and of too many those that are certain before those that are only possible. */
function certainFirst<T extends { readonly cover: Cover }>(all: readonly T[], most: number): readonly T[] {
  if (all.length <= most) return all;
  const certain = all.filter(({ cover }) => cover === 'certainly');
  const told = new Set([...certain, ...all.filter(({ cover }) => cover !== 'certainly')].slice(0, most));
  return all.filter((each) => told.has(each));
}

function whereView(then: JourneyAt, items: KnownItems): AtView['where'] {
  const { placings, before, after, where, mayBeLater, mayBeEarlier, undated } = then;
  const placed = (placing: Placing): NonNullable<AtView['where']['before']> => ({
    ...placedBy(placing),
    isDisputed: isPlacingDisputed(items, placing),
  });
  return {
    basis: where,
    placings: certainFirst(placings, PLACINGS_TOLD_MAX).map(({ placing, cover }) => ({ ...placed(placing), cover })),
    morePlacings: Math.max(0, placings.length - PLACINGS_TOLD_MAX),
    before: before === undefined ? null : placed(before),
    after: after === undefined ? null : placed(after),
    mayBeLater,
    mayBeEarlier,
    undated,
  };
}

function legAtView({ leg, holds, until, grade, handling }: LegAt, items: KnownItems, at: AskedTime): AtView['inWhat']['legs'][number] {
  const { records: _, positions: __, grade: ___, ...members } = legView(leg);
  return {
    ...members,
    holds,
    until: formatInstant(until),
    gaps: leg.gaps.filter((gap) => possiblyOverlaps({ starts: gap.since.at, ends: gap.until?.at ?? null }, at)).map(gapView),
    isDisputed: isDisputed(items, leg.chain.flatMap(recordsOf)),
    ...(grade === undefined ? {} : { grade }),
    tlp: handling,
  };
}

function containmentAtView(
  { containment, holds, reasons, until, outer, handling }: ContainmentAt,
  items: KnownItems,
): AtView['inWhat']['containments'][number] {
  return {
    ...containmentView(containment),
    holds,
    reasons: [...reasons],
    until: timeOf(until),
    outer: outer.map(carrierView),
    isDisputed: isDisputed(items, [containment, ...outer].flatMap(recordsOf)),
    tlp: handling,
  };
}

const holderView = ({ holding, basis, cover }: HolderAt): AtView['heldBy']['holders'][number] => ({
  ...holdingView(holding),
  basis,
  cover,
});

function againstView(then: JourneyAt, items: KnownItems, travel: TravelCheck): AtView['against'] {
  const { conflicts, alarms, clones } = againstAt(then, items, travel);
  return {
    ...conflictsView(conflicts),
    alarms: alarms.slice(0, ALARMS_TOLD_MAX).map(alarmAtView),
    moreAlarms: Math.max(0, alarms.length - ALARMS_TOLD_MAX),
    clones: clones.slice(0, CLONES_TOLD_MAX).map(({ pairs, isOpen, handling }) => ({ pairs, isOpen, tlp: handling })),
    moreClones: Math.max(0, clones.length - CLONES_TOLD_MAX),
    isPartial: travel.isPartial,
  };
}

/** In short: the journey has its sides with their marks and grades. */
const alarmAtView = (alarm: TravelAlarm): AtView['against']['alarms'][number] => ({
  kind: alarm.kind,
  first: refView(alarm.first),
  second: refView(alarm.second),
  arithmetic: arithmeticOf(alarm),
  isOpen: alarm.isOpen,
  tlp: alarm.handling,
});
