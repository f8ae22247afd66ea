/**
 * What the audit trail has to hold: of each acknowledged write one entry, of each answer that named something above TLP:CLEAR one record for each
 * agency that is told of it, and nothing else. Of an operation that was cut off it may hold them or not. Pure.
 */
import type { Model, ModelEvent } from './model.ts';
import type { Named } from './named.ts';
import { nameOf, type Key, type Person } from './world.ts';

/** One read as its caller saw it. */
export interface Observed {
  /** Id of the request, which records name: one for each. */
  readonly request: string;
  readonly operation: string;
  /** Null: nobody in particular. */
  readonly key: Pick<Key, 'id' | 'who'> | null;
  readonly behalf: string | null;
  /** Of the model: nothing that changes who sees what was done meanwhile. */
  readonly epoch: number;
  /** Milliseconds since 1970. */
  readonly ended: number;
  /** Largest log size that an answer had told before it began. */
  readonly seenBefore: number;
  /** `refused`: answered so, which names nothing. `cut`: no whole answer came. */
  readonly outcome: 'whole' | 'refused' | 'cut';
  /** Of a stream that was cut off: what came of it. */
  readonly named: Named;
  /** A stream: a record for each page of it. */
  readonly isStream: boolean;
  /** The database server was killed right behind it. */
  isBeforeCrash: boolean;
}

/** A record as the access log keeps it. */
export interface ReadRecord {
  readonly tenant: string;
  readonly request: string;
  readonly operation: string;
  readonly agency: string;
  readonly principal: string;
  readonly items: readonly string[];
  readonly events: readonly string[];
  readonly evidence: readonly string[];
  readonly deadLetters: readonly number[];
  readonly tlp: string | null;
  readonly emergency: boolean;
  readonly reader: { readonly address: string; readonly key: string | null; readonly via: string; readonly behalf: string | null } | null;
}

/** An entry as the log has it. */
export interface WriteRow {
  readonly logIndex: number;
  readonly agency: string;
  readonly id: string;
  readonly principal: string;
  readonly contentHash: string;
}

/** What one agency is to be told of one read. */
interface Told {
  readonly events: ReadonlySet<string>;
  readonly items: ReadonlySet<string>;
  readonly evidence: ReadonlySet<string>;
  readonly perhapsItems: ReadonlySet<string>;
  readonly perhapsEvidence: ReadonlySet<string>;
  /** False: there may be none. */
  readonly isDue: boolean;
}

export interface Judged {
  /** Sentences; none: it is equal. */
  readonly problems: string[];
  readonly counts: Readonly<Record<string, number>>;
}

/** To be called first: where entries stand decides what was there at which answer. Each acknowledged write once, and nothing that nobody sent. */
export function judgeWrites(model: Model, rows: readonly WriteRow[]): Judged {
  const problems: string[] = [];
  const places = new Map<string, WriteRow[]>();
  for (const row of rows) places.set(nameOfRow(row), [...(places.get(nameOfRow(row)) ?? []), row]);
  let [unknown, kept] = [0, 0];
  for (const event of model.events) {
    const found = places.get(event.ref) ?? [];
    places.delete(event.ref);
    event.logIndex = found[0]?.logIndex ?? null;
    if (event.outcome === 'unknown') [unknown, kept] = [unknown + 1, kept + found.length];
    const most = event.outcome === 'refused' ? 0 : 1;
    const least = event.outcome === 'acknowledged' ? 1 : 0;
    if (found.length < least || found.length > most) problems.push(`${event.ref}, ${event.outcome}, is ${found.length} times in the log`);
    for (const row of found) problems.push(...otherwise(event, row));
    // Of an upload whose first answer was lost nobody was told the hash of the act.
    event.contentHash ??= found[0]?.contentHash ?? null;
  }
  for (const ref of places.keys()) problems.push(`${ref} is in the log, and nobody sent it`);
  return { problems, counts: { entries: rows.length, writesCutOff: unknown, cutOffAndKept: kept } };
}

/** Who somebody's colleagues are, and what is waiting, nobody reads by an emergency. */
const BY_NO_EMERGENCY: ReadonlySet<string> = new Set(['getPolicy', 'listSessions']);

