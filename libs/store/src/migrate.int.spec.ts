import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { KINDS } from '#lib/domain';
import { testDatabase, startTestServer, type TestDatabase } from '../test-database.ts';
import {
  APP_ROLES,
  APPEND_ONLY_SQLSTATE,
  createPool,
  migrate,
  roleName,
  schemaText,
  sqlState,
  storeFault,
  type StorePool,
} from './index.ts';
import { MIGRATIONS } from './migrations/index.ts';

/** No app may change or remove a row of these, whatever else it may do. */
const APPEND_ONLY = [
  'ledger.audit',
  'ledger.batch_members',
  'ledger.conflicts',
  'ledger.content',
  'ledger.entries',
  'ledger.evidence_refs',
  'ledger.notices',
  'ledger.open_points',
  'ledger.policy',
  'ledger.relations',
  'ledger.timeline',
];
/** Columns that an app may set in rows that are there. */
const MAY_UPDATE = [
  'custody_access access.head.size',
  'custody_access login.key_uses.used',
  'custody_access login.sessions.ended',
  'custody_access login.sessions.ended_by',
  'custody_access login.sessions.seen',
  'custody_capture alerts.cursors.done',
  'custody_capture alerts.cursors.groups',
  'custody_capture event_log.partitions.next',
  'custody_operator ledger.dead_letters.retried',
  'custody_projector ledger.dead_letters.copied',
  'custody_projector ledger.head.policy',
  'custody_projector ledger.head.size',
  'custody_projector ledger.offsets.next',
  'custody_sealer ledger.head.frozen',
  'custody_sealer ledger.head.size',
  'custody_sealer proof.access_tiles.hashes',
  'custody_sealer proof.checkpoints.note',
  'custody_sealer proof.sealer.token',
  'custody_sealer proof.tiles.hashes',
  'custody_sealer proof.waiting_heads.note',
  'custody_sealer proof.waiting_heads.published',
];

