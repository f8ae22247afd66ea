/**
 * `custody trace vin:...`: the timeline of an item on a terminal. Only what places the item is numbered and has a place of its own;
 * everything else (statements, plans, negative findings, assessments, withdrawn or corrected records) is marked, and its place is told as
 * what it speaks of, never as where the item was.
 */
import type { EventView, JourneyView, TimelineView } from '#lib/contracts';
import { identityLines, journeyGeoJson, journeyLines, journeyPage, throughText } from '#lib/report';
import type { Client } from '../client.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { type FormFlags, printList } from '../listing.ts';
import { refuseIdle } from '../invocation.ts';
import { note, type NoteFlags } from '../notes.ts';
import { group } from '../progress.ts';
import { atLines } from './at-text.ts';
import { approvalText, knownWords, recordedText, signatureFlags, signedText, submitterText } from './known-words.ts';
import { printable } from './printable.ts';
import { timelinePages } from './timeline-pages.ts';
import { asOfText } from './trace-as-of.ts';
import { beside, COLUMNS, numbered } from './trace-rows.ts';
import { lastPlacedText, overlapText, whenText, withUtc } from './trace-times.ts';

/** `json` is `--json`, and `table` what is printed otherwise. */
export type TraceFormat = 'table' | 'json' | 'geojson' | 'html';

export interface TraceOptions extends FormFlags, NoteFlags {
  readonly asOf?: string;
  readonly format?: TraceFormat;
  /** Valid time: what is known of it alone. */
  readonly at?: string;
}

export async function trace(client: Client, item: string, given: TraceOptions): Promise<ExitCode> {
  refuseOther(given);
  const options = given.format === 'json' ? { ...given, json: true } : given;
  const timeline = await wholeTimeline(client, item, options.asOf, options.at);
  if (options.format === 'geojson' || options.format === 'html') {
    const journey = await journeyOf(client, timeline, options);
    process.stdout.write(
      options.format === 'html'
        ? journeyPage(timeline, journey, asOfText(timeline))
        : `${JSON.stringify(journeyGeoJson(timeline, journey))}\n`,
    );
    return EXIT.ok;
  }
  const rows = numbered(timeline.entries);
  const isForProgram = options.json === true || options.jsonl === true || options.plain === true;
  const journey = isForProgram ? null : await journeyOf(client, timeline, options);
  const text = (): string => `${timelineText(timeline, journey)}\n`;
  printList(options, timeline, rows, { columns: COLUMNS, line: ({ entry }) => entry, text });
  // A line each has the entries alone.
  if (options.jsonl === true || options.plain === true) for (const line of beside(timeline)) note(options, line);
  return EXIT.ok;
}

/** One form is asked for; a drawing is of all times. */
function refuseOther({ format, json, jsonl, plain, at }: TraceOptions): void {
  if (format === undefined) return;
  refuseIdle(`trace --format ${format}`, {
    '--json': json === true && format !== 'json',
    '--jsonl': jsonl === true,
    '--plain': plain === true,
    '--at': at !== undefined && (format === 'geojson' || format === 'html'),
  });
}

/** Of the same log size as the timeline. Null where it is too large to be followed: that is said, and the timeline stands without it. */
async function journeyOf(
  client: Client,
  { item, coordinates: { asOf } }: TimelineView,
  options: TraceOptions,
): Promise<JourneyView | null> {
  const point = asOf.basis === 'log' ? `log:${asOf.logSize}` : options.asOf;
  try {
    return await client.get<JourneyView>(`/v1/items/${encodeURIComponent(item.id)}/journey`, { asOf: point, at: options.at });
  } catch (error) {
    if (!(error instanceof CommandError) || error.code !== 'answer.too-large') throw error;
    note(options, `Its journey is not followed: ${error.message}`);
    return null;
  }
}

/** All pages as one view; the first page fixes the log size of the others. */
export async function wholeTimeline(client: Client, item: string, asOf?: string, at?: string): Promise<TimelineView> {
  const pages = timelinePages(client, item, { asOf, at });
  // There is a first page, or it throws.
  const whole = (await pages.next()).value as TimelineView;
  let withoutReported = whole.withoutReported ?? 0;
  const add = {
    entry: adding(whole.entries, keyOf),
    waiting: adding(whole.waiting, (waiting) => JSON.stringify([waiting.kind, keyOf(waiting), keyOf(waiting.target)])),
    question: adding(whole.openQuestions, ({ code, refs }) => JSON.stringify([code, refs.map(keyOf)])),
    note: adding(whole.notes, (note) => note),
  };
  for await (const page of pages) {
    withoutReported += page.withoutReported ?? 0;
    page.entries.forEach(add.entry);
    page.waiting.forEach(add.waiting);
    page.openQuestions.forEach(add.question);
    page.notes.forEach(add.note);
  }
  return { ...whole, ...(whole.withoutReported === undefined ? {} : { withoutReported }), next: null };
}

