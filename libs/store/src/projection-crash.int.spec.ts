import { startProcess } from '../test-processes/start.ts';
import { BATCHES, BATCH_SIZE, batchAt, PARTITION } from '../test-processes/test-events.ts';
import { startTestServer, testDatabase, type TestDatabase, type TestServer } from '../test-database.ts';
import {
  digestDerived,
  FAILPOINTS,
  projectBatch,
  readOffset,
  storeFault,
  type Failpoint,
  type ProjectedEvent,
  type StorePool,
} from './index.ts';

/** What is in the ledger, in the order of its log. */
async function ledgerOf(pool: StorePool): Promise<unknown> {
  const entries = await pool.query(
    `select log_index, e.agency, e.id, encode(content_hash, 'hex') as hash, c.captured from ledger.entries e join ledger.content c using (log_index) order by 1`,
  );
  const conflicts = await pool.query(`select id, encode(content_hash, 'hex') as hash, "offset" from ledger.conflicts order by 1, 2`);
  const dead = await pool.query(`select "offset", code from ledger.dead_letters order by 1`);
  const size = await pool.query('select size from ledger.head');
  return {
    size: size.rows,
    entries: entries.rows,
    conflicts: conflicts.rows,
    dead: dead.rows,
    derived: await digestDerived(pool, { portable: true }),
  };
}

describe('a projector that dies', () => {
  let server: TestServer;
  let undisturbed: unknown;
  const databases: TestDatabase[] = [];
  const before = process.env['CUSTODY_TEST_POSTGRES'];
  const newDatabase = async (): Promise<TestDatabase> => {
    const database = await testDatabase();
    databases.push(database);
    return database;
  };
  const project = async (pool: StorePool, change: (event: ProjectedEvent) => ProjectedEvent = (event) => event): Promise<void> => {
    for (let from = (await readOffset(pool, PARTITION)) ?? 0; from < BATCHES * BATCH_SIZE; from += BATCH_SIZE) {
      await projectBatch(pool, PARTITION, from, from + BATCH_SIZE, batchAt(from).map(change), []);
    }
  };

  beforeAll(async () => {
    server = await startTestServer();
    process.env['CUSTODY_TEST_POSTGRES'] = server.url;
    const database = await newDatabase();
    await project(database.pool('projector'));
    undisturbed = await ledgerOf(database.pool('owner'));
  }, 60_000);
  afterAll(async () => {
    for (const database of databases) await database.drop();
    if (before === undefined) delete process.env['CUSTODY_TEST_POSTGRES'];
    else process.env['CUSTODY_TEST_POSTGRES'] = before;
    await server.stop();
  }, 60_000);

  test('the undisturbed run has duplicates, conflicts and dead letters, and the comparison sees one changed event', async () => {
    expect(undisturbed).toMatchObject({
      conflicts: expect.arrayContaining([expect.anything()]),
      dead: expect.arrayContaining([expect.anything()]),
    });
    const database = await newDatabase();
    await project(database.pool('projector'), (event) => (event.offset === 777 ? { ...event, ends: 778 } : event));
    expect(await ledgerOf(database.pool('owner'))).not.toEqual(undisturbed);
  });

  /** Offset in the ledger after a death in the batch that starts at 400. */
  const expected = (failpoint: Failpoint): number => (failpoint === 'after_commit' ? 600 : 400);

  test.each(FAILPOINTS)(
    'by kill -9 at %s leaves a ledger that goes on as if nothing had happened',
    async (failpoint) => {
      const database = await newDatabase();
      const owner = database.pool('owner');
      expect(await startProcess('projector.ts', database.url, failpoint, '2').ended).toBe('SIGKILL');
      expect(await readOffset(owner, PARTITION)).toBe(expected(failpoint));
      expect(await startProcess('projector.ts', database.url, 'none').ended).toBe('0');
      expect(await ledgerOf(owner)).toEqual(undisturbed);
    },
    30_000,
  );

  test.each(FAILPOINTS)(
    'by its connection at %s is told so, and goes on',
    async (failpoint) => {
      const database = await newDatabase();
      const owner = database.pool('owner');
      const pool = database.pool('projector');
      let cut = false;
      for (let from = 0; from < BATCHES * BATCH_SIZE; from = (await readOffset(pool, PARTITION)) ?? 0) {
        const failing = projectBatch(pool, PARTITION, from, from + BATCH_SIZE, batchAt(from), [], {
          hooks: {
            failpoint: async (name) => {
              if (name !== failpoint || from !== 400 || cut) return;
              cut = true;
              await owner.query(
                `select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'test projector' and datname = current_database()`,
              );
            },
          },
        });
        const error = await failing.then(
          () => null,
          (reason: unknown) => reason,
        );
        if (error !== null) {
          expect(storeFault(error)?.code).toBe('store.unavailable');
          expect(await readOffset(pool, PARTITION)).toBe(expected(failpoint));
        }
      }
      expect(cut).toBe(true);
      expect(await ledgerOf(owner)).toEqual(undisturbed);
    },
    30_000,
  );
});
