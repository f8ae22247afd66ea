/**
 * GET /v1/questions: what is left for a person to decide, over all that the reader may see, in one list. It walks the places where something may be
 * open (ledger.open_points), so that what it costs depends on those and on no other entry, and asks the fold of each whether it is.
 */
import { containmentsOf } from '#lib/analysis';
import type { QuestionsView } from '#lib/contracts';
import { displayIdentifier, foldEvent, foldTimeline, formatRef, OPEN_POINTS, type EventRef, type OpenPoint, type OpenQuestion } from '#lib/domain'; // prettier-ignore
import { DomainError } from '#lib/runtime';
import { coordinatesOf, readAsOf, type AsOf } from './coordinates.ts';
import { decodeCursor, encodeCursor, isCount, isRecord, isWord } from './cursor.ts';
import { readEvent, type ReadEvent } from './event-view.ts';
import type { EventRow, LedgerReads, OpenPointRow, Reader, ReaderReads } from './ledger-reads.ts';
import { PAGE_CONTENT_BYTES_MAX } from './page.ts';
import { questionView } from './question-view.ts';
import { firstWithRelated, relatedEvents, type RelatedMax } from './related-events.ts';

type Question = QuestionsView['questions'][number];
type Row = OpenPointRow & { readonly point: OpenPoint };

/** Places of one page that are looked at, whatever is found: some tens of milliseconds. */
const LOOKED = 100;
/** Records of the loadings and unloadings of one item: behind them its own journey has to be asked. */
const MOVES_MAX = 400;
/** What is read around the places of one page: each is folded by itself. */
const AROUND: RelatedMax = { records: 1_000, contentBytes: 8 * 1024 * 1024, steps: 64 };
const CONTAINMENT = OPEN_POINTS.indexOf('open-containment');
const IS_POSITION = isRecord<OpenPointRow>({ code: isCount, item: isWord, logIndex: isCount });
const BEGIN: OpenPointRow = { code: 0, item: '', logIndex: 0 };

export interface QuestionsAsked {
  /** Of one sort alone. */
  readonly kind?: OpenPoint;
  readonly cursor?: string;
  readonly limit: number;
}

/** By sort, then item, then place in the log. A page may have few or none and still go on. Throws cursor.malformed. */
export async function readQuestions(reads: LedgerReads, reader: Reader, { kind, cursor, limit }: QuestionsAsked): Promise<QuestionsView> {
  const asOf = await readAsOf(undefined, reads);
  const question = `${reads.origin} questions ${kind ?? ''} ${reader.groupNames.join()}`;
  const first = kind === undefined ? 0 : OPEN_POINTS.indexOf(kind);
  const until = kind === undefined ? OPEN_POINTS.length - 1 : first;
  // No log index is below 0: a walk begins in front of the first row.
  const begin: OpenPointRow = { ...BEGIN, code: first, logIndex: -1 };
  let after = cursor === undefined ? begin : decodeCursor(question, cursor, IS_POSITION);
  const own = reads.as(reader);
  const rows = (await own.openPointsPage(reader, { after, until, limit: LOOKED })).map((row) => ({ ...row, point: pointOf(row) }));
  const questions: Question[] = [];
  let left: readonly Row[] = rows;
  while (left.length > 0 && questions.length < limit) {
    const looked = await look(own, reader, asOf, left);
    // Those of one row stand together on one page, which they may make longer than it was to be.
    for (const row of looked.rows) {
      if (questions.length >= limit) break;
      questions.push(...looked.found.flatMap((each) => (each.row === row ? [each.question] : [])));
      after = positionBehind(row);
    }
    left = left.filter((row) => isBehind(row, after));
  }
  const more = left.length > 0 || rows.length === LOOKED;
  return { coordinates: coordinatesOf(asOf), questions, next: more ? encodeCursor(question, { ...after }) : null };
}