const keyOf = ({ agency, id }: { readonly agency: string; readonly id: string }): string => `${agency}/${id}`;

/** Appends to the list what it does not hold yet. */
function adding<T>(list: T[], key: (member: T) => string): (member: T) => void {
  const seen = new Set(list.map(key));
  return (member) => {
    if (seen.has(key(member))) return;
    seen.add(key(member));
    list.push(member);
  };
}

/** @param show makes each line safe for a terminal: most of what stands in it was written by whoever submitted it */
export function timelineText(
  timeline: TimelineView,
  journey: JourneyView | null = null,
  show: (line: string) => string = printable,
): string {
  const { item, at } = timeline;
  const placing = timeline.entries.filter((entry) => entry.places);
  const proved = journey === null ? [] : at === undefined ? journeyLines(journey) : atLines(journey);
  const known = identityLines(timeline.identity);
  const lines = [`${item.display}   ${checkText(item)}`, ...known, '', ...proved, ...entriesHead(timeline)];
  let number = 0;
  for (const entry of timeline.entries) {
    if (entry.places) number++;
    lines.push(...entryLines(entry, entry.places ? number : null), ...notesAfter(entry, timeline.notes));
  }
  if (timeline.entries.length > 0) lines.push(knownWords(timeline.entries), '');
  if (timeline.waiting.length > 0) {
    lines.push('Waiting for a record that is not here:');
    for (const { id, kind, target } of timeline.waiting) lines.push(`  ${kind} ${id} speaks about ${target.agency}/${target.id}`);
    lines.push('');
  }
  if (timeline.openQuestions.length > 0) {
    lines.push('Open questions:', ...timeline.openQuestions.map((question) => `  ${question.display}`), '');
  }
  // Of one time alone they say nothing of what was last.
  const last = at === undefined ? lastPlacedText(placing) : [];
  lines.push(
    ...overlapText(placing),
    ...last.map((text) => (proved.length === 0 ? text : `By its own records alone: ${text}`)),
    countsText(placing.length, timeline.entries.length - placing.length, at === undefined ? 'it' : 'it then, or may'),
  );
  lines.push(asOfText(timeline));
  return lines.map(show).join('\n');
}

const entriesHead = ({ at, entries }: TimelineView): string[] =>
  at === undefined
    ? []
    : [`${entries.length === 0 ? 'No record of its own is of' : 'Its own records that are, or may be, of'} ${at.display}:`, ''];

/** @param it where records are of a time that was asked about, not all place it then */
const countsText = (placing: number, rest: number, it: string): string =>
  `${group(placing)} ${placing === 1 ? 'record places' : 'records place'} ${it}, ${group(rest)} ${rest === 1 ? 'speaks' : 'speak'} of it and ${rest === 1 ? 'places' : 'place'} nothing.`;

function checkText({ check }: TimelineView['item']): string {
  if (check.verdict === 'valid') return 'check digit fits';
  if (check.verdict === 'not-checkable') return `check digit not checkable${check.reason === undefined ? '' : `: ${check.reason}`}`;
  return `CHECK DIGIT FAILS${check.expected === undefined ? '' : `, ${check.expected} expected`}: kept as written, merged with nothing`;
}

function entryLines(entry: EventView, number: number | null): string[] {
  const { display } = entry;
  const head =
    number === null
      ? unnumberedHead(entry)
      : `${String(number).padStart(3)}  ${whenText(entry)}   ${display.place}${coverText(entry)}${flagsText(entry)}`;
  const lines = [head, `     ${display.summary}`, ...(entry.through === undefined ? [] : [`     ${throughText(entry.through)}`])];
  if (number === null && entry.document.place !== undefined) lines.push(`     (speaks of ${display.place})`);
  lines.push(...failingParties(entry));
  const relation = relationText(entry);
  if (relation !== '') lines.push(`     ${relation}`);
  if (entry.approval !== undefined) lines.push(`     ${approvalText(entry.approval)}`);
  if (entry.signatures.length > 0) lines.push(`     signed: ${signedText(entry)}`);
  lines.push(`     ${provenance(entry)}`, '');
  return lines;
}

