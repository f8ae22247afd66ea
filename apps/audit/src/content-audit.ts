/**
 * Events against what the log says of them: bytes, secret and envelope have to give the commitment, and the timeline exactly the rows that
 * follow from the document; then handlings against markings. The rest of what is derived (relations, search) is for `custody rebuild --verify`.
 */
import { indexSighting, readSighting, validateDocument, type SightingDocument } from '#lib/contracts';
import { formatInstant } from '#lib/domain';
import { commit, parseStrict, sha256Hex } from '#lib/ledger';
import {
  readEvents,
  readTimelineRows,
  TimelineRows,
  timelineRowText,
  type AuditedEvent,
  type AuditedLog,
  type EventIndex,
  type StoreClient,
} from '#lib/store';
import { difference, type AuditCode, type Findings } from './findings.ts';
import { HandlingAudit } from './handling-audit.ts';
import { Submitters, type SealTimes } from './submitters.ts';

/** Events whose timeline rows are read together. */
const EVENTS_PER_PIECE = 4_096;
const HASH_BYTES = 32;

export class ContentAudit {
  readonly seen = { events: 0, timelineRows: 0 };
  readonly submitters: Submitters;
  private readonly findings: Findings;
  private readonly log: AuditedLog;
  private readonly timeline: TimelineRows;
  private readonly handlings: HandlingAudit;
  /** Entries that are not what was sealed, by the log: there the commitment is to blame and not the content. */
  private readonly altered: ReadonlySet<number>;

  constructor(log: AuditedLog, findings: Findings, altered: ReadonlySet<number>, seals: SealTimes) {
    this.submitters = new Submitters(seals);
    this.log = log;
    this.findings = findings;
    this.altered = altered;
    this.timeline = new TimelineRows(log.mapSalt);
    this.handlings = new HandlingAudit(log, findings);
  }

  async run(client: StoreClient, end: number, onProgress: (events: number) => void): Promise<void> {
    for (let from = 0; from < end;) {
      const rows = await readTimelineRows(client, from, Math.min(from + EVENTS_PER_PIECE, end));
      const unowned = new Set(rows.indexes);
      await readEvents(client, from, rows.to, (event) => {
        unowned.delete(event.logIndex);
        this.check(event, rows.rowsOf(event.logIndex));
      });
      for (const logIndex of unowned)
        for (const row of rows.rowsOf(logIndex)) this.reportRow(row, logIndex, 'and the log has no sighting there');
      from = rows.to;
      onProgress(this.seen.events);
    }
    await this.handlings.run(client);
  }

  private check(event: AuditedEvent, stored: readonly Buffer[]): void {
    const { logIndex, content } = event;
    this.seen.events += 1;
    this.seen.timelineRows += stored.length;
    if (content === null) return this.report('audit.content-missing', logIndex, 'The content of the event is not there.');
    this.submitters.take({ logIndex, agency: event.agency, ...content });
    const before = this.findings.total;
    const index = this.readContent(event, content, stored);
    this.checkHash(event, content.bytes, this.findings.total === before);
    if (index !== null) this.checkTimeline(event, index, stored);
  }

  /** @param isCommitted the content is what was committed to: then it is the entry's row that says something else */
  private checkHash({ logIndex, contentHash }: AuditedEvent, bytes: Buffer, isCommitted: boolean): void {
    const [hash, said] = [sha256Hex(bytes), contentHash.toString('hex')];
    if (hash === said) return;
    const table = isCommitted ? 'ledger.entries' : 'ledger.content';
    const detail = 'The content does not hash to what was recorded of it.';
    this.findings.add({ code: 'audit.content-hash', table, key: { log_index: logIndex }, logIndex, ...difference(said, hash), detail });
  }

