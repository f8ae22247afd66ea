/** What records prove together about an item, in words: where it was last, by what chain, and that nothing is known behind that. */
import type { JourneyView, ThroughView } from '#lib/contracts';
import { stateText, travelLines } from './travel-text.ts';
import { eventCounts, vesselLines } from './vessel-text.ts';

type Placing = JourneyView['placings'][number];
type Leg = JourneyView['legs'][number];
type Conflict = JourneyView['conflicts'][number];
type Contained = JourneyView['containments'][number];

/** Where no record puts the item into anything its own records are all that there is, and what stands beside them. */
export function journeyLines(journey: JourneyView): string[] {
  const { legs } = journey;
  const missing = journey.tracks.filter(({ state }) => state !== 'read').map(missingTrack);
  const beside = besideLines(journey);
  if (journey.containments.length === 0) {
    const lines = [...missing.map((line) => line.trim()), ...beside];
    return lines.length === 0 ? [] : [...lines, ''];
  }
  return [
    'Journey: what the records prove together',
    ...legs.flatMap((leg, at) => legLines(leg, at + 1)),
    ...journey.rings.map((ring) => `  Not followed: ${ring.join(' in ')}, a ring.`),
    ...journey.tooDeep.map((chain) => `  Not followed: ${chain.join(' in ')}, deeper than five.`),
    ...missing,
    ...lastLines(journey),
    ...beside,
    '',
  ];
}

/** No part of the journey: it proves nothing of where the item was. */
function besideLines({ conflicts, moreConflicts, travel, lastConveyance, custody, ...ships }: JourneyView): string[] {
  const lines: string[] = vesselLines(ships);
  if (lastConveyance !== null) lines.push(conveyanceText(lastConveyance));
  lines.push(...conflictLines({ conflicts, moreConflicts }), ...travelLines(travel));
  lines.push(...custodyLines(custody));
  return lines;
}

export const conflictLines = ({ conflicts, moreConflicts }: Pick<JourneyView, 'conflicts' | 'moreConflicts'>): string[] => [
  ...(conflicts.length === 0 ? [] : ['Records that speak against each other:', ...conflicts.map(conflictText)]),
  ...(moreConflicts === 0 ? [] : [`  ${moreConflicts} more.`]),
];

/** What it did since is counted: its places are not to be read as the item's. */
function conveyanceText({
  display,
  since,
  records,
  id,
  conflicts,
  moreConflicts,
  tlp,
  ...events
}: NonNullable<JourneyView['lastConveyance']>): string {
  const pairs = [...conflicts.map(pairText), ...(moreConflicts === 0 ? [] : [`${moreConflicts} more`])];
  const against = pairs.length === 0 ? '' : `, ${counted(conflicts.length + moreConflicts, 'conflict')} (${pairs.join('; ')})`;
  const from = since === null ? ', in which nothing proves that the item was at any time, and' : ` since ${minute(since)},`;
  return `${display}${from} which places the item nowhere: ${[counted(records, 'record'), ...eventCounts(events)].join(', ')}${against}; see custody trace ${id}   ${tlp}`;
}

function custodyLines({ holdings, moreHoldings, uncovered, moreUncovered }: JourneyView['custody']): string[] {
  const earlier = (count: number): string[] => (count === 0 ? [] : [`  ${count} before these.`]);
  return [
    ...(holdings.length === 0 ? [] : ['Held by', ...earlier(moreHoldings), ...holdings.map(holdingText)]),
    ...earlier(moreUncovered),
    ...uncovered.map((each) => `  ${uncoveredText(each)}`),
  ];
}

/** Of no document that is hidden, or disputed, is anything said. */
export function uncoveredText({ since, until, isOfOne, tlp }: JourneyView['custody']['uncovered'][number]): string {
  const [from, to] = stretch(since, until);
  const same = isOfOne ? ', before and behind which the same holder is named' : '';
  return `No document covers ${from} to ${to}${same}: none that you may see and that nobody disputes.   ${tlp}`;
}

const pairText = ({ by, against }: Conflict): string => `${by.event.id} against ${against.event.id}`;

const conflictText = ({ kind, by, against, isOpen, tlp }: Conflict): string =>
  `  ${saidText(by)} ${CONFLICTS[kind]} ${saidText(against)}: ${stateText(isOpen, [by.standing, against.standing])}   ${tlp}`;

