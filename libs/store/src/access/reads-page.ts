/**
 * Who read what, newest first, as one agency is told: the records that are kept for it, within a stretch of numbers. Plan: reads_actor backwards
 * where an author is asked for with his agency, else reads_tenant; the database shows the records of the context's agency alone. And what of the names
 * in them a reader may be shown now.
 */
import { mayNamePersons, namesOthers } from '../sql/named-rows.ts';
import { isStorable, type Ref } from '../sql/storable.ts';
import type { Statement, Statements } from '../pool.ts';
import type { SealBounds } from '../seal/recorded.ts';

export interface ReadsQuestion {
  /** Whose records. */
  readonly tenant: string;
  /** Numbers: at or after, and below. */
  readonly from: number;
  readonly before: number;
  readonly agency?: string | undefined;
  readonly principal?: string | undefined;
  readonly item?: string | undefined;
  /** Hex. */
  readonly evidence?: string | undefined;
}

export function readsStatement(
  question: ReadsQuestion,
  limit: number,
): { readonly statement: Statement; readonly values: readonly unknown[] } {
  const { tenant, from, before, agency, principal, item, evidence } = question;
  const values: unknown[] = [tenant, from, before, limit];
  const bind = (value: unknown): string => `$${values.push(value)}::text`;
  const where = ['r.tenant = $1::text', 'r.n >= $2::bigint', 'r.n < $3::bigint'];
  if (agency !== undefined) where.push(`r.agency = ${bind(agency)}`);
  if (principal !== undefined) where.push(`r.principal = ${bind(principal)}`);
  if (item !== undefined) where.push(`${bind(item)} = any (r.items)`);
  if (evidence !== undefined) where.push(`${bind(evidence)} = any (r.evidence)`);
  const asked = Object.entries({ agency, principal, item, evidence }).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  return {
    statement: {
      name: `reads_${asked.join('_') || 'all'}`,
      text: `select r.n from access.reads r where ${where.join(' and ')} order by r.n desc limit $4::integer`,
    },
    values,
  };
}

/** Numbers of at most `limit` records, newest first. Cost: of the stretch that is asked for. */
export async function readsPage(from: Statements, question: ReadsQuestion, limit: number): Promise<number[]> {
  const texts = [question.tenant, question.agency, question.principal, question.item];
  if (!texts.every((text) => text === undefined || isStorable(text))) return [];
  const { statement, values } = readsStatement(question, limit);
  return (await from.run<{ n: number }>(statement, values)).rows.map(({ n }) => n);
}

export interface StoredRead {
  readonly n: number;
  readonly commitment: Buffer;
  /** 32 bytes. */
  readonly secret: Buffer;
  readonly bytes: Buffer;
}

/** None behind `bytesMax` of records and the one that exceeds them. */
export const READS_AT = {
  name: 'reads_at',
  text: `select n, commitment, secret, bytes from (
      select r.n, r.commitment, r.secret, r.bytes, sum(octet_length(r.bytes)) over (order by r.n desc) - octet_length(r.bytes) as before
      from access.reads r where r.n = any ($1::bigint[]) and r.tenant = $2::text
    ) found where before <= $3::bigint order by n desc`,
};

/** Newest first. */
export async function readsAt(from: Statements, tenant: string, numbers: readonly number[], bytesMax: number): Promise<StoredRead[]> {
  if (numbers.length === 0) return [];
  return (await from.run<StoredRead>(READS_AT, [numbers, tenant, bytesMax])).rows;
}

/** Of each record the time of the first seal that names an access log with it, within the bounds. Plan: one probe of seals_access each. */
export const READ_TIMES = {
  name: 'read_times',
  text: `select at.n, s.time from unnest($1::bigint[]) as at (n)
    cross join lateral (
      select * from proof.seals s where s.access_size > at.n order by s.access_size, s.log_index limit 1
    ) s
    where s.log_index < $2::bigint and s.covers <= $3::bigint`,
};

export async function readTimes(
  from: Pick<Statements, 'run'>,
  numbers: readonly number[],
  { below, coversMax }: SealBounds,
): Promise<ReadonlyMap<number, number>> {
  if (numbers.length === 0) return new Map();
  const { rows } = await from.run<{ n: number; time: number }>(READ_TIMES, [numbers, below, coversMax]);
  return new Map(rows.map(({ n, time }) => [n, time]));
}

/** Records that the last seal within the bounds stands over. Plan: the primary key of proof.seals backwards, or seals_covers. */
export const SEALED_READS = {
  name: 'sealed_reads',
  text: `select access_size as size from proof.seals where log_index < $1::bigint and covers <= $2::bigint
    order by covers desc, log_index desc limit 1`,
};

export async function sealedReads(from: Pick<Statements, 'run'>, { below, coversMax }: SealBounds): Promise<number> {
  return (await from.run<{ size: number | null }>(SEALED_READS, [below, coversMax])).rows[0]?.size ?? 0;
}

/**
 * Of these names of events, those of what the reader may see now: by the handling in effect, and not what names others. A dead letter of his agency has
 * the name of what it did not become; one that may name persons is left out. Plan: a probe of entries_event and one of dead_letters_event for each.
 */
export const SHOWN_EVENTS = {
  name: 'shown_events',
  text: `select of.agency, of.id from unnest($1::text[], $2::text[]) as of (agency, id)
    where exists (
        select from ledger.entries e where e.agency = of.agency and e.id = of.id
          and not ${namesOthers('e.log_index', { agency: '$3::text', principal: '$4::text', breaksGlass: '$5::boolean' })} offset 0)
      or exists (select from ledger.dead_letters d where d.agency = of.agency and d.id = of.id and not ${mayNamePersons('d.value')} offset 0)
        and not exists (select from ledger.entries e where e.agency = of.agency and e.id = of.id offset 0)`,
};

/** By `agency/id`. */
export async function shownEvents(
  from: Statements,
  refs: readonly Ref[],
  { agency, principal, breaksGlass }: { readonly agency: string; readonly principal: string; readonly breaksGlass: boolean },
): Promise<ReadonlySet<string>> {
  if (refs.length === 0) return new Set();
  const values = [refs.map((ref) => ref.agency), refs.map(({ id }) => id), agency, principal, breaksGlass];
  const { rows } = await from.run<Ref>(SHOWN_EVENTS, values);
  return new Set(rows.map((ref) => `${ref.agency}/${ref.id}`));
}

/** Of these items, those of which the reader's groups see anything now. Plan: one probe of the primary key of timeline for each and group. */
export const SHOWN_ITEMS = {
  name: 'shown_items',
  text: `select of.item from unnest($1::text[]) as of (item)
    where exists (select from ledger.timeline t where t.item = of.item and t.grp = any ($2::integer[]) offset 0)`,
};

export async function shownItems(from: Statements, items: readonly string[], groups: readonly number[]): Promise<ReadonlySet<string>> {
  if (items.length === 0) return new Set();
  return new Set((await from.run<{ item: string }>(SHOWN_ITEMS, [items, groups])).rows.map(({ item }) => item));
}
