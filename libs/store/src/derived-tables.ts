/** Everything that a rebuild drops and makes again from entries and content. */
export interface DerivedTable {
  readonly name:
    | 'timeline'
    | 'relations'
    | 'spoken'
    | 'search_keys'
    | 'sighting_keys'
    | 'policy'
    | 'evidence_refs'
    | 'audit'
    | 'batch_members'
    | 'open_points'
    | 'handlings'
    | 'marked';
  /** All columns, in an order that rows have by themselves; reader groups by name. */
  readonly dump: string;
  /** The same without what another installation has otherwise: log indexes, map keys (their salt). */
  readonly portableDump: string;
}

const SEARCH_KEYS_DUMP = `select g.name, k.key, k.item, k.alias
  from ledger.search_keys k join ledger.reader_groups g on g.id = k.grp order by g.name, k.key, k.item, k.alias`;

/** A row for each event, whatever rows its batch came to. */
const SIGHTING_KEYS_ROWS = `ledger.sighting_keys k join ledger.reader_groups g on g.id = k.grp
  cross join lateral (
    select k.first as log_index
    union all
    select k.first + 256 * get_byte(k.more, 2 * n) + get_byte(k.more, 2 * n + 1) from generate_series(0, octet_length(k.more) / 2 - 1) n
  ) of`;

const HANDLING_GROUPS = 'array(select g.name from ledger.reader_groups g where g.id = any(h.grps) order by g.name)';

export const DERIVED_TABLES: readonly DerivedTable[] = [
  {
    name: 'timeline',
    dump: `select t.item, g.name, t.starts, t.ends, t.agency, t.id, t.log_index, t.kind, encode(t.map_key, 'hex')
      from ledger.timeline t join ledger.reader_groups g on g.id = t.grp order by t.item, g.name, t.starts, t.ends, t.agency, t.id`,
    portableDump: `select t.item, g.name, t.starts, t.ends, t.agency, t.id, t.kind
      from ledger.timeline t join ledger.reader_groups g on g.id = t.grp order by t.item, g.name, t.starts, t.ends, t.agency, t.id`,
  },
  {
    name: 'relations',
    dump: `select r.target_agency, r.target_id, g.name, r.log_index, r.kind, r.word
      from ledger.relations r join ledger.reader_groups g on g.id = r.grp order by r.target_agency, r.target_id, g.name, r.log_index`,
    portableDump: `select r.target_agency, r.target_id, g.name, e.agency, e.id, r.kind, r.word
      from ledger.relations r join ledger.reader_groups g on g.id = r.grp join ledger.entries e using (log_index)
      order by r.target_agency, r.target_id, g.name, e.agency, e.id`,
  },
  {
    name: 'spoken',
    dump: `select s.log_index, s.kind, s.agency, s.target, s.handling, s.gives, s.approves, s.in_force, s.approved_at, s.undone, s.lifted
      from ledger.spoken s order by s.log_index`,
    portableDump: `select s.agency, e.id, s.kind, s.target, s.handling, s.gives, s.approves, s.in_force, a.agency, a.id, s.undone, s.lifted
      from ledger.spoken s join ledger.entries e using (log_index) left join ledger.entries a on a.log_index = s.approved_at
      order by s.agency, e.id`,
  },
  {
    name: 'search_keys',
    dump: SEARCH_KEYS_DUMP,
    portableDump: SEARCH_KEYS_DUMP,
  },
  {
    name: 'sighting_keys',
    dump: `select g.name, k.key, of.log_index from ${SIGHTING_KEYS_ROWS} order by g.name, k.key, of.log_index`,
    portableDump: `select g.name, k.key, e.agency, e.id from ${SIGHTING_KEYS_ROWS} join ledger.entries e on e.log_index = of.log_index
      order by g.name, k.key, e.agency, e.id`,
  },
  {
    name: 'policy',
    dump: `select log_index, agency, principal, captured, encode(act, 'hex') from ledger.policy order by log_index`,
    portableDump: `select p.agency, e.id, p.principal, encode(p.act, 'hex')
      from ledger.policy p join ledger.entries e using (log_index) order by p.agency, e.id`,
  },
  {
    name: 'evidence_refs',
    dump: `select encode(r.sha256, 'hex'), g.name, r.log_index, r.kind
      from ledger.evidence_refs r join ledger.reader_groups g on g.id = r.grp order by r.sha256, g.name, r.log_index`,
    portableDump: `select encode(r.sha256, 'hex'), g.name, e.agency, e.id, r.kind
      from ledger.evidence_refs r join ledger.reader_groups g on g.id = r.grp join ledger.entries e using (log_index)
      order by r.sha256, g.name, e.agency, e.id`,
  },
  {
    name: 'audit',
    dump: `select g.name, a.kind, a.agency, a.principal, a.log_index
      from ledger.audit a join ledger.reader_groups g on g.id = a.grp order by g.name, a.kind, a.log_index`,
    portableDump: `select g.name, a.kind, a.agency, a.principal, e.id
      from ledger.audit a join ledger.reader_groups g on g.id = a.grp join ledger.entries e using (log_index)
      order by g.name, a.kind, a.agency, e.id`,
  },
  {
    name: 'batch_members',
    dump: `select g.name, b.agency, b.batch, b.id, b.log_index
      from ledger.batch_members b join ledger.reader_groups g on g.id = b.grp order by g.name, b.agency, b.batch, b.id, b.log_index`,
    portableDump: `select g.name, b.agency, b.batch, b.id, e.id
      from ledger.batch_members b join ledger.reader_groups g on g.id = b.grp join ledger.entries e using (log_index)
      order by g.name, b.agency, b.batch, b.id, e.id`,
  },
  {
    name: 'open_points',
    dump: `select g.name, o.code, o.item, o.log_index
      from ledger.open_points o join ledger.reader_groups g on g.id = o.grp order by g.name, o.code, o.item, o.log_index`,
    portableDump: `select g.name, o.code, o.item, e.agency, e.id
      from ledger.open_points o join ledger.reader_groups g on g.id = o.grp join ledger.entries e using (log_index)
      order by g.name, o.code, o.item, e.agency, e.id`,
  },
  {
    name: 'handlings',
    dump: `select h.log_index, ${HANDLING_GROUPS}, h.handling, h.approval from ledger.handlings h order by h.log_index`,
    portableDump: `select e.agency, e.id, ${HANDLING_GROUPS}, h.handling, h.approval
      from ledger.handlings h join ledger.entries e using (log_index) order by e.agency, e.id`,
  },
  {
    name: 'marked',
    dump: 'select log_index from ledger.marked order by log_index',
    portableDump: 'select e.agency, e.id from ledger.marked m join ledger.entries e using (log_index) order by e.agency, e.id',
  },
];