describe('the schema', () => {
  let database: TestDatabase;
  let owner: StorePool;
  beforeAll(async () => {
    database = await testDatabase();
    owner = database.pool('owner');
    await owner.query(`insert into ledger.entries values (0, 'a', 'b', sha256(''), sha256(''))`);
    await owner.query(`insert into ledger.content values (0, 'p', 0, sha256(''), '')`);
    await owner.query(`insert into ledger.notices values (1, '{}')`);
    await owner.query(`insert into ledger.timeline values ('i', 1, 0, 0, 'a', 'b', 0, 0, sha256(''))`);
    await owner.query(`insert into ledger.relations values ('a', 'b', 1, 0, 0)`);
    await owner.query(`insert into ledger.policy values (0, 'a', 'p', 0, '')`);
    await owner.query(`insert into ledger.evidence_refs values (sha256(''), 1, 0, 0)`);
    await owner.query(`insert into ledger.audit values (1, 0, 'a', 'p', 0)`);
    await owner.query(`insert into ledger.batch_members values (1, 'a', 'b', 'c', 0)`);
    await owner.query(`insert into ledger.open_points values (1, 0, 'i', 0)`);
    await owner.query(`insert into ledger.conflicts values ('a', 'b', '', 'p', 0, '', '', '', '', 0, 0)`);
  }, 60_000);
  afterAll(() => database.drop());

  const tables = async (): Promise<string[]> => {
    const { rows } = await owner.query<{ name: string }>(`
      select format('%I.%I', nspname, relname) as name from pg_class c join pg_namespace n on n.oid = relnamespace
      where relkind in ('r', 'p', 'v', 'm', 'f') and nspname !~ '^pg_' and nspname <> 'information_schema' order by 1`);
    return rows.map(({ name }) => name);
  };

  test('stands as committed in schema.sql', async () => {
    const path = new URL('../schema.sql', import.meta.url);
    const text = await schemaText(owner);
    if (process.env['UPDATE_SCHEMA'] === '1') writeFileSync(path, text);
    expect(text).toBe(readFileSync(path, 'utf8'));
    await owner.query('alter table ledger.conflicts add column planted integer');
    expect(await schemaText(owner)).not.toBe(text);
    await owner.query('alter table ledger.conflicts drop column planted');
  });

  test('no app role owns anything, logs in as more than itself, or inherits from another', async () => {
    const { rows } = await owner.query(
      `
      select rolname from pg_roles r where rolname = any($1::text[]) and (rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolreplication
        or exists (select from pg_shdepend where refobjid = r.oid and deptype = 'o')
        or exists (select from pg_auth_members where member = r.oid))`,
      [APP_ROLES.map(roleName)],
    );
    expect(rows).toEqual([]);
  });

  test('no app role may delete or truncate in any relation, or update anything but its own bookkeeping', async () => {
    const may: string[] = [];
    for (const table of await tables()) {
      for (const role of APP_ROLES.map(roleName)) {
        const { rows } = await owner.query<{ right: string }>(
          `
          select p || ' ' || $2 as right from unnest(array['DELETE', 'TRUNCATE', 'UPDATE', 'TRIGGER', 'REFERENCES']) p where has_table_privilege($1, $2, p)
          union all
          select $2 || '.' || attname from pg_attribute where attrelid = $2::regclass and attnum > 0 and not attisdropped and has_column_privilege($1, $2, attnum, 'UPDATE')`,
          [role, table],
        );
        may.push(...rows.map(({ right }) => `${role} ${right}`));
      }
    }
    expect(may.sort()).toEqual(MAY_UPDATE);
    await owner.query('grant delete on ledger.entries to custody_gateway');
    const planted = await owner.query<{ may: boolean }>(`select has_table_privilege('custody_gateway', 'ledger.entries', 'DELETE') as may`);
    await owner.query('revoke delete on ledger.entries from custody_gateway');
    expect(planted.rows).toEqual([{ may: true }]);
  });

  test("the event log is the capture role's alone: no other reaches any of its tables", async () => {
    const reach = async (): Promise<string[]> => {
      const { rows } = await owner.query<{ role: string }>(
        `select role from unnest($1::text[]) role where has_schema_privilege(role, 'event_log', 'USAGE')
          or exists (select from pg_class c where relnamespace = 'event_log'::regnamespace and relkind = 'r' and has_any_column_privilege(role, c.oid, 'SELECT, INSERT, UPDATE'))
          order by 1`,
        [APP_ROLES.map(roleName)],
      );
      return rows.map(({ role }) => role);
    };
    expect(await reach()).toEqual(['custody_capture']);
    await owner.query('grant select (next) on event_log.partitions to custody_gateway');
    expect(await reach()).toEqual(['custody_capture', 'custody_gateway']);
    await owner.query('revoke select (next) on event_log.partitions from custody_gateway');
  });

  test('acts of policy are read by the role access alone, which reads nothing else of the ledger than which one it is', async () => {
    const reach = async (): Promise<string[]> => {
      const { rows } = await owner.query<{ reads: string }>(
        `select role || ' ' || relname as reads from unnest($1::text[]) role, pg_class c
          where relnamespace = any (array['ledger', 'proof', 'event_log']::regnamespace[]) and relkind in ('r', 'v', 'm')
            and has_any_column_privilege(role, c.oid, 'SELECT') and (relname = 'policy' or role = 'custody_access') order by 1`,
        [APP_ROLES.map(roleName)],
      );
      return rows.map(({ reads }) => reads);
    };
    expect(await reach()).toEqual(['custody_access head', 'custody_access policy']);
    const refused = await database
      .pool('gateway')
      .query('select from ledger.policy')
      .catch((reason: unknown) => reason);
    expect(sqlState(refused)).toBe('42501');
    expect((await database.pool('access').query('select act from ledger.policy')).rowCount).toBe(1);
    await owner.query('grant select on ledger.policy to custody_gateway');
    expect(await reach()).toEqual(['custody_access head', 'custody_access policy', 'custody_gateway policy']);
    await owner.query('revoke select on ledger.policy from custody_gateway');
  });

  test.each(APP_ROLES)('%s is refused each change of the ledger, and is told why', async (role) => {
    const pool = database.pool(role, { max: 1 });
    for (const table of APPEND_ONLY) {
      for (const change of changesOf(table)) {
        const error = await pool.query(change).catch((reason: unknown) => reason);
        const fault = storeFault(error);
        expect([change, fault?.code]).toEqual([change, 'ledger.append-only']);
        expect(fault?.message).toMatch(/Submit (a correction|another act)/);
      }
    }
  });

  test('the owner is refused as well, by row and by statement', async () => {
    for (const table of APPEND_ONLY) {
      for (const change of changesOf(table)) {
        const error = await owner.query(change).catch((reason: unknown) => reason);
        expect([change, sqlState(error)]).toEqual([change, APPEND_ONLY_SQLSTATE]);
        expect(storeFault(error)?.code).toBe('ledger.append-only');
      }
      expect((await owner.query(`select from ${table}`)).rowCount).toBe(1);
    }
    // The control: without its trigger the table is defenceless.
    await owner.query('alter table ledger.relations disable trigger append_only');
    expect((await owner.query('delete from ledger.relations')).rowCount).toBe(1);
    await owner.query('alter table ledger.relations enable trigger append_only');
  });

  test('a setting that any role may make opens nothing', async () => {
    for (const role of APP_ROLES) {
      const client = await database.pool(role).connect();
      await client.query(`set custody.rebuild = 'on'`);
      const error = await client.query('truncate ledger.timeline').catch((reason: unknown) => reason);
      client.release(true);
      expect(storeFault(error)?.code).toBe('ledger.append-only');
    }
    const entries = await owner
      .transaction(async (client) => {
        await client.query(`set local custody.rebuild = 'on'`);
        return client.query('truncate ledger.entries').catch((reason: unknown) => reason);
      })
      .catch((reason: unknown) => reason);
    expect(sqlState(entries)).toBe(APPEND_ONLY_SQLSTATE);
  });
});

