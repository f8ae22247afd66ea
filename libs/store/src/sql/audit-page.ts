/**
 * Who wrote what, newest first, for a reader of some groups. One filter leads the walk by an index of its own, within the reader's groups; the
 * others are looked up for each entry that it meets. So many are looked at for one page (AUDIT_LOOKED_MAX), found or not: a page costs the
 * same however rare what is asked for is.
 *
 * What names others (TLP:RED with principals) is left out within the walk, and not of what it found: else a page would end sooner for it.
 *
 * Plans: evidence by the primary key of evidence_refs, an import by that of batch_members and entries_event, an item by that of timeline
 * (index only), an author by audit_actor, all else by the primary key of audit (grp, kind, log_index), one lateral walk for each group and
 * kind; of each entry a probe of content_named. What is looked up: timeline_log_index, the primary keys of entries and content,
 * batch_members_event.
 */
import { KINDS } from '#lib/domain';
import type { Statement, Statements } from '../pool.ts';
import { EVENT_COLUMNS, EVENT_NAMES, type EventRow } from './event-row.ts';
import type { EvidenceReader } from './evidence.ts';
import { namesOthers } from './named-rows.ts';
import { isStorable, type Ref } from './storable.ts';

export interface AuditQuestion {
  /** Who asks; the statements are run as him. */
  readonly reader: EvidenceReader;
  /** Log indexes: at or after, and below. */
  readonly from: number;
  readonly before: number;
  readonly agency?: string | undefined;
  readonly principal?: string | undefined;
  /** Position in KINDS. */
  readonly kind?: number | undefined;
  readonly item?: string | undefined;
  /** Hex. */
  readonly evidence?: string | undefined;
  readonly batch?: { readonly agency: string; readonly name: string } | undefined;
}

/** Some 10 ms of one page. */
export const AUDIT_LOOKED_MAX = 2_000;

const KIND_NUMBERS = KINDS.map((_, number) => number);

/** The first parameters of each statement: `$1` groups, `$2` from, `$3` before, and who asks. */
const ASKING = { agency: '$4::text', principal: '$5::text', breaksGlass: '$6::boolean' };

/** Of a row `t`: it lies within what is asked for, and is no entry that names others. */
const WITHIN = `t.log_index >= $2::bigint and t.log_index < $3::bigint and not ${namesOthers('t.log_index', ASKING)}`;

/** One lateral walk for each group: the newest entries of it. */
const walk = (table: string, where: string): string =>
  `select w.log_index from unnest($1::integer[]) as reader (grp)
    cross join lateral (
      select t.log_index from ${table} t
      where t.grp = reader.grp and ${where} and ${WITHIN}
      order by t.log_index desc limit ${AUDIT_LOOKED_MAX}
    ) w`;

type Lead = 'evidence' | 'batch' | 'item' | 'actor' | 'kind';

/** Agencies that have a principal of this name, within one group: by a skip scan, one probe of audit_actor for each. */
const agenciesOf = (principal: string): string => `with recursive found (agency) as (
      (select t.agency from ledger.audit t where t.grp = reader.grp and t.principal = ${principal} order by t.agency limit 1)
      union all
      select (select t.agency from ledger.audit t
        where t.grp = reader.grp and t.principal = ${principal} and t.agency > f.agency order by t.agency limit 1)
      from found f where f.agency is not null
    ) select agency from found where agency is not null`;

/** What a statement is put together from: a filter that is not asked for is not in its text. */
class Text {
  readonly values: unknown[];
  readonly filters: string[] = [];

  constructor({ reader: { groups, agency, principal, breaksGlass }, from, before }: AuditQuestion) {
    this.values = [groups, from, before, agency, principal, breaksGlass];
  }

  bind(value: unknown, type: string): string {
    return `$${this.values.push(value)}::${type}`;
  }
}

