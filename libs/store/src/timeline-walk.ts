/** Every timeline of the ledger from one snapshot, for whoever folds them all. */
import type { StoreClient, StorePool } from './pool.ts';
import type { EventRow } from './sql/event-row.ts';
import { eventsAt } from './sql/events-at.ts';

/** Consecutive sightings of one item: all of them, or so many of a longer timeline. */
export interface TimelinePart {
  readonly item: string;
  /** In timeline order. */
  readonly events: readonly EventRow[];
}

export interface TimelineWalk {
  /** The walk's own connection: what is read through it is of the same snapshot. */
  readonly client: StoreClient;
  /** Numbers of all reader groups: the walk sees everything. */
  readonly groups: readonly number[];
  readonly logSize: number;
}

/** Rows fetched at once, and the most of one part. */
const ROWS_PER_FETCH = 500;
/** Contents read at once, and of one part, but for the document that exceeds it: one may have 1 MiB. */
const CONTENT_BYTES_MAX = 8 * 2 ** 20;

interface Place {
  readonly item: string;
  readonly logIndex: number;
  readonly bytes: number;
}

/**
 * Plan: the primary key of ledger.timeline gives the items in order and each is sorted by itself, or all are sorted once on disk; either
 * way Postgres holds work_mem of index rows and no content, whose length is known without reading it: a probe for each row that is fetched.
 * An event seen through several groups comes once. Sightings without an item belong to no timeline.
 */
const TIMELINES = `declare timelines no scroll cursor for
  select d.item, d.log_index as "logIndex", coalesce((select octet_length(c.bytes) from ledger.content c where c.log_index = d.log_index), 0) as bytes
  from (
    select distinct on (t.item, t.starts, t.ends, t.agency, t.id) t.item, t.starts, t.ends, t.agency, t.id, t.log_index from ledger.timeline t
    where t.item <> '' order by t.item, t.starts, t.ends, t.agency, t.id
  ) d order by d.item, d.starts, d.ends, d.agency, d.id`;

/** Hands out all parts in order, some at a time. `pool` is the owner's: no statement of it is timed out. */
export async function walkTimelines(
  pool: StorePool,
  visit: (parts: readonly TimelinePart[], walk: TimelineWalk) => Promise<void>,
): Promise<void> {
  await pool.transaction(async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    await client.query('set local statement_timeout = 0');
    const head = await client.query<{ size: number }>('select size from ledger.head');
    const groups = await client.query<{ id: number }>('select id from ledger.reader_groups order by id');
    const walk: TimelineWalk = { client, groups: groups.rows.map(({ id }) => id), logSize: head.rows[0]?.size ?? 0 };
    await client.query(TIMELINES);
    const parts = new PartCutter();
    for (;;) {
      const { rows } = await client.query<Place>(`fetch ${ROWS_PER_FETCH} from timelines`);
      if (rows.length === 0) break;
      for (const slice of slicesOf(rows)) {
        const found = await eventsAt(
          client,
          slice.map(({ logIndex }) => logIndex),
        );
        const events = new Map(found.map((event) => [event.logIndex, event]));
        for (const place of slice) parts.add(place, contentOf(events.get(place.logIndex), place.logIndex));
        await visit(parts.takeFinished(), walk);
      }
    }
    await visit(parts.takeAll(), walk);
  });
}

function slicesOf(rows: readonly Place[]): readonly Place[][] {
  const slices: Place[][] = [];
  let bytes = Infinity;
  for (const row of rows) {
    if (bytes > CONTENT_BYTES_MAX) {
      slices.push([]);
      bytes = 0;
    }
    slices.at(-1)?.push(row);
    bytes += row.bytes;
  }
  return slices;
}

/** Cuts at fixed places, whatever was fetched together: an item's parts depend on its own rows alone. */
class PartCutter {
  #finished: TimelinePart[] = [];
  #current: { readonly item: string; readonly events: EventRow[]; bytes: number } | undefined = undefined;

  add({ item, bytes }: Place, event: EventRow): void {
    let current = this.#current;
    if (current?.item !== item || current.events.length === ROWS_PER_FETCH || current.bytes > CONTENT_BYTES_MAX) {
      this.#finish();
      this.#current = current = { item, events: [], bytes: 0 };
    }
    current.events.push(event);
    current.bytes += bytes;
  }

  takeFinished(): readonly TimelinePart[] {
    const finished = this.#finished;
    this.#finished = [];
    return finished;
  }

  takeAll(): readonly TimelinePart[] {
    this.#finish();
    return this.takeFinished();
  }

  #finish(): void {
    if (this.#current !== undefined) this.#finished.push(this.#current);
    this.#current = undefined;
  }
}

function contentOf(event: EventRow | undefined, logIndex: number): EventRow {
  if (event === undefined) throw new Error(`a timeline has the log index ${logIndex}, whose entry or content is not there`);
  return event;
}
