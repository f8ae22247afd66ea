/** Rows of a thing that has several names, as those of one timeline: each name's are walked where it is its name, side by side. */
import { coveredBy, throughOf, type Name, type Span } from '#lib/domain';
import { readEvent } from './event-view.ts';
import type { Asker, ReaderReads, TimelineKey, TimelineRow } from './ledger-reads.ts';
import { pageOf } from './page.ts';

export interface ThingAsked {
  readonly item: string;
  /** Its other names. */
  readonly names: readonly Name[];
  readonly reader: Asker;
  readonly logSize: number;
}

export interface PageRows {
  readonly shown: readonly TimelineRow[];
  readonly more: boolean;
  /** The last that was looked at: where the next page begins. */
  readonly last?: TimelineKey | undefined;
  /** Rows that were looked at. */
  readonly read: number;
}

type Reads = Pick<ReaderReads, 'timelinePage'>;

interface Walked {
  readonly rows: readonly TimelineRow[];
  readonly more: boolean;
}

/**
 * The next rows behind `after`, in order, at most `limit`; of another name those alone that `throughOf` takes. One statement for each name of which
 * something may follow, of `limit` rows and one more. A page may have few rows, or none, and go on.
 */
export async function pageOfThing(reads: Reads, asked: ThingAsked, limit: number, after: TimelineKey | undefined): Promise<PageRows> {
  const walk = async (id: string, from: TimelineKey | undefined): Promise<Walked> => {
    const { reader, logSize } = asked;
    const of = { item: id, reader, logSize, limit: limit + 1 };
    const { shown, more } = pageOf(await reads.timelinePage(from === undefined ? of : { ...of, after: from }), limit);
    return { rows: shown, more };
  };
  const own = await walk(asked.item, after);
  if (asked.names.length === 0) return { shown: own.rows, more: own.more, last: own.rows.at(-1), read: own.rows.length };
  const walked = [own];
  for (const { id, spans } of coveredBy(asked.names)) {
    const from = beginOf(spans, after);
    if (from !== null) walked.push(cut(await walk(id, from), spans));
  }
  const ends = walked.flatMap(({ rows, more }) => (more ? [rows.at(-1) as TimelineRow] : [])).sort(compareRows);
  const bound = ends[0];
  const looked = unique(walked.flatMap(({ rows }) => rows).filter((row) => bound === undefined || compareRows(row, bound) <= 0));
  const ofItem = new Set(own.rows.map(({ logIndex }) => logIndex));
  const isOf = (row: TimelineRow): boolean => ofItem.has(row.logIndex) || throughOf(asked.names, readEvent(row).sighting) !== undefined;
  const page = pageOf(looked.filter(isOf), limit);
  const last = page.more ? page.shown.at(-1) : (bound ?? looked.at(-1));
  return { shown: page.shown, more: page.more || bound !== undefined, last, read: looked.length };
}

/** From where the rows of a name may lie in one of these; undefined: from the first; null: nothing follows. */
function beginOf(spans: readonly Span[], after: TimelineKey | undefined): TimelineKey | undefined | null {
  const starts = after === undefined ? -Infinity : (after.starts ?? Infinity);
  const next = spans.find((span) => span.ends === null || span.ends > starts);
  if (next === undefined) return null;
  if (next.starts === null || next.starts <= starts) return after;
  return { starts: next.starts, ends: Number.MIN_SAFE_INTEGER, agency: '', id: '' };
}

/** Behind the end of the last of them nothing follows. */
function cut({ rows, more }: Walked, spans: readonly Span[]): Walked {
  const end = spans.at(-1)?.ends ?? null;
  const isBehind = end !== null && (rows.at(-1)?.starts ?? Infinity) >= end;
  return { rows, more: more && !isBehind };
}

/** In order, each once: what names the thing twice is in two walks. */
function unique(rows: readonly TimelineRow[]): readonly TimelineRow[] {
  const sorted = rows.toSorted(compareRows);
  return sorted.filter((row, at) => row.logIndex !== sorted[at - 1]?.logIndex);
}

/** As the statement orders them: what is not known comes last. */
function compareRows(a: TimelineKey, b: TimelineKey): number {
  const [startsA, startsB, endsA, endsB] = [a.starts ?? Infinity, b.starts ?? Infinity, a.ends ?? Infinity, b.ends ?? Infinity];
  if (startsA !== startsB) return startsA < startsB ? -1 : 1;
  if (endsA !== endsB) return endsA < endsB ? -1 : 1;
  return compareText(a.agency, b.agency) || compareText(a.id, b.id);
}

const compareText = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
