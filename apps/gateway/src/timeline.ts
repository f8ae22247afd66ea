/**
 * The timeline of one item, page by page. Each page is folded with everything that speaks about its sightings, transitively, and what those
 * speak about: the standing of an entry depends on nothing else, so the pages together equal the whole fold.
 */
import type { ItemView, TimelineView } from '#lib/contracts';
import {
  displayIdentifier,
  foldTimeline,
  formatRef,
  knownAtReported,
  parseIdentifier,
  referencesOf,
  targetsOf,
  type EventRef,
  type OpenQuestion,
} from '#lib/domain';
import { DomainError } from '#lib/runtime';
import { withCutContradictions } from './contradictions.ts';
import type { AsOf } from './coordinates.ts';
import { decodeCursor, encodeCursor, isCount, isRecord, isWord, type IsPosition } from './cursor.ts';
import { eventView, readEvent, type ReadEvent } from './event-view.ts';
import { itemNotFound } from './item-not-found.ts';
import type { LedgerReads, Reader, TimelineKey, TimelineRow } from './ledger-reads.ts';
import { pageOf } from './page.ts';

const isBound: IsPosition<number | null> = (value): value is number | null => value === null || Number.isSafeInteger(value);
const IS_POSITION = isRecord<{ after: TimelineKey; logSize: number }>({
  after: isRecord<TimelineKey>({ starts: isBound, ends: isBound, agency: isWord, id: isWord }),
  logSize: isCount,
});

export interface TimelineQuery {
  readonly item: string;
  readonly asOf: AsOf;
  readonly cursor?: string;
  readonly limit: number;
}

export async function readTimeline(reads: LedgerReads, reader: Reader, query: TimelineQuery): Promise<TimelineView> {
  const { asOf } = query;
  const item = itemOf(query.item);
  const question = `${reads.origin} timeline ${item.id} ${asOf.basis} ${asOf.basis === 'reported' ? asOf.text : asOf.logSize} ${reader.groups.join()}`;
  const cursor = query.cursor === undefined ? undefined : decodeCursor(question, query.cursor, IS_POSITION);
  // A walk over pages stays at the log size that it began with, or the pages would not be of one timeline.
  const logSize = Math.min(cursor?.logSize ?? asOf.logSize, asOf.logSize);
  const page = await reads.timelinePage({
    item: item.id,
    groups: reader.groups,
    logSize,
    limit: query.limit + 1,
    ...(cursor === undefined ? {} : { after: cursor.after }),
  });
  if (page.length === 0 && cursor === undefined) throw itemNotFound(item, asOf);

  const { shown, more } = pageOf(page, query.limit);
  const onPage = shown.map(readEvent);
  const context = await closure(reads, reader, logSize, onPage);
  const known = asOf.basis === 'reported' ? knownAtReported([...onPage, ...context], asOf.until) : undefined;
  const fold = foldTimeline(item.id, known?.inputs ?? [...onPage, ...context]);

  const events = new Map([...onPage, ...context].map((event) => [formatRef(event.sighting), event]));
  const pageKeys = new Set(onPage.map((event) => formatRef(event.sighting)));
  // What speaks about a sighting of the page without naming the item stands right behind what it speaks about.
  const visible = fold.entries.filter((entry) => pageKeys.has(formatRef(entry.sighting)) || entry.roles.length === 0);
  const last = shown.at(-1);
  const next = more && last !== undefined ? encodeCursor(question, { after: keyOf(last), logSize }) : null;
  return {
    item,
    coordinates: coordinatesOf(asOf, logSize),
    entries: withCutContradictions(
      visible.map((entry) => eventView(entry, eventOf(events, entry.sighting), item.id)),
      [...onPage, ...context],
    ),
    waiting: fold.waiting.map(({ agency, id, kind, target }) => ({ agency, id, kind, target: { ...target } })),
    openQuestions: fold.openQuestions.map(questionView),
    notes: notesOf(visible.flatMap((entry) => (entry.places && entry.roles.includes('subject') ? [eventOf(events, entry.sighting)] : []))),
    ...(known === undefined ? {} : { withoutReported: known.withoutReported }),
    next,
  };
}

const keyOf = ({ starts, ends, agency, id }: TimelineRow): { starts: number | null; ends: number | null; agency: string; id: string } => ({
  starts,
  ends,
  agency,
  id,
});

/** Rows looked at in one step from the end of a timeline. */
const LAST_PAGE = 50;
/** Beyond this many records that place nothing (a quarter of a second) the answer is left to the timeline, and says so. */
export const LAST_RECORDS_MAX = 500;

/** The latest dated sighting that places the item, from the end of the timeline backwards; one without a date is later than nothing. */
export async function lastPlacing(
  reads: LedgerReads,
  reader: Reader,
  item: string,
  asOf: AsOf,
): Promise<Pick<ItemView, 'lastPlacedBy' | 'lastPlacedByNotFound'>> {
  let before: TimelineKey | undefined;
  for (let looked = 0; looked < LAST_RECORDS_MAX; looked += LAST_PAGE) {
    const page = await reads.timelineEnd({
      item,
      groups: reader.groups,
      logSize: asOf.logSize,
      limit: LAST_PAGE,
      ...(before === undefined ? {} : { before }),
    });
    const onPage = page.map(readEvent);
    const inputs = [...onPage, ...(await closure(reads, reader, asOf.logSize, onPage))];
    const fold = foldTimeline(item, asOf.basis === 'reported' ? knownAtReported(inputs, asOf.until).inputs : inputs);
    const keys = new Map(onPage.map((event) => [formatRef(event.sighting), event]));
    const found = fold.entries
      .filter((entry) => entry.places && entry.sighting.occurred !== undefined && keys.has(formatRef(entry.sighting)))
      .at(-1);
    if (found !== undefined)
      return { lastPlacedBy: withCutContradictions([eventView(found, eventOf(keys, found.sighting), item)], inputs)[0] ?? null };
    const last = page.at(-1);
    if (last === undefined || page.length < LAST_PAGE) return { lastPlacedBy: null };
    before = keyOf(last);
  }
  return { lastPlacedBy: null, lastPlacedByNotFound: true };
}

