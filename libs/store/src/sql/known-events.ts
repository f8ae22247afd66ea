/** Events that the ledger has. Plan: nested loop, one probe of the unique index entries_event for each reference. */
import type { Statements } from '../pool.ts';
import { storableRefs, type Ref } from './storable.ts';

export const KNOWN_EVENTS = {
  name: 'known_events',
  text: `select e.agency, e.id, encode(e.content_hash, 'hex') as hash
    from unnest($1::text[], $2::text[]) as ref (agency, id)
    cross join lateral (select * from ledger.entries e where e.agency = ref.agency and e.id = ref.id offset 0) e`,
};

/** Content hash in hex by `agency/id` (an agency has no slash); unknown events are missing. About 8 µs for each reference. */
export async function knownEvents(from: Statements, refs: readonly Ref[]): Promise<Map<string, string>> {
  const asked = storableRefs(refs);
  const { rows } = await from.run<Ref & { hash: string }>(KNOWN_EVENTS, [asked.map(({ agency }) => agency), asked.map(({ id }) => id)]);
  return new Map(rows.map(({ agency, id, hash }) => [`${agency}/${id}`, hash]));
}

/** Who submits: what is TLP:RED and names others is not known to him, unless it is his own. */
export interface Submitter {
  readonly agency: string;
  readonly principal: string;
}

/** The events of these references, by one probe of entries_event each, but for those that are hidden from the submitter: all of these by one call. */
const KNOWN_TO = `with known as materialized (
      select e.agency, e.id, e.content_hash, e.log_index from unnest($1::text[], $2::text[]) as ref (agency, id)
      cross join lateral (select * from ledger.entries e where e.agency = ref.agency and e.id = ref.id offset 0) e
    ), hidden as materialized (
      select named as log_index from ctx.named_to_others(array(select log_index from known), $3::text, $4::text) named
    )`;
const SHOWN = 'where not exists (select from hidden where hidden.log_index = known.log_index)';

export const FIRST_EVENTS = {
  name: 'first_events',
  text: `${KNOWN_TO}
    select agency, id, encode(content_hash, 'hex') as "contentHash",
      (select c.captured from ledger.content c where c.log_index = known.log_index) as "capturedMicros"
    from known ${SHOWN}`,
};

export interface FirstEventRow {
  /** Hex. */
  readonly contentHash: string;
  readonly capturedMicros: number;
}

/** As knownEvents, with the time that capture claims, which costs one more probe (of content's primary key) for each event that is known. */
export async function firstEvents(from: Statements, refs: readonly Ref[], submitter: Submitter): Promise<Map<string, FirstEventRow>> {
  const { rows } = await from.run<Ref & FirstEventRow>(FIRST_EVENTS, valuesOf(refs, submitter));
  return new Map(rows.map(({ agency, id, contentHash, capturedMicros }) => [`${agency}/${id}`, { contentHash, capturedMicros }]));
}

export const KNOWN_ITEMS = {
  name: 'known_items',
  text: `${KNOWN_TO}
    select agency, id,
      array(select distinct t.item from ledger.timeline t where t.log_index = known.log_index and t.item <> '' order by t.item) as items
    from known ${SHOWN}`,
};

/** Identifiers that each event concerns, in code-point order, by `agency/id`; unknown events are missing. Probes timeline_log_index too. */
export async function knownItems(from: Statements, refs: readonly Ref[], submitter: Submitter): Promise<Map<string, readonly string[]>> {
  const { rows } = await from.run<Ref & { items: string[] }>(KNOWN_ITEMS, valuesOf(refs, submitter));
  return new Map(rows.map(({ agency, id, items }) => [`${agency}/${id}`, items]));
}

function valuesOf(refs: readonly Ref[], { agency, principal }: Submitter): unknown[] {
  const asked = storableRefs(refs);
  return [asked.map((ref) => ref.agency), asked.map(({ id }) => id), agency, principal];
}
