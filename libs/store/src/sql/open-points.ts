/** Where a reader's open questions may be: rows of his groups, by what may be open, the item that it is of, and the place in the log. */
import type { Statements } from '../pool.ts';
import type { EvidenceReader } from './evidence.ts';
import { namesOthers } from './named-rows.ts';

/** A row: position in OPEN_POINTS of libs/domain, the item (or none), the entry. */
export interface OpenPointRow {
  readonly code: number;
  readonly item: string;
  readonly logIndex: number;
}

const ASKING = { agency: '$6::text', principal: '$7::text', breaksGlass: '$8::boolean' };

export const OPEN_POINTS_PAGE = {
  name: 'open_points_page',
  text: `select distinct w.code, w.item, w.log_index as "logIndex"
    from unnest($1::integer[]) as reader (grp)
    cross join lateral (
      select t.code, t.item, t.log_index from ledger.open_points t
      where t.grp = reader.grp and (t.code, t.item, t.log_index) > ($2::smallint, $3::text, $4::bigint) and t.code <= $5::smallint
        and not ${namesOthers('t.log_index', ASKING)}
      order by t.code, t.item, t.log_index limit $9::integer
    ) w
    order by w.code, w.item, w.log_index limit $9::integer`,
};

/** Behind a row, up to those of a code. Plan: a walk of the primary key of open_points for each group, and a probe of content_named for each row. */
export async function openPointsPage(
  from: Statements,
  { groups, agency, principal, breaksGlass }: EvidenceReader,
  { after, until, limit }: { readonly after: OpenPointRow; readonly until: number; readonly limit: number },
): Promise<OpenPointRow[]> {
  const values = [groups, after.code, after.item, after.logIndex, until, agency, principal, breaksGlass, limit];
  return (await from.run<OpenPointRow>(OPEN_POINTS_PAGE, values)).rows;
}

export const OPEN_POINTS_OF_ITEM = {
  name: 'open_points_of_item',
  text: `select distinct w.log_index as "logIndex"
    from unnest($1::integer[]) as reader (grp)
    cross join lateral (
      select t.log_index from ledger.open_points t
      where t.grp = reader.grp and t.code = $2::smallint and t.item = $3::text
        and not ${namesOthers('t.log_index', { agency: '$4::text', principal: '$5::text', breaksGlass: '$6::boolean' })}
      order by t.log_index limit $7::integer
    ) w
    order by w.log_index limit $7::integer`,
};

/** All of one code and item, oldest first. Plan: as of a page. */
export async function openPointsOfItem(
  from: Statements,
  { groups, agency, principal, breaksGlass }: EvidenceReader,
  { code, item, limit }: { readonly code: number; readonly item: string; readonly limit: number },
): Promise<number[]> {
  const { rows } = await from.run<{ logIndex: number }>(OPEN_POINTS_OF_ITEM, [groups, code, item, agency, principal, breaksGlass, limit]);
  return rows.map(({ logIndex }) => logIndex);
}