/** Parties are not listed here; one whose own identifier is doubtful must not pass for known. */
const failingParties = ({ parties }: EventView): string[] =>
  parties
    .filter(({ check }) => check?.verdict === 'invalid')
    .map(
      ({ role, name, lei = '', check }) =>
        `     (${role}${name === undefined ? '' : ` ${name}`}: LEI ${lei} FAILS ITS CHECK${check?.expected === undefined ? '' : `, ${check.expected} expected`}: kept as written)`,
    );

function flagsText(entry: EventView): string {
  const flags = [...entry.flags, ...signatureFlags(entry)];
  return flags.length > 0 ? `   [${flags.join(', ')}]` : '';
}

const unnumberedHead = (entry: EventView): string =>
  entry.why === 'no-place'
    ? `  -  ${whenText(entry)}   [${markText(entry)}; says nothing of a place]${coverText(entry)}`
    : `  ~  ${whenText(entry)}   [${markText(entry)}; places nothing]${coverText(entry)}`;

/** Whether it is of the time that was asked about. */
const coverText = ({ cover }: EventView): string =>
  cover === undefined ? '' : cover === 'certainly' ? '   (certainly of that time)' : '   (POSSIBLY of that time)';

/** How it stands first, where that is why it places nothing; then what it is. */
function markText(entry: EventView): string {
  const standing = entry.standing === 'stands' ? [] : [entry.standing];
  const background = entry.why === 'background' ? ['in the background'] : [];
  const flags = [...entry.flags.filter((flag) => flag !== 'check-digit'), ...signatureFlags(entry)];
  return [...standing, entry.mark === 'observed' ? (entry.kind ?? 'record') : entry.mark, ...background, ...flags].join(', ').toUpperCase();
}

function relationText({ relations, moreContradictions }: EventView): string {
  const named: [keyof typeof relations, string][] = [
    ['targets', 'about'],
    ['correctedBy', 'corrected by'],
    ['withdrawnBy', 'withdrawn by'],
    ['supersededBy', 'superseded by'],
    ['disputedBy', 'disputed by'],
    ['resolvedBy', 'resolved by'],
    ['markedBy', 'marked by'],
    ['contradicts', 'contradicts'],
    ['contradictedBy', 'contradicted by'],
  ];
  return named
    .flatMap(([name, words]) => {
      const ids = relations[name].map(({ id, approval }) => [id, approvalText(approval)].filter(Boolean).join(' ')).join(', ');
      const cut = name === 'contradictedBy' && moreContradictions === true;
      if (cut) return [ids === '' ? `${words} MORE records than are read` : `${words} ${ids} AND MORE than are read`];
      return ids === '' ? [] : [`${words} ${ids}`];
    })
    .join('; ');
}

function provenance(entry: EventView): string {
  const { document, reportedBy } = entry;
  const author =
    reportedBy === null
      ? []
      : [
          `reported by ${[reportedBy.by, reportedBy.agency].filter((word) => word !== undefined).join(', ')}${reportedBy.at === undefined ? '' : ` at ${withUtc(reportedBy.at)}`} (stated)`,
        ];
  const { url } = document.source;
  const parts = [
    entry.id,
    entry.display.grade,
    entry.handling.tlp === document.handling.tlp ? entry.handling.tlp : `${entry.handling.tlp} (submitted as ${document.handling.tlp})`,
    `${entry.display.source}${url === undefined ? '' : ` <${url}>`}`,
    entry.evidence.length === 0 ? 'no document cited' : entry.evidence.map(evidenceText).join(', '),
    ...author,
    `submitted by ${submitterText(entry)}`,
    entry.recorded === null ? 'not sealed yet' : recordedText(entry.recorded),
  ];
  return parts.join(' · ');
}

const evidenceText = ({ ref, sha256, type, locator, synthetic, held }: EventView['evidence'][number]): string =>
  `${ref ?? sha256?.slice(0, 12) ?? type ?? 'a document'}${locator === undefined ? '' : ` ${locator}`} (${synthetic === true ? 'synthetic, ' : ''}${sha256 === null ? 'hash not given, ' : ''}${held ? '' : 'not '}held here)`;

/** The note about a container stands right behind the record that puts the item into it. */
function notesAfter(entry: EventView, notes: readonly string[]): string[] {
  if (!entry.places || entry.document.action !== 'ADD' || !entry.roles.includes('subject')) return [];
  const carriers = entry.display.items.filter((_, index) =>
    ['container', 'conveyance'].includes(entry.document.items?.[index]?.role ?? ''),
  );
  // Up to the comma: one identifier may be the beginning of another.
  const about = notes.filter((note) => carriers.some((carrier) => note.includes(` into ${carrier},`)));
  return about.flatMap((note) => [`     > ${note}`, '']);
}