const pointOf = ({ code }: Pick<OpenPointRow, 'code'>): OpenPoint => OPEN_POINTS[code] as OpenPoint;
/** Of loadings an item is looked at as a whole. */
const positionBehind = ({ code, item, logIndex }: Row): OpenPointRow => ({
  ...{ code, item },
  logIndex: code === CONTAINMENT ? Number.MAX_SAFE_INTEGER : logIndex,
});
const isBehind = (row: OpenPointRow, { code, item, logIndex }: OpenPointRow): boolean =>
  row.code !== code ? row.code > code : row.item !== item ? compareBytes(row.item, item) > 0 : row.logIndex > logIndex;
/** As the database orders text under collation C. */
const compareBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));

interface Looked {
  readonly found: readonly { readonly row: Row; readonly question: Question }[];
  /** Those that were looked at: the first of what was given. */
  readonly rows: readonly Row[];
}

/** The first of these rows: an item's loadings, or as many of the others as one answer reads around. */
async function look(own: ReaderReads, reader: Reader, asOf: AsOf, rows: readonly Row[]): Promise<Looked> {
  const [first] = rows as [Row];
  if (first.code === CONTAINMENT) {
    const questions = await openContainments(own, reader, asOf, first.item);
    return { rows: [first], found: questions.map((question) => ({ row: first, question })) };
  }
  const same = rows.filter(({ code }) => code !== CONTAINMENT);
  const events = new Map(
    (
      await eventsAt(
        own,
        reader,
        same.map(({ logIndex }) => logIndex),
      )
    ).map((row) => [row.logIndex, row]),
  );
  const given = same.flatMap((row) => events.get(row.logIndex) ?? []);
  const unique = [...new Map(given.map((row) => [row.logIndex, row])).values()];
  const { rows: read, related } = await around(own, reader, asOf, unique);
  const whole = new Set(read.map(({ logIndex }) => logIndex));
  const inputs = [...read.map(readEvent), ...related];
  const cut = same.findIndex(({ logIndex }) => events.has(logIndex) && !whole.has(logIndex));
  const shown = cut < 0 ? same : same.slice(0, Math.max(cut, 1));
  // Rows that follow are of another sort, and come in their order.
  const before = rows.findIndex(({ code }) => code === CONTAINMENT);
  const inOrder = before < 0 ? shown : shown.filter((row) => rows.indexOf(row) < before);
  return {
    rows: inOrder,
    found: inOrder.flatMap((row) => {
      const event = events.get(row.logIndex);
      return event === undefined || !whole.has(row.logIndex) ? [] : openAt(row, event, inputs).map((question) => ({ row, question }));
    }),
  };
}

async function around(own: ReaderReads, reader: Reader, asOf: AsOf, rows: readonly EventRow[]) {
  try {
    return await firstWithRelated(own, reader, asOf.logSize, rows, AROUND);
  } catch (error) {
    // Of one alone more speaks than an answer reads: it is told so where it is asked for itself, and the list goes on behind it.
    if (!(error instanceof DomainError) || error.code !== 'answer.too-large') throw error;
    return { rows: [], related: [] as readonly ReadEvent[] };
  }
}

async function eventsAt(own: ReaderReads, reader: Reader, logIndexes: readonly number[]): Promise<EventRow[]> {
  const found: EventRow[] = [];
  for (let left = [...new Set(logIndexes)].sort((a, b) => a - b); left.length > 0;) {
    const some = await own.visibleEvents(left, reader.groups, PAGE_CONTENT_BYTES_MAX);
    found.push(...some);
    const last = some.at(-1)?.logIndex ?? Infinity;
    left = left.filter((index) => index > last);
  }
  return found;
}

/** @param what as answers call it */
const asked = (
  of: Pick<Question, 'kind' | 'item' | 'carrier'>,
  what: Question['code'],
  refs: readonly EventRef[],
  display: string,
): Question => ({ ...of, code: what, refs: refs.map(({ agency, id }) => ({ agency, id })), display });

const askedAs = (of: Pick<Question, 'kind' | 'item'>, question: OpenQuestion): Question =>
  asked(of, question.code, question.refs, questionView(question).display);

