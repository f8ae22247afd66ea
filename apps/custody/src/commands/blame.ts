/**
 * `custody blame vin:...`: of each record of a timeline, who said it, when it came in, and on what document it rests. What each field
 * leads to is decided by the server's one place for it (`explain=1`, libs/contracts); here it is only put into lines.
 */
import { blameIn, pointerToken, type Blame, type EventView, type ExplainedSighting, type TimelineView } from '#lib/contracts';
import type { Client } from '../client.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { group } from '../progress.ts';
import { approvalText, recordedText, signedText, submitterText } from './known-words.ts';
import { printable } from './printable.ts';
import { timelinePages } from './timeline-pages.ts';
import { minuteText } from './trace-as-of.ts';

export interface BlameOptions {
  readonly asOf?: string;
  readonly json?: boolean;
}

export async function blame(client: Client, item: string, options: BlameOptions): Promise<ExitCode> {
  const pages: TimelineView[] = [];
  for await (const page of timelinePages(client, item, { asOf: options.asOf, explain: '1' })) pages.push(page);
  // Pointers lead into the page that they came with, so pages stay apart.
  process.stdout.write(options.json === true ? `${JSON.stringify({ pages })}\n` : `${blameText(pages)}\n`);
  return EXIT.ok;
}

/** @param show makes each line safe for a terminal */
export function blameText(pages: readonly TimelineView[], show: (line: string) => string = printable): string {
  const lines = [pages[0]?.item.display ?? '', ''];
  const told = new Set<string>();
  const resting = { document: 0, track: 0, nothing: 0 };
  for (const page of pages) {
    if (page.explanation === undefined)
      throw new CommandError(EXIT.unexpected, 'server.answer', 'The server does not explain its answers.');
    const lead = blameIn(page.explanation);
    for (const [at, entry] of page.entries.entries()) {
      if (told.has(keyOf(entry))) continue;
      told.add(keyOf(entry));
      resting[restOf(entry)]++;
      lines.push(...entryLines(entry, (member) => lead(`/entries/${at}${member}`)), '');
    }
  }
  const counts = `${group(resting.document)} cite a document, ${group(resting.track)} a track alone, ${group(resting.nothing)} nothing`;
  lines.push(`${group(told.size)} ${told.size === 1 ? 'record' : 'records'}: ${counts}.`);
  return lines.map(show).join('\n');
}

const keyOf = ({ agency, id }: { readonly agency: string; readonly id: string }): string => `${agency}/${id}`;

/** What of a document a reader asks about, in the words of the field. */
const STATED = [
  'subtype',
  'modality',
  'as',
  'occurred',
  'place',
  'action',
  'items',
  'conveyance',
  'parties',
  'statement',
  'source',
  'grade',
  'handling',
  'relations',
  'reported',
  'extension',
] as const;

/** On what a record rests at least; a track is a list of positions, no document. */
function restOf({ evidence }: EventView): 'document' | 'track' | 'nothing' {
  if (evidence.length === 0) return 'nothing';
  return evidence.every(({ type }) => type === 'track') ? 'track' : 'document';
}

function entryLines(entry: EventView, lead: (member: string) => Blame | null): string[] {
  const { display } = entry;
  const own = lead('/document')?.sightings[0];
  if (own === undefined) throw new CommandError(EXIT.unexpected, 'server.answer', `The server does not say who stated ${entry.id}.`);
  const said = STATED.filter((name) => entry.document[name] !== undefined);
  return [
    `${entry.id}   ${display.occurred}   ${display.place}   ${display.summary}`,
    `     ${said.join(', ')}: stated by ${authorText(own)}`,
    `     submitted by ${submissionText(own)}`,
    ...(entry.signatures.length === 0 ? [] : [`     signed: ${signedText(entry)}`]),
    ...(entry.approval === undefined ? [] : [`     ${approvalText(entry.approval)}`]),
    `     ${own.rests}`,
    ...conclusions(entry).flatMap(([words, member]) => conclusionLine(words, entry, lead(member))),
  ];
}

/** What is not the sighting's own word, where it leads to more than the sighting. That it stands is nobody's doing. */
function conclusions(entry: EventView): [words: string, member: string][] {
  const { standing, places, why, kind } = entry;
  const fell: [string, string][] = standing === 'stands' ? [] : [[`standing ${standing}`, '/standing']];
  if (fell.length > 0 && !places) fell.push([`places nothing${why === undefined ? '' : ` (${why})`}`, '/places']);
  return [
    ...fell,
    ...(kind === undefined ? [] : [[`kind ${kind}, as that of what it corrects`, '/kind'] as [string, string]]),
    ...entry.flags.map((flag, at): [string, string] => [`flag ${flag}`, `/flags${pointerToken(at)}`]),
    [`handling ${entry.handling.tlp}`, '/handling'],
  ];
}

function conclusionLine(words: string, entry: EventView, found: Blame | null): string[] {
  const others = (found?.sightings ?? []).filter((sighting) => keyOf(sighting) !== keyOf(entry));
  if (others.length === 0) return [];
  const approvals = new Map(entry.relations.markedBy.map((link) => [keyOf(link), approvalText(link.approval)]));
  const named = (other: ExplainedSighting): string => [other.id, approvals.get(keyOf(other))].filter(Boolean).join(' ');
  return [
    `     ${words}: by ${others.map((other) => `${named(other)}, submitted by ${submissionText(other)}, ${other.rests}`).join('; ')}`,
  ];
}

function authorText({ reportedBy }: ExplainedSighting): string {
  if (reportedBy === null) return 'its submitter (no author named)';
  const name = [reportedBy.by, reportedBy.agency].filter((word) => word !== undefined).join(', ');
  return `${name === '' ? 'an author without a name' : name}${reportedBy.at === undefined ? '' : ` at ${reportedBy.at}`} (as it states)`;
}

const submissionText = ({ submittedBy, captured, recorded, logIndex }: ExplainedSighting): string =>
  `${submitterText({ submittedBy, recorded })}, captured ${minuteText(captured)}, ${recorded === null ? 'not sealed yet' : recordedText(recorded)}, log index ${logIndex}`;
