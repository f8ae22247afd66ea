/** `custody diff ITEM --from X --to Y`: what was learnt, corrected, withdrawn, disputed between two points, and by whom. */
import type { DiffView } from '#lib/contracts';
import type { Client } from '../client.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { type Columns, type FormFlags, printList } from '../listing.ts';
import { group } from '../progress.ts';
import { gradeText, provedText } from '#lib/report';
import { placedText } from './at-text.ts';
import { recordedText, submitterText } from './known-words.ts';
import { printable } from './printable.ts';
import { minuteText } from './trace-as-of.ts';

export interface DiffOptions extends FormFlags {
  readonly from: string;
  readonly to?: string;
}

export async function diff(client: Client, item: string, options: DiffOptions): Promise<ExitCode> {
  if (item === '') throw new CommandError(EXIT.usage, 'usage', 'Name an item, such as vin:WDDSYNTH9JA000001.');
  const view = await client.get<DiffView>(`/v1/items/${encodeURIComponent(item)}/diff`, { from: options.from, to: options.to });
  printList(options, view, view.changes, { columns: COLUMNS, text: () => `${diffText(view)}\n` });
  return EXIT.ok;
}

export const COLUMNS: Columns<DiffView['changes'][number]> = {
  change: ({ change }) => change,
  agency: ({ event }) => event.agency,
  id: ({ event }) => event.id,
  kind: ({ kind }) => kind,
  standing_before: ({ before }) => before?.standing,
  standing_after: ({ after }) => after.standing,
  places_before: ({ before }) => before?.places,
  places_after: ({ after }) => after.places,
  by: ({ by }) => by.map(({ agency, id }) => `${agency}/${id}`).join(' '),
  summary: ({ summary }) => summary,
};

/** One block for each change, then what the journeys conclude otherwise; the last line says between which points. */
export function diffText({ item, from, to, changes, journey, withoutReported = 0 }: DiffView): string {
  const lines = [item.display, ''];
  for (const change of changes) lines.push(...changeLines(change), '');
  lines.push(...journeyChangeLines(journey));
  const counts = new Map<string, number>();
  for (const { change } of changes) counts.set(change, (counts.get(change) ?? 0) + 1);
  const told = [...counts].map(([name, count]) => `${group(count)} ${name}`).join(', ');
  lines.push(`${told === '' ? 'Nothing changed' : told}, from ${pointText(from)} to ${pointText(to)}.`);
  if (withoutReported > 0) lines.push(`${group(withoutReported)} left out, since their authors state no time.`);
  return lines.map((line) => printable(line)).join('\n');
}

/** Nothing where they conclude the same. */
function journeyChangeLines(journey: DiffView['journey']): string[] {
  if (journey === null) return ['The journeys are too large to be compared.', ''];
  const { lastBefore, lastAfter, isLastOther, legsAdded, legsRemoved, legsChanged } = journey;
  const lines = [
    ...(isLastOther ? [`  Last proved: ${lastText(lastBefore)} -> ${lastText(lastAfter)}`] : []),
    ...legsAdded.map((leg) => `  Leg added: ${legText(leg)}`),
    ...legsRemoved.map((leg) => `  Leg removed: ${legText(leg)}`),
    ...legsChanged.map(({ before, after }) => `  Leg changed: ${legText(before)} -> ${spanText(after)}`),
  ];
  return lines.length === 0 ? [] : ['Journey: what the records prove together', ...lines, ''];
}

type LegView = NonNullable<DiffView['journey']>['legsAdded'][number];

const lastText = (placing: NonNullable<DiffView['journey']>['lastAfter']): string => (placing === null ? 'nowhere' : placedText(placing));
const legText = (leg: LegView): string =>
  `in ${leg.carriers
    .toReversed()
    .map(({ display, loading }) => `${display} (${loading.id})`)
    .join(', by being in ')}, ${spanText(leg)}`;
const spanText = (leg: LegView): string => `${provedText(leg.from, leg.until, leg.isOpen)}; ${gradeText(leg)}`;

function changeLines({ change, event, kind, summary, by, before, after }: DiffView['changes'][number]): string[] {
  const stood = before === null ? [] : [`     ${standingText(before)} -> ${standingText(after)}`];
  const makers = by.map(
    ({ agency, id, logIndex, submittedBy, captured, recorded }) =>
      `     by ${agency === event.agency && id === event.id ? 'itself' : `${agency}/${id}`}, submitted by ${submitterText({ submittedBy, recorded })}, ${recorded === null ? `captured ${minuteText(captured)}, not sealed yet` : recordedText(recorded)}, log index ${logIndex}`,
  );
  return [`${change.toUpperCase().padEnd(11)} ${event.agency}/${event.id}   ${kind}   ${summary}`, ...stood, ...makers];
}

const standingText = ({ standing, places, flags }: DiffView['changes'][number]['after']): string =>
  [standing, places ? 'places it' : 'places nothing', ...flags].join(', ');

function pointText({ asOf }: DiffView['from']): string {
  const size = `log size ${group(asOf.logSize)}`;
  if (asOf.reported !== undefined) return `what was reported by ${asOf.reported} (stated, ${size})`;
  return asOf.recorded === undefined ? size : `${asOf.recorded} (${size})`;
}
