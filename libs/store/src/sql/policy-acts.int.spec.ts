import { testDatabase, type TestDatabase } from '../../test-database.ts';
import { batchAt, PARTITION } from '../../test-processes/test-events.ts';
import { policyActsAfter, projectBatch, type PolicyActRow, type ProjectedEvent } from '../index.ts';

describe('acts of policy', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  }, 60_000);
  afterAll(() => database.drop());

  const acted = (event: ProjectedEvent, n: number): ProjectedEvent => {
    const plain = { ...event, id: `e-${n}`, principal: 'operator', offset: n };
    return n % 3 === 0 ? { ...plain, principal: `p-${n}`, policy: `{"act":"agency.add","agency":"a${n}"}` } : plain;
  };
  const told = ({ logIndex, agency, principal, capturedMicros, act }: PolicyActRow): unknown[] => [
    logIndex,
    agency,
    principal,
    capturedMicros,
    act.toString('utf8'),
  ];

  it('stand at the log index of their entry, with their author, and are read from any index on', async () => {
    const events = batchAt(0).slice(0, 10).map(acted);
    await projectBatch(database.pool('projector'), PARTITION, 0, 10, events, []);
    const access = database.pool('access');
    const all = [0, 3, 6, 9].map((n) => [n, 'local', `p-${n}`, events[n]?.capturedMicros, `{"act":"agency.add","agency":"a${n}"}`]);
    expect((await policyActsAfter(access, -1, 100)).map(told)).toEqual(all);
    expect((await policyActsAfter(access, -1, 2)).map(told)).toEqual(all.slice(0, 2));
    expect((await policyActsAfter(access, 3, 100)).map(told)).toEqual(all.slice(2));
    expect(await policyActsAfter(access, 9, 100)).toEqual([]);
  });

  it('are there once, however often their record comes', async () => {
    const again = batchAt(0).slice(0, 10).map(acted);
    await projectBatch(database.pool('projector'), PARTITION, 10, 20, again, []);
    expect(await policyActsAfter(database.pool('access'), -1, 100)).toHaveLength(4);
  });
});