  /** `null`: nothing can be derived from it, and that was told. */
  private readContent(event: AuditedEvent, content: NonNullable<AuditedEvent['content']>, stored: readonly Buffer[]): EventIndex | null {
    const { logIndex, agency, id } = event;
    const { principal, capturedMicros, secret, bytes } = content;
    const malformed = (detail: string): null => {
      this.report('audit.content-form', logIndex, detail);
      return null;
    };
    const parsed = parseStrict(bytes);
    if (!parsed.ok) return malformed(`The content is no strict JSON: ${parsed.fault.detail}`);
    if (!bytes.equals(parsed.canonical)) return malformed('The content is not in canonical form (RFC 8785).');
    const fault = validateDocument(parsed.value)[0];
    if (fault !== undefined) return malformed(`The content is no sighting: ${fault.code} at ${fault.pointer ?? ''}.`);
    const document = parsed.value as unknown as SightingDocument;
    let commitment: string;
    try {
      const envelope = { agency, id, principal, captured: formatInstant(capturedMicros) };
      commitment = secret.length === HASH_BYTES ? commit(envelope, document as never, secret) : 'no secret of 32 bytes';
    } catch (error) {
      // A document of which the commitment would not cover everything.
      if (!(error instanceof RangeError)) throw error;
      return malformed(`The content cannot be committed to: ${error.message}.`);
    }
    const expected = event.commitment.toString('hex');
    if (commitment !== expected) this.reportCommitment(event, expected, commitment, stored);
    const read = readSighting(document, { agency, id, principal });
    if (!read.ok) return malformed(`The content is no sighting: ${read.faults[0]?.code ?? ''} at ${read.faults[0]?.pointer ?? ''}.`);
    if (read.sighting.kind === 'policy') this.submitters.act({ logIndex, agency, principal, capturedMicros }, read.sighting);
    this.handlings.take(logIndex, read.sighting);
    return indexSighting(read.sighting);
  }

  /** Whether entry or content was altered: the log says so of the commitment, and the timeline's rows of the event's name. */
  private reportCommitment({ logIndex, agency, id }: AuditedEvent, expected: string, actual: string, stored: readonly Buffer[]): void {
    const isNamed = stored.every((row) => row.includes(agency) && row.includes(id));
    const table = this.altered.has(logIndex) || !isNamed ? 'ledger.entries' : 'ledger.content';
    this.findings.add({
      code: 'audit.commitment',
      table,
      key: { log_index: logIndex },
      logIndex,
      ...difference(expected, actual),
      detail: `Envelope, content and secret of the event ${agency}/${id} do not give the commitment of its entry.`,
    });
  }

  private checkTimeline(event: AuditedEvent, index: EventIndex, stored: readonly Buffer[]): void {
    const { logIndex, agency, id } = event;
    const groups = [...new Set(index.groups)].map((name) => ({ id: this.log.groups.get(name) ?? -1, name }));
    const expected = this.timeline.rowsOf({ agency, id, ...index }, groups, logIndex);
    if (expected.length === 1 && stored.length === 1 && (expected[0] as Buffer).equals(stored[0] as Buffer)) return;
    const left = new Map(expected.map((row) => [row.toString('latin1'), Buffer.from(row)]));
    for (const row of stored) {
      if (left.delete(row.toString('latin1'))) continue;
      const { item, grp, mapKey } = timelineRowText(row);
      if (mapKey === '' && this.isOfDocument(event, index, row, item, grp) && !groups.some(({ id: own }) => own === grp))
        this.handlings.open(event, logIndex, { item, grp });
      else this.reportRow(row, logIndex, 'and the document says something else');
    }
    for (const row of left.values()) this.reportRow(row, logIndex, null);
  }

  /** Whether a row of a later reader group is the one that the document makes. */
  private isOfDocument({ logIndex, agency, id }: AuditedEvent, index: EventIndex, row: Buffer, item: string, grp: number): boolean {
    const items = index.items.length === 0 ? [''] : index.items;
    if (!items.includes(item) || !Number.isInteger(grp)) return false;
    const made = this.timeline.rowsOf({ agency, id, ...index, items: item === '' ? [] : [item] }, [{ id: grp, name: '' }], logIndex, true);
    return made[0]?.equals(row) === true;
  }

  /** @param why the stored row is wrong; `null`: it is missing */
  private reportRow(row: Buffer, logIndex: number, why: string | null): void {
    const { item, grp, mapKey } = timelineRowText(row);
    const detail =
      why === null
        ? `The event ${logIndex} concerns this item for this reader group, and the timeline has no such row.`
        : `The timeline has this row of the event ${logIndex}, ${why}.`;
    const key = { log_index: logIndex, item, grp };
    this.findings.add({
      code: 'audit.timeline',
      table: 'ledger.timeline',
      key,
      logIndex,
      ...difference(why === null ? mapKey : null, why === null ? null : mapKey),
      detail,
    });
  }

  private report(code: AuditCode, logIndex: number, detail: string, differs: ReturnType<typeof difference> = {}): void {
    this.findings.add({ code, table: 'ledger.content', key: { log_index: logIndex }, logIndex, ...differs, detail });
  }
}
