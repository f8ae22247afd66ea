/** What a reader asks first of a journey, answered in a sentence each: the first screen of its page. */
import type { JourneyView, TimelineView } from '#lib/contracts';
import { identityLines } from './identity-text.ts';
import {
  basisText,
  CONFLICTS,
  containedText,
  counted,
  disputedText,
  gradeText,
  holdingText,
  minute,
  saidText,
  stretch,
  uncoveredText,
} from './journey-text.ts';
import { shortName } from './places.ts';
import { nameOf, PLACES, SORT_WORDS, type SeenRecord } from './records.ts';
import { lengthText } from './times.ts';
import { oddText, sideText, stateText, trackText } from './travel-text.ts';

export interface Answer {
  readonly asks: string;
  /** At least one sentence. */
  readonly says: readonly string[];
}

/** Of lists the first screen has the first; all of it is below. */
const TOLD_MAX = 4;
const PLACES_TOLD_MAX = 6;

export function answersOf(timeline: TimelineView, journey: JourneyView | null, records: readonly SeenRecord[]): readonly Answer[] {
  if (journey === null) return [{ asks: 'Its journey', says: ['is not followed: it is too large. Below is what its own records say.'] }];
  const answers: Answer[] = [
    { asks: 'Last proved', says: [lastText(journey)] },
    { asks: 'Since then', says: sinceText(journey) },
    { asks: 'Last recorded in', says: inWhatText(journey) },
    { asks: 'Silent', says: silentText(journey) },
    { asks: 'Said of it since, and proved by nothing', says: saidSince(journey, records) },
    { asks: 'Records against each other', says: conflictsText(journey) },
    { asks: 'Places that cannot both be true', says: travelText(journey) },
    { asks: 'Proved before', says: [provedText(records)] },
    { asks: 'Held by', says: heldText(journey) },
    { asks: 'Also known as', says: identityLines(timeline.identity).slice(0, TOLD_MAX) },
    { asks: 'Open questions', says: openText(timeline) },
  ];
  return answers.filter(({ says }) => says.length > 0);
}

function lastText({ lastProved, legs }: JourneyView): string {
  if (lastProved === null) return 'Nothing here proves where it was at any time.';
  const utc = lastProved.from !== null && /[+-]\d{2}:\d{2}$/.test(lastProved.occurred) ? ` (UTC: ${minute(lastProved.from)})` : '';
  return `${lastProved.occurred}${utc}, ${lastProved.place}: ${basisText(lastProved, legs)}; ${gradeText(lastProved)}${disputedText(lastProved.isDisputed)}.`;
}

function sinceText({ lastProved, placings }: JourneyView): string[] {
  if (lastProved === null) return [];
  const later = placings.filter(({ to }) => to === null || (lastProved.to !== null && to > lastProved.to)).length;
  return [
    `UNKNOWN where it was after ${lastProved.occurred}: no record here proves it.`,
    ...(later === 0 ? [] : [`${counted(later, 'record')} of an uncertain time may be later.`]),
  ];
}

const inWhatText = ({ inWhat }: JourneyView): string[] =>
  inWhat.length === 0 ? [] : [`${inWhat.map(containedText).join('; that is in ')}.`];

/** Of what it is last recorded in; that has places of its own, and gives the item none. */
function silentText({ lastConveyance }: JourneyView): string[] {
  if (lastConveyance === null) return [];
  const { display, gaps, moreGaps, records } = lastConveyance;
  const silences = gaps.map(({ since, until }) => {
    const [begin, end] = stretch(since.at, until?.at ?? null);
    if (until === null || end === null) return `from ${begin} on`;
    return `${begin} to ${end} (${lengthText(Date.parse(until.at) - Date.parse(since.at))})`;
  });
  const since = records === 0 ? '' : ` ${counted(records, 'record')} of it since ${records === 1 ? 'places' : 'place'} the item nowhere.`;
  if (silences.length === 0) return since === '' ? [] : [`${display}:${since}`];
  return [`${display}, apparently, ${firstOf(silences, moreGaps).join('; ')}.${since}`];
}

/** By what speaks of it where it was at a time that is not certainly before the last that is proved. */
function saidSince({ lastProved }: JourneyView, records: readonly SeenRecord[]): string[] {
  const from = lastProved?.from ?? null;
  const isSince = ({ to }: SeenRecord): boolean => from === null || to === null || to > from;
  const says = ({ sort, place }: SeenRecord): boolean =>
    !PLACES.has(sort) && sort !== 'withdrawn' && sort !== 'unplaced' && place !== undefined;
  const since = records.filter((record) => says(record) && isSince(record));
  const told = since.map((record) => {
    const what = SORT_WORDS[record.sort].word.toLowerCase();
    return `${record.entry?.document.place?.name ?? record.place ?? ''} (${nameOf(record)}, ${what}, ${record.grade ?? 'not graded'})`;
  });
  return told.length === 0 ? [] : [`${firstOf(told).join('; ')}.`];
}

function conflictsText({ conflicts, moreConflicts }: JourneyView): string[] {
  const told = conflicts.map(
    ({ by, against, kind, isOpen }) =>
      `${saidText(by)} ${CONFLICTS[kind]} ${saidText(against)}: ${stateText(isOpen, [by.standing, against.standing])}`,
  );
  return told.length === 0 ? [] : [`${firstOf(told, moreConflicts).join('; ')}.`];
}

function travelText({ travel }: JourneyView): string[] {
  const told = travel.alarms.map(
    (alarm) =>
      `${sideText(alarm.first)} and ${sideText(alarm.second)}, ${Math.round(alarm.km)} km apart: ${stateText(alarm.isOpen, [alarm.first.standing, alarm.second.standing])}; ${oddText(alarm)}`,
  );
  const clones = travel.clones.map(({ tracks }) => `Two things may bear this identity: ${tracks.map(trackText).join(', and ')}.`);
  return [...firstOf(clones, travel.moreClones), ...(told.length === 0 ? [] : [`${firstOf(told, travel.moreAlarms).join('; ')}.`])];
}

/** Places by name, in the order of the first record that proves each; of a track only its places are told that a record names. */
function provedText(records: readonly SeenRecord[]): string {
  const first = new Map<string, string>();
  for (const { sort, line, place, occurred } of records)
    if (PLACES.has(sort) && line === undefined && place !== undefined && !first.has(place)) first.set(place, occurred);
  if (first.size === 0) return 'No record that places it names a place.';
  const told = [...first].map(([place, occurred]) => `${shortName(place)} ${occurred}`);
  return `${firstOf(told, 0, PLACES_TOLD_MAX).join('; ')}.`;
}

function heldText({ custody: { holdings, moreHoldings, uncovered, moreUncovered } }: JourneyView): string[] {
  const told = holdings.toReversed().map((holding) => holdingText(holding).trim());
  const open = uncovered.toReversed().map((each) => uncoveredText(each));
  return [...firstOf(told, moreHoldings, 2), ...firstOf(open, moreUncovered, 2)];
}

/** Records that contradict each other are told above, with their grades. */
const openText = ({ openQuestions }: TimelineView): string[] =>
  firstOf(openQuestions.flatMap(({ code, display }) => (code === 'contradiction' ? [] : [display])));

function firstOf(list: readonly string[], more = 0, most = TOLD_MAX): string[] {
  const left = Math.max(0, list.length - most) + more;
  return [...list.slice(0, most), ...(left === 0 ? [] : [`${left} more below`])];
}
