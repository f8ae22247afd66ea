/** GET /v1/audit: the entries of the log that a reader may see, by who wrote them, what and when, and beside them who read what. The rules are of libs/contracts and libs/store. */
import { batchOf, readAuditQuery, type AuditQuery, type AuditRow, type AuditView } from '#lib/contracts';
import { evidenceHashes, formatInstant, formatRef, KINDS } from '#lib/domain';
import { canonicalize } from '#lib/ledger';
import { DomainError } from '#lib/runtime';
import { asksReads, findReads, readRows, readsBy } from './audit-reads.ts';
import { coordinatesOf, askedFor, heldAt, type AsOf } from './coordinates.ts';
import { decodeCursor, encodeCursor, isCount, isRecord } from './cursor.ts';
import { readEvent, type ReadEvent } from './event-view.ts';
import type { AuditQuestion, EventRow, LedgerReads, Reader, ReaderReads } from './ledger-reads.ts';
import { pageOf } from './page.ts';
import { recordedAt } from './recorded.ts';

/** Where both lists go on, and what they held when the walk began. */
interface Position {
  readonly before: number;
  readonly logSize: number;
  readonly readsBefore: number;
  readonly readsSize: number;
}
const IS_POSITION = isRecord<Position>({ before: isCount, logSize: isCount, readsBefore: isCount, readsSize: isCount });

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
  const own = reads.as(reader);
  const readsSize = cursor?.readsSize ?? (await readsBy(own, asOf));
  const bounds = await boundsOf(reads, read.query, asOf, readsSize);
  const from = {
    before: Math.min(cursor?.before ?? Infinity, bounds.before),
    readsBefore: Math.min(cursor?.readsBefore ?? Infinity, bounds.readsBefore),
  };
  const [writes, found] = await Promise.all([
    findWrites(
      own,
      reader,
      { ...filtersOf(read.query), reader, from: bounds.from, before: read.query.reads === true ? 0 : from.before },
      asked.limit,
    ),
    asksReads(read.query)
      ? findReads(own, reader, read.query, { from: bounds.readsFrom, before: from.readsBefore }, asked.limit)
      : { found: [], below: null },
  ]);
  const page = besideEachOther(writes, found, asked.limit);
  const shown = writes.found.slice(0, page.writes);
  const shownReads = found.found.slice(0, page.reads);
  // A list that ended is at 0: nothing lies below.
  const next = { before: page.before ?? 0, readsBefore: page.readsBefore ?? 0, logSize: asOf.logSize, readsSize };
  return {
    coordinates: coordinatesOf(asOf),
    rows: await rowsOf(own, reader, asOf, shown.map(readEvent)),
    reads: await readRows(own, asOf, shownReads),
    next: page.before === null && page.readsBefore === null ? null : encodeCursor(question, next),
  };
}

interface WritesPart {
  /** Newest first. */
  readonly found: readonly EventRow[];
  readonly below: number | null;
}

async function findWrites(reads: ReaderReads, reader: Reader, of: AuditQuestion, limit: number): Promise<WritesPart> {
  if (of.before <= of.from) return { found: [], below: null };
  const page = await reads.auditPage(of, limit);
  const { shown, more } = pageOf(await reads.auditEvents(page.logIndexes, reader.groups), limit);
  return { found: shown, below: more ? (shown.at(-1)?.logIndex ?? null) : page.below };
}

/**
 * How many of each list a page shows, and below which place each goes on (`null`: it has ended): always the later of both heads, by the clocks of
 * whoever took the one and answered the other. Where a list breaks off and goes on, what would come behind it waits for the next page.
 */
export function besideEachOther(
  writes: { readonly found: readonly { readonly logIndex: number; readonly capturedMicros: number }[]; readonly below: number | null },
  reads: { readonly found: readonly { readonly n: number; readonly at: number }[]; readonly below: number | null },
  limit: number,
): { readonly writes: number; readonly reads: number; readonly before: number | null; readonly readsBefore: number | null } {
  let [written, read] = [0, 0];
  while (written + read < limit) {
    const [write, next] = [writes.found[written], reads.found[read]];
    if (write === undefined && next === undefined) break;
    if ((write === undefined && writes.below !== null) || (next === undefined && reads.below !== null)) break;
    if (next === undefined || (write !== undefined && write.capturedMicros >= next.at)) written += 1;
    else read += 1;
  }
  const [write, next] = [writes.found[written], reads.found[read]];
  return {
    writes: written,
    reads: read,
    before: write === undefined ? writes.below : write.logIndex + 1,
    readsBefore: next === undefined ? reads.below : next.n + 1,
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
  readsSize: number,
): Promise<{ from: number; before: number; readsFrom: number; readsBefore: number }> {
  if ((since ?? until) !== undefined && (await reads.firstSeal()) === null)
    throw new DomainError('asof.not-sealed', 'No entry has a recorded time yet: ask without since and until.');
  const earlier = since === undefined ? null : await reads.lastSealBy(since - 1);
  const last = until === undefined ? null : await reads.lastSealBy(until);
  return {
    from: earlier?.covers ?? 0,
    before: until === undefined ? logSize : Math.min(logSize, last?.covers ?? 0),
    readsFrom: earlier?.accessSize ?? 0,
    readsBefore: until === undefined ? readsSize : Math.min(readsSize, last?.accessSize ?? 0),
  };
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
