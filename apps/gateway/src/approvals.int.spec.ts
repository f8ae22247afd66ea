/** Markings that need an approver, in answers: which of them wait, to whom that is told, and that no number of approvals that do not count holds one up. */
import type { EventView, SightingDocument } from '#lib/contracts';
import { aliasKeys, INDEX_ROWS_MAX, type Actor, type Handling, ROOT_ACTOR, searchKeys } from '#lib/domain';
import { digestDerived, rebuild } from '#lib/store';
import { readAsOf } from './coordinates.ts';
import { readOne } from './events.controller.ts';
import { readItem } from './item.ts';
import { actor, admin, approval, itemOf, marking, policy, retraction, x } from './marking-documents.contract.ts';
import { markingLedger } from './marking-ledger.contract.ts';
import { indexOfContent, seen, subject } from './tested-ledger.contract.ts';
import { readTimeline } from './timeline.ts';

const marked = markingLedger([admin('local', 'zoe')]);
const { say, readsAs } = marked;

async function eventOf(id: string, who: Actor = ROOT_ACTOR): Promise<EventView> {
  const { reader, reads } = await readsAs(who);
  return (await readOne(reads, reader, { id, agency: 'local', asOf: await readAsOf(undefined, reads), explain: true })).event;
}
const told = ({ relations }: Pick<EventView, 'relations'>): string[] =>
  relations.markedBy.map(({ id, approval: said }) => (said === undefined ? id : `${id} ${said}`));
/** What is said of a sighting's markings where it stands in a timeline, asked for itself, and as the last that places its item: the same. */
async function markings(id: string, who: Actor = ROOT_ACTOR): Promise<string[]> {
  const { reader, reads } = await readsAs(who);
  const asOf = await readAsOf(undefined, reads);
  const { entries } = await readTimeline(reads, reader, { item: itemOf(id), asOf, limit: 100 });
  const entry = entries.find((each) => each.id === id) as EventView;
  const { lastPlacedBy } = await readItem(reads, reader, itemOf(id), asOf);
  expect(lastPlacedBy?.id).toBe(entry.places ? id : undefined);
  const ways = [told(entry), told(await eventOf(id, who)), ...(lastPlacedBy === null ? [] : [told(lastPlacedBy)])];
  for (const way of ways) expect(way).toEqual(ways[0]);
  return ways[0] as string[];
}
const seenByBolt = async (id: string): Promise<boolean> => {
  const { reader, reads } = await readsAs(actor('bolt'));
  return (await reads.as(reader).byId(id, 'local', reader.groups, 100_000)).length === 1;
};
const AMBER: Handling = { tlp: 'AMBER', agencies: ['acme'] };
const PLACED = { occurred: { from: '2020-01-01', precision: 'day' }, place: { name: 'Dalian' } } as const;
const times = <T>(n: number, make: (n: number) => T): T[] => Array.from({ length: n }, (_, at) => make(at));

test('one that opens is said to wait until another admin approved it, on its target and of itself; one that closes is not', async () => {
  const wide = marking('w1', 'x1', { tlp: 'GREEN' });
  await say('local/operator', { ...x(AMBER, 'x1'), ...PLACED });
  await say('local/max', marking('s1', 'x1', { tlp: 'AMBER' }), wide);
  expect(await markings('x1')).toEqual(['s1', 'w1 awaited']);
  expect([(await eventOf('s1')).approval, (await eventOf('w1')).approval, (await eventOf('x1')).approval]).toEqual([
    undefined,
    'awaited',
    undefined,
  ]);
  await say('local/operator', approval('a1', wide));
  expect([await markings('x1'), (await eventOf('w1')).approval]).toEqual([['s1', 'w1 approved'], 'approved']);
  // It began anew, whatever waited before it.
  await say('local/max', marking('v1', 'x1', { tlp: 'CLEAR' }));
  const last = marking('z1', 'x1', { tlp: 'GREEN', community: 'ports' });
  await say('local/max', last);
  await say('local/operator', approval('b1', last));
  expect(await markings('x1')).toEqual(['s1', 'v1 void', 'w1 approved', 'z1 approved']);
}, 120_000);