/** Throws the identifier's own fault. */
export function itemOf(text: string): TimelineView['item'] {
  const parsed = parseIdentifier(text);
  if (!parsed.ok) throw new DomainError(parsed.code, parsed.detail);
  const { check } = parsed;
  const reason = check.verdict === 'valid' ? {} : { reason: check.reason };
  const expected = check.verdict === 'invalid' && check.expected !== undefined ? { expected: check.expected } : {};
  return {
    id: parsed.identifier.id,
    scheme: parsed.identifier.scheme,
    display: parsed.display,
    check: { verdict: check.verdict, ...reason, ...expected },
    facts: Object.entries(parsed.facts).map(([name, value]) => ({ name, value })),
  };
}

export function coordinatesOf(asOf: AsOf, logSize: number): TimelineView['coordinates'] {
  return {
    asOf: asOf.basis === 'reported' ? { basis: 'reported', logSize, reported: asOf.text } : { basis: 'log', logSize },
    policy: 0,
  };
}

/** Targets of targets: a correction of a correction of ... Longer chains than this are nobody's honest work. */
const TARGET_STEPS_MAX = 64;

/**
 * What decides how these events stand, and what they name: those that speak about them (and about those, transitively), what all of them
 * refer to, and for what speaks about others its own targets, step by step. Contradictions are followed one step only: they decide nothing.
 */
export async function closure(
  reads: Pick<LedgerReads, 'speakersAbout' | 'byRefs'>,
  reader: Pick<Reader, 'groups'>,
  logSize: number,
  events: readonly ReadEvent[],
  stepsMax = TARGET_STEPS_MAX,
): Promise<ReadEvent[]> {
  const have = new Set(events.map((event) => formatRef(event.sighting)));
  const take = (found: readonly ReadEvent[]): ReadEvent[] =>
    found.filter((event) => !have.has(formatRef(event.sighting)) && have.add(formatRef(event.sighting)));
  const speakers = take((await reads.speakersAbout(refsOf(events), reader.groups, logSize)).map(readEvent));
  const context = [...speakers];
  let wanted = missing(
    [...events.flatMap(({ sighting }) => referencesOf(sighting)), ...speakers.flatMap(({ sighting }) => targetsOf(sighting))],
    have,
  );
  for (let step = 0; wanted.length > 0; step++) {
    if (step === stepsMax) throw new DomainError('store.timeout', `Records here speak about each other over more than ${stepsMax} steps.`);
    const found = take((await reads.byRefs(wanted, reader.groups, logSize)).map(readEvent));
    if (found.length === 0) break;
    // A target brings those that speak about it: they decide how it stands.
    const more = take((await reads.speakersAbout(refsOf(found), reader.groups, logSize)).map(readEvent));
    context.push(...found, ...more);
    wanted = missing(
      [...found, ...more].flatMap(({ sighting }) => targetsOf(sighting)),
      have,
    );
  }
  return context;
}

const refsOf = (events: readonly ReadEvent[]): EventRef[] => events.map(({ sighting: { agency, id } }) => ({ agency, id }));

function missing(refs: readonly EventRef[], have: ReadonlySet<string>): EventRef[] {
  return [...new Map(refs.filter((ref) => !have.has(formatRef(ref))).map((ref) => [formatRef(ref), ref])).values()];
}

function eventOf(events: ReadonlyMap<string, ReadEvent>, ref: EventRef): ReadEvent {
  const event = events.get(formatRef(ref));
  if (event === undefined) throw new Error(`the fold shows ${formatRef(ref)}, which it was not given`);
  return event;
}

const QUESTION_WORDS: Readonly<Record<OpenQuestion['code'], string>> = {
  'check-digit': 'The identifier as written fails its check digit; it is kept as written and merged with nothing',
  disputed: 'Disputed, and nothing settles it',
  contradiction: 'Two records contradict each other, and both stand',
  'future-dated': 'Said to have happened, and begins after it was written down or taken in; it places nothing',
  'incomplete-correction': 'A correction leaves out an item of what it corrects',
  'relation-cycle': 'Records that withdraw each other in a circle: none of them counts',
};

export function questionView(question: OpenQuestion): TimelineView['openQuestions'][number] {
  const refs = question.refs.map((ref) => ({ ...ref }));
  return { code: question.code, refs, display: `${QUESTION_WORDS[question.code]}: ${refs.map(formatRef).join(', ')}.` };
}

/** Into what the item went: its own movements are not this item's sightings, and the reader must know that they are missing here. */
function notesOf(placing: readonly ReadEvent[]): string[] {
  const carriers = new Set<string>();
  for (const { sighting } of placing) {
    if (sighting.action !== 'ADD') continue;
    for (const item of sighting.items) if (item.role === 'container' || item.role === 'conveyance') carriers.add(item.id);
  }
  return [...carriers].map(
    (id) => `After it went into ${displayIdentifier(id)}, the movements of ${displayIdentifier(id)} itself are not followed here yet.`,
  );
}
