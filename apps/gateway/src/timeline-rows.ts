/** The rows of one page of a timeline: the next ones, or of those the ones that are, or may be, of a time that is asked about. */
import type { AskedTime } from '#lib/domain';
import type { ReaderReads, TimelineKey, TimelineRow } from './ledger-reads.ts';
import { PAGE_CONTENT_BYTES_MAX } from './page.ts';
import { pageOfThing, type PageRows, type ThingAsked } from './thing-rows.ts';

export interface RowsAsked extends ThingAsked {
  readonly limit: number;
  readonly after?: TimelineKey | undefined;
  readonly at?: AskedTime | undefined;
}

type Reads = Pick<ReaderReads, 'timelinePage'>;

/** Looked at for one page of a time: half a second at most. What lies behind them the next page looks at. */
export const ROWS_LOOKED_MAX = 10_000;
/** Rows of one look. */
const LOOK = 500;

/** Behind everything that has a begin: undated records may be of any time. */
const UNDATED: TimelineKey = { starts: Number.MAX_SAFE_INTEGER, ends: null, agency: '', id: '' };

export async function rowsOf(reads: Reads, asked: RowsAsked): Promise<PageRows> {
  const { at, limit } = asked;
  return at === undefined ? pageOfThing(reads, asked, limit, asked.after) : rowsAt(reads, asked, at);
}

async function rowsAt(reads: Reads, asked: RowsAsked, at: AskedTime): Promise<PageRows> {
  const shown: TimelineRow[] = [];
  let [read, bytes, last] = [0, 0, asked.after];
  while (read < ROWS_LOOKED_MAX) {
    const page = await pageOfThing(reads, asked, LOOK, last);
    for (const row of page.shown) {
      if (mayBeOf(row, at)) {
        bytes += row.content.length;
        if (shown.length === asked.limit || (bytes > PAGE_CONTENT_BYTES_MAX && shown.length > 0)) return { shown, more: true, last, read };
        shown.push(row);
      }
      last = row;
      read++;
    }
    read += page.read - page.shown.length;
    last = page.last ?? last;
    if (!page.more || last === undefined) return { shown, more: false, last, read };
    // Those that follow begin later still, up to the ones that have no begin.
    const { starts } = last;
    if (starts !== null && starts >= at.ends && starts < (UNDATED.starts ?? 0)) last = UNDATED;
  }
  return { shown, more: true, last, read };
}

/** As `coverOf`: an unknown bound excludes nothing. An unknown begin sorts before all others, and counts as such here. */
const mayBeOf = ({ starts, ends }: TimelineRow, at: AskedTime): boolean =>
  starts === null || (starts < at.ends && (ends === null || ends > at.starts));
