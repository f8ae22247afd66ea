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

/** Rows fetched at once, and the most of one part: with their contents some megabytes. */
const ROWS_PER_FETCH = 500;

/**
 * Plan: the primary key of ledger.timeline gives the items in order and each is sorted by itself, or all are sorted once on disk; either
 * way Postgres holds work_mem of index rows and no content. An event seen through several groups comes once. Sightings without an item
 * belong to no timeline.
 */
const TIMELINES = `declare timelines no scroll cursor for
  select distinct on (t.item, t.starts, t.ends, t.agency, t.id) t.item, t.log_index as "logIndex" from ledger.timeline t
  where t.item <> '' order by t.item, t.starts, t.ends, t.agency, t.id`;

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
      const { rows } = await client.query<{ item: string; logIndex: number }>(`fetch ${ROWS_PER_FETCH} from timelines`);
      if (rows.length === 0) break;
      const found = await eventsAt(
        client,
        rows.map(({ logIndex }) => logIndex),
      );
      const events = new Map(found.map((event) => [event.logIndex, event]));
      for (const { item, logIndex } of rows) parts.add(item, contentOf(events.get(logIndex), logIndex));
      await visit(parts.takeFinished(), walk);
    }
    await visit(parts.takeAll(), walk);
  });
}

/** Cuts at fixed places, whatever was fetched together: an item's parts depend on its own rows alone. */
class PartCutter {
  #finished: TimelinePart[] = [];
  #current: { readonly item: string; readonly events: EventRow[] } | undefined = undefined;

  add(item: string, event: EventRow): void {
    if (this.#current?.item !== item || this.#current.events.length === ROWS_PER_FETCH) {
      this.#finish();
      this.#current = { item, events: [] };
    }
    this.#current?.events.push(event);
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
