/** Cases as their reader may see them: each by the handling of the document that opened it, and of what is in it what he may see otherwise. */
import type { CasesView, CaseView, EventView } from '#lib/contracts';
import {
  caseActOf,
  caseAsSeen,
  foldCase,
  foldEvent,
  formatInstant,
  formatRef,
  KINDS,
  knownAtReported,
  type CaseEntry,
  type CaseNote,
  type CaseWord,
  type EventRef,
  type FoldedCase,
} from '#lib/domain';
import { DomainError } from '#lib/runtime';
import { readBeside, type Beside } from './beside.ts';
import { withCutContradictions } from './contradictions.ts';
import { askedFor, coordinatesOf, heldAt, pointOfView, type AsOf } from './coordinates.ts';
import { decodeCursor, encodeCursor, isCount, isRecord } from './cursor.ts';
import { eventView, readEvent, type ReadEvent } from './event-view.ts';
import type { EventRow, LedgerReads, Reader, ReaderReads } from './ledger-reads.ts';
import { pageOf } from './page.ts';
import { recordedAt, type RecordedAt } from './recorded.ts';
import { firstWithRelated, RELATED_MAX } from './related-events.ts';
import { ambiguous, tellsOf } from './told-in-refusal.ts';

const CASE = KINDS.indexOf('case');
const IS_LIST_POSITION = isRecord<{ before: number; logSize: number }>({ before: isCount, logSize: isCount });
const IS_ENTRY_POSITION = isRecord<{ from: number; logSize: number }>({ from: isCount, logSize: isCount });

