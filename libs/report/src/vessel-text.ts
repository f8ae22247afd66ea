/**
 * What ships did by their tracks, in words: that one was not heard, never why; what only may be is told as that; and what a ship did places no item that
 * is not proved to have been aboard.
 */
import type { JourneyView } from '#lib/contracts';

type Vessel = JourneyView['vessels'][number];
type Events = Omit<Vessel, 'id' | 'scheme' | 'display'>;
type Gap = Events['gaps'][number];
type Unsure = (Gap | Events['portVisits'][number] | Events['encounters'][number] | Events['loitering'][number])['unsure'][number];

/** Of the item itself, where it is a ship, and of the ships that it was provably aboard of. */
export function vesselLines({ item, vessels, moreVessels }: Pick<JourneyView, 'item' | 'vessels' | 'moreVessels'>): string[] {
  const lines = vessels.flatMap((vessel) => {
    const events = eventLines(vessel, vessel.id !== item.id);
    return events.length === 0 ? [] : [`${vessel.display} by its track, as far as it was heard:`, ...events];
  });
  return moreVessels === 0 ? lines : [...lines, `  ${moreVessels} more ships.`];
}

/** So many of each kind, where there are any. What is not told one by one only may be, as far as is known here. */
export function eventCounts(events: Events): string[] {
  const { gaps, moreGaps, portVisits, morePortVisits, encounters, moreEncounters, loitering, moreLoitering } = events;
  return [
    ...countsOf('gap', gaps, moreGaps),
    ...countsOf('port visit', portVisits, morePortVisits),
    ...countsOf('encounter', encounters, moreEncounters),
    ...countsOf('time of loitering', loitering, moreLoitering),
    ...(events.isPartial ? ['perhaps more of these, as not all was looked through'] : []),
  ];
}

function countsOf(word: keyof typeof PLURALS, told: readonly Pick<Gap, 'certainty'>[], more: number): string[] {
  const sure = told.filter(({ certainty }) => certainty === 'certain').length;
  const rest = told.length - sure + more;
  const text = (count: number): string => `${count} ${count === 1 ? word : PLURALS[word]}`;
  if (sure === 0) return rest === 0 ? [] : [`perhaps ${text(rest)}`];
  return [`${text(sure)}${rest === 0 ? '' : ` and perhaps ${rest} more`}`];
}
const PLURALS = { gap: 'gaps', 'port visit': 'port visits', encounter: 'encounters', 'time of loitering': 'times of loitering' } as const;

/** @param isAboard the item is not the ship, and was provably aboard at some time of each */
export function eventLines(events: Events, isAboard = false): string[] {
  const told = ({ legs, tlp }: Pick<Gap, 'legs' | 'tlp'>): string =>
    `${isAboard ? `   (leg ${legs.map((leg) => leg + 1).join(', ')})` : ''}   ${tlp}`;
  const more = (count: number, word: string): string[] => (count === 0 ? [] : [`  ${count} more ${word}.`]);
  return [
    ...events.gaps.map((gap) => `  ${gapText(gap, isAboard)}${told(gap)}`),
    ...more(events.moreGaps, 'silences'),
    ...events.portVisits.map((visit) => `  ${visitText(visit)}${told(visit)}`),
    ...more(events.morePortVisits, 'port visits'),
    ...events.encounters.map((encounter) => `  ${encounterText(encounter)}${told(encounter)}`),
    ...more(events.moreEncounters, 'encounters'),
    ...events.loitering.map((loitering) => `  ${loiteringText(loitering)}${told(loitering)}`),
    ...more(events.moreLoitering, 'times of loitering'),
    ...(events.isPartial ? ['  There was more to look through than is looked through: there may be more of these.'] : []),
  ];
}

/** A silence of three days and more is told in days: `dark for 18 days`. */
function gapText({ since, until, hours, certainty, unsure, coverage }: Gap, isAboard: boolean): string {
  const [who, was] = isAboard ? ['the item was aboard a ship that ', 'was '] : ['', ''];
  const isClosed = until !== null && hours !== null;
  const dark = isClosed
    ? `${mayText(certainty)}dark for ${durationText(hours)}, ${minute(since.at)} to ${minute(until.at)}`
    : `perhaps dark from ${minute(since.at)} on`;
  return `gap: ${who}${was}${dark}; coverage ${coverage.state}${becauseText(unsure)}`;
}

function visitText({ port, since, until, confidence, certainty, unsure }: Events['portVisits'][number]): string {
  const name = port.name === undefined ? port.unlocode : `${port.name} (${port.unlocode})`;
  return `port visit: ${mayText(certainty)}${name}, ${minute(since.at)} to ${minute(until.at)}, confidence ${confidence} of 4${becauseText(unsure)}`;
}

function encounterText({ other, since, until, hours, nearestMetres, certainty, unsure }: Events['encounters'][number]): string {
  const hulls = other.hulls.length === 0 ? '' : ` (${other.hulls.join(', ')})`;
  return `encounter: ${mayText(certainty)}${other.display}${hulls} for ${durationText(hours)}, ${minute(since)} to ${minute(until)}, as near as ${nearestMetres} m${becauseText(unsure)}`;
}

const loiteringText = ({ since, until, hours, certainty, unsure }: Events['loitering'][number]): string =>
  `loitering: ${mayText(certainty)}${durationText(hours)}, ${minute(since.at)} to ${minute(until.at)}${becauseText(unsure)}`;

const mayText = (certainty: Gap['certainty']): string => (certainty === 'may' ? 'perhaps ' : '');

const becauseText = (unsure: readonly Unsure[]): string =>
  unsure.length === 0 ? '' : `; not certain: ${unsure.map((why) => WHY[why]).join(', ')}`;

const WHY: Readonly<Record<Unsure, string>> = {
  class: 'a transponder of class B may not be heard so long',
  end: 'its track ends there',
  unread: 'a track of it could not be read',
  port: 'records differ in where the port is',
  position: 'its positions may be that wrong',
  silence: 'it was not heard there for hours',
  speed: 'it may have been faster',
  distance: 'they may have been farther apart',
  shore: 'how far the shore was nobody says',
};

/** Never more than it was. */
const durationText = (hours: number): string => (hours < 72 ? `${hours} h` : `${Math.floor((hours / 24) * 10) / 10} days`);

const minute = (time: string): string => `${time.slice(0, 16)}Z`;
