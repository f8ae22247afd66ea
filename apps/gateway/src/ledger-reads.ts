/** What the gateway asks of the ledger, over the statements of libs/store with the rights of the gateway's role. */
import type { EventRef } from '#lib/domain';
import { KEYS_TREE, mapKey } from '#lib/ledger';
import {
  accessSize,
  approvalsOf,
  auditEvents,
  auditPage,
  batchesOf,
  caseActsOf,
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
  handlingsPoint,
  identityClaims,
  listConflicts,
  listsNaming,
  listDeadLetters,
  logSize,
  markedAmong,
  mapTilesAt,
  mapTilesBetween,
  namedRows,
  noticeAt,
  readableEvidence,
  readAccessTiles,
  readsAt,
  readsPage,
  readTimes,
  readDeadLetter,
  readLinksFrom,
  readPublicLogPiece,
  readTile,
  readTiles,
  refusedBytes,
  sealAt,
  sealedReads,
  shownEvents,
  shownItems,
  submittedEvent,
  readerGroupIds,
  recordedTimes,
  relationsAbout,
  sealCovering,
  search,
  searchedFrom,
  sightingCandidates,
  statedAliases,
  streamPage,
  timelineEnd,
  timelinePage,
  toldMarkings,
  visibleEvents,
  openPointsOfItem,
  openPointsPage,
  type AuditQuestion,
  type ConflictKey,
  type DeadLetterHead,
  type EventRow,
  type OpenPointRow,
  ReaderContext,
  type ReaderPool,
  type ReadsQuestion,
  type SealBounds,
  type SightingKeysQuestion,
  type SearchHit,
  type StoredDeadLetter,
  type StoredRead,
  type StorePool,
  type StreamQuestion,
  type TimelineKey,
  type TimelineRow,
} from '#lib/store';
import { JudgedLists, type Judges, type SubmitterKeyAt } from './judged-lists.ts';
import { LogProofs } from './log-proofs.ts';
import { PAGE_CONTENT_BYTES_MAX } from './page.ts';

export type {
  AuditQuestion,
  ConflictKey,
  StoredRead,
  DeadLetterHead,
  EventRow,
  OpenPointRow,
  SearchHit,
  StoredDeadLetter,
  TimelineKey,
  TimelineRow,
};

/** Who asks: the reader groups that he belongs to. Everything outside of them is as if it were absent. */
export interface Reader {
  /** '' for nobody in particular, which no agency is called. */
  readonly agency: string;
  readonly principal: string;
  /** In an emergency that he declared he reads what names other persons too, within his own agency's groups. */
  readonly breaksGlass: boolean;
  /** What he may see, whether or not an event has used it yet: this is part of a question, and its cursors outlive a group's first event. */
  readonly groupNames: readonly string[];
  /** Numbers of those of them that there are. */
  readonly groups: readonly number[];
  /** Who he is to the database: what the other members say narrows what he is shown, and widens nothing. */
  readonly context: ReaderContext;
}

/** Who asks for what his agency submitted. */
export type Submitter = Pick<Reader, 'agency' | 'principal' | 'breaksGlass'>;

/** Who asks for what his groups may see: what names others a statement leaves out by itself. */
export type Asker = Submitter & Pick<Reader, 'groups'>;

/** What is everybody's: the log, its seals and proofs; and `as`, by which alone rows of tenants are read. */
export type LedgerReads = Awaited<ReturnType<typeof ledgerReads>>;

/** What one reader is shown. */
export type ReaderReads = ReturnType<LedgerReads['as']>;

/**
 * Reads the log's origin once; it never changes. `pool` has the rights of the gateway and its context key.
 * @param submitterKeyAt absent: no key of an agency is known
 */
export async function ledgerReads(pool: StorePool, submitterKeyAt: SubmitterKeyAt = () => Promise.resolve('unknown-key')) {
  const { origin, mapSalt } = await ledgerConstants(pool);
  const judgedLists: Judges = new JudgedLists(origin, submitterKeyAt);
  const log = { ...logReads(pool, origin, mapSalt), judgedLists };
  return { ...log, as: ({ context }: Pick<Reader, 'context'>) => ({ ...log, ...readerReads(pool.as(context)) }) };
}

