/** What the gateway asks of the ledger, over the statements of libs/store with the rights of the gateway's role. */
import type { EventRef } from '#lib/domain';
import { KEYS_TREE, mapKey } from '#lib/ledger';
import {
  auditEvents,
  auditPage,
  batchesOf,
  checkpointOf,
  entryPlaces,
  eventById,
  eventsByRef,
  eventsFrom,
  firstNotice,
  firstSeal,
  itemCount,
  itemEntries,
  itemRows,
  itemsBetweenKeys,
  lastCheckpoint,
  lastSealBy,
  lastSeal,
  ledgerConstants,
  eventConflicts,
  listConflicts,
  listDeadLetters,
  logSize,
  mapTilesAt,
  mapTilesBetween,
  noticeAt,
  readDeadLetter,
  readLinksFrom,
  readLogPiece,
  readTile,
  readTiles,
  refusedBytes,
  sealAt,
  submittedEvent,
  readerGroupIds,
  recordedTimes,
  relationsAbout,
  sealCovering,
  search,
  timelineEnd,
  timelinePage,
  visibleEvents,
  type AuditQuestion,
  type ConflictKey,
  type DeadLetterHead,
  type EventRow,
  type SealBounds,
  type SearchHit,
  type StoredDeadLetter,
  type StorePool,
  type TimelineKey,
  type TimelineRow,
} from '#lib/store';
import { LogProofs } from './log-proofs.ts';
import { PAGE_CONTENT_BYTES_MAX } from './page.ts';

export type { ConflictKey, DeadLetterHead, EventRow, SearchHit, StoredDeadLetter, TimelineKey, TimelineRow };

/** Who asks: the reader groups that he belongs to. Everything outside of them is as if it were absent. */
export interface Reader {
  readonly agency: string;
  /** What he may see, whether or not an event has used it yet: this is part of a question, and its cursors outlive a group's first event. */
  readonly groupNames: readonly string[];
  /** Numbers of those of them that there are. */
  readonly groups: readonly number[];
}

export type LedgerReads = Awaited<ReturnType<typeof ledgerReads>>;