const changesOf = (table: string): string[] => {
  const column =
    table === 'ledger.relations' || table === 'ledger.timeline' ? 'log_index' : table === 'ledger.conflicts' ? 'captured' : 'log_index';
  return [`update ${table} set ${column} = ${column} + 1`, `delete from ${table}`, `truncate ${table}`];
};

const NAMES = MIGRATIONS.map((Migration) => new Migration().name);

describe('migrating', () => {
  test('four at once, on two databases of one server, make one schema each', async () => {
    const server = await startTestServer();
    const admin = createPool({ url: server.url, applicationName: 'test', max: 1 });
    try {
      const urls: string[] = [];
      for (const name of ['one', 'two']) {
        await admin.query(`create database ${name}`);
        urls.push(server.url.replace(/[^/]*$/, name));
      }
      const reports = await Promise.all(urls.flatMap((url) => [1, 2, 3, 4].map(() => migrate(url))));
      for (const half of [reports.slice(0, 4), reports.slice(4)]) expect(half.flatMap(({ applied }) => applied)).toEqual(NAMES);
      expect(await migrate(urls[0] ?? '')).toEqual({ applied: [] });

      const pool = createPool({ url: urls[0] ?? '', applicationName: 'test', max: 1 });
      await pool.query(`insert into ledger.migrations (timestamp, name) values (9, 'later-0000000000009')`);
      await expect(migrate(urls[0] ?? '')).rejects.toMatchObject({
        code: 'data.newer',
        message: expect.stringContaining('later-0000000000009'),
      });
      await pool.close();
    } finally {
      await admin.close();
      await server.stop();
    }
  }, 60_000);

  test('an owner who is no superuser, but may create roles and schemas, can migrate, and its apps step down', async () => {
    const server = await startTestServer();
    const admin = createPool({ url: server.url, applicationName: 'test', max: 1 });
    try {
      await admin.query(`drop role if exists custody_capture, custody_projector, custody_gateway, custody_operator`).catch(() => {});
      await admin.query(`create role tenant login createrole password 'tenant'`);
      await admin.query('create database tenant owner tenant');
      const url = server.url.replace(/\/\/[^@]*@/, '//tenant:tenant@').replace(/[^/]*$/, 'tenant');
      for (const role of APP_ROLES) await admin.query(`grant ${roleName(role)} to tenant with admin option`).catch(() => {});
      expect((await migrate(url)).applied).toEqual(NAMES);
      const gateway = createPool({ url, applicationName: 'test', max: 1, role: 'gateway' });
      expect((await gateway.query<{ me: string; size: number }>('select current_user as me, size from ledger.head')).rows).toEqual([
        { me: 'custody_gateway', size: 0 },
      ]);
      expect(sqlState(await gateway.query(`insert into ledger.offsets values ('', '', 0, '', 0)`).catch((reason: unknown) => reason))).toBe(
        '42501',
      );
      await gateway.close();
    } finally {
      await admin.close();
      await server.stop();
    }
  }, 60_000);

  test('what an agency says of its own events is known of a ledger that did not keep it apart', async () => {
    const server = await startTestServer();
    const admin = createPool({ url: server.url, applicationName: 'test', max: 1 });
    try {
      await migrate(server.url, { upTo: 'markings-0000000000016' });
      const said: readonly (readonly [by: string, kind: number, document: object, target: readonly [string, string]])[] = [
        ['a', 13, { relations: { target: 't', contradicts: ['c'], handling: { tlp: 'RED', agencies: ['b'] } } }, ['a', 't']],
        ['a', 13, { relations: { target: 't', contradicts: ['c'] } }, ['a', 'c']],
        ['a', 9, { relations: { target: 'a/t' } }, ['a', 't']],
        ['a', 10, { relations: { target: 'b/t' } }, ['b', 't']],
        ['a', 14, { extension: { policy: { act: 'marking.approve', marking: 'm', sha256: 'ab' } } }, ['a', 'm']],
        ['a', 5, { relations: { target: 't' } }, ['a', 't']],
      ];
      for (const [n, [by, kind, document, target]] of said.entries()) {
        await admin.query(`insert into ledger.entries values ($1::bigint, $2, $3, sha256(''), sha256(''))`, [n, by, `e${n}`]);
        await admin.query(`insert into ledger.content values ($1::bigint, 'p', 0, sha256(''), convert_to($2, 'UTF8'))`, [
          n,
          JSON.stringify({ kind: KINDS[kind], handling: { tlp: n === 5 ? 'AMBER' : 'GREEN' }, ...document }),
        ]);
        await admin.query('insert into ledger.relations values ($2, $3, 1, $1::bigint, $4::smallint)', [n, ...target, kind]);
      }
      expect((await migrate(server.url)).applied).toEqual([
        'own-words-0000000000017',
        'spoken-0000000000018',
        'key-uses-0000000000019',
        'told-markings-0000000000020',
        'index-walks-0000000000021',
        'approvals-0000000000022',
        'claims-0000000000023',
        'sighting-keys-0000000000024',
        'alerts-0000000000025',
        'cases-0000000000026',
      ]);
      const { rows } = await admin.query<{ n: number }>('select log_index as n from ledger.relations where word order by 1');
      expect(rows.map(({ n }) => Number(n))).toEqual([0, 2, 4]);
      const [own, given] = ['{"tlp":"GREEN"}', '{"agencies":["b"],"tlp":"RED"}'];
      const spoken = await admin.query('select target, handling, gives, approves from ledger.spoken order by log_index');
      expect(spoken.rows.map((row) => Object.values(row as object))).toEqual([
        ['t', own, given, null],
        ['t', own, null, null],
        ['t', own, null, null],
        ['m', own, null, 'ab'],
        [null, '{"tlp":"AMBER"}', null, null],
      ]);
      // Both of its markings are told to whom they are for.
      expect((await admin.query('select from ledger.handlings where log_index in (0, 1)')).rowCount).toBe(2);
      expect(sqlState(await admin.query('delete from ledger.relations').catch((reason: unknown) => reason))).toBe(APPEND_ONLY_SQLSTATE);
    } finally {
      await admin.close();
      await server.stop();
    }
  }, 60_000);

  test('what was approved and is not open yet is said to wait, and not to be void for good', async () => {
    const server = await startTestServer();
    const admin = createPool({ url: server.url, applicationName: 'test', max: 1 });
    try {
      await migrate(server.url, { upTo: 'markings-0000000000016' });
      const hash = createHash('sha256').digest('hex');
      const act = { act: 'marking.approve', marking: 'e1', sha256: hash };
      const said: readonly (readonly [by: string, kind: number, document: object, target: string | null])[] = [
        ['max', 0, { handling: { tlp: 'AMBER' } }, null],
        ['max', 13, { relations: { target: 'e0', handling: { tlp: 'GREEN' } } }, 'e0'],
        ['operator', 14, { extension: { policy: act } }, 'e1'],
      ];
      for (const [n, [by, kind, document, target]] of said.entries()) {
        await admin.query(`insert into ledger.entries values ($1::bigint, 'local', $2, sha256(''), sha256(''))`, [n, `e${n}`]);
        await admin.query(`insert into ledger.content values ($1::bigint, $2, 0, sha256(''), convert_to($3, 'UTF8'))`, [
          n,
          by,
          JSON.stringify({ kind: KINDS[kind], handling: { tlp: 'GREEN' }, ...document }),
        ]);
        if (target !== null)
          await admin.query(`insert into ledger.relations values ('local', $1, 1, $2::bigint, $3::smallint)`, [target, n, kind]);
      }
      await admin.query(
        `insert into ledger.policy (log_index, agency, principal, captured, act) values (2, 'local', 'operator', 0, convert_to($1, 'UTF8'))`,
        [JSON.stringify(act)],
      );
      await migrate(server.url);
      const { rows } = await admin.query<{ n: number; approved: boolean; approval: string | null; handling: string }>(
        `select h.log_index as n, s.approved_at is not null as approved, h.approval, h.handling
         from ledger.handlings h left join ledger.spoken s using (log_index) order by 1`,
      );
      expect(rows.map((row) => [Number(row.n), row.approved, row.approval])).toEqual([
        [0, false, null],
        [1, true, 'awaited'],
      ]);
      expect(rows[0]?.handling).toBe('{"tlp":"AMBER"}');
    } finally {
      await admin.close();
      await server.stop();
    }
  }, 60_000);
});
