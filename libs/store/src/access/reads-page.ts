/**
 * Who read what, newest first, as one agency is told: the records that are kept for it. So many are looked at for one page, found or not, as
 * for a page of what was written (audit-page.ts). Plan: reads_actor backwards where an author is asked for with his agency, else reads_tenant;
 * the database shows the records of the context's agency alone.
 */
import { AUDIT_LOOKED_MAX } from '../sql/audit-page.ts';
import { namesOthers } from '../sql/named-rows.ts';
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

export interface ReadsFound {
  /** Newest first. */
  readonly numbers: readonly number[];
  /** The walk goes on below this number; `null`: all was looked at. */
  readonly below: number | null;
}

export function readsStatement(question: ReadsQuestion): { readonly statement: Statement; readonly values: readonly unknown[] } {
  const { tenant, from, before, agency, principal, item, evidence } = question;
  const values: unknown[] = [tenant, from, before];
  const bind = (value: unknown): string => `$${values.push(value)}::text`;
  const within = ['r.tenant = $1::text', 'r.n >= $2::bigint', 'r.n < $3::bigint'];
  const matches: string[] = [];
  if (principal !== undefined) (agency === undefined ? matches : within).push(`r.principal = ${bind(principal)}`);
  if (agency !== undefined) within.push(`r.agency = ${bind(agency)}`);
  if (item !== undefined) matches.push(`${bind(item)} = any (r.items)`);
  if (evidence !== undefined) matches.push(`${bind(evidence)} = any (r.evidence)`);
  const asked = Object.entries({ agency, principal, item, evidence }).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  return {
    statement: {
      name: `reads_${asked.join('_') || 'all'}`,
      text: `select r.n, ${matches.join(' and ') || 'true'} as matches from access.reads r
        where ${within.join(' and ')} order by r.n desc limit ${AUDIT_LOOKED_MAX}`,
    },
    values,
  };
}

/** At most `limit`, and where the next page goes on. */
export async function readsPage(from: Statements, question: ReadsQuestion, limit: number): Promise<ReadsFound> {
  const texts = [question.tenant, question.agency, question.principal, question.item];
  if (!texts.every((text) => text === undefined || isStorable(text))) return { numbers: [], below: null };
  const { statement, values } = readsStatement(question);
  const { rows } = await from.run<{ n: number; matches: boolean }>(statement, values);
  const found = rows.filter(({ matches }) => matches).map(({ n }) => n);
  if (found.length > limit) return { numbers: found.slice(0, limit), below: found[limit - 1] ?? null };
  return { numbers: found, below: rows.length < AUDIT_LOOKED_MAX ? null : (rows.at(-1)?.n ?? null) };
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

/** Of these events, which are TLP:RED and name others than who asks: to him they are not there. */
export const NAMED_EVENTS = {
  name: 'named_events',
  text: `select e.agency, e.id from unnest($1::text[], $2::text[]) as of (agency, id)
    join ledger.entries e on e.agency = of.agency and e.id = of.id
    where ${namesOthers('e.log_index', { agency: '$3::text', principal: '$4::text', breaksGlass: '$5::boolean' })}`,
};

export async function namedEvents(
  from: Statements,
  refs: readonly Ref[],
  { agency, principal, breaksGlass }: { readonly agency: string; readonly principal: string; readonly breaksGlass: boolean },
): Promise<ReadonlySet<string>> {
  if (refs.length === 0) return new Set();
  const values = [refs.map((ref) => ref.agency), refs.map(({ id }) => id), agency, principal, breaksGlass];
  const { rows } = await from.run<Ref>(NAMED_EVENTS, values);
  return new Set(rows.map((ref) => `${ref.agency}/${ref.id}`));
}
