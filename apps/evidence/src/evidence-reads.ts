/** What is asked of the ledger about evidence, with the rights of the role `evidence`. */
import { groupsOfActor, type Actor } from '#lib/domain';
import {
  evidenceActsOn,
  evidenceCitedBy,
  handlingsPoint,
  insertUpload,
  listEvidence,
  logSize,
  readableEvidence,
  ReaderContext,
  readerGroupIds,
  uploadOf,
  type CitingRow,
  type EvidenceReader as StoreReader,
  type StorePool,
  type UploadRow,
} from '#lib/store';

export type { CitingRow, UploadRow };

export interface EvidenceReader extends StoreReader {
  /** Who he is to the database, which shows what is his and nothing else. */
  readonly context: ReaderContext;
}

/** By what callers are known. */
export interface Grants {
  /** Whether he has declared an emergency that lasts. */
  breaksGlass(actor: Actor): boolean | Promise<boolean>;
  /** Log size from which on the grants hold; absent: none are followed. */
  grantsPoint?(): Promise<number>;
}

export type EvidenceReads = ReturnType<typeof evidenceReads>;

/** Acts on one evidence that an answer reads: far more than any real chain has. Then the answer says that there are too many. */
export const ACTS_MAX = 2_000;
/** Citing events that an answer names; whether there are more is said. */
export const CITED_BY_MAX = 200;
/** Of their documents, in memory. */
const CONTENT_BYTES_MAX = 16 * 1024 * 1024;

/** @param pool has the rights of the role and its context key */
export function evidenceReads(pool: StorePool, { breaksGlass, grantsPoint }: Grants) {
  return {
    logSize: () => logSize(pool),
    policyPoint: async () => Math.max((await grantsPoint?.()) ?? 0, await handlingsPoint(pool)),
    /** Groups that are not there yet have nothing to show; they may come with the next event. */
    async readerOf(actor: Actor): Promise<EvidenceReader> {
      const { agency, principal } = actor;
      const groups = await readerGroupIds(pool, groupsOfActor(actor));
      // Nobody in particular is of no agency.
      const context = new ReaderContext(agency === '' ? null : agency, groups);
      return { agency, principal, breaksGlass: await breaksGlass(actor), groups, context };
    },
    /** The first upload that opens it to the reader; undefined: as if it were not there. */
    async readable(reader: EvidenceReader, sha256: string): Promise<UploadRow | undefined> {
      return (await readableEvidence(pool.as(reader.context), reader, [sha256])).get(sha256);
    },
    /** Those of them that are open to everybody: a read of these is nobody's business. */
    async openToAll(hashes: readonly string[]): Promise<ReadonlySet<string>> {
      const groups = await readerGroupIds(pool, ['clear']);
      const anybody = { agency: '', principal: '', breaksGlass: false, groups };
      return new Set((await readableEvidence(pool.as(new ReaderContext(null, groups)), anybody, hashes)).keys());
    },
    list: (reader: EvidenceReader, after: string, limit: number) => listEvidence(pool.as(reader.context), reader, after, limit),
    /** Of the reader's own agency. */
    ownUpload: ({ agency, context }: EvidenceReader, sha256: string) => uploadOf(pool.as(context), sha256, agency),
    /** Of the reader's own agency: the database takes no other. */
    keepUpload: ({ agency, context }: EvidenceReader, row: Omit<UploadRow, 'sha256' | 'agency'> & { readonly sha256: string }) =>
      insertUpload(pool.as(context), { ...row, agency }),
    /** One more than ACTS_MAX at most. */
    actsOn: (reader: EvidenceReader, sha256: string, size: number) =>
      evidenceActsOn(pool.as(reader.context), {
        sha256,
        reader,
        logSize: size,
        limit: ACTS_MAX + 1,
        contentBytesMax: CONTENT_BYTES_MAX,
      }),
    /** One more than CITED_BY_MAX at most. */
    citedBy: (reader: EvidenceReader, sha256: string, size: number) =>
      evidenceCitedBy(pool.as(reader.context), {
        sha256,
        reader,
        logSize: size,
        limit: CITED_BY_MAX + 1,
        contentBytesMax: CONTENT_BYTES_MAX,
      }),
  };
}