const nameOfRow = ({ agency, id }: Pick<WriteRow, 'agency' | 'id'>): string => `${agency}/${id}`;

function otherwise(event: ModelEvent, row: WriteRow): string[] {
  const said = row.principal === event.principal && (event.contentHash === null || event.contentHash === row.contentHash);
  return said ? [] : [`${event.ref} is in the log by ${row.principal} with ${row.contentHash}, and was sent otherwise`];
}

/** Against what the access log holds, whoever is shown it. */
export function judgeReads(model: Model, observed: readonly Observed[], records: readonly ReadRecord[]): Judged {
  const byRequest = new Map<string, ReadRecord[]>();
  for (const record of records) byRequest.set(record.request, [...(byRequest.get(record.request) ?? []), record]);
  const problems: string[] = [];
  const counts = {
    readRequests: 0,
    records: records.length,
    readsRecorded: 0,
    readsCutOff: 0,
    cutOffAndRecorded: 0,
    lostWithTheDatabase: 0,
  };
  for (const read of observed) {
    const found = byRequest.get(read.request) ?? [];
    byRequest.delete(read.request);
    counts.readRequests += 1;
    if (found.length > 0) counts.readsRecorded += 1;
    if (read.outcome === 'cut') {
      counts.readsCutOff += 1;
      if (found.length > 0) counts.cutOffAndRecorded += 1;
    }
    if (read.outcome === 'whole' && found.length === 0 && mayBeLost(model, read) && isDue(model, read)) counts.lostWithTheDatabase += 1;
    for (const problem of problemsOf(model, read, found))
      problems.push(
        `${read.request} (${read.operation} by ${read.key === null ? 'nobody' : nameOf(read.key.who)}, ${read.outcome}): ${problem}`,
      );
  }
  for (const [request, found] of byRequest) if (!found.every(isOfRefusal)) problems.push(`${request} is recorded, and nobody asked so`);
  return { problems, counts };
}

/** Why a document was refused may tell of what is in the ledger: which items the target of a correction has, that the id is taken. */
const isOfRefusal = ({ operation }: ReadRecord): boolean => operation === 'submitEvents';

function problemsOf(model: Model, read: Observed, found: readonly ReadRecord[]): string[] {
  const { outcome, key } = read;
  if (outcome === 'refused' || key === null) return found.length === 0 ? leaksOf(model, read) : ['it is recorded, and nothing was told'];
  const problems = [...leaksOf(model, read), ...found.flatMap((record) => sayingOtherwise(model, read, key, record))];
  if (outcome === 'cut') problems.push(...found.flatMap((record) => beyond(model, read, key, record)));
  if (outcome === 'cut' && !read.isStream) return [...problems, ...eachOnce(found)];
  const told = toldOf(model, read, key.who);
  const tenants = new Set([...told.keys(), ...found.map(({ tenant }) => tenant)]);
  // All records of one read are one statement: they stand together or not at all.
  if (found.length === 0 && mayBeLost(model, read)) return problems;
  for (const tenant of tenants) {
    const own = found.filter((record) => record.tenant === tenant);
    problems.push(...comparedTo(read, told.get(tenant) ?? null, own).map((problem) => `${tenant} is told otherwise: ${problem}`));
  }
  return problems;
}

/** What is in an answer has to be for whoever asked. */
function leaksOf(model: Model, { named, key, epoch }: Observed): string[] {
  return [...named.events.keys()].flatMap((ref) => {
    const event = model.event(ref);
    if (event === undefined) return [`the answer names ${ref}, which nobody sent`];
    return model.isVisible(event, key?.who ?? null, epoch, key?.id ?? null)
      ? []
      : [`the answer names ${ref}, which is hidden from its reader`];
  });
}

