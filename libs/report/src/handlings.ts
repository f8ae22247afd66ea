/** For whom an answer is: the strictest handling of all that it shows. */
import type { JourneyView, TimelineView } from '#lib/contracts';
import { TLP_LABELS, type TlpLabel } from '#lib/domain';

/** Of a timeline and the journey beside it. */
export const strictestOf = (timeline: TimelineView, journey: JourneyView | null): TlpLabel => strictest(labelsOf(timeline, journey));

/** CLEAR of none. */
export function strictest(labels: Iterable<TlpLabel>): TlpLabel {
  let rank = 0;
  for (const label of labels) rank = Math.max(rank, TLP_LABELS.indexOf(label));
  return TLP_LABELS[rank] ?? 'RED';
}

function* labelsOf(timeline: TimelineView, journey: JourneyView | null): Iterable<TlpLabel> {
  for (const { handling } of timeline.entries) yield handling.tlp;
  for (const { tlp } of [...(timeline.identity?.names ?? []), ...(timeline.identity?.unjoined ?? [])]) yield tlp;
  if (journey === null) return;
  const { placings, legs, containments, inWhat, conflicts, travel, lastConveyance, custody, vessels, tracks, notFollowed } = journey;
  for (const { tlp } of [...placings, ...legs, ...legs.flatMap(({ gaps }) => gaps), ...conflicts]) yield tlp;
  for (const { tlp, ending } of [...containments, ...inWhat]) yield* ending === null ? [tlp] : [tlp, ending.tlp];
  for (const { tlp } of [...travel.alarms, ...travel.clones, ...custody.holdings, ...custody.uncovered]) yield tlp;
  for (const { tlp } of tracks) yield tlp;
  if (notFollowed !== null) yield notFollowed;
  for (const events of [...vessels, ...(lastConveyance === null ? [] : [lastConveyance])])
    for (const { tlp } of [...events.gaps, ...events.portVisits, ...events.encounters, ...events.loitering]) yield tlp;
  if (lastConveyance !== null) for (const { tlp } of [lastConveyance, ...lastConveyance.conflicts]) yield tlp;
}
