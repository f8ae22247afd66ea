/** `at`: the time that is asked about, and what a journey says of it. */
import { journeyAt, type ContainmentAt, type HolderAt, type LegAt } from '#lib/analysis';
import type { AskedTimeView, AtView } from '#lib/contracts';
import { displayAskedTime, formatInstant, parseAskedTime, possiblyOverlaps, type AskedTime } from '#lib/domain';
import { DomainError } from '#lib/runtime';
import type { Followed } from './followed.ts';
import { gapView, HOLDINGS_TOLD_MAX, holdingView, timeOf, uncoveredView } from './journey-beside.ts';
import { carrierView, containmentView, legView, placedBy } from './journey-parts.ts';

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

/** Throws JourneyTooLarge. */
export function atView({ journey, items, ports, files }: Followed, at: AskedTime): AtView {
  const then = journeyAt(journey, items, ports, at);
  const { placings, before, after } = then;
  return {
    time: askedTimeView(at),
    where: {
      basis: then.where,
      placings: placings.slice(0, PLACINGS_TOLD_MAX).map(({ placing, cover }) => ({ ...placedBy(placing), cover })),
      morePlacings: Math.max(0, placings.length - PLACINGS_TOLD_MAX),
      before: before === undefined ? null : placedBy(before),
      after: after === undefined ? null : placedBy(after),
      undated: then.undated,
    },
    inWhat: {
      basis: then.inWhat,
      legs: then.legs.map((each) => legAtView(each, at)),
      containments: then.containments.map(containmentAtView),
    },
    heldBy: {
      basis: then.heldBy,
      holders: then.holders.slice(0, HOLDINGS_TOLD_MAX).map(holderView),
      moreHolders: Math.max(0, then.holders.length - HOLDINGS_TOLD_MAX),
      uncovered: then.uncovered.slice(0, HOLDINGS_TOLD_MAX).map(uncoveredView),
      moreUncovered: Math.max(0, then.uncovered.length - HOLDINGS_TOLD_MAX),
    },
    missingTracks: files.filter(({ state }) => state !== 'read'),
  };
}

function legAtView({ leg, holds, until }: LegAt, at: AskedTime): AtView['inWhat']['legs'][number] {
  const { records: _, positions: __, ...members } = legView(leg);
  return {
    ...members,
    holds,
    until: formatInstant(until),
    gaps: leg.gaps.filter((gap) => possiblyOverlaps({ starts: gap.since.at, ends: gap.until?.at ?? null }, at)).map(gapView),
  };
}

const containmentAtView = ({ containment, holds, until, outer }: ContainmentAt): AtView['inWhat']['containments'][number] => ({
  ...containmentView(containment),
  holds,
  until: timeOf(until),
  outer: outer.map(carrierView),
});

const holderView = ({ holding, basis, cover }: HolderAt): AtView['heldBy']['holders'][number] => ({
  ...holdingView(holding),
  basis,
  cover,
});