/** Says numbers, hashes and times. Asked by nobody: where a statement reaches into tables of tenants, it finds no row. */
function logReads(pool: StorePool, origin: string, mapSalt: Buffer) {
  const keysItem = mapKey(mapSalt, KEYS_TREE.group, KEYS_TREE.item);
  return {
    origin,
    mapSalt,
    logSize: () => logSize(pool),
    accessSize: () => accessSize(pool),
    sealedReads: (bounds: SealBounds) => sealedReads(pool, bounds),
    readTimes: (numbers: readonly number[], bounds: SealBounds) => readTimes(pool, numbers, bounds),
    /** P: the log size from which on the policy holds by which rows are shown. */
    policyPoint: () => handlingsPoint(pool),
    searchedFrom: () => searchedFrom(pool),
    markedAmong: (logIndexes: readonly number[]) => markedAmong(pool, logIndexes),
    groupNumbers: (names: readonly string[]) => readerGroupIds(pool, names),
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
    /** Of these, what everybody may read. */
    async openEvidence(hashes: readonly string[]): Promise<ReadonlySet<string>> {
      const groups = await readerGroupIds(pool, ['clear']);
      const anybody = { agency: '', principal: '', breaksGlass: false, groups };
      return new Set((await readableEvidence(pool.as(new ReaderContext(null, groups)), anybody, hashes)).keys());
    },
    itemsBetweenKeys: (low: Uint8Array, high: Uint8Array, covers: number) => itemsBetweenKeys(pool, low, high, covers),
    itemRows: (wanted: readonly { readonly item: number; readonly n: number }[]) => itemRows(pool, wanted),
    /** Of notices alone. */
    itemEntries: (item: number, begin: number, end: number) => itemEntries(pool, item, begin, end),
    /** The newest published checkpoint, and what the item trees and the map below it cover. */
    async sealedHead(): Promise<{ size: number; note: string; covers: number } | null> {
      const signed = await lastCheckpoint(pool);
      const seal = signed === null ? null : await sealAt(pool, signed.size - 1);
      return signed === null || seal === null ? null : { ...signed, covers: seal.covers };
    },
    entryPlaces: (logIndex: number) => entryPlaces(pool, logIndex),
    lastSeal: () => lastSeal(pool),
    linksFrom: (from: number, to: number) => pool.transaction((client) => readLinksFrom(client, from, to, keysItem)),
    tile: (level: number, n: number, bytes: number) => readTile(pool, level, n, bytes),
    logProofs: new LogProofs({ tiles: (wanted) => readTiles(pool, wanted) }),
    accessProofs: new LogProofs({ tiles: (wanted) => readAccessTiles(pool, wanted) }),
    logPiece: (from: number, to: number) => pool.transaction((client) => readPublicLogPiece(client, from, to)),
  };
}

/** Acts of one case: nobody chooses so many by hand. */
export const CASE_ACTS_MAX = 10_000;

