/** What is asked of the ledger about evidence, with the rights of the role `evidence`. */
import { groupsOfActor, type Actor } from '#lib/domain';
import {
  evidenceActsOn,
  evidenceCitedBy,
  insertUpload,
  listEvidence,
  logSize,
  readableEvidence,
  readerGroupIds,
  uploadOf,
  type CitingRow,
  type EvidenceReader,
  type StorePool,
  type UploadRow,
} from '#lib/store';

export type { CitingRow, EvidenceReader, UploadRow };
export type EvidenceReads = ReturnType<typeof evidenceReads>;

/** Acts on one evidence that an answer reads: far more than any real chain has. Then the answer says that there are too many. */
export const ACTS_MAX = 2_000;
/** Citing events that an answer names; whether there are more is said. */
export const CITED_BY_MAX = 200;
/** Of their documents, in memory. */
const CONTENT_BYTES_MAX = 16 * 1024 * 1024;

export function evidenceReads(pool: StorePool) {
  return {
    logSize: () => logSize(pool),
    /** Groups that are not there yet have nothing to show; they may come with the next event. */
    async readerOf(actor: Actor): Promise<EvidenceReader> {
      return { agency: actor.agency, groups: await readerGroupIds(pool, groupsOfActor(actor)) };
    },
    /** The first upload that opens it to the reader; undefined: as if it were not there. */
    async readable(reader: EvidenceReader, sha256: string): Promise<UploadRow | undefined> {
      return (await readableEvidence(pool, reader, [sha256])).get(sha256);
    },
    list: (reader: EvidenceReader, after: string, limit: number) => listEvidence(pool, reader, after, limit),
    uploadOf: (sha256: string, agency: string) => uploadOf(pool, sha256, agency),
    keepUpload: (row: Omit<UploadRow, 'sha256'> & { readonly sha256: string }) => insertUpload(pool, row),
    /** One more than ACTS_MAX at most. */
    actsOn: ({ groups }: EvidenceReader, sha256: string, size: number) =>
      evidenceActsOn(pool, { sha256, groups, logSize: size, limit: ACTS_MAX + 1, contentBytesMax: CONTENT_BYTES_MAX }),
    /** One more than CITED_BY_MAX at most. */
    citedBy: ({ groups }: EvidenceReader, sha256: string, size: number) =>
      evidenceCitedBy(pool, { sha256, groups, logSize: size, limit: CITED_BY_MAX + 1, contentBytesMax: CONTENT_BYTES_MAX }),
  };
}
