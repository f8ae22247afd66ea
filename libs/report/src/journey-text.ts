/** What records prove together about an item, in words: where it was last, by what chain, and that nothing is known behind that. */
import type { JourneyView } from '#lib/contracts';
import { stateText, travelLines } from './travel-text.ts';

type Placing = JourneyView['placings'][number];
type Leg = JourneyView['legs'][number];
type Conflict = JourneyView['conflicts'][number];
type Contained = JourneyView['containments'][number];

/** Where no record puts the item into anything its own records are all that there is, and what stands beside them. */
export function journeyLines(journey: JourneyView): string[] {
  const { legs } = journey;
  const beside = besideLines(journey);
  if (journey.containments.length === 0) return beside.length === 0 ? [] : [...beside, ''];
  return [
    'Journey: what the records prove together',
    ...legs.flatMap((leg, at) => legLines(leg, at + 1)),
    ...journey.rings.map((ring) => `  Not followed: ${ring.join(' in ')}, a ring.`),
    ...journey.tooDeep.map((chain) => `  Not followed: ${chain.join(' in ')}, deeper than five.`),
    ...journey.tracks.filter(({ state }) => state !== 'read').map(missingTrack),
    ...lastLines(journey),
    ...beside,
    '',
  ];
}

/** No part of the journey: it proves nothing of where the item was. */
function besideLines({ conflicts, moreConflicts, travel, lastConveyance, custody }: JourneyView): string[] {
  const lines: string[] = lastConveyance === null ? [] : [conveyanceText(lastConveyance)];
  if (conflicts.length > 0) lines.push('Records that speak against each other:', ...conflicts.map(conflictText));
  if (moreConflicts > 0) lines.push(`  ${moreConflicts} more.`);
  lines.push(...travelLines(travel));
  lines.push(...custodyLines(custody));
  return lines;
}

function conveyanceText({
  display,
  since,
  records,
  id,
  conflicts,
  moreConflicts,
  tlp,
}: NonNullable<JourneyView['lastConveyance']>): string {
  const pairs = [...conflicts.map(pairText), ...(moreConflicts === 0 ? [] : [`${moreConflicts} more`])];
  const against = pairs.length === 0 ? '' : `, ${counted(conflicts.length + moreConflicts, 'conflict')} (${pairs.join('; ')})`;
  const from = since === null ? ', in which nothing proves that the item was at any time, and' : ` since ${minute(since)},`;
  return `${display}${from} which places the item nowhere: ${counted(records, 'record')}${against}; see custody trace ${id}   ${tlp}`;
}

function custodyLines({ holdings, moreHoldings, uncovered, moreUncovered }: JourneyView['custody']): string[] {
  const earlier = (count: number): string[] => (count === 0 ? [] : [`  ${count} before these.`]);
  return [
    ...(holdings.length === 0 ? [] : ['Held by', ...earlier(moreHoldings), ...holdings.map(holdingText)]),
    ...earlier(moreUncovered),
    ...uncovered.map(
      ({ since, until, isOfOne, tlp }) =>
        `  No document covers ${minute(since)} to ${minute(until)}${isOfOne ? ', before and behind which it names the same holder' : ''}.   ${tlp}`,
    ),
  ];
}

const pairText = ({ by, against }: Conflict): string => `${by.event.id} against ${against.event.id}`;

const conflictText = ({ kind, by, against, isOpen }: Conflict): string =>
  `  ${saidText(by)} ${kind} ${saidText(against)}: ${stateText(isOpen, [by.standing, against.standing])}`;

/** What each says, where and when, stands in the timeline, marked as what it is: here a place of hearsay would look like one of the journey. */
export const saidText = ({ event, mark, grade }: Conflict['by']): string => `${event.id} (${mark}, ${grade ?? 'not graded'})`;

