/** What the gateway asks of the ledger, over the statements of libs/store with the rights of the gateway's role. */
import type { EventRef } from '#lib/domain';
import {
  type Conflict,
  eventById,
  eventsByRef,
  eventsFrom,
  itemHead,
  ledgerConstants,
  listConflicts,
  listDeadLetters,
  logSize,
  readDeadLetter,
  readerGroupIds,
  relationsAbout,
  search,
  timelineEnd,
  timelinePage,
  type ConflictKey,
  type DeadLetterHead,
  type EventRow,
  type SearchHit,
  type StoredDeadLetter,
  type StorePool,
  type TimelineKey,
  type TimelineRow,
} from '#lib/store';
import { DomainError } from '#lib/runtime';
import { PAGE_CONTENT_BYTES_MAX } from './page.ts';

export type { ConflictKey, DeadLetterHead, EventRow, SearchHit, StoredDeadLetter, TimelineKey, TimelineRow };

/** Who asks: the reader groups (their numbers) that he belongs to. Everything outside of them is as if it were absent. */
export interface Reader {
  readonly agency: string;
  readonly groups: readonly number[];
}

/** Speakers about the sightings of one answer. More than this is a flood, and an answer that silently left some out would be wrong. */
const SPEAKERS_MAX = 10_000;

export interface StandingConflict extends Conflict {
  /** What stands instead. */
  readonly standing: { readonly logIndex: number; readonly contentHash: string };
}

export type LedgerReads = Awaited<ReturnType<typeof ledgerReads>>;

/** Reads the log's origin once; it never changes. */
export async function ledgerReads(pool: StorePool) {
  const { origin } = await ledgerConstants(pool);
  return {
    origin,
    logSize: () => logSize(pool),
    groupNumbers: (names: readonly string[]) => readerGroupIds(pool, names),
    timelinePage: (of: { item: string; groups: readonly number[]; logSize: number; after?: TimelineKey; limit: number }) =>
      timelinePage(pool, { ...of, contentBytesMax: PAGE_CONTENT_BYTES_MAX }),
    timelineEnd: (of: { item: string; groups: readonly number[]; logSize: number; before?: TimelineKey; limit: number }) =>
      timelineEnd(pool, of),
    /** Events that speak about these, and those that speak about them, and so on. */
    async speakersAbout(refs: readonly EventRef[], groups: readonly number[], size: number): Promise<EventRow[]> {
      const rows = await relationsAbout(pool, refs, groups, size, SPEAKERS_MAX);
      if (rows.length === SPEAKERS_MAX)
        throw new DomainError('store.timeout', `More than ${SPEAKERS_MAX} records speak about this page: ask for a smaller one.`);
      return rows;
    },
    byRefs: (refs: readonly EventRef[], groups: readonly number[], size: number) => eventsByRef(pool, refs, groups, size),
    /** All agencies' events of this id that these groups may see. */
    async byId(id: string, groups: readonly number[], size: number): Promise<EventRow[]> {
      return (await eventById(pool, id, undefined, groups)).filter((event) => event.logIndex < size);
    },
    /** In the order of the log. */
    eventsFrom: (from: number, groups: readonly number[], size: number, limit: number) =>
      eventsFrom(pool, from, groups, size, limit, PAGE_CONTENT_BYTES_MAX),
    itemHead: (item: string, groups: readonly number[], size: number) => itemHead(pool, item, groups, size),
    itemsByKeys: (alternatives: readonly (readonly string[])[], groups: readonly number[]) => search(pool, { alternatives, groups }),
    async conflicts({ agency, groups }: Reader, after: ConflictKey | undefined, limit: number): Promise<StandingConflict[]> {
      const found = await listConflicts(pool, agency, { limit, ...(after === undefined ? {} : { after }) });
      const standing = await eventsByRef(pool, found, groups, Number.MAX_SAFE_INTEGER);
      const byId = new Map(standing.map((event) => [event.id, event]));
      return found.flatMap((conflict) => {
        const event = byId.get(conflict.id);
        return event === undefined
          ? []
          : [{ ...conflict, standing: { logIndex: event.logIndex, contentHash: event.contentHash.toString('hex') } }];
      });
    },
    deadLetters: (before: number | undefined, limit: number) =>
      listDeadLetters(pool, { limit, retriedToo: true, ...(before === undefined ? {} : { before }) }),
    deadLetter: (seq: number) => readDeadLetter(pool, seq),
  };
}
