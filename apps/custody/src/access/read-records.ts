/**
 * From what a request read to the records that the access log keeps of it: one for the reader's own agency, which is told all of it; and one for
 * each other agency whose events or evidence were among it, which is told who read its own, and nothing of the rest: neither what else he read,
 * nor by which key and from where. Pure.
 */
import { formatInstant, type Instant, TLP_LABELS } from '#lib/domain';
import { accessLogName, type AccessRecord } from '#lib/ledger';
import type { NotedEvent, ReadRequest } from '#lib/runtime';

export interface ReadPoint {
  /** Of the log. */
  readonly origin: string;
  /** Microseconds since 1970, by this server's clock. */
  readonly at: Instant;
  /** Log size from which on the grants hold by which callers are known; 0: none. */
  readonly policy: number;
}

/** The reader's own first; others by name. */
export function recordsOf(read: ReadRequest, { origin, at, policy }: ReadPoint): AccessRecord[] {
  const { actor, notes } = read;
  const { agency, principal } = actor;
  const events = notes.shownEvents();
  const said = {
    log: accessLogName(origin),
    at: formatInstant(at),
    request: read.requestId,
    operation: read.operation,
    agency,
    principal,
    policy: notes.policy ?? policy,
    emergency: notes.isEmergency,
  };
  const own: AccessRecord = {
    ...said,
    tenant: agency,
    reader: { address: read.address, key: actor.key, via: actor.via, behalf: read.behalf },
    ...namesOf(read, events, [...notes.evidence.keys()]),
    tlp: labelOf(read),
    items: sorted([...itemsOf(read, events), ...notes.shownItems()]),
    deadLetters: [...notes.deadLetters].sort((a, b) => a - b),
  };
  const others = new Set([...events.map((event) => event.agency), ...notes.evidence.values()]);
  others.delete(agency);
  return [own, ...[...others].sort().map((tenant) => ({ ...said, ...ofTenant(read, tenant, events) }))];
}

/** Whether the answer waits until the record is on the disk: for TLP:RED, also where it was read on the way alone, and for what is not known to be anything less. */
export const isDurable = (read: ReadRequest): boolean =>
  labelOf(read) === null || [...read.notes.events.values()].some(({ tlp }) => tlp === 'RED' || tlp === null);

/** Of all that was shown; `null`: not known, as of items that are told without their events. */
function labelOf({ notes }: ReadRequest): string | null {
  const isMarked = !notes.isOther && notes.deadLetters.size === 0 && !notes.shownItems().some((id) => notes.items.has(id));
  return highestOf(notes.shownEvents(), isMarked && notes.evidence.size === 0);
}

function ofTenant(
  read: ReadRequest,
  tenant: string,
  all: readonly NotedEvent[],
): Pick<AccessRecord, 'tenant' | 'reader' | 'tlp' | 'items' | 'events' | 'evidence' | 'deadLetters'> {
  const events = all.filter(({ agency }) => agency === tenant);
  const evidence = [...read.notes.evidence].flatMap(([sha256, agency]) => (agency === tenant ? [sha256] : []));
  return { tenant, reader: null, ...namesOf(read, events, evidence), deadLetters: [] };
}

function namesOf(
  read: ReadRequest,
  events: readonly NotedEvent[],
  evidence: readonly string[],
): Pick<AccessRecord, 'tlp' | 'items' | 'events' | 'evidence'> {
  return {
    tlp: highestOf(events, evidence.length === 0),
    items: sorted(itemsOf(read, events)),
    events: sorted(events.map(({ agency, id }) => `${agency}/${id}`)),
    evidence: sorted(evidence),
  };
}

/** As the answer says them; where it is no such answer, as the documents do. */
function itemsOf({ notes: { named } }: ReadRequest, events: readonly NotedEvent[]): string[] {
  return events.flatMap(({ agency, id, items }) => (named === null ? items() : (named.events.get(`${agency}/${id}`) ?? [])));
}

/** Nothing is above RED: where it is among them it is the highest, whatever else is. @param isAll nothing but these was shown */
function highestOf(events: readonly NotedEvent[], isAll: boolean): string | null {
  const ranks = events.map(({ tlp }) => (TLP_LABELS as readonly (string | null)[]).indexOf(tlp));
  const highest = TLP_LABELS[ranks.reduce((a, b) => Math.max(a, b), -1)] ?? null;
  return highest === 'RED' || (isAll && ranks.every((rank) => rank >= 0)) ? highest : null;
}

const sorted = (names: readonly string[]): string[] => [...new Set(names)].sort();
