/**
 * Documents of kind batch that name events, for whoever wants to know which lists an agency signed. Plan: for each event and group the index
 * batch_members_event, and of each row a probe of content_named. Documents that name others (TLP:RED) are left out.
 */
import type { Statements } from '../pool.ts';
import type { EvidenceReader } from './evidence.ts';
import { namesOthers } from './named-rows.ts';
import type { Ref } from './storable.ts';

/** Of one event, the oldest: it is in one import, and in few lists. One more is told of, so that who asks can say that there are more. */
export const LISTS_MAX = 256;

export const LISTS_NAMING = {
  name: 'lists_naming',
  text: `select of.agency, of.id, array_agg(distinct b.log_index order by b.log_index) as lists
    from unnest($1::text[], $2::text[]) as of (agency, id)
    cross join unnest($3::integer[]) as reader (grp)
    cross join lateral (
      select b.log_index from ledger.batch_members b
      where b.grp = reader.grp and b.agency = of.agency and b.id = of.id and b.log_index < $4::bigint
        and not ${namesOthers('b.log_index', { agency: '$5::text', principal: '$6::text', breaksGlass: '$7::boolean' })}
      order by b.log_index limit ${LISTS_MAX + 1}
    ) b
    group by of.agency, of.id`,
};

/** By `agency/id`: log indexes below `logSize` of documents of the same agency, rising; no entry where there is none. Of those behind the first LISTS_MAX not all. */
export async function listsNaming(
  from: Statements,
  refs: readonly Ref[],
  { groups, agency: ofAgency, principal, breaksGlass }: EvidenceReader,
  logSize: number,
): Promise<ReadonlyMap<string, readonly number[]>> {
  if (refs.length === 0) return new Map();
  const { rows } = await from.run<Ref & { lists: readonly (number | string)[] }>(LISTS_NAMING, [
    refs.map(({ agency }) => agency),
    refs.map(({ id }) => id),
    ...[groups, logSize, ofAgency, principal, breaksGlass],
  ]);
  // Elements of an array of int8 come as text.
  return new Map(rows.map(({ agency, id, lists }) => [`${agency}/${id}`, lists.map(Number)]));
}
