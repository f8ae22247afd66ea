/** The entries of a trace as rows for programs. As in its text, what places nothing has no place: what it speaks of is another column. */
import type { EventView, TimelineView } from '#lib/contracts';
import { identityLines } from '#lib/report';
import type { Columns } from '../listing.ts';
import { asOfText } from './trace-as-of.ts';

export interface NumberedEntry {
  readonly entry: EventView;
  /** As `trace` numbers what places the item; null: it places nothing. */
  readonly number: number | null;
}

export function numbered(entries: readonly EventView[]): NumberedEntry[] {
  let last = 0;
  return entries.map((entry) => ({ entry, number: entry.places ? ++last : null }));
}

export const COLUMNS: Columns<NumberedEntry> = {
  number: ({ number }) => number,
  from: ({ entry }) => entry.document.occurred?.from,
  to: ({ entry }) => entry.document.occurred?.to,
  place: ({ entry, number }) => (number === null ? '' : entry.display.place),
  speaks_of: ({ entry, number }) => (number === null && entry.document.place !== undefined ? entry.display.place : ''),
  mark: ({ entry }) => entry.mark,
  standing: ({ entry }) => entry.standing,
  why: ({ entry }) => entry.why,
  flags: ({ entry }) => entry.flags.join(' '),
  kind: ({ entry }) => entry.kind,
  agency: ({ entry }) => entry.agency,
  id: ({ entry }) => entry.id,
  log_index: ({ entry }) => entry.logIndex,
  recorded: ({ entry }) => entry.recorded,
  summary: ({ entry }) => entry.display.summary,
  cover: ({ entry }) => entry.cover,
  signatures: ({ entry }) => entry.signatures.map(({ verdict }) => verdict).join(' '),
  awaits: ({ entry }) => entry.relations.markedBy.flatMap(({ id, approval }) => (approval === 'awaited' ? [id] : [])).join(' '),
  through: ({ entry }) => entry.through?.id,
};

/** What a timeline says that is in none of its entries. */
export const beside = (timeline: TimelineView): string[] => [
  ...timeline.waiting.map(
    ({ id, kind, target }) => `waiting for a record that is not here: ${kind} ${id} speaks about ${target.agency}/${target.id}`,
  ),
  ...timeline.openQuestions.map(({ display }) => `open question: ${display}`),
  ...identityLines(timeline.identity),
  ...timeline.notes,
  asOfText(timeline),
];