test('is void once it was withdrawn; one that closed and was withdrawn takes away until that is approved, which is said too', async () => {
  await say('local/operator', x(AMBER, 'x2'), x({ tlp: 'GREEN' }, 'y2'));
  await say('local/max', marking('w2', 'x2', { tlp: 'GREEN' }), marking('c2', 'y2', AMBER));
  const back = retraction('r2', 'c2');
  const { reads } = await readsAs(ROOT_ACTOR);
  const before = await readAsOf(undefined, reads);
  await say('local/max', retraction('q2', 'w2'));
  // What is in effect is as before: the answers are others all the same, under another policy.
  expect((await readAsOf(undefined, reads)).policy).toBeGreaterThan(before.policy ?? 0);
  await say('local/max', back);
  expect([await markings('x2'), await markings('y2')]).toEqual([['w2 void'], ['c2 undoing-awaited']]);
  expect(await seenByBolt('y2')).toBe(false);
  await say('local/operator', approval('a2', back));
  expect([await markings('y2'), await seenByBolt('y2')]).toEqual([['c2 void'], true]);
}, 120_000);

test('is void where it would open its target to more than that may have rows for, and where so many are there that none is weighed', async () => {
  const items = times(200, (n) => subject(`serial:demo:WIDE${n}`));
  const agencies = times(Math.ceil(INDEX_ROWS_MAX / items.length), (n) => `wide-${n}`);
  const wide = marking('w3', 'x3', { tlp: 'AMBER', agencies });
  await say('local/operator', seen('x3', [subject(itemOf('x3')), ...items], { handling: { tlp: 'AMBER' } }), x({ tlp: 'GREEN' }, 'y3'));
  await say('local/max', wide);
  expect(await markings('x3')).toEqual(['w3 awaited']);
  await say('local/operator', approval('a3', wide));
  expect(await markings('x3')).toEqual(['w3 void']);
  await say('local/operator', ...times(65, (n) => marking(`m3-${n}`, 'y3', AMBER)));
  expect(new Set((await markings('y3')).map((text) => text.split(' ')[1]))).toEqual(new Set(['void']));
}, 120_000);

test('is told to nobody who does not see the marking, and of another agency none needs an approver', async () => {
  const persons: Handling = { tlp: 'RED', principals: ['local/max', 'local/operator'] };
  await say('local/operator', x(AMBER, 'x4'));
  await say('local/max', marking('w4', 'x4', { tlp: 'GREEN' }), marking('v4', 'x4', { tlp: 'GREEN' }, { handling: persons }));
  // Whom it would open nothing to that he does not have is told of it, and a colleague whom it does not name is not.
  expect([await markings('x4'), await markings('x4', actor('acme')), await markings('x4', actor('local', 'eva'))]).toEqual([
    ['v4 awaited', 'w4 awaited'],
    ['w4 awaited'],
    ['w4 awaited'],
  ]);
  const at = (await eventOf('w4')).logIndex;
  const asked = async (who: Actor): Promise<unknown> => {
    const { reader, reads } = await readsAs(who);
    return [...(await reads.as(reader).approvalsOf([at]))];
  };
  expect([await asked(ROOT_ACTOR), await asked(actor('bolt'))]).toEqual([[[at, 'awaited']], []]);
  // Control: it is the policy of the table that keeps it from him.
  const owner = marked.ledger.database.pool('owner', { max: 1 });
  await owner.query('alter table ledger.handlings disable row level security');
  expect(await asked(actor('bolt'))).toEqual([[at, 'awaited']]);
  await owner.query('alter table ledger.handlings enable row level security');
  await say('acme/p', marking('f4', 'local/x4', { tlp: 'CLEAR' }, { handling: { tlp: 'AMBER', agencies: ['local'] } }));
  const foreign = (await eventOf('x4')).relations.disputedBy.find(({ id }) => id === 'f4');
  expect(foreign).toBeDefined();
  expect(foreign).not.toHaveProperty('approval');
}, 120_000);

