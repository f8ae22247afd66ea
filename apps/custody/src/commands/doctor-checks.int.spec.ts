/** What the doctor finds in a real database: each verdict with the database brought into the state that it is about. */
import { type Config, readConfig } from '#lib/runtime';
import { readLogin, type StorePool } from '#lib/store';
import { testDatabase, type TestDatabase } from '../../../../libs/store/test-database.ts';
import { databaseChecks, type Finding } from './doctor-checks.ts';

const development = ((): Config => {
  const read = readConfig({ env: {}, cwd: '/' });
  if (!read.ok) throw new Error('the defaults are a configuration');
  return read.config;
})();

describe('the doctor says of a database', () => {
  let ledger: TestDatabase;
  let owner: StorePool;
  beforeAll(async () => {
    ledger = await testDatabase();
    owner = ledger.pool('owner');
  }, 60_000);
  afterAll(() => ledger.drop());

  const found = async (name: string, config = development): Promise<Finding[]> => {
    const database = { embedded: null, ownerPool: () => owner, login: (role: 'gateway') => readLogin(ledger.pool(role), role) };
    return (await databaseChecks(config, database as never)).filter((finding) => finding.name === name);
  };

  it('that it has the format of this version', async () => {
    expect(await found('migrations')).toMatchObject([{ verdict: 'ok' }]);
  });

  it('that a migration was not run yet, and which: a ledger that is there is not enough', async () => {
    const { rows } = await owner.query<{ name: string; timestamp: number }>(
      'delete from ledger.migrations where timestamp = (select max(timestamp) from ledger.migrations) returning name, timestamp',
    );
    const [last] = rows;
    expect(await found('migrations')).toMatchObject([
      {
        verdict: 'fail',
        detail: expect.stringContaining(last?.name ?? 'none') as string,
        remedy: expect.stringContaining('migrate') as string,
      },
    ]);
    // A role that it makes could not log in yet, and nothing is wrong with that.
    expect(await found('logins')).toEqual([]);
    await owner.query('insert into ledger.migrations (name, timestamp) values ($1, $2)', [last?.name, last?.timestamp]);
    expect((await found('logins')).length).toBeGreaterThan(0);
  });

  it('that a later version migrated it', async () => {
    await owner.query(`insert into ledger.migrations (name, timestamp) values ('later-0000000009999', 9999)`);
    expect(await found('migrations')).toMatchObject([{ verdict: 'fail', code: 'data.newer' }]);
    await owner.query(`delete from ledger.migrations where timestamp = 9999`);
  });

  it('that no role can change the ledger', async () => {
    expect(await found('rights')).toMatchObject([{ verdict: 'ok' }]);
  });

  it.each([
    ['update', 'custody_operator', 'entries'],
    ['delete', 'custody_gateway', 'timeline'],
    ['truncate', 'custody_projector', 'relations'],
    ['update (bytes)', 'custody_operator', 'content'],
    ['delete', 'custody_capture', 'conflicts'],
  ])('who has the right to %s that nobody has: %s on %s', async (right, role, table) => {
    await owner.query(`grant ${right} on ledger.${table} to ${role}`);
    try {
      expect(await found('rights')).toMatchObject([{ verdict: 'fail', detail: `${role} may change ${table}` }]);
    } finally {
      await owner.query(`revoke ${right} on ledger.${table} from ${role}`);
    }
  });

  it('that the database shows each reader what is his, and what goes around that', async () => {
    expect(await found('rows')).toMatchObject([{ verdict: 'ok' }]);
    await owner.query('create view ledger.everything as select * from ledger.content');
    try {
      expect(await found('rows')).toMatchObject([{ verdict: 'fail', detail: expect.stringContaining('ledger.everything') as string }]);
    } finally {
      await owner.query('drop view ledger.everything');
    }
  });

  it('that a login is shared: a warning in development, wrong in production, and never as if it had not been looked at', async () => {
    const findings = await found('logins');
    expect(findings.map(({ verdict, code }) => `${verdict} ${code ?? ''}`)).toContain('warn role.shared-login');
    expect((await found('logins', { ...development, profile: 'production' })).map(({ verdict }) => verdict)).toEqual(
      findings.map(() => 'fail'),
    );
  });
});