/** The statement's name says what is in its text, so that each form is prepared once. */
export function auditStatement(question: AuditQuestion): { readonly statement: Statement; readonly values: readonly unknown[] } {
  const { agency, principal, kind, item, evidence, batch } = question;
  const lead: Lead =
    evidence !== undefined
      ? 'evidence'
      : batch !== undefined
        ? 'batch'
        : item !== undefined
          ? 'item'
          : principal !== undefined
            ? 'actor'
            : 'kind';
  const text = new Text(question);
  const source = SOURCES[lead](question, text);
  // A leading author or kind is in the walk already.
  if (lead !== 'actor' && principal !== undefined) {
    const who = `c.principal = ${text.bind(principal, 'text')}`;
    const where = agency === undefined ? '' : ` and e.agency = ${text.bind(agency, 'text')}`;
    text.filters.push(
      `exists (select from ledger.entries e join ledger.content c using (log_index) where e.log_index = l.log_index and ${who}${where})`,
    );
  }
  if (lead !== 'actor' && lead !== 'kind' && kind !== undefined)
    text.filters.push(`(select t.kind from ledger.timeline t where t.log_index = l.log_index limit 1) = ${text.bind(kind, 'smallint')}`);
  if (lead !== 'item' && item !== undefined)
    text.filters.push(
      `exists (select from ledger.timeline t where t.log_index = l.log_index and t.item = ${text.bind(item, 'text')} and t.grp = any($1::integer[]))`,
    );
  if (lead !== 'batch' && batch !== undefined)
    text.filters.push(
      `exists (select from ledger.entries e join ledger.batch_members b on b.agency = e.agency and b.id = e.id
        where e.log_index = l.log_index and b.grp = any($1::integer[]) and b.agency = ${text.bind(batch.agency, 'text')} and b.batch = ${text.bind(batch.name, 'text')}
          and not ${namesOthers('b.log_index', ASKING)})`,
    );
  const asked = Object.entries({ agency, principal, kind, item, evidence, batch }).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
  return {
    statement: {
      name: `audit_${asked.join('_') || 'all'}`,
      text: `select l.log_index as "logIndex", ${text.filters.join(' and ') || 'true'} as matches
        from (select distinct log_index from (${source}) found order by log_index desc limit ${AUDIT_LOOKED_MAX}) l
        order by l.log_index desc`,
    },
    values: text.values,
  };
}

const SOURCES: Readonly<Record<Lead, (question: AuditQuestion, text: Text) => string>> = {
  evidence: ({ evidence = '' }, text) => walk('ledger.evidence_refs', `t.sha256 = ${text.bind(Buffer.from(evidence, 'hex'), 'bytea')}`),
  item: ({ item }, text) => walk('ledger.timeline', `t.item = ${text.bind(item, 'text')}`),
  batch({ batch }, text) {
    const of = `b.agency = ${text.bind(batch?.agency, 'text')} and b.batch = ${text.bind(batch?.name, 'text')}`;
    // Members are known by their names; which of them are there, and visible, is asked of the entries.
    return `select e.log_index from ledger.batch_members b
      cross join lateral (
        select t.log_index from ledger.entries t
        where t.agency = b.agency and t.id = b.id and ${WITHIN}
          and exists (select from ledger.timeline s where s.log_index = t.log_index and s.grp = any($1::integer[]))
        offset 0
      ) e
      where b.grp = any($1::integer[]) and ${of} and not ${namesOthers('b.log_index', ASKING)}`;
  },
  actor({ agency, principal, kind }, text) {
    const who = text.bind(principal, 'text');
    const agencies = agency === undefined ? agenciesOf(who) : `select ${text.bind(agency, 'text')} as agency`;
    const kinds = text.bind(kind === undefined ? KIND_NUMBERS : [kind], 'smallint[]');
    return `select w.log_index from unnest($1::integer[]) as reader (grp)
      cross join lateral (${agencies}) as whose
      cross join unnest(${kinds}) as what (kind)
      cross join lateral (
        select t.log_index from ledger.audit t
        where t.grp = reader.grp and t.principal = ${who} and t.agency = whose.agency and t.kind = what.kind
          and ${WITHIN}
        order by t.log_index desc limit ${AUDIT_LOOKED_MAX}
      ) w`;
  },
  kind({ kind }, text) {
    return `select w.log_index from unnest($1::integer[]) as reader (grp)
      cross join unnest(${text.bind(kind === undefined ? KIND_NUMBERS : [kind], 'smallint[]')}) as what (kind)
      cross join lateral (
        select t.log_index from ledger.audit t
        where t.grp = reader.grp and t.kind = what.kind and ${WITHIN}
        order by t.log_index desc limit ${AUDIT_LOOKED_MAX}
      ) w`;
  },
};

