/**
 * From a record of the event log to what the ledger stores, or to a dead letter with its reason. Pure; about 10 µs a record.
 * Everything that decides items, visibility or authority comes from inside the hashed bytes; headers are checked copies.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  checkHeaders,
  indexSighting,
  readSighting,
  validateDocument,
  type ErrorCode,
  type Fault,
  type SightingDocument,
} from '#lib/contracts';
import type { LogRecord } from '#lib/event-log';
import { capturedMicros, checkRecordMac, decodeRecord, parseStrict, sha256Hex, type RecordHeader } from '#lib/ledger';
import { ANY_AGENCY } from '#lib/runtime';
import type { DeadLetter, EventIndex, ProjectedEvent } from '#lib/store';

export type Decoded = { readonly event: ProjectedEvent } | { readonly dead: DeadLetter };

/** In place of what decides nothing of how a document reads; no event and no principal is called so. */
const UNNAMED = '';

/**
 * Of each agency, the keys by which its publishers sign, several while one rotates, and under ANY_AGENCY those of capture, which signs for whom it knew;
 * a record by none of them is a dead letter (`record.forged`).
 */
export type PublisherKeys = ReadonlyMap<string, readonly Uint8Array[]>;

export function decode(record: LogRecord, keys: PublisherKeys): Decoded {
  // The log itself could not unpack it: the raw bytes are kept, the rest flows.
  if (record.fault !== undefined) return dead(record, record.fault.code, record.fault.detail);
  const decoded = decodeRecord(record.value);
  if (!decoded.ok) return dead(record, 'record.malformed', decoded.fault.detail);
  const { header, content } = decoded;

  const { headers } = record;
  const mac = headers['custody-mac'] ?? '';
  const signs = (key: Uint8Array): boolean => checkRecordMac(key, header, record.value, mac);
  if (keys.get(ANY_AGENCY)?.some(signs) !== true && keys.get(header.agency)?.some(signs) !== true) {
    return dead(record, 'record.forged', 'The HMAC of the record is missing or by no known publisher of its agency.');
  }
  // From here on a publisher of the agency vouches for whose event it is: its submitter can be told.
  if (sha256Hex(content) !== header.content)
    return dead(record, 'record.commitment', 'The header names another hash than the content has.', header);
  const read = readContent(content, header.agency);
  if (!read.ok) return dead(record, read.code, read.detail, header);
  const { agency, id, captured } = header;
  // Such an entry could never be opened: the commitment covers one id (libs/ledger, slots).
  if (read.id !== undefined && read.id !== id)
    return dead(record, 'record.header-mismatch', 'The document has another id than the header.', header);
  const mismatch = checkHeaders(headers, { agency, id, captured, subject: read.subject });
  if (mismatch !== null) return dead(record, mismatch.code, mismatch.detail, header);
  const { kind, starts, ends, items, groups, targets, word, said, aliases, policy, evidence, batch, points } = read.index;
  return {
    event: {
      agency,
      id,
      principal: header.principal,
      commitment: header.commitment,
      contentHash: header.content,
      secret: header.secret,
      capturedMicros: capturedMicros(captured),
      content,
      // One by one: to spread an index, which has many shapes, takes 15 µs and more, a fifth of what all of a record does.
      kind,
      starts,
      ends,
      items,
      groups,
      targets,
      word,
      ...(said === undefined ? {} : { said }),
      ...(aliases === undefined ? {} : { aliases }),
      ...(read.index.keys === undefined ? {} : { keys: read.index.keys }),
      ...(policy === undefined ? {} : { policy }),
      ...(evidence === undefined ? {} : { evidence }),
      ...(batch === undefined ? {} : { batch }),
      ...(points === undefined ? {} : { points }),
      offset: record.offset,
      raw: record.value,
      record,
    },
  };
}

type ReadContent =
  | { readonly ok: true; readonly index: EventIndex; readonly id: string | undefined; readonly subject: string | undefined }
  | { readonly ok: false; readonly code: ErrorCode; readonly detail: string };

function readContent(content: Buffer, agency: string): ReadContent {
  // As strict as capture, whoever published it: what is in the ledger can never be taken out, and has to be readable for ever.
  const parsed = parseStrict(content);
  if (!parsed.ok) return { ok: false, code: 'record.malformed', detail: `${parsed.fault.code}: ${parsed.fault.detail}` };
  if (!content.equals(parsed.canonical))
    return { ok: false, code: 'record.malformed', detail: 'The content is not in canonical form (RFC 8785).' };
  const fault = validateDocument(parsed.value)[0];
  if (fault !== undefined) return { ok: false, code: 'record.schema', detail: told(fault) };
  const document = parsed.value as unknown as SightingDocument;
  const sighting = readSighting(document, { agency, id: document.id ?? UNNAMED, principal: UNNAMED });
  if (!sighting.ok) return { ok: false, code: 'record.schema', detail: sighting.faults.map(told).join(' ') };
  return {
    ok: true,
    index: indexSighting(sighting.sighting),
    id: document.id,
    subject: sighting.sighting.items.find((item) => item.role === 'subject')?.id,
  };
}

const told = ({ code, pointer = '', detail }: Fault): string => `${code} at ${pointer}: ${detail}`;

/** What the ledger derives from content that it holds already: a rebuild. Throws for content that the projector would not have taken. */
export function contentIndex(content: Buffer, agency: string): EventIndex {
  const read = readContent(content, agency);
  if (!read.ok) throw new Error(`${read.code}: ${read.detail}`);
  return read.index;
}

/** @param header where a publisher of its agency signed it */
function dead(record: LogRecord, code: ErrorCode, detail: string, header?: RecordHeader): Decoded {
  const { offset, key, headers, value } = record;
  const event = header === undefined ? {} : { event: { agency: header.agency, id: header.id, contentHash: header.content } };
  return { dead: { offset, code, detail, key, headers, value, ...event } };
}

/**
 * One bad record must cost only itself: whatever goes wrong while one is decoded (a bug included) makes a dead letter of that one,
 * and the rest of the batch flows.
 */
export function decodeBatch(records: readonly LogRecord[], keys: PublisherKeys): { events: ProjectedEvent[]; dead: DeadLetter[] } {
  const events: ProjectedEvent[] = [];
  const letters: DeadLetter[] = [];
  for (const record of records) {
    let decoded: Decoded;
    try {
      decoded = decode(record, keys);
    } catch (error) {
      decoded = dead(record, 'record.malformed', `Decoding failed: ${error instanceof Error ? error.message : String(error)}`);
    }
    if ('event' in decoded) events.push(decoded.event);
    else letters.push(decoded.dead);
  }
  return { events, dead: letters };
}

/**
 * Records decoded in one turn of the event loop, under a millisecond. The transaction of another partition holds the lock of the log head,
 * for which all projectors wait, and needs a turn for each of its statements: a batch of 1,000 decoded in one turn left this thread idle for
 * a fifth of the time and cost a tenth of the rate.
 */
const TURN_RECORDS = 25;

/** As `decodeBatch`, with turns for others in between. */
export async function decodeInTurns(
  records: readonly LogRecord[],
  keys: PublisherKeys,
): Promise<{ events: ProjectedEvent[]; dead: DeadLetter[] }> {
  const events: ProjectedEvent[] = [];
  const letters: DeadLetter[] = [];
  for (let at = 0; at < records.length; at += TURN_RECORDS) {
    if (at > 0) await nextTurn();
    const turn = decodeBatch(records.slice(at, at + TURN_RECORDS), keys);
    events.push(...turn.events);
    letters.push(...turn.dead);
  }
  return { events, dead: letters };
}