describe('approvals that do not count', () => {
  /** More of each than are looked at of what undoes a marking. */
  const MANY = 20;
  const VOID: Readonly<Record<string, (wide: SightingDocument, name: string) => Promise<void>>> = {
    'by the author of the marking, an admin': (wide, name) => say('local/max', ...times(MANY, (n) => approval(`${name}-${n}`, wide))),
    'by one who is no admin': (wide, name) => say('local/eva', ...times(MANY, (n) => approval(`${name}-${n}`, wide))),
    'of other bytes, by an admin': (wide, name) =>
      say(
        'local/operator',
        ...times(MANY, (n) =>
          policy(`${name}-${n}`, { act: 'marking.approve', marking: wide.id as string, sha256: n.toString(16).padStart(64, '0') }),
        ),
      ),
    'by another agency': (wide, name) => say('acme/p', ...times(MANY, (n) => approval(`${name}-${n}`, wide))),
  };

  test.each(Object.keys(VOID).map((name, n) => ({ name, id: `n${n}` })))(
    'hold no marking up, behind it or before: $name',
    async ({ name, id }) => {
      const make = VOID[name] as (typeof VOID)[string];
      await say('local/operator', x(AMBER, id), x(AMBER, `${id}b`));
      const [first, then] = [marking(`${id}-w`, id, { tlp: 'GREEN' }), marking(`${id}b-w`, `${id}b`, { tlp: 'GREEN' })];
      await say('local/max', first);
      await make(first, `${id}-no`);
      expect([await markings(id), await seenByBolt(id)]).toEqual([[`${id}-w awaited`], false]);
      await say('local/operator', approval(`${id}-yes`, first));
      expect([await markings(id), await seenByBolt(id)]).toEqual([[`${id}-w approved`], true]);
      // They were there before what they approve.
      await make(then, `${id}b-no`);
      await say('local/operator', approval(`${id}b-yes`, then));
      await say('local/max', then);
      expect([await markings(`${id}b`), await seenByBolt(`${id}b`)]).toEqual([[`${id}b-w approved`], true]);
    },
    120_000,
  );

  test('hold no retraction up of what closed', async () => {
    const back = retraction('u-r', 'u-c');
    await say('local/operator', x({ tlp: 'GREEN' }, 'u'), marking('u-c', 'u', AMBER));
    await say('local/max', back, ...times(MANY, (n) => approval(`u-no-${n}`, back)));
    await say('local/eva', ...times(MANY, (n) => approval(`u-eva-${n}`, back)));
    expect([await markings('u'), await seenByBolt('u')]).toEqual([['u-c undoing-awaited'], false]);
    await say('local/zoe', approval('u-yes', back));
    expect([await markings('u'), await seenByBolt('u')]).toEqual([['u-c void'], true]);
  }, 120_000);

  test('are decided once, and not looked up again', async () => {
    const { rows } = await marked.ledger.database.pool('owner', { max: 1 }).query<{ left: string | number; void: string | number }>(
      `select count(*) filter (where s.in_force is null and e.id like 'n1-no-%') as left, count(*) filter (where not s.in_force) as void
        from ledger.spoken s join ledger.entries e using (log_index) where s.kind = 14`,
    );
    expect([Number(rows[0]?.left), Number(rows[0]?.void)]).toEqual([0, 4 * MANY + 2 * MANY]);
  });
});

test('a rebuild of all that comes to the same', async () => {
  const owner = marked.ledger.database.pool('owner', { max: 2 });
  const before = await digestDerived(owner);
  await rebuild(owner, { indexOf: indexOfContent, keys: { ofItem: searchKeys, ofAlias: aliasKeys } });
  expect(await digestDerived(owner)).toEqual(before);
}, 120_000);