interface Asked {
  readonly asOf: AsOf;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Of an act: of the authors' word nothing is known but when it was said. */
const wasSaid = ({ sighting, captured = 0 }: ReadEvent, asOf: AsOf): boolean =>
  asOf.basis !== 'reported' || (sighting.reported?.at ?? captured) <= asOf.until;

/** Newest first. Throws cursor.malformed. */
export async function readCases(reads: LedgerReads, reader: Reader, asked: Asked): Promise<CasesView> {
  const question = `${reads.origin} cases ${askedFor(asked.asOf)} ${reader.groupNames.join()}`;
  const cursor = asked.cursor === undefined ? undefined : decodeCursor(question, asked.cursor, IS_LIST_POSITION);
  const asOf = cursor === undefined ? asked.asOf : await heldAt(asked.asOf, cursor.logSize, reads);
  const own = reads.as(reader);
  const before = Math.min(cursor?.before ?? Infinity, asOf.logSize);
  const page = await own.auditPage({ reader, from: 0, before, kind: CASE }, asked.limit);
  const { shown, more } = pageOf(await own.auditEvents(page.logIndexes, reader.groups), asked.limit);
  const below = more ? (shown.at(-1)?.logIndex ?? null) : page.below;
  const recorded = await recordedAt(reads, asOf, shown);
  return {
    coordinates: coordinatesOf(asOf),
    cases: shown
      .map(readEvent)
      .filter((event) => wasSaid(event, asOf))
      .map((event) => openedView(event, recorded)),
    next: below === null ? null : encodeCursor(question, { before: below, logSize: asOf.logSize }),
  };
}

/** Throws case.not-found, event.ambiguous, answer.too-large, cursor.malformed. */
export async function readCase(
  reads: LedgerReads,
  reader: Reader,
  { id, agency, ...asked }: Asked & { readonly id: string; readonly agency?: string | undefined },
): Promise<CaseView> {
  const question = `${reads.origin} case ${agency ?? ''}/${id} ${askedFor(asked.asOf)} ${reader.groupNames.join()}`;
  const cursor = asked.cursor === undefined ? undefined : decodeCursor(question, asked.cursor, IS_ENTRY_POSITION);
  const asOf = cursor === undefined ? asked.asOf : await heldAt(asked.asOf, cursor.logSize, reads);
  const own = reads.as(reader);
  const opened = await openedBy(own, reader, { id, agency, asOf });
  const { agency: of } = opened.sighting;
  const folded = await foldedCase(own, opened.sighting, asOf);
  const chosen = await chosenIn(own, reader, folded, asOf);
  const seen = caseAsSeen(folded, new Set(chosen.rows.keys()));
  const from = cursor?.from ?? 0;
  const page = await entriesOf(own, reader, asOf, seen.entries.slice(from, from + asked.limit), chosen.rows);
  const next = from + page.entries.length;
  const recorded = await recordedAt(reads, asOf, [opened.stored]);
  const { closed } = seen;
  return {
    coordinates: coordinatesOf(asOf),
    case: {
      ...openedView(opened, recorded),
      closed: closed === undefined ? null : { ...wordView(closed, of), ...(closed.why === undefined ? {} : { why: closed.why }) },
    },
    notes: seen.notes.map((note) => noteView(note, of)),
    entries: page.entries.map((entry) => ({
      ...wordView(entry, of),
      ...(entry.why === undefined ? {} : { why: entry.why }),
      notes: entry.notes.map((note) => noteView(note, of)),
      ...page.viewOf(entry.sighting),
    })),
    ...(asOf.basis === 'reported' ? { withoutReported: chosen.withoutReported } : {}),
    next: next < seen.entries.length ? encodeCursor(question, { from: next, logSize: asOf.logSize }) : null,
  };
}

async function openedBy(
  own: ReaderReads,
  reader: Reader,
  { id, agency, asOf }: { readonly id: string; readonly agency: string | undefined; readonly asOf: AsOf },
): Promise<ReadEvent> {
  const named = (await own.byId(id, agency, reader.groups, asOf.logSize)).map(readEvent);
  const found = named.filter((event) => event.sighting.kind === 'case' && wasSaid(event, asOf));
  if (found.length > 1) throw ambiguous(found.map(({ sighting }) => sighting));
  if (found[0] === undefined) throw new DomainError('case.not-found', `There is no case of this id that you may see ${pointOfView(asOf)}.`);
  return found[0];
}

async function foldedCase(own: ReaderReads, opened: EventRef, asOf: AsOf): Promise<FoldedCase> {
  const { acts, isWhole } = await own.caseActs({ agency: opened.agency, id: opened.id }, asOf.logSize);
  if (!isWhole) throw tooLarge(opened, 'More was said of it');
  const said = acts.map(readEvent).filter((event) => wasSaid(event, asOf));
  return foldCase(said.flatMap(({ sighting, captured = 0 }) => caseActOf(sighting, captured) ?? []));
}

const tooLarge = ({ agency, id }: EventRef, what: string): DomainError =>
  new DomainError('answer.too-large', `${what} than an answer reads: go on in another case.`, [], { tells: tellsOf([{ agency, id }]) });

/** Of what was chosen that which the reader may see, and which was known at that point of view. */
async function chosenIn(
  own: ReaderReads,
  reader: Reader,
  { entries }: FoldedCase,
  asOf: AsOf,
): Promise<{ readonly rows: ReadonlyMap<string, EventRow>; readonly withoutReported: number }> {
  const refs = [...new Map(entries.map(({ sighting }) => [formatRef(sighting), sighting])).values()];
  const rows = refs.length === 0 ? [] : await own.byRefs(refs, reader.groups, asOf.logSize, RELATED_MAX.contentBytes);
  if (rows.reduce((sum, { content }) => sum + content.length, 0) > RELATED_MAX.contentBytes)
    throw new DomainError('answer.too-large', `The sightings of the case have more than ${RELATED_MAX.contentBytes} bytes.`);
  if (asOf.basis !== 'reported') return { rows: new Map(rows.map((row) => [formatRef(row), row])), withoutReported: 0 };
  const known = knownAtReported(rows.map(readEvent), asOf.until);
  return {
    rows: new Map(known.inputs.map(({ stored }) => [formatRef(stored), stored])),
    withoutReported: known.withoutReported,
  };
}

interface EntriesPage {
  /** As many of the first as their events and what speaks about them allow. */
  readonly entries: readonly CaseEntry[];
  readonly viewOf: (ref: EventRef) => { readonly event: EventView; readonly inPlace?: EventView };
}

async function entriesOf(
  own: ReaderReads,
  reader: Reader,
  asOf: AsOf,
  wanted: readonly CaseEntry[],
  rows: ReadonlyMap<string, EventRow>,
): Promise<EntriesPage> {
  const asked = new Map(wanted.flatMap(({ sighting }) => [[formatRef(sighting), rows.get(formatRef(sighting))] as const]));
  const { shown } = pageOf(
    [...asked.values()].filter((row) => row !== undefined),
    asked.size,
  );
  const first = await firstWithRelated(own, reader, asOf.logSize, shown);
  const all = [...first.events, ...first.related];
  const events = new Map(all.map((event) => [formatRef(event.sighting), event]));
  const isShown = new Set(first.events.map(({ sighting }) => formatRef(sighting)));
  const cut = wanted.findIndex(({ sighting }) => !isShown.has(formatRef(sighting)));
  const known = asOf.basis === 'reported' ? knownAtReported(all, asOf.until).inputs : all;
  const beside = await readBeside(own, reader, asOf, all, all);
  const view = viewer(known, events, beside, all);
  return { entries: cut < 0 ? wanted : wanted.slice(0, cut), viewOf: view };
}

function viewer(
  known: readonly ReadEvent[],
  events: ReadonlyMap<string, ReadEvent>,
  beside: Beside,
  all: readonly ReadEvent[],
): EntriesPage['viewOf'] {
  return (ref) => {
    const fold = foldEvent(ref, known);
    const viewOf = (entry: typeof fold.entry): EventView | undefined => {
      const event = entry === undefined ? undefined : events.get(formatRef(entry.sighting));
      return entry === undefined || event === undefined ? undefined : withCutContradictions([eventView(entry, event, beside)], all)[0];
    };
    const event = viewOf(fold.entry);
    if (event === undefined) throw new Error('the case shows an event that it was not given');
    const { inPlace: at } = fold.entry ?? {};
    const inPlace = at === undefined ? undefined : viewOf(fold.about.find(({ sighting }) => formatRef(sighting) === formatRef(at)));
    return { event, ...(inPlace === undefined ? {} : { inPlace }) };
  };
}

function openedView({ stored, sighting, handling }: ReadEvent, recorded: RecordedAt): CasesView['cases'][number] {
  const { agency, id, logIndex, principal, capturedMicros } = stored;
  return {
    agency,
    id,
    logIndex,
    title: (sighting.extension as { readonly title: string }).title,
    ...(sighting.statement === undefined ? {} : { about: sighting.statement }),
    handling: (handling ?? sighting.handling) as CaseView['case']['handling'],
    by: { agency, principal, proved: true },
    captured: formatInstant(capturedMicros),
    recorded: recorded(stored),
  };
}

const wordView = ({ id, principal, captured }: CaseWord, agency: string) => ({
  id,
  by: { agency, principal, proved: true as const },
  captured: formatInstant(captured),
});
const noteView = ({ text, ...word }: CaseNote, agency: string): CaseView['notes'][number] => ({ ...wordView(word, agency), text });