function sayingOtherwise(model: Model, read: Observed, { id, who }: Pick<Key, 'id' | 'who'>, record: ReadRecord): string[] {
  const { operation, agency, principal, reader, emergency, tlp, events } = record;
  const problems: string[] = [];
  if (operation !== read.operation || agency !== who.agency || principal !== who.principal)
    problems.push(`the record says ${operation} by ${agency}/${principal}`);
  const isByEmergency = !BY_NO_EMERGENCY.has(operation) && model.isEmergency(id, read.epoch);
  if (emergency !== isByEmergency) problems.push(`the record says ${emergency ? '' : 'not '}that it was by an emergency`);
  const isOwn = record.tenant === who.agency;
  const asked =
    reader !== null && reader.key === id && reader.via === 'key' && reader.behalf === read.behalf && reader.address === '127.0.0.1';
  if (isOwn ? !asked : reader !== null) problems.push(`the record for ${record.tenant} says of the reader ${JSON.stringify(reader)}`);
  const label = read.named.forced.size > 0 ? tlp : model.highest(events, read.epoch);
  // Of what is told beside events no label is known; RED is said in any case.
  const tellsMore = read.named.other || record.evidence.length > 0 || (isOwn && record.items.length > 0);
  if (tlp !== label && !(tellsMore && tlp === null && label !== 'RED'))
    problems.push(`the record says TLP:${String(tlp)}, and its events come to ${String(label)}`);
  return problems;
}

function comparedTo(read: Observed, told: Told | null, found: readonly ReadRecord[]): string[] {
  // Of a stream that was cut off its page names what was not sent any more.
  const isMore = read.isStream && read.outcome === 'cut';
  // That an answer goes on, or leaves something out, is told without a name to the reader's own agency.
  const isNameless = found.every(
    ({ tenant, agency, events, items, evidence }) => tenant === agency && events.length + items.length + evidence.length === 0,
  );
  if (told === null) return isNameless || isMore ? [] : ['nothing is for it'];
  if (found.length === 0) return told.isDue ? ['no record'] : [];
  if (found.length > 1 && !read.isStream) return [`${found.length} records`];
  const events = found.flatMap((record) => record.events);
  const twice = events.length === new Set(events).size ? [] : ['an event is in two records'];
  return [
    ...twice,
    ...difference('events', events, told.events, new Set(), isMore),
    ...difference('items', found.flatMap(({ items }) => items), told.items, told.perhapsItems, isMore),
    ...difference('evidence', found.flatMap(({ evidence }) => evidence), told.evidence, told.perhapsEvidence, isMore),
  ]; // prettier-ignore
}

function difference(
  what: string,
  found: readonly string[],
  due: ReadonlySet<string>,
  perhaps: ReadonlySet<string>,
  isMore: boolean,
): string[] {
  const has = new Set(found);
  const missing = [...due].filter((name) => !has.has(name));
  const extra = isMore ? [] : [...has].filter((name) => !due.has(name) && !perhaps.has(name));
  return [
    ...(missing.length > 0 ? [`${what} missing: ${missing.join(' ')}`] : []),
    ...(extra.length > 0 ? [`${what} too many: ${extra.join(' ')}`] : []),
  ];
}

function eachOnce(found: readonly ReadRecord[]): string[] {
  const tenants = found.map(({ tenant }) => tenant);
  return new Set(tenants).size === tenants.length ? [] : ['one agency has two records of it'];
}

/** Of a read whose answer nobody has: at least it names nothing that was not its reader’s. */
function beyond(model: Model, { epoch }: Observed, { id, who }: Pick<Key, 'id' | 'who'>, record: ReadRecord): string[] {
  return record.events.flatMap((ref) => {
    const event = model.event(ref);
    if (event === undefined || !model.isVisible(event, who, epoch, id)) return [`the record names ${ref}, which is hidden from its reader`];
    if (!model.isAboveClear(ref, epoch)) return [`the record names ${ref}, which is for everybody`];
    return record.tenant === who.agency || record.tenant === event.agency
      ? []
      : [`${record.tenant} is told of ${ref}, which is not its own`];
  });
}

