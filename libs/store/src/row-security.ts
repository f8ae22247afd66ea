/** Whether the database keeps tenants apart, asked of its catalogue: what was added and forgotten is found here, by doctor and by a suite. */
import type { Statements } from './pool.ts';

const HASHES = 'hashes, sizes, times and signed notes of the log, which anyone may read under /log';

const TRANSPORT = 'transport; capture alone has rights on it';

const DOOR = 'by it rows are copied into the table of this name in schema ledger; no role may read it';

const REASONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  access: { head: 'how many records the access log has, which every seal says' },
  event_log: { cluster: TRANSPORT, partitions: TRANSPORT, records: TRANSPORT, topics: TRANSPORT },
  intake: Object.fromEntries(
    [
      'audit',
      'batch_members',
      'content',
      'entries',
      'evidence_refs',
      'open_points',
      'policy',
      'relations',
      'search_keys',
      'sighting_keys',
      'spoken',
      'timeline',
    ].map((table) => [table, DOOR]),
  ),
  ledger: {
    head: 'size and name of the log, and the salt of map keys, which every authenticated agency knows',
    marked: 'numbers of entries whose handling was changed: not whose, and not for whom',
    migrations: 'names of migrations',
    notices: "what the log's operator says: genesis, seals, keys",
    offsets: 'positions in topics',
  },
  proof: {
    access_tiles: HASHES,
    checkpoints: HASHES,
    item_leaves: HASHES,
    items: 'map keys: hashes over salt, group and identifier, which every proof of the map shows neighbours of',
    map_tiles: HASHES,
    sealer: 'a fencing token',
    seals: HASHES,
    tiles: HASHES,
    waiting_heads: HASHES,
  },
};

/** Tables without policies, and why: nothing in them is a tenant's. Every other one has row-level security, also for its owner. */
export const WITHOUT_POLICIES: ReadonlyMap<string, string> = new Map(
  Object.entries(REASONS).flatMap(([schema, tables]) => Object.entries(tables).map(([table, why]) => [`${schema}.${table}`, why])),
);

export interface SecurityFault {
  readonly what: string;
  readonly why: string;
}

const OURS = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;

const RELATIONS = `
select format('%I.%I', n.nspname, c.relname) as what, case
    when c.relkind = 'm' then 'a materialized view has no policies'
    when c.relkind = 'v' then case when not coalesce('security_invoker=true' = any (c.reloptions), false) then 'a view without security_invoker reads with its owner''s rights' end
    when c.relkind = 'f' then 'a foreign table has no policies'
    when n.nspname = 'intake' then case when exists (select from aclexplode(c.relacl) where privilege_type <> 'INSERT' and grantee <> c.relowner) then 'more than appending is granted, past the policies of its partition' end
    when not c.relrowsecurity then 'a table without row-level security and without a reason'
    when not c.relforcerowsecurity then 'row-level security is not forced for the owner'
  end as why
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f') and ${OURS} and (n.nspname = 'intake' or format('%I.%I', n.nspname, c.relname) <> all ($1::text[]))`;

const FUNCTIONS = `
select p.oid::regprocedure::text as what, 'runs with its owner''s rights, and whoever calls it chooses where it looks for names' as why
from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where ${OURS} and p.prosecdef and not exists (select from unnest(p.proconfig) setting where setting in ('search_path=pg_catalog', 'search_path=pg_catalog, pg_temp'))`;

/** As pg_get_expr writes it: a function of ctx that is not the one thing that a scalar subquery selects is called for each row. */
const POLICIES = `
select format('policy %I on %s', polname, polrelid::regclass) as what, 'asks for each row, and not once a statement' as why
from pg_policy, lateral (select coalesce(pg_get_expr(polqual, polrelid), '') || coalesce(pg_get_expr(polwithcheck, polrelid), '') as said) e
where replace(said, '( SELECT ctx.', '') ~ 'ctx\\.'`;

/** `owner` may be any role: the catalogue is everybody's. */
export async function securityFaults(owner: Statements): Promise<SecurityFault[]> {
  const relations = await owner.query<{ what: string; why: string | null }>(RELATIONS, [[...WITHOUT_POLICIES.keys()]]);
  const others = [await owner.query<SecurityFault>(FUNCTIONS), await owner.query<SecurityFault>(POLICIES)].flatMap(({ rows }) => rows);
  return [...relations.rows.flatMap(({ what, why }) => (why === null ? [] : [{ what, why }])), ...others];
}
