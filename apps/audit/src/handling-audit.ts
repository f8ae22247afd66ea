/**
 * Handlings in effect against the markings in the log: an event has one where its own agency marked it, or where it is a marking, and nowhere else;
 * and rows of other reader groups than it came in with, where such a marking names them. So no event is hidden or shown by rows alone. Which of
 * several markings holds, and what was approved, is folded by `custody rebuild --verify`.
 */
import { readerGroups, type EventRef, type Handling, type Sighting } from '#lib/domain';
import { indexesOf, readHandlings, type AuditedLog, type StoreClient, type StoredHandling } from '#lib/store';
import { difference, type Findings } from './findings.ts';

const ROWS_PER_PIECE = 2_000;
const FIRST = '-9223372036854775808';

interface OpenedRow {
  readonly logIndex: number;
  readonly item: string;
  readonly grp: number;
  /** Of the event, `agency/id`. */
  readonly ref: string;
}

/** Takes events in log order. Memory: some hundred bytes for each marking, and for each event and group that it was opened to. */
export class HandlingAudit {
  private readonly findings: Findings;
  private readonly groups: ReadonlyMap<number, string>;
  /** Log indexes of what must have a handling: markings, and later what they are about. */
  private readonly expected = new Set<number>();
  private readonly markings = new Set<number>();
  /** By `agency/id`: what its own agency marked, and which reader groups those markings name. */
  private readonly marked = new Map<string, { readonly of: EventRef; readonly groups: Set<string> }>();
  private readonly opened = new Map<string, OpenedRow>();

  constructor(log: AuditedLog, findings: Findings) {
    this.findings = findings;
    this.groups = new Map([...log.groups].map(([name, id]) => [id, name]));
  }

  take(logIndex: number, { kind, agency, relations }: Sighting): void {
    if (kind !== 'marking' || relations.handling === undefined) return;
    this.markings.add(logIndex);
    this.expected.add(logIndex);
    const of = relations.target;
    if (of?.agency !== agency) return;
    const key = `${of.agency}/${of.id}`;
    const known = this.marked.get(key) ?? { of, groups: new Set() };
    for (const name of readerGroups(relations.handling, agency)) known.groups.add(name);
    this.marked.set(key, known);
  }

  /** A row of the event that is a leaf of no item tree, and says of it what its document does. */
  open({ agency, id }: EventRef, logIndex: number, { item, grp }: { readonly item: string; readonly grp: number }): void {
    const key = `${logIndex} ${grp}`;
    if (!this.opened.has(key)) this.opened.set(key, { logIndex, item, grp, ref: `${agency}/${id}` });
  }

  /** Once all events were taken: a marking may stand before what it is about. */
  async run(client: StoreClient): Promise<void> {
    const targets = [...this.marked.values()].map(({ of }) => of);
    for (let at = 0; at < targets.length; at += ROWS_PER_PIECE)
      for (const logIndex of (await indexesOf(client, targets.slice(at, at + ROWS_PER_PIECE))).values()) this.expected.add(logIndex);
    for (let behind = FIRST; ;) {
      const rows = await readHandlings(client, behind, ROWS_PER_PIECE);
      for (const row of rows) this.check(row);
      const last = rows.at(-1);
      if (last === undefined) break;
      behind = last.logIndex;
    }
    for (const logIndex of this.expected) this.missing('ledger.handlings', logIndex);
    for (const { logIndex, item, grp, ref } of this.opened.values()) {
      const name = this.groups.get(grp);
      if (name !== undefined && this.marked.get(ref)?.groups.has(name) === true) continue;
      const detail = `The timeline has this row of the event ${logIndex} for another reader group, and no marking of its agency opens it to that.`;
      this.findings.add({ code: 'audit.timeline', table: 'ledger.timeline', key: { log_index: logIndex, item, grp }, logIndex, detail });
    }
  }

  private check(row: StoredHandling): void {
    const logIndex = Number(row.logIndex);
    if (!this.expected.delete(logIndex)) {
      const detail = `Entry ${row.logIndex} is no marking, and no marking of its own agency speaks of it.`;
      if (row.isMarked) this.report('ledger.marked', row, detail);
      if (row.handling !== null) this.report('ledger.handlings', row, detail);
      return;
    }
    if (!row.isMarked) this.missing('ledger.marked', logIndex);
    if (row.handling === null || row.groups === null) return this.missing('ledger.handlings', logIndex);
    const expected = groupsOf(row.handling, row.agency ?? '');
    const actual = new Set(row.groups);
    // A marking is shown to those as well whom what it says is for.
    const isSame = expected?.every((name) => actual.has(name)) === true && (this.markings.has(logIndex) || actual.size === expected.length);
    if (isSame) return;
    const detail = `The handling of entry ${row.logIndex} is for other reader groups than it is shown to.`;
    this.report('ledger.handlings', row, detail, difference(expected?.join(', ') ?? null, row.groups.join(', ')));
  }

  private missing(table: string, logIndex: number): void {
    const detail = `Entry ${logIndex} is a marking, or its own agency marked it, and this row of it is missing.`;
    this.report(table, { logIndex: String(logIndex) }, detail);
  }

  private report(
    table: string,
    { logIndex: text }: Pick<StoredHandling, 'logIndex'>,
    detail: string,
    differs: ReturnType<typeof difference> = {},
  ): void {
    const logIndex = Number(text);
    this.findings.add({ code: 'audit.handling', table, key: { log_index: logIndex }, logIndex, ...differs, detail });
  }
}

/** Null: it is no handling. */
function groupsOf(handling: string, agency: string): readonly string[] | null {
  try {
    return [...new Set(readerGroups(JSON.parse(handling) as Handling, agency))].sort();
  } catch {
    return null;
  }
}
