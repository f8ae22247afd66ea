/**
 * The timeline of one item, page by page. Each page is folded with everything that speaks about its sightings, transitively, and what those
 * speak about: the standing of an entry depends on nothing else, so the pages, of whatever size, are the whole fold cut into pieces.
 */
import { explainTimeline, type EventView, type TimelineView } from '#lib/contracts';
import {
  coverOf,
  displayIdentifier,
  foldTimeline,
  formatRef,
  knownAtReported,
  RULES,
  type AskedTime,
  type EventRef,
  type Timeline,
  type TimelineEntry,
} from '#lib/domain';
import { askedTimeView } from './at-view.ts';
import { withCutContradictions } from './contradictions.ts';
import { askedFor, coordinatesOf, heldAt, type AsOf } from './coordinates.ts';
import { decodeCursor, encodeCursor, isCount, isRecord, isWord, type IsPosition } from './cursor.ts';
import { eventView, type ReadEvent } from './event-view.ts';
import { explainSources, refsOf } from './explain-sources.ts';
import { Identities } from './identity.ts';
import { identityView } from './identity-view.ts';
import { itemNotFound } from './item-not-found.ts';
import { itemOf } from './item.ts';
import type { LedgerReads, Reader, TimelineKey } from './ledger-reads.ts';
import { questionView } from './question-view.ts';
import { readBeside } from './beside.ts';
import { firstWithRelated, RELATED_MAX } from './related-events.ts';
import { rowsOf } from './timeline-rows.ts';

const isBound: IsPosition<number | null> = (value): value is number | null => value === null || Number.isSafeInteger(value);
const IS_POSITION = isRecord<{ after: TimelineKey; logSize: number }>({
  after: isRecord<TimelineKey>({ starts: isBound, ends: isBound, agency: isWord, id: isWord }),
  logSize: isCount,
});

export interface TimelineQuery {
  readonly item: string;
  readonly asOf: AsOf;
  /** Only records that are, or may be, of this time. */
  readonly at?: AskedTime | undefined;
  readonly cursor?: string;
  readonly limit: number;
  /** Also say to whom each field leads. */
  readonly explain?: boolean;
}

/** @param relatedMax a page with more around it ends sooner */
export async function readTimeline(
  reads: LedgerReads,
  reader: Reader,
  query: TimelineQuery,
  relatedMax = RELATED_MAX,
): Promise<TimelineView> {
  const item = itemOf(query.item);
  const own = reads.as(reader);
  const question = `${reads.origin} timeline ${item.id} ${askedFor(query.asOf)}${query.at === undefined ? '' : ` at ${query.at.text}`} ${reader.groupNames.join()}`;
  const cursor = query.cursor === undefined ? undefined : decodeCursor(question, query.cursor, IS_POSITION);
  // A walk over pages stays at the log size that it began with, or the pages would not be of one timeline.
  const asOf = cursor === undefined ? query.asOf : await heldAt(query.asOf, cursor.logSize, reads);
  const { logSize } = asOf;
  const identity = await new Identities(own, reader, logSize).of(item.id, asOf);
  const { names } = identity;
  const page = await rowsOf(own, { item: item.id, names, reader, logSize, limit: query.limit, after: cursor?.after, at: query.at });
  if (page.read === 0 && cursor === undefined) throw itemNotFound(item, asOf);
  const { rows, events, related } = await firstWithRelated(own, reader, logSize, page.shown, relatedMax);
  const all = [...events, ...related];
  const inputs = asOf.basis === 'reported' ? knownAtReported(all, asOf.until).inputs : all;
  const byRef = new Map(all.map((event) => [formatRef(event.sighting), event]));
  const whole = foldTimeline(item.id, inputs, RULES, names);
  const picked = new Set(events.map((event) => formatRef(event.sighting)));
  const fold = ofPage(whole, query.at === undefined ? picked : ofTime(whole, picked, query.at), query.at !== undefined);
  const shown = fold.entries.map(({ sighting }) => eventOf(byRef, sighting));
  const explained = query.explain === true ? unique([...all, ...identity.events]) : [];
  const beside = await readBeside(own, reader, asOf, query.explain === true ? explained : shown, all);
  const told = identityView(identity);
  const isCut = rows.length < page.shown.length;
  const last = isCut ? rows.at(-1) : page.last;
  const more = page.more || isCut;
  const view: TimelineView = {
    item,
    coordinates: coordinatesOf(asOf),
    entries: withCutContradictions(
      fold.entries.map((entry) => ({
        ...eventView(entry, eventOf(byRef, entry.sighting), beside, item.id),
        ...coverView(entry, query.at),
      })),
      all,
    ),
    waiting: fold.waiting.map(({ agency, id, kind, target }) => ({ agency, id, kind, target: { ...target } })),
    openQuestions: fold.openQuestions.map(questionView),
    notes: notesOf(
      fold.entries.flatMap((entry) => (entry.places && entry.roles.includes('subject') ? [eventOf(byRef, entry.sighting)] : [])),
    ),
    ...(asOf.basis === 'reported' ? { withoutReported: knownAtReported(events, asOf.until).withoutReported } : {}),
    ...(query.at === undefined ? {} : { at: askedTimeView(query.at) }),
    ...(told === undefined ? {} : { identity: told }),
    next: more && last !== undefined ? encodeCursor(question, { after: keyOf(last), logSize }) : null,
  };
  if (query.explain !== true) return view;
  const sources = explainSources(asOf, explained, beside);
  return { ...view, explanation: explainTimeline(view, { sources, naming: refsOf(events), more: more || cursor !== undefined }) };
}

