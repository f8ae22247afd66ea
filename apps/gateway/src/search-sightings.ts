/**
 * Sightings by what they say, newest in the log first. The ledger gives candidates by keys, of which each that the reader sees is decided by its document.
 * For one page a bounded stretch of the log is looked at, and of it a bounded number of documents; both are counted in what he sees alone and in places
 * of the log, so that where a page ends says nothing of what is hidden from him.
 */
import type { SightingsView } from '#lib/contracts';
import { distanceMetres } from '#lib/analysis';
import { foldEvent, knownAtReported, readSightingSearch, type SightingQuestion, type SightingSearch, type WhyFound } from '#lib/domain';
import { canonicalize } from '#lib/ledger';
import { readBeside } from './beside.ts';
import { withCutContradictions } from './contradictions.ts';
import { askedFor, coordinatesOf, heldAt, type AsOf } from './coordinates.ts';
import { decodeCursor, encodeCursor, isCount, isRecord } from './cursor.ts';
import { eventView, readEvent } from './event-view.ts';
import type { EventRow, LedgerReads, Reader, ReaderReads } from './ledger-reads.ts';
import { PAGE_CONTENT_BYTES_MAX } from './page.ts';
import { firstWithRelated } from './related-events.ts';

const IS_POSITION = isRecord<{ before: number; logSize: number }>({ before: isCount, logSize: isCount });

/** Entries of the log that one page looks at: at most 128 windows of two statements each, where every term has entries everywhere and none has all. */
const STRETCH = 2 ** 20;
/** Documents that one page reads, found or not. */
const LOOKED_MAX = 1_000;
/** Eight of the largest documents are within the bytes of one statement, so that none is left out of its answer. */
const DOCUMENTS_AT_A_TIME = 8;

export interface SightingsQuery {
  readonly question: SightingQuestion;
  readonly asOf: AsOf;
  readonly cursor?: string;
  readonly limit: number;
}

/** Throws cursor.malformed, answer.too-large. @param looked how much one page looks at */
export async function searchSightings(
  reads: LedgerReads,
  reader: Reader,
  query: SightingsQuery,
  looked = { stretch: STRETCH, documents: LOOKED_MAX },
): Promise<SightingsView> {
  const question = `${reads.origin} sightings ${canonicalize(query.question as never)} ${askedFor(query.asOf)} ${reader.groupNames.join()}`;
  const cursor = query.cursor === undefined ? undefined : decodeCursor(question, query.cursor, IS_POSITION);
  const asOf = cursor === undefined ? query.asOf : await heldAt(query.asOf, cursor.logSize, reads);
  const own = reads.as(reader);
  const search = readSightingSearch(query.question, distanceMetres);
  const before = Math.min(cursor?.before ?? Infinity, asOf.logSize);
  const found = await find(
    own,
    reader,
    search,
    { before, from: Math.max(0, before - looked.stretch) },
    { limit: query.limit, documents: looked.documents },
  );
  const page = await viewsOf(own, reader, asOf, found.rows, search);
  const below = page.cutAt ?? found.below;
  return {
    coordinates: coordinatesOf(asOf),
    results: page.results,
    ...(asOf.basis === 'reported' ? { withoutReported: page.withoutReported } : {}),
    notes: await notesOf(reads, asOf),
    next: below === 0 ? null : encodeCursor(question, { before: below, logSize: asOf.logSize }),
  };
}

interface Found {
  /** Falling. */
  readonly rows: readonly EventRow[];
  /** What lies at or above was decided; 0: all was. */
  readonly below: number;
}

export async function find(
  own: ReaderReads,
  { groups }: Reader,
  search: SightingSearch,
  { before, from }: { readonly before: number; readonly from: number },
  most: { readonly limit: number; readonly documents: number },
): Promise<Found> {
  const rows: EventRow[] = [];
  let [looked, bytes] = [0, 0];
  for (let high = before; high > from;) {
    const { logIndexes, below } = await own.sightingCandidates({ terms: search.terms, groups }, { from, before: high });
    for (let at = 0; at < logIndexes.length; at += DOCUMENTS_AT_A_TIME) {
      for (const row of await own.auditEvents(logIndexes.slice(at, at + DOCUMENTS_AT_A_TIME), groups)) {
        looked += 1;
        if (search.match(readEvent(row).sighting) !== null) {
          if (rows.length > 0 && bytes + row.content.length > PAGE_CONTENT_BYTES_MAX) return { rows, below: row.logIndex + 1 };
          bytes += row.content.length;
          rows.push(row);
        }
        if (rows.length === most.limit || looked === most.documents) return { rows, below: row.logIndex };
      }
    }
    high = below;
  }
  return { rows, below: from };
}

interface Views {
  readonly results: SightingsView['results'];
  readonly withoutReported: number;
  /** The page ends in front of what has more around it than one answer reads. */
  readonly cutAt: number | null;
}

/** Each as it stands at the answer's coordinates, by all that speaks about it; and how many of the rows there was room for. */
export async function foldedOf(own: ReaderReads, reader: Reader, asOf: AsOf, found: readonly EventRow[]) {
  const { rows, events, related } = await firstWithRelated(own, reader, asOf.logSize, found);
  const all = [...events, ...related];
  const known = asOf.basis === 'reported' ? knownAtReported(all, asOf.until).inputs : all;
  const withoutReported = asOf.basis === 'reported' ? knownAtReported(events, asOf.until).withoutReported : 0;
  const shown = events.flatMap((event) => {
    const { entry } = foldEvent(event.sighting, known);
    return entry === undefined ? [] : [{ event, entry }];
  });
  return { rows, all, shown, withoutReported };
}

async function viewsOf(own: ReaderReads, reader: Reader, asOf: AsOf, found: readonly EventRow[], search: SightingSearch): Promise<Views> {
  const { rows, all, shown, withoutReported } = await foldedOf(own, reader, asOf, found);
  const beside = await readBeside(
    own,
    reader,
    asOf,
    shown.map(({ event }) => event),
    all,
  );
  const views = withCutContradictions(
    shown.map(({ event, entry }) => eventView(entry, event, beside)),
    all,
  );
  const results = views.map((sighting, at) => ({
    why: (search.match(shown[at]?.event.sighting ?? ({} as never)) ?? []).map(whyView),
    sighting,
  }));
  return { results, withoutReported, cutAt: rows.length < found.length ? (rows.at(-1)?.logIndex ?? null) : null };
}

/** The author's words first. */
function whyView({ text, pointer, filter, words, certainty, metres, point }: WhyFound): SightingsView['results'][number]['why'][number] {
  return {
    ...(text === undefined ? {} : { text }),
    ...(pointer === undefined ? {} : { pointer }),
    filter,
    ...(words === undefined ? {} : { words: [...words] }),
    ...(certainty === undefined ? {} : { certainty }),
    ...(metres === undefined ? {} : { metres }),
    ...(point === undefined ? {} : { point }),
  };
}

/** Of the log as a whole, and of nobody's entries. */
export async function notesOf(reads: LedgerReads, asOf: AsOf): Promise<string[]> {
  const first = await reads.searchedFrom();
  if (Math.min(first, asOf.logSize) === 0) return [];
  return [
    `Not looked at: entries below log index ${first}, which came in before a version that makes their keys. The operator makes them by custody rebuild.`,
  ];
}
