/** The schema as text, read from the catalogue: committed as libs/store/schema.sql, so that a review sees what a migration does. */
import type { StorePool } from './pool.ts';

/** Tables with columns, constraints, indexes, triggers and rights, then functions; in code-point order, so that equal schemas give equal texts. */
export async function schemaText(pool: StorePool): Promise<string> {
  const tables = await pool.query<{ text: string }>(TABLES);
  const functions = await pool.query<{ text: string }>(FUNCTIONS);
  const schemas = await pool.query<{ text: string }>(SCHEMAS);
  const parts = [...schemas.rows, ...tables.rows, ...functions.rows].map(({ text }) => text.trimEnd());
  return `-- Made from the catalogue of a migrated database; a test fails when it differs. Not a script to run.\n\n${parts.join('\n\n')}\n`;
}

const OURS = `(select oid from pg_namespace where nspname in ('ledger', 'event_log', 'proof', 'ctx', 'intake', 'access', 'login', 'evidence', 'alerts'))`;

/** Rights of everyone but the owner. */
const RIGHTS = (acl: string, owner: string, on: string): string => `
  (select string_agg(format('grant %s on %s to %s;', lower(privilege_type), ${on}, case grantee when 0 then 'public' else pg_get_userbyid(grantee) end), e'\\n'
     order by privilege_type collate "C", pg_get_userbyid(grantee) collate "C")
   from aclexplode(${acl}) where grantee <> ${owner})`;

/** Names the owner as such: it is another login wherever Postgres is not ours. */
const POLICY_ROLES = `(select string_agg(case when role = c.relowner then 'owner' when role = 0 then 'public' else pg_get_userbyid(role)::text end, ', ') from unnest(polroles) role)`;

/** What of a table's rows each role sees and may write. */
const ROW_SECURITY = `
  case when c.relrowsecurity then format(e'\\nalter table %s enable row level security%s;', c.oid::regclass, case when c.relforcerowsecurity then ', force row level security' end) else '' end
  || coalesce((select e'\\n' || string_agg(format('create policy %I on %s for %s to %s%s%s;', polname, c.oid::regclass,
      case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end, ${POLICY_ROLES},
      ' using (' || pg_get_expr(polqual, polrelid) || ')', ' with check (' || pg_get_expr(polwithcheck, polrelid) || ')'),
      e'\\n' order by polname collate "C") from pg_policy where polrelid = c.oid), '')`;

const SCHEMAS = `
select format(e'create schema %I;\\n%s', nspname, ${RIGHTS('nspacl', 'nspowner', `format('schema %I', nspname)`)}) as text
from pg_namespace where oid in ${OURS} order by nspname collate "C"`;

const TABLES = `
select format(e'create table %s (\\n%s\\n)%s;', c.oid::regclass, concat_ws(e',\\n',
    (select string_agg(format('  %I %s%s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
        case when a.attcollation not in (0, t.typcollation) then format(' collate %I', (select collname from pg_collation where oid = a.attcollation)) end,
        case when a.attnotnull then ' not null' end,
        case when a.attidentity = 'a' then ' generated always as identity' end,
        (select format(' default %s', pg_get_expr(d.adbin, d.adrelid)) from pg_attrdef d where d.adrelid = c.oid and d.adnum = a.attnum)
      ), e',\\n' order by a.attnum) from pg_attribute a join pg_type t on t.oid = a.atttypid where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
    (select string_agg(format('  constraint %I %s', conname, pg_get_constraintdef(oid)), e',\\n' order by conname collate "C")
      from pg_constraint where conrelid = c.oid and contype <> 'n')),
    concat(case when c.relkind = 'p' then ' partition by ' || pg_get_partkeydef(c.oid) end,
    case when c.reloptions is not null then format(' with (%s)', array_to_string(c.reloptions, ', ')) end))
  || coalesce((select format(e'\\nalter table %s attach partition %s %s;', i.inhparent::regclass, c.oid::regclass, lower(pg_get_expr(c.relpartbound, c.oid)))
      from pg_inherits i where i.inhrelid = c.oid), '')
  || coalesce((select e'\\n' || string_agg(pg_get_indexdef(i.indexrelid) || ';', e'\\n' order by i.indexrelid::regclass::text collate "C")
      from pg_index i where i.indrelid = c.oid and not exists (select from pg_constraint where conindid = i.indexrelid)), '')
  || coalesce((select e'\\n' || string_agg(pg_get_triggerdef(oid) || ';', e'\\n' order by tgname collate "C") from pg_trigger where tgrelid = c.oid and not tgisinternal), '')
  || coalesce(e'\\n' || ${RIGHTS('c.relacl', 'c.relowner', 'c.oid::regclass')}, '')
  || coalesce((select e'\\n' || string_agg(${RIGHTS('a.attacl', 'c.relowner', `format('%s (%I)', c.oid::regclass, a.attname)`)}, e'\\n' order by a.attnum)
      from pg_attribute a where a.attrelid = c.oid and a.attacl is not null), '')
  || ${ROW_SECURITY}
  || coalesce((select e'\\n' || string_agg(format('comment on %s %s is %L;', case objsubid when 0 then 'table' else 'column' end,
        c.oid::regclass || coalesce('.' || (select attname from pg_attribute where attrelid = c.oid and attnum = objsubid and objsubid > 0), ''), description), e'\\n' order by objsubid)
      from pg_description where objoid = c.oid and classoid = 'pg_class'::regclass), '') as text
from pg_class c where c.relkind in ('r', 'p') and c.relnamespace in ${OURS} order by c.oid::regclass::text collate "C"`;

const FUNCTIONS = `
select trim(e'\\n' from pg_get_functiondef(oid)) || coalesce(e'\\n' || ${RIGHTS('proacl', 'proowner', `'function ' || oid::regprocedure`)}, '') as text from pg_proc where pronamespace in ${OURS} order by oid::regprocedure::text collate "C"`;
