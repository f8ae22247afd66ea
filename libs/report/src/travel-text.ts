/**
 * Records whose places cannot both be true, in words: by record, mark and grade alone. What each says, where and when, stands in the timeline; here a
 * place of hearsay would look like one of the journey.
 */
import type { JourneyView } from '#lib/contracts';

type Travel = JourneyView['travel'];
type Alarm = Travel['alarms'][number];
type Track = Travel['clones'][number]['tracks'][number];

export function travelLines({ alarms, moreAlarms, clones, moreClones, isPartial }: Travel): string[] {
  const lines: string[] = [];
  for (const { tracks, pairs, isOpen, tlp } of clones) {
    lines.push(
      `Two things may bear this identity: ${tracks.map(trackText).join(', and ')}, cannot be of one (${pairs} impossible pairs): ${stateText(isOpen)}   ${tlp}`,
    );
  }
  if (moreClones > 0) lines.push(`  ${moreClones} more such pairs of tracks.`);
  if (alarms.length > 0) lines.push('Records whose places cannot both be true:', ...alarms.flatMap(alarmLines));
  if (moreAlarms > 0) lines.push(`  ${moreAlarms} more.`);
  if (isPartial) lines.push('  There was more to compare than is followed: there may be more of these.');
  return lines;
}

export const trackText = ({ records, moreRecords }: Track): string =>
  [...records.slice(0, 5).map(recordText), ...countedBehind(Math.max(0, records.length - 5) + moreRecords)].join(', ');

const countedBehind = (count: number): string[] => (count === 0 ? [] : [`${count} more`]);

const recordText = ({ event, line }: Track['records'][number]): string => (line === undefined ? event.id : `${event.id} line ${line}`);

const alarmLines = (alarm: Alarm): string[] => [
  `  ${sideText(alarm.first)} and ${sideText(alarm.second)}, ${alarm.kind === 'two-at-once' ? 'at once' : 'impossible travel'}: ${stateText(alarm.isOpen, [alarm.first.standing, alarm.second.standing])}   ${alarm.tlp}`,
  `      ${alarm.arithmetic}; ${oddText(alarm)}`,
];

/** Statement, withdrawn: what it is comes first, for neither is a place. */
export function sideText(side: Alarm['first']): string {
  const { mark, standing, leg, grade } = side;
  const words = [mark, ...(standing === 'stands' ? [] : [standing]), ...(leg === null ? [] : [`by leg ${leg + 1}`]), grade ?? 'not graded'];
  return `${recordText(side)} (${words.join(', ')})`;
}

/** Of one pair nobody knows whether a record is wrong, or two things were each seen once. */
export function oddText({ odd, without, first, second }: Alarm): string {
  if (odd === 'either') return 'not both of one thing: one record is wrong, or two things bear this identity';
  if (odd === 'neither') return 'taking away one record alone makes these no more possible';
  if (without !== undefined) return `all that is impossible with this rests on ${without.id}, by which it was inside`;
  return `all that is impossible with this rests on ${recordText(odd === 'first' ? first : second)}`;
}

/** Only a resolution settles it: where one of both does not stand any more nobody decided between them. */
export function stateText(isOpen: boolean, standings: readonly string[] = []): string {
  const fallen = [...new Set(standings)].filter((standing) => standing !== 'stands');
  return isOpen ? 'open' : fallen.length === 0 ? 'settled' : `not open, one is ${fallen.join(', one ')}`;
}