/** Rows of tenants, of which the database shows what is the reader's. */
function readerReads(own: ReaderPool) {
  return {
    timelinePage: (of: { item: string; reader: Asker; logSize: number; after?: TimelineKey; limit: number }) =>
      timelinePage(own, { ...of, contentBytesMax: PAGE_CONTENT_BYTES_MAX }),
    timelineEnd: (of: { item: string; reader: Asker; logSize: number; before?: TimelineKey; limit: number }) =>
      timelineEnd(own, { ...of, contentBytesMax: PAGE_CONTENT_BYTES_MAX }),
    /** Identifications of these, and corrections, which may put one in place. */
    claimsAbout: (of: { items: readonly string[]; reader: Asker; logSize: number; limit: number; contentBytesMax: number }) =>
      identityClaims(own, of),
    /** Events that speak about these, and those that speak about them, and so on. */
    speakersAbout: (
      refs: readonly EventRef[],
      groups: readonly number[],
      size: number,
      { limit, contentBytesMax }: { readonly limit: number; readonly contentBytesMax: number },
    ) => relationsAbout(own, refs, groups, size, limit, contentBytesMax),
    byRefs: (refs: readonly EventRef[], groups: readonly number[], size: number, contentBytesMax: number) =>
      eventsByRef(own, refs, groups, size, contentBytesMax),
    /** One agency's event of this id, or all agencies', that these groups may see. */
    async byId(id: string, agency: string | undefined, groups: readonly number[], size: number): Promise<EventRow[]> {
      return (await eventById(own, id, agency, groups)).filter((event) => event.logIndex < size);
    },
    /** In the order of the log. */
    eventsFrom: (from: number, reader: Asker, size: number, limit: number) =>
      eventsFrom(own, from, reader, size, limit, PAGE_CONTENT_BYTES_MAX),
    /** Where the reader's entries stand; what names others the statement leaves out. */
    streamPage: (question: StreamQuestion) => streamPage(own, question),
    /** Places where something may be open; what names others the statements leave out. */
    openPointsPage: (reader: Asker, of: { after: OpenPointRow; until: number; limit: number }) => openPointsPage(own, reader, of),
    openPointsOfItem: (reader: Asker, of: { code: number; item: string; limit: number }) => openPointsOfItem(own, reader, of),
    /** Of TLP:RED with persons named, and what looks like it. */
    namedRows: (items: readonly string[], groups: readonly number[], size: number) => namedRows(own, items, groups, size),
    /** Of these, what is here and open to the reader. */
    async heldEvidence(reader: Reader, hashes: readonly string[]): Promise<ReadonlySet<string>> {
      return new Set((await readableEvidence(own, reader, hashes)).keys());
    },
    /** The agency that sent each of them first, of those that are open to the reader. */
    async evidenceSenders(reader: Reader, hashes: readonly string[]): Promise<ReadonlyMap<string, string>> {
      return new Map([...(await readableEvidence(own, reader, hashes))].map(([hash, { agency }]) => [hash, agency]));
    },
    itemCount: (item: string, groups: readonly number[], size: number) => itemCount(own, item, groups, size),
    /** Of one snapshot with the log size, so that the answer shows neither more nor less than that size holds. */
    itemsByKeys: (alternatives: readonly (readonly string[])[], groups: readonly number[]) =>
      own.transaction(async (client) => ({ logSize: await logSize(client), ...(await search(client, { alternatives, groups })) })),
    /** Of hits by an alias those that an event states which this person sees. */
    statedAliases: (hits: readonly SearchHit[], groups: readonly number[], reader: Submitter) => statedAliases(own, hits, groups, reader),
    /** Where entries stand that have the keys, newest first, whether or not the reader may see them: that is asked of the entries. */
    sightingCandidates: (of: SightingKeysQuestion, bounds: { readonly from: number; readonly before: number }) =>
      sightingCandidates(own, of, bounds),
    conflicts: (reader: Asker, after: ConflictKey | undefined, limit: number) =>
      listConflicts(own, reader, { after, limit, groups: reader.groups }),
    eventConflicts: (reader: Submitter, id: string, limit: number) => eventConflicts(own, reader, id, limit),
    itemEntries: (item: number, begin: number, end: number) => itemEntries(own, item, begin, end),
    visibleEvents: (logIndexes: readonly number[], groups: readonly number[], contentBytesMax: number) =>
      visibleEvents(own, logIndexes, groups, contentBytesMax),
    /** Of these the markings that say to the reader's groups what they withhold: for told-markings.ts. */
    toldMarkings: (logIndexes: readonly number[]) => toldMarkings(own, logIndexes),
    /** What was said of a case, to whoever sees that it was opened. `isWhole`: no more was, whether or not he is shown all of it. */
    async caseActs(ref: EventRef, size: number): Promise<{ readonly acts: EventRow[]; readonly isWhole: boolean }> {
      const acts = await caseActsOf(own, ref, size, CASE_ACTS_MAX + 1, PAGE_CONTENT_BYTES_MAX);
      const bytes = acts.reduce((sum, { content }) => sum + content.length, 0);
      return { acts, isWhole: acts.length <= CASE_ACTS_MAX && bytes <= PAGE_CONTENT_BYTES_MAX };
    },
    /** Of markings that this reader sees. */
    approvalsOf: (logIndexes: readonly number[]) => approvalsOf(own, logIndexes),
    submittedEvent: (agency: string, id: string) => submittedEvent(own, agency, id),
    refusedBytes: (agency: string, id: string, contentHash: Buffer | null) => refusedBytes(own, agency, id, contentHash),
    ...deadLetterReads(own),
    ...auditReads(own),
  };
}

/** Of one agency: the reader's, or the database shows none. */
const deadLetterReads = (own: ReaderPool) => ({
  deadLetters: (agency: string, before: number | undefined, limit: number) =>
    listDeadLetters(own, { agency, unproved: false }, { before, limit }),
  deadLetter: (agency: string, seq: number) => readDeadLetter(own, seq, { agency, unproved: false }),
});

/** Who wrote what. */
const auditReads = (own: ReaderPool) => ({
  auditPage: (question: AuditQuestion, limit: number) => auditPage(own, question, limit),
  auditEvents: (logIndexes: readonly number[], groups: readonly number[]) => auditEvents(own, logIndexes, groups, PAGE_CONTENT_BYTES_MAX),
  readsPage: (question: ReadsQuestion, limit: number) => readsPage(own, question, limit),
  readsAt: (tenant: string, numbers: readonly number[]) => readsAt(own, tenant, numbers, PAGE_CONTENT_BYTES_MAX),
  /** Of names in records those that are the reader's to see now, whoever was shown them then. */
  shownEvents: (refs: readonly EventRef[], reader: Submitter) => shownEvents(own, refs, reader),
  shownItems: (items: readonly string[], groups: readonly number[]) => shownItems(own, items, groups),
  listsNaming: (refs: readonly EventRef[], reader: Reader, size: number) => listsNaming(own, refs, reader, size),
  batchesOf: (refs: readonly EventRef[], reader: Reader, size: number) => batchesOf(own, refs, reader, size),
});