/** Who is to be told what: the reader’s agency all of it, each other one what is its own. */
function toldOf(model: Model, read: Observed, who: Person): ReadonlyMap<string, Told> {
  const { named, epoch } = read;
  const events = [...named.events.keys()].filter((ref) => named.forced.has(ref) || model.isAboveClear(ref, epoch));
  const own = itemsAlone(model, read, events);
  const evidence = evidenceOf(model, read);
  const told = new Map<string, Told>();
  const add = (tenant: string, of: readonly string[], hashes: readonly string[], more: Partial<Told>, isOther: boolean): void => {
    const said = of.flatMap((ref) => [...(named.events.get(ref) ?? [])]);
    const due = hashes.filter((sha256) => evidence.get(sha256) === 'due');
    const items = new Set([...said, ...(more.items ?? [])]);
    const perhapsItems = new Set(more.perhapsItems ?? []);
    const perhapsEvidence = new Set(hashes.filter((sha256) => evidence.get(sha256) === 'perhaps'));
    const isDue = of.length + items.size + due.length > 0 || isOther;
    if (isDue || perhapsItems.size + perhapsEvidence.size > 0)
      told.set(tenant, { events: new Set(of), items, evidence: new Set(due), perhapsItems, perhapsEvidence, isDue });
  };
  add(who.agency, events, [...evidence.keys()], own, named.other);
  const owners = [
    ...events.map((ref) => ref.slice(0, ref.indexOf('/'))),
    ...[...evidence.keys()].map((sha256) => model.uploads.get(sha256) ?? ''),
  ];
  for (const tenant of new Set(owners.filter((agency) => agency !== who.agency)))
    add(tenant, events.filter((ref) => ref.startsWith(`${tenant}/`)), [...evidence.keys()].filter((sha256) => model.uploads.get(sha256) === tenant), {}, false); // prettier-ignore
  return told;
}

/** Items that were read as such: by a search or a count that says more than it would say to everybody, or as what the answer is about. */
function itemsAlone(model: Model, read: Observed, events: readonly string[]): Pick<Told, 'items' | 'perhapsItems'> {
  const { named, operation } = read;
  const items = new Set(operation === 'search' ? [] : named.items);
  const perhapsItems = new Set<string>();
  if (operation === 'search')
    for (const item of named.items) {
      const known = openness(model, read, model.about(item));
      if (known !== 'open') (known === 'closed' ? items : perhapsItems).add(item);
    }
  if (named.about !== null) {
    const everybody = (event: ModelEvent): boolean =>
      event.logIndex !== null && event.logIndex < (named.size ?? 0) && isForAll(model, read, event);
    const isCounted = named.count !== null && named.count !== model.about(named.about).filter(everybody).length;
    // Where nothing of it is named above CLEAR it may be told all the same, by what is not there.
    (events.length > 0 || isCounted ? items : perhapsItems).add(named.about);
  }
  return { items, perhapsItems };
}

/** Of the evidence that an answer names: whether a record is due for it. What everybody may read needs none. */
function evidenceOf(model: Model, read: Observed): ReadonlyMap<string, 'due' | 'perhaps'> {
  return new Map(
    [...read.named.evidence].flatMap((sha256) => {
      const known = openness(model, read, model.openedBy(sha256));
      return known === 'open' ? [] : [[sha256, known === 'closed' ? 'due' : 'perhaps'] as const];
    }),
  );
}

const isForAll = (model: Model, { epoch }: Observed, event: ModelEvent): boolean => model.groups(event, epoch).includes('clear');

/** Whether one of these that is for everybody was in the ledger when the answer was made: it was, it was not, or it came in about then. */
function openness(model: Model, read: Observed, events: readonly ModelEvent[]): 'open' | 'closed' | 'perhaps' {
  const forAll = events.filter((event) => event.logIndex !== null && isForAll(model, read, event));
  const size = Math.max(read.seenBefore, read.named.size ?? 0);
  if (forAll.some(({ logIndex }) => (logIndex ?? size) < size)) return 'open';
  return forAll.some(({ sent }) => sent < read.ended) ? 'perhaps' : 'closed';
}

function isDue(model: Model, read: Observed): boolean {
  return read.key !== null && [...toldOf(model, read, read.key.who).values()].some((told) => told.isDue);
}

/** What waits for the disk is never lost: TLP:RED, evidence, and what has no label. All else may be, by a crash of the database within the next moments. */
function mayBeLost(model: Model, read: Observed): boolean {
  if (!read.isBeforeCrash) return false;
  const { named, epoch } = read;
  const isDurable =
    named.forced.size > 0 ||
    [...evidenceOf(model, read).values()].includes('due') ||
    model.highest([...named.events.keys()], epoch) === 'RED';
  return !isDurable;
}
