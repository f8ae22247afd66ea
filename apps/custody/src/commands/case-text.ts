/** A case in words: what was chosen, in its order, how each record stands, and what was noted. */
import type { CasesView, CaseView } from '#lib/contracts';
import { formatRef } from '#lib/domain';
import { asOfText, minuteText } from './trace-as-of.ts';

type Head = CasesView['cases'][number];
type Entry = CaseView['entries'][number];
type Note = CaseView['notes'][number];

export function handlingText({ tlp, community, agencies = [], principals = [] }: Head['handling']): string {
  const names = [...(community === undefined ? [] : [community]), ...agencies, ...principals];
  return `TLP:${tlp}${names.length === 0 ? '' : ` (${names.join(', ')})`}`;
}

/** One line of a list. */
export const caseLine = ({ agency, id, title, handling, by, captured }: Head): string =>
  `${agency}/${id}  ${title}  ${handlingText(handling)}  opened by ${by.principal}, ${minuteText(captured)}`;

export function caseText(view: CaseView): string[] {
  const { case: of, notes, entries, coordinates, withoutReported } = view;
  const { closed } = of;
  return [
    caseLine(of),
    ...(of.about === undefined ? [] : [`  ${of.about}`]),
    ...(closed === null ? [] : [`  closed by ${closed.by.principal}, ${minuteText(closed.captured)}${reason(closed.why)}`]),
    ...entries.flatMap((entry, at) => entryText(entry, at + 1, closed?.captured)),
    ...notes.map((note) => `  ${noteText(note, closed?.captured)}`),
    `${entries.length} ${entries.length === 1 ? 'sighting' : 'sightings'} that you may see. ${asOfText({
      coordinates,
      entries: entries.map(({ event }) => event),
      ...(withoutReported === undefined ? {} : { withoutReported }),
    })}`,
  ];
}

function entryText({ event, inPlace, notes, by, captured, why }: Entry, number: number, closed: string | undefined): string[] {
  const { display } = event;
  const how = event.standing === 'stands' ? [] : [event.standing];
  const line = [display.occurred, display.place, display.summary, display.grade, ...how, formatRef(event)].join('  ');
  return [
    `${String(number).padStart(3)}  ${line}`,
    ...correctionsOf(event).map((text) => `     ${text}`),
    ...(inPlace === undefined
      ? []
      : [
          `     in its place: ${[inPlace.display.occurred, inPlace.display.place, inPlace.display.summary, inPlace.display.grade, formatRef(inPlace)].join('  ')}`,
        ]),
    ...event.flags.map((flag) => `     flagged: ${flag}`),
    `     chosen by ${by.principal}, ${minuteText(captured)}${late(captured, closed)}${reason(why)}`,
    ...notes.map((note) => `     ${noteText(note, closed)}`),
  ];
}

function correctionsOf({ relations }: Entry['event']): string[] {
  const words = {
    correctedBy: 'corrected by',
    withdrawnBy: 'withdrawn by',
    supersededBy: 'superseded by',
    disputedBy: 'disputed by',
  } as const;
  return Object.entries(words).flatMap(([name, text]) =>
    relations[name as keyof typeof words].map((link) => `${text} ${formatRef(link)}${link.inForce === false ? ', not in force' : ''}`),
  );
}

const noteText = ({ id, by, captured, text }: Note, closed: string | undefined): string =>
  `note by ${by.principal}, ${minuteText(captured)}${late(captured, closed)}: ${text}  [${id}]`;
const reason = (why: string | undefined): string => (why === undefined ? '' : `: ${why}`);
/** Times of one form sort as they are. */
const late = (captured: string, closed: string | undefined): string =>
  closed !== undefined && captured > closed ? ', after the case was closed' : '';
