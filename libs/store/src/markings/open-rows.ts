/** Rows by which an event is found in reader groups that it was opened to later: the same as an event of those groups has, but in no item tree. */
import { INDEX_ROWS_MAX } from '#lib/domain';
import { BatchEncoder, copyDerived } from '../batch-encoder.ts';
import type { ReaderGroup } from '../map-keys.ts';
import type { StoreClient } from '../pool.ts';
import type { EventIndex } from '../projected-event.ts';
import { SearchMemory, SearchRows, type SearchKeys } from '../search-rows.ts';
import type { HandledEvent } from './handled-events.ts';

/** What makes rows of stored content: as in a rebuild. */
export interface RowMaking {
  indexOf(content: Buffer, agency: string): EventIndex;
  readonly keys: SearchKeys;
}

/** An event of which a marking was approved. */
export interface Openable {
  /** Whether in so many reader groups it has no more rows of one table than any event may. */
  fits(groups: number): boolean;
  /** Makes its rows in these, where it has none. */
  open(groups: readonly ReaderGroup[]): Promise<void>;
}

/** By log index. Cost: reading each document once. */
export type Opening = (events: readonly HandledEvent[]) => Promise<ReadonlyMap<number, Openable>>;

export function openRows(client: StoreClient, { indexOf, keys }: RowMaking): Opening {
  const openable = (event: HandledEvent, { policy: _, ...index }: EventIndex, shownIn: readonly number[]): Openable => ({
    fits: (groups) => groups * widthOf(index) <= INDEX_ROWS_MAX,
    async open(groups) {
      const missing = groups.filter(({ id }) => !shownIn.includes(id));
      if (missing.length === 0) return;
      const { agency, id, principal, capturedMicros, logIndex } = event;
      const search = new SearchRows(keys, new SearchMemory());
      search.add(index, missing);
      await search.append(client, Number.MAX_SAFE_INTEGER);
      const encoder = new BatchEncoder();
      encoder.addDerived({ ...index, agency, id, principal, capturedMicros }, missing, null, logIndex);
      await copyDerived(client, encoder);
    },
  });
  return async (events) => {
    if (events.length === 0) return new Map();
    const byIndex = new Map(events.map((event) => [event.logIndex, event]));
    const text = 'select * from ledger.handled_content($1::bigint[])';
    const { rows } = await client.query<ContentRow>(text, [[...byIndex.keys()]]);
    return new Map(
      rows.map(({ log_index, shown_in, bytes }) => {
        const event = byIndex.get(Number(log_index)) as HandledEvent;
        return [event.logIndex, openable(event, indexOf(bytes, event.agency), shown_in)];
      }),
    );
  };
}

interface ContentRow {
  readonly log_index: string | number;
  /** Numbers of the reader groups that it has rows in. */
  readonly shown_in: readonly number[];
  readonly bytes: Buffer;
}

/** Rows of the widest table in one reader group. */
const widthOf = ({ items, targets, aliases = [], evidence = [], batch }: EventIndex): number =>
  Math.max(items.length, targets.length, aliases.length, evidence.length, batch?.members.length ?? 0);
