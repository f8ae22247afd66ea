/** `custody diff ITEM --from X --to Y`: what was learnt, corrected, withdrawn, disputed between two points, and by whom. */
import type { DiffView } from '#lib/contracts';
import type { Client } from '../client.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { type Columns, type FormFlags, printList } from '../listing.ts';
import { group } from '../progress.ts';
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

/** One block for each change; the last line says between which points. */
export function diffText({ item, from, to, changes }: DiffView): string {
  const lines = [item.display, ''];
  for (const change of changes) lines.push(...changeLines(change), '');
  const counts = new Map<string, number>();
  for (const { change } of changes) counts.set(change, (counts.get(change) ?? 0) + 1);
  const told = [...counts].map(([name, count]) => `${group(count)} ${name}`).join(', ');
  lines.push(`${told === '' ? 'Nothing changed' : told}, from ${pointText(from)} to ${pointText(to)}.`);
  return lines.map((line) => printable(line)).join('\n');
}

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

const pointText = ({ asOf }: DiffView['from']): string =>
  asOf.recorded === undefined ? `log size ${group(asOf.logSize)}` : `${asOf.recorded} (log size ${group(asOf.logSize)})`;
