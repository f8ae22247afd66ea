import { setTimeout as sleep } from 'node:timers/promises';
import { rolesAt } from '#lib/domain';
import { createLog } from '#lib/runtime';
import type { StorePool } from '#lib/store';
import { testDatabase, type TestDatabase } from '../../../../libs/store/test-database.ts';
import { PolicyFollower, STALE_MS } from './policy-follower.ts';

const log = createLog({ level: 'silent', secrets: [] });

describe('the policy that a process follows', () => {
  let database: TestDatabase;
  let access: StorePool;
  beforeAll(async () => {
    database = await testDatabase();
    access = database.pool('access');
  }, 60_000);
  afterAll(() => database.drop());

  const add = (logIndex: number, act: object, author = 'operator'): Promise<unknown> =>
    database
      .pool('projector')
      .query(`insert into intake.policy values ($1, 'local', $2, 0, $3)`, [logIndex, author, Buffer.from(JSON.stringify(act))]);
  const person = (principal: string): object => ({
    act: 'principal.add',
    agency: 'local',
    principal,
    type: 'person',
    roles: ['auditor'],
  });

  it('has what the ledger had at the start, and within a second what comes in', async () => {
    await add(3, person('eva'));
    const follower = new PolicyFollower(access, { log });
    await follower.start();
    expect(rolesAt(await follower.current(), 'local', 'eva')).toEqual(['auditor']);
    await add(7, { act: 'principal.revoke', agency: 'local', principal: 'eva' });
    await sleep(1_000);
    expect(rolesAt(await follower.current(), 'local', 'eva')).toEqual([]);
    follower.stop();
    // Control: one that has stopped learns nothing more until it is stale.
    await add(8, person('max'));
    await sleep(1_000);
    expect(rolesAt(await follower.current(), 'local', 'max')).toEqual([]);
  }, 20_000);

  it('that is stale is read before it is acted on, and where it cannot be read nobody is known by it', async () => {
    let now = 0;
    let isLost = false;
    const run: StorePool['run'] = (...asked) => (isLost ? Promise.reject(new Error('lost')) : access.run(...asked));
    const follower = new PolicyFollower({ run }, { log, now: () => now });
    await follower.refresh();
    await add(20, person('ann'));
    now += STALE_MS;
    expect(rolesAt(await follower.current(), 'local', 'ann')).toEqual([]);
    now += 1;
    isLost = true;
    await expect(follower.current()).rejects.toThrow('lost');
    isLost = false;
    expect(rolesAt(await follower.current(), 'local', 'ann')).toEqual(['auditor']);
  });

  it('warns of an emergency that is not over, also at a start, and of none that is', async () => {
    // Captured at 0, as all acts here: a day at most.
    await add(25, { act: 'break-glass.open', reason: 'a ship leaves', until: '1970-01-01T10:00:00Z' });
    const warned = async (nowMicros: number): Promise<unknown[]> => {
      const told: unknown[] = [];
      const listening = { ...log, warn: (message: string, fields: object) => void told.push([message, fields]) } as typeof log;
      await new PolicyFollower(access, { log: listening, nowMicros: () => nowMicros }).refresh();
      return told;
    };
    const TEN_HOURS = 36_000_000_000;
    const emergency = ['an emergency was declared: who did it reads what names others', { component: 'access', logIndex: 25 }];
    expect(await warned(TEN_HOURS - 1)).toEqual([emergency]);
    expect(await warned(TEN_HOURS)).toEqual([]);
  });

  it('keeps the acts without effect, with their reason', async () => {
    await add(30, person('zoe'), 'nobody');
    const follower = new PolicyFollower(access, { log });
    await follower.refresh();
    expect((await follower.current()).flagged).toMatchObject([{ logIndex: 30, reason: 'author-absent' }]);
  });
});
