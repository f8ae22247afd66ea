/**
 * Where the entries stand that a reader may see, in the order of the log, from an index on. Walked by an index that the reader's group leads: what
 * is hidden from him is not met, so that a page costs the same whatever stands between two entries of his.
 *
 * Plan: one lateral walk of the primary key of audit (grp, kind, log_index) for each group and kind, and of each entry a probe of content_named
 * (TLP:RED that names others); of an item a probe of timeline_log_index for each entry. A bounded number is looked at for one page, found or not.
 */
import { KINDS } from '#lib/domain';
import type { Statement, Statements } from '../pool.ts';
import type { EvidenceReader } from './evidence.ts';
import { namesOthers } from './named-rows.ts';
import { isStorable } from './storable.ts';

export interface StreamQuestion {
  /** Who asks; the statement is run as him. */
  readonly reader: EvidenceReader;
  /** Log indexes: at or after, and below. */
  readonly from: number;
  readonly before: number;
  /** Position in KINDS. */
  readonly kind?: number | undefined;
  readonly item?: string | undefined;
}

export interface StreamFound {
  /** Oldest first, of one page. */
  readonly logIndexes: readonly number[];
  /** The walk goes on here; `before` where all was looked at. */
  readonly next: number;
}

/** Events of one page: what a stream holds in memory follows from it. */
const PAGE_EVENTS = 100;
/** Of an item most entries do not match. Some 2 ms of one page; few enough that one stream does not hold a connection for long. */
const LOOKED_MAX = 500;

const KIND_NUMBERS = KINDS.map((_, number) => number);
const ASKING = { agency: '$4::text', principal: '$5::text', breaksGlass: '$6::boolean' };

const statementOf = (name: string, looked: number, matches: string): Statement => ({
  name,
  text: `select l.log_index as "logIndex", ${matches} as matches
    from (
      select distinct w.log_index from unnest($1::integer[]) as reader (grp)
      cross join unnest($7::smallint[]) as what (kind)
      cross join lateral (
        select t.log_index from ledger.audit t
        where t.grp = reader.grp and t.kind = what.kind and t.log_index >= $2::bigint and t.log_index < $3::bigint
          and not ${namesOthers('t.log_index', ASKING)}
        order by t.log_index limit ${looked}
      ) w
      order by w.log_index limit ${looked}
    ) l
    order by l.log_index`,
});

export const STREAM_PAGE = statementOf('stream_page', PAGE_EVENTS, 'true');
export const STREAM_PAGE_OF_ITEM = statementOf(
  'stream_page_of_item',
  LOOKED_MAX,
  'exists (select from ledger.timeline t where t.log_index = l.log_index and t.item = $8::text and t.grp = any($1::integer[]))',
);

export async function streamPage(from: Statements, { reader, from: first, before, kind, item }: StreamQuestion): Promise<StreamFound> {
  const nothing = { logIndexes: [], next: before };
  if (first >= before || (item !== undefined && !isStorable(item))) return nothing;
  const { groups, agency, principal, breaksGlass } = reader;
  const values = [groups, first, before, agency, principal, breaksGlass, kind === undefined ? KIND_NUMBERS : [kind]];
  const { rows } = await from.run<{ logIndex: number; matches: boolean }>(
    item === undefined ? STREAM_PAGE : STREAM_PAGE_OF_ITEM,
    item === undefined ? values : [...values, item],
  );
  const looked = item === undefined ? PAGE_EVENTS : LOOKED_MAX;
  const found = rows.filter(({ matches }) => matches).map(({ logIndex }) => logIndex);
  const logIndexes = found.slice(0, PAGE_EVENTS);
  const last = found.length > logIndexes.length ? logIndexes.at(-1) : rows.length < looked ? undefined : rows.at(-1)?.logIndex;
  return { logIndexes, next: last === undefined ? before : last + 1 };
}
