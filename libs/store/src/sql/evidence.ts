/**
 * Evidence as the ledger knows it. Its bytes are open to the agencies that sent them, and to whoever sees an event of one of those that cites
 * them. A citation by anybody else opens nothing: he may have the hash from anywhere. Nor does an act on evidence, whoever says it: what was done
 * with bytes is told to more people than the bytes are for.
 */
import { KINDS } from '#lib/domain';
import type { Statements } from '../pool.ts';
import { EVENT_COLUMNS, EVENT_NAMES, type EventRow } from './event-row.ts';
import { namesOthers, type Asking } from './named-rows.ts';

/** Who asks; the statements are run as him. */
export interface EvidenceReader {
  /** Empty: of no agency. */
  readonly agency: string;
  readonly principal: string;
  /** In an emergency that he declared he reads what names other persons too. */
  readonly breaksGlass: boolean;
  /** Numbers of his reader groups. */
  readonly groups: readonly number[];
}

export interface UploadRow {
  readonly sha256: Buffer;
  readonly agency: string;
  readonly principal: string;
  readonly receivedMicros: number;
  readonly bytes: number;
  readonly mediaType: string;
  readonly eventId: string;
}

const UPLOAD_COLUMNS = `u.sha256, u.agency, u.principal, u.received as "receivedMicros", u.bytes, u.media_type as "mediaType", u.event_id as "eventId"`;

const EVIDENCE_KIND = KINDS.indexOf('evidence');

/**
 * Of an upload `u`, whether it opens the bytes: $1 agency, $2 groups, $3 principal, $4 breaks glass. One probe of evidence_refs for each group,
 * and of entries for each citation.
 */
const OPENS = `(u.agency = $1::text or exists (
      select from unnest($2::integer[]) as reader (grp)
      join ledger.evidence_refs r on r.sha256 = u.sha256 and r.grp = reader.grp
      join ledger.entries e on e.log_index = r.log_index
      where e.agency = u.agency and r.kind <> ${EVIDENCE_KIND} and not ${namesOthers('r.log_index', { agency: '$1::text', principal: '$3::text', breaksGlass: '$4::boolean' })}))`;

export const READABLE_EVIDENCE = {
  name: 'readable_evidence',
  text: `select distinct on (u.sha256) ${UPLOAD_COLUMNS}
    from unnest($5::bytea[]) as asked (sha256) join evidence.uploads u on u.sha256 = asked.sha256
    where ${OPENS} order by u.sha256, u.received, u.agency`,
};

/** Of these, those whose bytes are here and open to the reader, each with the first upload that opens it, by hash in hex. */
export async function readableEvidence(
  from: Statements,
  { agency, groups, principal, breaksGlass }: EvidenceReader,
  hashes: readonly string[],
): Promise<ReadonlyMap<string, UploadRow>> {
  if (hashes.length === 0) return new Map();
  const asked = [...new Set(hashes)].map((hash) => Buffer.from(hash, 'hex'));
  const { rows } = await from.run<UploadRow>(READABLE_EVIDENCE, [agency, groups, principal, breaksGlass, asked]);
  return new Map(rows.map((row) => [row.sha256.toString('hex'), row]));
}

export const LIST_EVIDENCE = {
  name: 'list_evidence',
  text: `select distinct on (u.sha256) ${UPLOAD_COLUMNS} from evidence.uploads u
    where u.sha256 > $5::bytea and ${OPENS} order by u.sha256, u.received, u.agency limit $6::integer`,
};

/** All that is open to the reader, in the order of the hashes. @param after hash in hex; empty: from the beginning */
export async function listEvidence(
  from: Statements,
  { agency, groups, principal, breaksGlass }: EvidenceReader,
  after: string,
  limit: number,
): Promise<UploadRow[]> {
  return (await from.run<UploadRow>(LIST_EVIDENCE, [agency, groups, principal, breaksGlass, Buffer.from(after, 'hex'), limit])).rows;
}

const RETRACTION_KIND = KINDS.indexOf('retraction');

/** An event that cites evidence or says an act on it. */
export interface CitingRow extends EventRow {
  /** Its own agency retracted it, as far as this reader sees. */
  readonly isWithdrawn: boolean;
}

const CITING: Asking = { agency: '$6::text', principal: '$7::text', breaksGlass: '$8::boolean' };

/** From an act to the last retraction in a row that is looked at; of a longer row that one counts. */
const RETRACTIONS_IN_A_ROW = 5;

/**
 * SQL: its own agency retracted the entry `event`, and did not take that back, as far as this reader sees. What a retraction only contradicts it
 * leaves as it is.
 */
function isRetracted(event: string, step = 1): string {
  const [relation, by] = [`w${step}`, `by${step}`];
  return `exists (select from ledger.relations ${relation} join ledger.entries ${by} on ${by}.log_index = ${relation}.log_index
          where ${relation}.target_agency = ${event}.agency and ${relation}.target_id = ${event}.id and ${relation}.word
            and ${relation}.grp = any($2::integer[]) and ${relation}.kind = ${RETRACTION_KIND} and ${relation}.log_index < $3::bigint
            and not ${namesOthers(`${relation}.log_index`, CITING)}
            ${step < RETRACTIONS_IN_A_ROW ? `and not ${isRetracted(by, step + 1)}` : ''})`;
}