export function holdingText({ holder, since, until, isOver, by, moreRecords, tlp }: JourneyView['custody']['holdings'][number]): string {
  const { role, name, lei, country } = holder;
  const who = `${name ?? lei ?? 'somebody without a name'} (${[role, ...(country === undefined ? [] : [country])].join(', ')})`;
  const from = since === null ? 'from a time that is not known' : `from ${minute(since)}`;
  const to = until === null ? '' : ` to ${minute(until)}`;
  return `  ${who}, ${from}${to}, ${isOver ? 'given away' : 'no later record says so'}   (${by.map(({ id }) => id).join(', ')}${moreRecords === 0 ? '' : ` and ${moreRecords} more`})   ${tlp}`;
}

function legLines(leg: Leg, number: number): string[] {
  const { carriers, from, until, isOpen, records, positions, gaps } = leg;
  const inside = carriers.toReversed().map(({ display, loading }) => `${display} (${loading.id})`);
  const end = until === null ? 'no end is recorded' : `${isOpen ? 'confirmed' : 'proved'} until ${minute(until)}`;
  return [
    `  Leg ${number}: from ${minute(from)}, ${end}: in ${inside.join(', by being in ')}   ${gradeText(leg)}`,
    `      inherits ${counted(records, 'record')} and ${counted(positions, 'position')}`,
    ...gaps.map(
      ({ since, until: heard }) =>
        `      . . . apparently silent from ${minute(since.at)} ${heard === null ? 'on' : `to ${minute(heard.at)}`}: where it was is UNKNOWN`,
    ),
  ];
}

function lastLines({ lastProved, legs, inWhat, placings }: JourneyView): string[] {
  const lines: string[] = [];
  if (lastProved === null) lines.push('Nothing here proves where it was at any time.');
  else {
    lines.push(`Last proved ${lastProved.occurred}, ${lastProved.place}: ${basisText(lastProved, legs)}; ${gradeText(lastProved)}.`);
    const later = placings.filter(({ to }) => to === null || (lastProved.to !== null && to > lastProved.to)).length;
    if (later > 0) lines.push(`${counted(later, 'record')} of an uncertain time may be later.`);
    lines.push('Where it was after that is UNKNOWN: what speaks of it below and is not numbered places nothing.');
  }
  if (inWhat.length > 0) lines.push(`In what? ${inWhat.map(containedText).join('; that is in ')}.`);
  return lines;
}

export function basisText({ basis, event, line, leg }: Placing, legs: readonly Leg[]): string {
  const record = line === undefined ? event.id : `${event.id} line ${line}`;
  const carriers = leg === null ? [] : (legs[leg]?.carriers ?? []);
  if (basis === 'observed' || carriers.length === 0) return `observed by ${record}`;
  return `INFERRED from ${record} of ${carriers.at(-1)?.display ?? ''}, in which it was by ${carriers.map(({ loading }) => loading.id).join(', ')}`;
}

export const ENDINGS: Readonly<Record<NonNullable<Contained['ending']>['kind'], string>> = {
  unloaded: 'unloaded',
  dark: 'its track stops there',
  unheard: 'no record of it follows soon',
  unread: 'its track could not be read',
  called: 'it called at the port of discharge then',
  elsewhere: 'the item was seen elsewhere',
  'may-be-elsewhere': 'the item may have been elsewhere then',
  'moved-on': 'the item went into something else',
};

export function containedText({ display, loading, ending }: Contained): string {
  const recorded = `${display} (${loading.id}), last recorded`;
  if (ending === null) return `${recorded}, no end of it is`;
  return `${recorded}, not confirmed since ${ending.at === null ? 'a time that is not known' : minute(ending.at)} (${ENDINGS[ending.kind]})`;
}

export const missingTrack = ({ event, state }: JourneyView['tracks'][number]): string =>
  `  The positions of ${event.id} are missing: ${state === 'not-held' ? 'the file is not here, or not open to you' : state === 'too-large' ? 'the file is larger than is read' : 'the file is no track that is read'}.`;

export const gradeText = ({ grade, tlp }: { readonly grade?: string; readonly tlp: string }): string => `${grade ?? 'not graded'}, ${tlp}`;
export const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
/** RFC 3339 in UTC, to the minute. */
export const minute = (time: string): string => `${time.slice(0, 16)}Z`;
