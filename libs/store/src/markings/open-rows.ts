/** Rows by which an event is found in reader groups that it was opened to later: the same as an event of those groups has, but in no item tree. */
import { BatchEncoder, copyDerived } from '../batch-encoder.ts';
import type { StoreClient } from '../pool.ts';
import type { EventIndex } from '../projected-event.ts';
import { SearchMemory, SearchRows, type SearchKeys } from '../search-rows.ts';
import type { OpenTo } from './settle.ts';

/** What makes rows of stored content: as in a rebuild. */
export interface RowMaking {
  indexOf(content: Buffer, agency: string): EventIndex;
  readonly keys: SearchKeys;
}

export function openRows(client: StoreClient, { indexOf, keys }: RowMaking): NonNullable<OpenTo> {
  return async (event, groups) => {
    const { policy: _, ...index } = indexOf(event.content, event.agency);
    const { agency, id, principal, capturedMicros, logIndex } = event;
    const search = new SearchRows(keys, new SearchMemory());
    search.add(index, groups);
    await search.append(client, Number.MAX_SAFE_INTEGER);
    const encoder = new BatchEncoder();
    encoder.addDerived({ ...index, agency, id, principal, capturedMicros }, groups, null, logIndex);
    await copyDerived(client, encoder);
  };
}
