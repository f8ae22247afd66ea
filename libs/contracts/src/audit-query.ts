/**
 * What an auditor asks for, in one line as on GitHub: `actor:kim action:correction since:2026-01-01`. Strict: a filter that was misspelt and
 * ignored would answer another question, and an auditor would believe it. Pure.
 */
import {
  AGENCY_PATTERN,
  endOfDay,
  KINDS,
  parseIdentifier,
  parseInstant,
  parseRef,
  type EventRef,
  type Instant,
  type Kind,
  type Result,
} from '#lib/domain';
import type { Fault } from './fault.ts';

export interface AuditQuery {
  /** Of the actor; absent: a principal of this name in any agency. */
  readonly agency?: string;
  readonly principal?: string;
  readonly kind?: Kind;
  /** Reads alone. */
  readonly reads?: true;
  /** Normalised. */
  readonly item?: string;
  /** SHA-256, lower-case hex. */
  readonly evidence?: string;
  readonly batch?: EventRef;
  /** Recorded at or after it. */
  readonly since?: Instant;
  /** Recorded at or before it. */
  readonly until?: Instant;
}

export type ReadAuditQuery = { readonly ok: true; readonly query: AuditQuery } | { readonly ok: false; readonly fault: Fault };

/** Names of filters, in the order in which they are explained. */
export const AUDIT_FILTERS = ['actor', 'action', 'item', 'evidence', 'batch', 'since', 'until'] as const;
type Filter = (typeof AUDIT_FILTERS)[number];

/** The action of whoever read something; every other one is a kind of what was written. */
export const AUDIT_READ = 'read';

/** Longer than all filters of any honest question. */
export const AUDIT_QUERY_LENGTH_MAX = 2_000;

/** A name, and a value: one in double quotes may have spaces, and none has quotes. */
const TERM = /\s*(?:([A-Za-z-]+):(?:"([^"]*)"|([^\s"]+))(?=\s|$))/y;

/** Empty text asks for everything. A fault names the character at which the text stops being a question, and what would be one. */
export function readAuditQuery(text: string, ownAgency: string): ReadAuditQuery {
  if (text.length > AUDIT_QUERY_LENGTH_MAX)
    return refused(AUDIT_QUERY_LENGTH_MAX, `The filters have more than ${AUDIT_QUERY_LENGTH_MAX} characters.`, 'fewer filters');
  let query: AuditQuery = {};
  const seen = new Set<string>();
  for (let at = 0; text.slice(at).trim() !== '';) {
    const begin = at + (text.slice(at).length - text.slice(at).trimStart().length);
    TERM.lastIndex = at;
    const term = TERM.exec(text);
    if (term === null) return refused(begin, 'Here is no filter.', 'name:value, or name:"a value with spaces"');
    const [whole, name = '', quoted, bare] = term;
    if (!isFilter(name)) return refused(begin, `There is no filter ${name}.`, AUDIT_FILTERS.join(', '));
    if (seen.has(name)) return refused(begin, `${name} is given twice.`, 'each filter once');
    seen.add(name);
    const read = READERS[name](quoted ?? bare ?? '', ownAgency);
    if (!read.ok) return refused(begin, `${name}: ${read.detail}`, EXPECTED[name]);
    query = { ...query, ...read.value };
    at += whole.length;
  }
  if (query.since !== undefined && query.until !== undefined && query.since > query.until)
    return refused(0, 'since lies after until.', 'since before until');
  return { ok: true, query };
}

const refused = (at: number, detail: string, expected: string): ReadAuditQuery => ({
  ok: false,
  fault: { code: 'audit.filter', parameter: 'q', offset: at, detail: `At character ${at + 1}: ${detail} Expected: ${expected}.`, expected },
});

const isFilter = (name: string): name is Filter => (AUDIT_FILTERS as readonly string[]).includes(name);
const accept = (value: AuditQuery): Result<AuditQuery> => ({ ok: true, value });
const refuse = (detail: string): Result<AuditQuery> => ({ ok: false, code: 'audit.filter', detail });

const EXPECTED: Readonly<Record<Filter, string>> = {
  actor: 'principal or agency/principal',
  action: [...KINDS, AUDIT_READ].join(', '),
  item: 'scheme:value, such as vin:WDDSYNTH9JA000001',
  evidence: 'a SHA-256 in hex',
  batch: 'the name of an import, or agency/name',
  since: 'a date or a time with its zone, such as 2026-01-01 or 2026-01-01T08:30:00Z',
  until: 'a date or a time with its zone, such as 2026-01-01 or 2026-01-01T08:30:00Z',
};

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const SHA256 = /^[0-9a-f]{64}$/i;
/** As the store keeps a principal, and more than any has. */
const PRINCIPAL_LENGTH_MAX = 256;

const READERS: Readonly<Record<Filter, (value: string, ownAgency: string) => Result<AuditQuery>>> = {
  actor(value) {
    const slash = value.indexOf('/');
    const agency = slash < 0 ? undefined : value.slice(0, slash);
    const principal = value.slice(slash + 1);
    if (agency !== undefined && !AGENCY_PATTERN.test(agency)) return refuse('before the slash is no agency.');
    if (principal === '' || principal.length > PRINCIPAL_LENGTH_MAX || principal.includes('\0')) return refuse('here is no principal.');
    return accept({ principal, ...(agency === undefined ? {} : { agency }) });
  },
  action(value) {
    if (value === AUDIT_READ) return accept({ reads: true });
    const kind = KINDS.find((known) => known === value);
    return kind === undefined ? refuse('there is no such action.') : accept({ kind });
  },
  item(value) {
    const parsed = parseIdentifier(value);
    return parsed.ok ? accept({ item: parsed.identifier.id }) : refuse(parsed.detail);
  },
  evidence: (value) => (SHA256.test(value) ? accept({ evidence: value.toLowerCase() }) : refuse('this is no SHA-256.')),
  batch(value, ownAgency) {
    const ref = parseRef(value, ownAgency);
    return ref.ok ? accept({ batch: ref.value }) : refuse(ref.detail);
  },
  since(value) {
    const instant = parseInstant(DATE.test(value) ? `${value}T00:00:00Z` : value);
    return instant.ok ? accept({ since: instant.value }) : refuse(instant.detail);
  },
  until(value) {
    const instant = DATE.test(value) ? endOfDay(value) : parseInstant(value);
    return instant.ok ? accept({ until: instant.value }) : refuse(instant.detail);
  },
};