/** Reads the log's origin once; it never changes. */
export async function ledgerReads(pool: StorePool) {
  const { origin, mapSalt } = await ledgerConstants(pool);
  const keysItem = mapKey(mapSalt, KEYS_TREE.group, KEYS_TREE.item);
  return {
    origin,
    mapSalt,
    logSize: () => logSize(pool),
    groupNumbers: (names: readonly string[]) => readerGroupIds(pool, names),
    timelinePage: (of: { item: string; groups: readonly number[]; logSize: number; after?: TimelineKey; limit: number }) =>
      timelinePage(pool, { ...of, contentBytesMax: PAGE_CONTENT_BYTES_MAX }),
    timelineEnd: (of: { item: string; groups: readonly number[]; logSize: number; before?: TimelineKey; limit: number }) =>
      timelineEnd(pool, { ...of, contentBytesMax: PAGE_CONTENT_BYTES_MAX }),
    /** Events that speak about these, and those that speak about them, and so on. */
    speakersAbout: (
      refs: readonly EventRef[],
      groups: readonly number[],
      size: number,
      { limit, contentBytesMax }: { readonly limit: number; readonly contentBytesMax: number },
    ) => relationsAbout(pool, refs, groups, size, limit, contentBytesMax),
    byRefs: (refs: readonly EventRef[], groups: readonly number[], size: number, contentBytesMax: number) =>
      eventsByRef(pool, refs, groups, size, contentBytesMax),
    /** One agency's event of this id, or all agencies', that these groups may see. */
    async byId(id: string, agency: string | undefined, groups: readonly number[], size: number): Promise<EventRow[]> {
      return (await eventById(pool, id, agency, groups)).filter((event) => event.logIndex < size);
    },
    /** In the order of the log. */
    eventsFrom: (from: number, groups: readonly number[], size: number, limit: number) =>
      eventsFrom(pool, from, groups, size, limit, PAGE_CONTENT_BYTES_MAX),
    ...auditReads(pool),
    itemCount: (item: string, groups: readonly number[], size: number) => itemCount(pool, item, groups, size),
    /** Of one snapshot with the log size, so that the answer shows neither more nor less than that size holds. */
    itemsByKeys: (alternatives: readonly (readonly string[])[], groups: readonly number[]) =>
      pool.transaction(async (client) => {
        await client.query('set transaction isolation level repeatable read, read only');
        return { logSize: await logSize(client), ...(await search(client, { alternatives, groups })) };
      }),
    conflicts: ({ agency, groups }: Reader, after: ConflictKey | undefined, limit: number) =>
      listConflicts(pool, agency, { after, limit, groups }),
    eventConflicts: (agency: string, id: string, limit: number) => eventConflicts(pool, agency, id, limit),
    deadLetters: (before: number | undefined, limit: number) => listDeadLetters(pool, before === undefined ? { limit } : { before, limit }),
    deadLetter: (seq: number) => readDeadLetter(pool, seq),
    recordedTimes: (logIndexes: readonly number[], bounds: SealBounds) => recordedTimes(pool, logIndexes, bounds),
    lastSealBy: (time: number) => lastSealBy(pool, time),
    sealCovering: (covers: number) => sealCovering(pool, covers),
    firstSeal: () => firstSeal(pool),
    lastCheckpoint: () => lastCheckpoint(pool),
    checkpointOf: (size: number) => checkpointOf(pool, size),
    sealAt: (logIndex: number) => sealAt(pool, logIndex),
    noticeAt: (logIndex: number) => noticeAt(pool, logIndex),
    firstNotice: () => firstNotice(pool),
    mapTilesAt: (seal: number) => mapTilesAt(pool, seal),
    mapTilesBetween: (after: number, seal: number) => mapTilesBetween(pool, after, seal),
    itemsBetweenKeys: (low: Uint8Array, high: Uint8Array, covers: number) => itemsBetweenKeys(pool, low, high, covers),
    itemRows: (wanted: readonly { readonly item: number; readonly n: number }[]) => itemRows(pool, wanted),
    itemEntries: (item: number, begin: number, end: number) => itemEntries(pool, item, begin, end),
    visibleEvents: (logIndexes: readonly number[], groups: readonly number[], contentBytesMax: number) =>
      visibleEvents(pool, logIndexes, groups, contentBytesMax),
    /** The newest published checkpoint, and what the item trees and the map below it cover. */
    async sealedHead(): Promise<{ size: number; note: string; covers: number } | null> {
      const signed = await lastCheckpoint(pool);
      const seal = signed === null ? null : await sealAt(pool, signed.size - 1);
      return signed === null || seal === null ? null : { ...signed, covers: seal.covers };
    },
    submittedEvent: (agency: string, id: string) => submittedEvent(pool, agency, id),
    refusedBytes: (agency: string, id: string, contentHash: Buffer | null) => refusedBytes(pool, agency, id, contentHash),
    entryPlaces: (logIndex: number) => entryPlaces(pool, logIndex),
    lastSeal: () => lastSeal(pool),
    linksFrom: (from: number, to: number) => pool.transaction((client) => readLinksFrom(client, from, to, keysItem)),
    tile: (level: number, n: number, bytes: number) => readTile(pool, level, n, bytes),
    logProofs: new LogProofs({ tiles: (wanted) => readTiles(pool, wanted) }),
    logPiece: (from: number, to: number) => pool.transaction((client) => readLogPiece(client, from, to)),
  };
}

/** Who wrote what. */
const auditReads = (pool: StorePool) => ({
  auditPage: (question: AuditQuestion, limit: number) => auditPage(pool, question, limit),
  auditEvents: (logIndexes: readonly number[], groups: readonly number[]) => auditEvents(pool, logIndexes, groups, PAGE_CONTENT_BYTES_MAX),
  batchesOf: (refs: readonly EventRef[], groups: readonly number[], size: number) => batchesOf(pool, refs, groups, size),
});
