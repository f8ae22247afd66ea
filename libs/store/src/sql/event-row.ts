/** A stored event as reading statements give it. */
export interface EventRow {
  readonly logIndex: number;
  readonly agency: string;
  readonly id: string;
  readonly principal: string;
  readonly capturedMicros: number;
  /** The bytes as submitted: never serialised again. */
  readonly content: Buffer;
  /** 32 bytes; so contentHash and secret. */
  readonly commitment: Buffer;
  readonly contentHash: Buffer;
  readonly secret: Buffer;
  /** JSON: the handling in effect, where its agency marked it; null or absent: the one that it came in with. */
  readonly handling?: string | null;
}

/** Columns of EventRow from `e` (entries) and `c` (content). */
export const EVENT_COLUMNS = `e.log_index as "logIndex", e.agency, e.id, c.principal, c.captured as "capturedMicros", c.bytes as content,
    e.commitment, e.content_hash as "contentHash", c.secret,
    (select h.handling from ledger.handlings h where h.log_index = e.log_index) as handling`;

/** The same from a subselect that names them so. */
export const EVENT_NAMES = '"logIndex", agency, id, principal, "capturedMicros", content, commitment, "contentHash", secret, handling';

/** Stands for a time that is not known, in `starts` and `ends`. */
export const NOT_KNOWN = '9223372036854775807';