const unique = (events: readonly ReadEvent[]): readonly ReadEvent[] => [
  ...new Map(events.map((event) => [formatRef(event.sighting), event])).values(),
];

/** Of what names the item itself, and says something of it. */
function coverView(entry: TimelineEntry, at: AskedTime | undefined): Pick<EventView, 'cover'> {
  const { roles, sighting } = entry;
  const cover = at === undefined || roles.length === 0 || isAboutOthers(entry) ? undefined : coverOf(sighting.occurred, at);
  return cover === undefined ? {} : { cover };
}

/** It speaks about other records and is none of the item: a retraction, dispute, resolution or marking. */
const isAboutOthers = ({ mark, kind }: TimelineEntry): boolean => mark === 'relation' && kind !== undefined;

/** Of a page without the words about what is of another time: a word is of the time of what it speaks about, whenever it was said. */
function ofTime({ entries }: Timeline, page: ReadonlySet<string>, at: AskedTime): ReadonlySet<string> {
  const byKey = new Map(entries.map((entry) => [formatRef(entry.sighting), entry]));
  const isOf = (key: string, seen: Set<string>): boolean => {
    const entry = byKey.get(key);
    if (entry === undefined || seen.has(key)) return false;
    if (!isAboutOthers(entry)) return entry.roles.length > 0 && coverOf(entry.sighting.occurred, at) !== undefined;
    seen.add(key);
    return entry.targets.some((target) => isOf(formatRef(target), seen));
  };
  return new Set(
    [...page].filter((key) => {
      const entry = byKey.get(key);
      return entry === undefined || !isAboutOthers(entry) || isOf(key, new Set());
    }),
  );
}

/**
 * Of a fold what belongs to the page of these sightings: they, what stands right behind each, and what waits or is open of those. A question
 * about several entries stands with the first of them; that of the check digit names those of the page.
 * @param isPicked the page is not what follows the one before: the first entry of a question may be on none, and it stands with each
 */
function ofPage(fold: Timeline, page: ReadonlySet<string>, isPicked: boolean): Timeline {
  const entries: TimelineEntry[] = [];
  const places = new Map<string, { readonly at: number; readonly shown: boolean }>();
  let shown = false;
  for (const [at, entry] of fold.entries.entries()) {
    const key = formatRef(entry.sighting);
    // One without a role in it stands behind the one that it speaks about.
    if (entry.roles.length > 0) shown = page.has(key);
    if (shown) entries.push(entry);
    places.set(key, { at, shown });
  }
  const isShown = (ref: EventRef): boolean => places.get(formatRef(ref))?.shown === true;
  const isFirstShown = (refs: readonly EventRef[]): boolean =>
    refs.flatMap((ref) => places.get(formatRef(ref)) ?? []).sort((a, b) => a.at - b.at)[0]?.shown === true;
  const openQuestions = fold.openQuestions
    .map((question) => (question.code === 'check-digit' ? { ...question, refs: question.refs.filter(isShown) } : question))
    .filter(({ refs }) => (isPicked ? refs.some(isShown) : isFirstShown(refs)));
  return { ...fold, entries, waiting: fold.waiting.filter(isShown), openQuestions };
}

const keyOf = ({ starts, ends, agency, id }: TimelineKey): { starts: number | null; ends: number | null; agency: string; id: string } => ({
  starts,
  ends,
  agency,
  id,
});

function eventOf(events: ReadonlyMap<string, ReadEvent>, ref: EventRef): ReadEvent {
  const event = events.get(formatRef(ref));
  if (event === undefined) throw new Error(`the fold shows ${formatRef(ref)}, which it was not given`);
  return event;
}

/** Into what the item went: its own movements are not this item's sightings, and the reader must know where they are. */
function notesOf(placing: readonly ReadEvent[]): string[] {
  const carriers = new Set<string>();
  for (const { sighting } of placing) {
    if (sighting.action !== 'ADD') continue;
    for (const item of sighting.items) if (item.role === 'container' || item.role === 'conveyance') carriers.add(item.id);
  }
  return [...carriers].map(
    (id) =>
      `After it went into ${displayIdentifier(id)}, what is recorded of ${displayIdentifier(id)} itself is not listed here: the journey has it, as long as this item was provably inside.`,
  );
}