/** What this place leaves open, as the fold says it. */
function openAt(row: Row, event: EventRow, inputs: readonly ReadEvent[]): Question[] {
  const ref = { agency: event.agency, id: event.id };
  const fold = foldEvent(ref, inputs);
  const of = { kind: row.point, item: null };
  const isOwn = (each: EventRef | undefined): boolean => each !== undefined && formatRef(each) === formatRef(ref);
  const said = (what: OpenQuestion['code'], isMeant: (refs: readonly EventRef[]) => boolean): Question[] =>
    fold.openQuestions.filter(({ code, refs }) => code === what && isMeant(refs)).map((question) => askedAs(of, question));
  switch (row.point) {
    case 'check-digit': {
      const failing = said('check-digit', (refs) => refs.some(isOwn));
      const display = `${displayIdentifier(row.item)}: ${CHECK_WORDS} ${formatRef(ref)}.`;
      return failing.length === 0 ? [] : [asked({ ...of, item: row.item }, 'check-digit', [ref], display)];
    }
    case 'conflict':
      // The dispute comes second in its question.
      return [...said('disputed', ([, by]) => isOwn(by)), ...contradictions(row, ref, inputs)];
    case 'waiting-correction': {
      const waiting = fold.waiting.filter(isOwn).map(({ kind, target }) => {
        const display = `A ${kind} waits for what it is about, which is not here: ${formatRef(ref)} about ${formatRef(target)}.`;
        return asked(of, 'waiting', [ref], display);
      });
      return [...waiting, ...said('incomplete-correction', ([by]) => isOwn(by)), ...said('relation-cycle', ([by]) => isOwn(by))];
    }
    case 'unidentified':
      return fold.entry?.standing === 'stands'
        ? [asked(of, 'unidentified', [ref], `No item is named; find out which it was, and correct it: ${formatRef(ref)}.`)]
        : [];
    default:
      return [];
  }
}

const CHECK_WORDS = 'the identifier as written fails its check digit; it is kept as written and merged with nothing:';

/** A contradiction is a question of what is contradicted. */
function contradictions({ point }: Row, by: EventRef, inputs: readonly ReadEvent[]): Question[] {
  const speaker = inputs.find(({ sighting }) => formatRef(sighting) === formatRef(by));
  const targets = speaker?.sighting.relations.contradicts ?? [];
  return targets.flatMap((target) => {
    const pair = [by, target].map(formatRef).join(' ');
    return foldEvent(target, inputs)
      .openQuestions.filter(({ code, refs }) => code === 'contradiction' && refs.map(formatRef).join(' ') === pair)
      .map((question) => askedAs({ kind: point, item: null }, question));
  });
}

/** Of one item, by its own loadings and unloadings as the reader may see them. What else puts it elsewhere, its journey says. */
async function openContainments(own: ReaderReads, reader: Reader, asOf: AsOf, item: string): Promise<Question[]> {
  const indexes = await own.openPointsOfItem(reader, { code: CONTAINMENT, item, limit: MOVES_MAX + 1 });
  const of = { kind: pointOf({ code: CONTAINMENT }), item };
  const name = displayIdentifier(item);
  const tooMuch = asked(of, 'too-large', [], `${name}: more is recorded of what it went into than this list reads; ask for its journey.`);
  if (indexes.length > MOVES_MAX) return [tooMuch];
  const rows = await eventsAt(own, reader, indexes);
  try {
    const events = rows.map(readEvent);
    const related = await relatedEvents(own, reader, asOf.logSize, events);
    const timeline = foldTimeline(item, [...events, ...related]);
    return containmentsOf(item, new Map([[item, { timeline, track: [] }]]), [])
      .filter(({ isOpen, isLeft }) => isOpen && !isLeft)
      .map(({ carrier, loading: { sighting } }) => {
        const display = `${name} went into ${displayIdentifier(carrier)}, and nothing says that it came out: last recorded by ${formatRef(sighting)}.`;
        return asked({ ...of, carrier }, 'open-containment', [sighting], display);
      });
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'answer.too-large') throw error;
    return [tooMuch];
  }
}