/** Plan: one walk of the primary key of evidence_refs for each group, then each entry and its content by theirs. */
const citing = (kinds: string) => `select ${EVENT_NAMES}, "isWithdrawn"
    from (
      select ${EVENT_COLUMNS}, sum(octet_length(c.bytes)) over (order by e.log_index) - octet_length(c.bytes) as bytes_before,
        ${isRetracted('e')} as "isWithdrawn"
      from (
        select distinct r.log_index from unnest($2::integer[]) as reader (grp)
        join ledger.evidence_refs r on r.sha256 = $1::bytea and r.grp = reader.grp
        where r.log_index < $3::bigint and r.kind ${kinds} and not ${namesOthers('r.log_index', CITING)}
        order by r.log_index limit $4::integer
      ) found
      join ledger.entries e on e.log_index = found.log_index
      join ledger.content c on c.log_index = found.log_index
    ) page
    where bytes_before <= $5::bigint
    order by "logIndex"`;

export const EVIDENCE_ACTS_ON = { name: 'evidence_acts_on', text: citing(`= ${EVIDENCE_KIND}`) };
export const EVIDENCE_CITED_BY = { name: 'evidence_cited_by', text: citing(`<> ${EVIDENCE_KIND}`) };

/** What of an evidence is asked. */
export interface CitingQuestion {
  /** Hex. */
  readonly sha256: string;
  readonly reader: EvidenceReader;
  readonly logSize: number;
  readonly limit: number;
  readonly contentBytesMax: number;
}

/** Events of kind `evidence` that name it, in log order. At most `limit`, and none behind the bytes and the one that exceeds them. */
export const evidenceActsOn = (from: Statements, asked: CitingQuestion): Promise<CitingRow[]> => ask(from, EVIDENCE_ACTS_ON, asked);

/** Events of every other kind that cite it. */
export const evidenceCitedBy = (from: Statements, asked: CitingQuestion): Promise<CitingRow[]> => ask(from, EVIDENCE_CITED_BY, asked);

async function ask(
  from: Statements,
  statement: typeof EVIDENCE_ACTS_ON,
  { sha256, reader, logSize, limit, contentBytesMax }: CitingQuestion,
): Promise<CitingRow[]> {
  const { groups, agency, principal, breaksGlass } = reader;
  const values = [Buffer.from(sha256, 'hex'), groups, logSize, limit, contentBytesMax, agency, principal, breaksGlass];
  return (await from.run<CitingRow>(statement, values)).rows;
}

export const INSERT_UPLOAD = {
  name: 'insert_upload',
  text: `insert into evidence.uploads (sha256, agency, principal, received, bytes, media_type, event_id)
    values ($1, $2, $3, $4, $5, $6, $7) on conflict (sha256, agency) do nothing`,
};

/** Does nothing where the agency has sent it before. The database takes rows of the agency alone that `to` reads for. */
export async function insertUpload(to: Statements, row: Omit<UploadRow, 'sha256'> & { readonly sha256: string }): Promise<void> {
  const { sha256, agency, principal, receivedMicros, bytes, mediaType, eventId } = row;
  await to.run(INSERT_UPLOAD, [Buffer.from(sha256, 'hex'), agency, principal, receivedMicros, bytes, mediaType, eventId]);
}

export const UPLOAD_OF = {
  name: 'upload_of',
  text: `select ${UPLOAD_COLUMNS} from evidence.uploads u where u.sha256 = $1 and u.agency = $2`,
};

/** Whether this agency has sent it. */
export async function uploadOf(from: Statements, sha256: string, agency: string): Promise<UploadRow | null> {
  return (await from.run<UploadRow>(UPLOAD_OF, [Buffer.from(sha256, 'hex'), agency])).rows[0] ?? null;
}

export const UPLOADED_AFTER = {
  name: 'uploaded_after',
  text: 'select sha256, min(bytes) as bytes from evidence.uploads where sha256 > $1::bytea group by sha256 order by sha256 limit $2::integer',
};

/** Everything that is to be in the store, in the order of the hashes, for who checks it: by piece. Plan: a range of the primary key. */
export async function uploadedAfter(from: Statements, after: string, limit: number): Promise<{ sha256: Buffer; bytes: number }[]> {
  return (await from.run<{ sha256: Buffer; bytes: number }>(UPLOADED_AFTER, [Buffer.from(after, 'hex'), limit])).rows;
}

export const CITED_AFTER = {
  name: 'cited_after',
  text: `select distinct sha256 from ledger.evidence_refs where sha256 > $1::bytea and kind <> ${EVIDENCE_KIND} order by sha256 limit $2::integer`,
};

/** Evidence that entries cite, in the order of the hashes, by piece; acts on evidence are no citations. Plan: a range of the primary key. */
export async function citedAfter(from: Statements, after: string, limit: number): Promise<string[]> {
  const { rows } = await from.run<{ sha256: Buffer }>(CITED_AFTER, [Buffer.from(after, 'hex'), limit]);
  return rows.map(({ sha256 }) => sha256.toString('hex'));
}