export interface AuditFound {
  /** Newest first. */
  readonly logIndexes: readonly number[];
  /** The walk goes on below this index; `null`: all was looked at. */
  readonly below: number | null;
}

/** At most `limit` entries, and where the next page goes on. */
export async function auditPage(from: Statements, question: AuditQuestion, limit: number): Promise<AuditFound> {
  const texts = [question.agency, question.principal, question.item, question.batch?.agency, question.batch?.name];
  if (!texts.every((text) => text === undefined || isStorable(text))) return { logIndexes: [], below: null };
  const { statement, values } = auditStatement(question);
  const { rows } = await from.run<{ logIndex: number; matches: boolean }>(statement, values);
  const found = rows.filter(({ matches }) => matches).map(({ logIndex }) => logIndex);
  if (found.length > limit) return { logIndexes: found.slice(0, limit), below: found[limit - 1] ?? null };
  return { logIndexes: found, below: rows.length < AUDIT_LOOKED_MAX ? null : (rows.at(-1)?.logIndex ?? null) };
}

export const AUDIT_EVENTS = {
  name: 'audit_events',
  text: `select ${EVENT_NAMES}
    from (
      select ${EVENT_COLUMNS}, sum(octet_length(c.bytes)) over (order by e.log_index desc) - octet_length(c.bytes) as bytes_before
      from unnest($1::bigint[]) as wanted (log_index)
      join ledger.entries e using (log_index)
      join ledger.content c using (log_index)
      where exists (select from ledger.timeline t where t.log_index = e.log_index and t.grp = any($2::integer[]))
    ) found
    where bytes_before <= $3::bigint
    order by "logIndex" desc`,
};

/** Those of them that these groups may see, newest first; none behind `contentBytesMax` of documents and the one that exceeds them. */
export async function auditEvents(
  from: Statements,
  logIndexes: readonly number[],
  groups: readonly number[],
  contentBytesMax: number,
): Promise<EventRow[]> {
  if (logIndexes.length === 0) return [];
  return (await from.run<EventRow>(AUDIT_EVENTS, [logIndexes, groups, contentBytesMax])).rows;
}

export const BATCHES_OF = {
  name: 'batches_of',
  text: `select distinct on (of.agency, of.id) of.agency, of.id, b.batch
    from unnest($1::text[], $2::text[]) as of (agency, id)
    cross join unnest($3::integer[]) as reader (grp)
    cross join lateral (
      select b.batch, b.log_index from ledger.batch_members b
      where b.grp = reader.grp and b.agency = of.agency and b.id = of.id and b.log_index < $4::bigint
        and not ${namesOthers('b.log_index', { agency: '$5::text', principal: '$6::text', breaksGlass: '$7::boolean' })}
      order by b.log_index limit 1
    ) b
    order by of.agency, of.id, b.log_index`,
};

/** The import that first said that it brought each of these in, by `agency/id`; none where no visible one does. */
export async function batchesOf(
  from: Statements,
  refs: readonly Ref[],
  { groups, agency: ofAgency, principal, breaksGlass }: EvidenceReader,
  logSize: number,
): Promise<ReadonlyMap<string, string>> {
  if (refs.length === 0) return new Map();
  const { rows } = await from.run<Ref & { batch: string }>(BATCHES_OF, [
    refs.map(({ agency }) => agency),
    refs.map(({ id }) => id),
    ...[groups, logSize, ofAgency, principal, breaksGlass],
  ]);
  return new Map(rows.map(({ agency, id, batch }) => [`${agency}/${id}`, batch]));
}