export const CONFLICTS: Readonly<Record<Conflict['kind'], string>> = {
  contradicts: 'contradicts',
  disputes: 'disputes',
  elsewhere: 'puts it elsewhere, which it cannot have been while it was in what it was put into by',
  'moved-on': 'puts it into something else, while it is recorded as inside of what it was put into by',
};

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
  return [
    `  Leg ${number}: ${provedText(from, until, isOpen)}: in ${inside.join(', by being in ')}   ${gradeText(leg)}`,
    `      inherits ${counted(records, 'record')} and ${counted(positions, 'position')}`,
    ...gaps.map(gapText),
  ];
}

export function provedText(from: string, until: string | null, isOpen: boolean): string {
  const [begin, end] = stretch(from, until);
  return `from ${begin}, ${end === null ? 'no end is recorded' : `${isOpen ? 'confirmed' : 'proved'} until ${end}`}`;
}

export const gapText = (gap: Leg['gaps'][number]): string => `      . . . ${silentText(gap)}: where it was is UNKNOWN`;

export function silentText({ since, until }: Pick<Leg['gaps'][number], 'since' | 'until'>): string {
  const [begin, end] = stretch(since.at, until?.at ?? null);
  return `apparently silent from ${begin} ${end === null ? 'on' : `to ${end}`}`;
}

/** In answers, where each text stands alone. */
export const disputedText = (isDisputed: boolean): string => (isDisputed ? ' [DISPUTED]' : '');

function lastLines({ lastProved, legs, inWhat, placings }: JourneyView): string[] {
  const lines: string[] = [];
  if (lastProved === null) lines.push('Nothing here proves where it was at any time.');
  else {
    lines.push(
      `Last proved ${lastProved.occurred}, ${lastProved.place}: ${basisText(lastProved, legs)}; ${gradeText(lastProved)}${disputedText(lastProved.isDisputed)}.`,
    );
    const later = placings.filter(({ to }) => to === null || (lastProved.to !== null && to > lastProved.to)).length;
    if (later > 0) lines.push(`${counted(later, 'record')} of an uncertain time may be later.`);
    lines.push('Where it was after that is UNKNOWN: what speaks of it below and is not numbered places nothing.');
  }
  if (inWhat.length > 0) lines.push(`In what? ${inWhat.map(containedText).join('; that is in ')}.`);
  return lines;
}

export function basisText({ basis, event, line, leg, through }: Placing, legs: readonly Leg[]): string {
  const named = through === undefined ? '' : ` ${throughText(through)}`;
  const record = `${line === undefined ? event.id : `${event.id} line ${line}`}${named}`;
  const carriers = leg === null ? [] : (legs[leg]?.carriers ?? []);
  if (basis === 'observed' || carriers.length === 0) return `observed by ${record}`;
  return `INFERRED from ${record} of ${carriers.at(-1)?.display ?? ''}, in which it was by ${carriers.map(({ loading }) => loading.id).join(', ')}`;
}

/** Of a record: by which other name of the thing it is of it. */
export const throughText = ({ display, claims }: ThroughView): string => `(as ${display}, which it is by ${idsOf(claims)})`;

export const idsOf = (refs: readonly { readonly id: string }[]): string => refs.map(({ id }) => id).join(', ');

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

export function containedText({ display, loading, ending, tlp }: Contained): string {
  const recorded = `${display} (${loading.id}), last recorded`;
  if (ending === null) return `${recorded}, no end of it is, ${tlp}`;
  const since = ending.at === null ? 'a time that is not known' : minute(ending.at);
  return `${recorded}, not confirmed since ${since} (${ENDINGS[ending.kind]}), ${tlp}`;
}

export const missingTrack = ({ event, state }: JourneyView['tracks'][number]): string =>
  `  The positions of ${event.id} are missing: ${state === 'not-held' ? 'the file is not here, or not open to you' : state === 'too-large' ? 'the file is larger than is read' : 'the file is no track that is read'}.`;

export const gradeText = ({ grade, tlp }: { readonly grade?: string; readonly tlp: string }): string => `${grade ?? 'not graded'}, ${tlp}`;
export const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
/** RFC 3339 in UTC, to the minute: no later than it is, so that of an end no more is said. */
export const minute = (time: string): string => `${time.slice(0, 16)}Z`;

/** A stretch to the minute and never longer than it is: from the first whole one. Of less than one as it is. */
export function stretch(from: string, until: string | null): [begin: string, end: string | null] {
  const begin = /:00\.0+Z$/.test(from) ? minute(from) : minute(new Date(Date.parse(minute(from)) + 60_000).toISOString());
  const end = until === null ? null : minute(until);
  return end !== null && end < begin ? [from, until] : [begin, end];
}
