/** GET /v1/audit: the entries of the log that a reader may see, by who wrote them, what and when. Reads alone; the rules are of libs/contracts and libs/store. */
import { batchOf, readAuditQuery, type AuditQuery, type AuditRow, type AuditView } from '#lib/contracts';
import { evidenceHashes, formatInstant, formatRef, KINDS } from '#lib/domain';
import { canonicalize } from '#lib/ledger';
import { DomainError } from '#lib/runtime';
import { coordinatesOf, askedFor, heldAt, type AsOf } from './coordinates.ts';
import { decodeCursor, encodeCursor, isCount, isRecord } from './cursor.ts';
import { readEvent, type ReadEvent } from './event-view.ts';
import type { LedgerReads, Reader, ReaderReads } from './ledger-reads.ts';
import { pageOf } from './page.ts';
import { recordedAt } from './recorded.ts';

const IS_POSITION = isRecord<{ before: number; logSize: number }>({ before: isCount, logSize: isCount });

export interface AuditAsked {
  /** Filters, as written. */
  readonly text: string;
  readonly asOf: AsOf;
  readonly cursor?: string;
  readonly limit: number;
}

/** Throws audit.filter, query.invalid, cursor.malformed. */
export async function readAudit(reads: LedgerReads, reader: Reader, asked: AuditAsked): Promise<AuditView> {
  const read = readAuditQuery(asked.text, reader.agency);
  if (!read.ok) throw new DomainError('audit.filter', read.fault.detail, [read.fault]);
  if (asked.asOf.basis === 'reported')
    throw new DomainError(
      'query.invalid',
      'What was written when is what the log says, and not its authors: asOf is log:<size> or a date.',
    );
  const question = `${reads.origin} audit ${canonicalize({ ...read.query, batch: read.query.batch === undefined ? null : formatRef(read.query.batch) })} ${askedFor(asked.asOf)} ${reader.groupNames.join()}`;
  const cursor = asked.cursor === undefined ? undefined : decodeCursor(question, asked.cursor, IS_POSITION);
  const asOf = cursor === undefined ? asked.asOf : await heldAt(asked.asOf, cursor.logSize, reads);
  const bounds = await boundsOf(reads, read.query, asOf);
  const of = {
    ...filtersOf(read.query),
    reader,
    from: bounds.from,
    before: Math.min(cursor?.before ?? bounds.before, bounds.before),
  };
  const own = reads.as(reader);
  const found = await own.auditPage(of, asked.limit);
  const { shown, more } = pageOf(await own.auditEvents(found.logIndexes, reader.groups), asked.limit);
  const below = more ? (shown.at(-1)?.logIndex ?? null) : found.below;
  return {
    coordinates: coordinatesOf(asOf),
    rows: await rowsOf(own, reader, asOf, shown.map(readEvent)),
    next: below === null ? null : encodeCursor(question, { before: below, logSize: asOf.logSize }),
  };
}

function filtersOf({ agency, principal, kind, item, evidence, batch }: AuditQuery) {
  return {
    agency,
    principal,
    kind: kind === undefined ? undefined : KINDS.indexOf(kind),
    item,
    evidence,
    batch: batch === undefined ? undefined : { agency: batch.agency, name: batch.id },
  };
}

/** Times as log indexes: entries are recorded by the first seal that covers them, and those that no seal covers yet will be later than any. */
async function boundsOf(
  reads: Pick<LedgerReads, 'lastSealBy' | 'firstSeal'>,
  { since, until }: AuditQuery,
  { logSize }: AsOf,
): Promise<{ from: number; before: number }> {
  if ((since ?? until) !== undefined && (await reads.firstSeal()) === null)
    throw new DomainError('asof.not-sealed', 'No entry has a recorded time yet: ask without since and until.');
  const earlier = since === undefined ? null : await reads.lastSealBy(since - 1);
  const last = until === undefined ? null : await reads.lastSealBy(until);
  return { from: earlier?.covers ?? 0, before: until === undefined ? logSize : Math.min(logSize, last?.covers ?? 0) };
}

async function rowsOf(reads: ReaderReads, reader: Reader, asOf: AsOf, events: readonly ReadEvent[]): Promise<AuditRow[]> {
  const stored = events.map((event) => event.stored);
  const recorded = await recordedAt(reads, asOf, stored);
  const batches = await reads.batchesOf(stored, reader, asOf.logSize);
  return events.map(({ stored: of, sighting, document }) => ({
    logIndex: of.logIndex,
    recorded: recorded(of),
    captured: formatInstant(of.capturedMicros),
    agency: of.agency,
    principal: of.principal,
    action: sighting.kind,
    id: of.id,
    items: [...new Set(sighting.items.map(({ id }) => id))],
    evidence: namedBy(sighting, document),
    contentHash: of.contentHash.toString('hex'),
    batch: batches.get(formatRef(of)) ?? null,
    ...importOf(document),
  }));
}

/** What it cites, with each place in it; and what else an act on evidence names. What the filter `evidence:` finds has it here. */
function namedBy(sighting: ReadEvent['sighting'], { evidence = [] }: ReadEvent['document']): AuditRow['evidence'] {
  const cited = new Set(evidence.map(({ sha256 }) => sha256));
  return [
    ...evidence.map(({ sha256, ref, locator }) => ({
      sha256,
      ...(ref === undefined ? {} : { ref }),
      ...(locator === undefined ? {} : { locator }),
    })),
    ...evidenceHashes(sighting).flatMap((sha256) => (cited.has(sha256) ? [] : [{ sha256 }])),
  ];
}

function importOf(document: ReadEvent['document']): Pick<AuditRow, 'import'> {
  const batch = batchOf(document);
  if (batch === undefined) return {};
  const { members, hashes: _, signature, ...said } = batch;
  return { import: { ...said, members: members.length, ...(signature === undefined ? {} : { signed: true }) } };
}
