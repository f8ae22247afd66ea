/** What it costs to settle, under the lock for which all projectors and the sealer wait: what a batch brings says it, and not what an agency said before. */
import { randomBytes } from 'node:crypto';
import type { SightingDocument } from '#lib/contracts';
import { aliasKeys, searchKeys, type Handling } from '#lib/domain';
import { digestDerived, rebuild, settle } from '#lib/store';
import { approval, itemOf, marking, PEOPLE, retraction, x } from './marking-documents.contract.ts';
import { indexOfContent, TestedLedger } from './tested-ledger.contract.ts';

let ledger: TestedLedger;
beforeAll(async () => {
  ledger = await TestedLedger.open();
  await ledger.add(PEOPLE);
}, 120_000);
afterAll(() => ledger.database.drop());

async function say(by: string, ...documents: SightingDocument[]): Promise<void> {
  const [agency, principal] = by.split('/');
  await ledger.add(documents, agency, principal);
}

interface Work {
  readonly statements: number;
  /** That the database answers with. */
  readonly rows: number;
  readonly bytes: number;
  /** Pieces of documents that are read for it: what is longer than a row lies in a table of its own. */
  readonly ofDocuments: number;
  readonly given: number;
}

/** What it takes to settle these once more, as after a batch that says something of them. */
async function workOf(...ids: readonly string[]): Promise<Work> {
  const owner = ledger.database.pool('owner', { max: 1 });
  return owner.transaction(async (client) => {
    const read = async (): Promise<number> => {
      const { rows } = await client.query<{ n: string | number }>(
        `select pg_stat_get_xact_blocks_fetched(reltoastrelid) as n from pg_class where oid = 'ledger.content'::regclass`,
      );
      return Number(rows[0]?.n);
    };
    const work = { statements: 0, rows: 0, bytes: 0, given: 0 };
    const counting = Object.assign(Object.create(client) as typeof client, {
      async query(text: string, values?: readonly unknown[]) {
        const answer = await client.query(text, values as unknown[]);
        work.statements += 1;
        work.rows += answer.rows.length;
        work.bytes += JSON.stringify(answer.rows).length;
        work.given += JSON.stringify(values ?? []).length;
        return answer;
      },
    });
    const before = await read();
    await settle(
      counting as never,
      ids.map((id) => ({ agency: 'local', id })),
      null,
    );
    return { ...work, ofDocuments: (await read()) - before };
  });
}

/** Whom a row says that it is for; null: it is as it came in. */
async function shownTo(id: string): Promise<{ groups: string[]; handling: Handling } | null> {
  const { rows } = await ledger.database.pool('owner', { max: 1 }).query<{ groups: string[]; handling: string }>(
    `select array(select g.name from ledger.reader_groups g where g.id = any(h.grps) order by 1) as groups, h.handling
      from ledger.handlings h join ledger.entries e using (log_index) where e.agency = 'local' and e.id = $1`,
    [id],
  );
  const [row] = rows;
  return row === undefined ? null : { groups: row.groups, handling: JSON.parse(row.handling) as Handling };
}
const closedTo = (principal: string) => ({ groups: ['agency:local'], handling: { tlp: 'RED', principals: [`local/${principal}`] } });

const entries = async (): Promise<number> => {
  const { rows } = await ledger.database
    .pool('owner', { max: 1 })
    .query<{ n: string | number }>('select count(*) as n from ledger.entries');
  return Number(rows[0]?.n);
};
const count = <T>(n: number, make: (n: number) => T): T[] => Array.from({ length: n }, (_, at) => make(at));
const AMBER: Handling = { tlp: 'AMBER' };
/** Nearly as long as a document may be. */
const long = () => ({ extension: { x: count(8, () => randomBytes(64_000).toString('hex')) } });

test('no document is read, however long those are that say something and those that they are about', async () => {
  const targets = count(3, (n) => `long-${n}`);
  for (const id of targets) {
    await say('local/operator', { ...x({ tlp: 'AMBER', agencies: ['acme'] }, id), ...long() } as SightingDocument);
    await say('local/eva', ...count(3, (n) => marking(`${id}-${n}`, id, AMBER, long())));
    await say('local/eva', { ...retraction(`${id}-r`, `${id}-0`), ...long() } as SightingDocument);
  }
  const work = await workOf(...targets, 'long-0-r');
  expect(work.ofDocuments).toBe(0);
  expect(work.bytes + work.given).toBeLessThan(20_000);
}, 120_000);

describe('what is no word about an event is not looked at', () => {
  const TARGETS = count(50, (n) => `b-${n}`);
  /** Of each every one of the targets, and none of which is its target. */
  const many = (name: string, target: string): SightingDocument[] =>
    count(300, (n) => {
      const said = marking(`${name}-${n}`, target, { tlp: 'RED' });
      return { ...said, relations: { ...said.relations, contradicts: TARGETS } } as SightingDocument;
    });

  test('however many events each of many markings contradicts, whichever comes first, and of markings of other agencies', async () => {
    await say('local/eva', ...many('b-before', 'junk'));
    await say('local/operator', ...TARGETS.map((id) => x({ tlp: 'GREEN' }, id)));
    await say('local/eva', ...many('b-after', 'junk'));
    await say('acme/p', ...many('b-foreign', 'local/b-9'));
    expect([await shownTo('b-8'), await shownTo('b-9')]).toEqual([null, null]);
    expect((await workOf(...TARGETS)).rows).toBe(0);
    await say('local/eva', marking('b-closed', 'b-7', AMBER), marking('b-own', 'b-9', AMBER));
    // Of each event itself and its marking, and in the end how many changed; and their reader group.
    expect((await workOf('b-7', 'b-9')).rows).toBe(2 * 2 + 2);
    expect([await shownTo('b-7'), await shownTo('b-8'), await shownTo('b-9')]).toMatchObject([
      { handling: AMBER },
      null,
      { handling: AMBER },
    ]);
  }, 120_000);

  test('more markings of its own agency than may count close an event to its author, and are not read', async () => {
    await say('local/operator', x({ tlp: 'GREEN' }, 'b-many'));
    await say('local/eva', ...count(300, (n) => marking(`b-many-${n}`, 'b-many', { tlp: 'GREEN' })));
    expect(await shownTo('b-many')).toEqual(closedTo('operator'));
    expect((await workOf('b-many')).rows).toBe(1 + 65 + 2);
  }, 120_000);
});

describe('what lies below an event is read no further than it decides', () => {
  /** Each of as many markings as count is marked, corrected and approved by more than do. */
  const deep = (id: string): [string, SightingDocument][] => [
    ['local/operator', x({ tlp: 'GREEN' }, id)],
    ...count(64, (n): [string, SightingDocument][] => {
      const said = marking(`${id}-${n}`, id, AMBER);
      return [
        ['local/eva', said],
        ...count(12, (m): [string, SightingDocument] => ['local/eva', marking(`${id}-${n}-${m}`, `${id}-${n}`, AMBER)]),
        ...count(4, (m): [string, SightingDocument] => ['local/eva', retraction(`${id}-${n}-r${m}`, `${id}-${n}`)]),
        ...count(4, (m): [string, SightingDocument] => ['local/max', approval(`${id}-${n}-a${m}`, said)]),
        ...count(4, (m): [string, SightingDocument] => ['local/eva', retraction(`${id}-${n}-rr${m}`, `${id}-${n}-r0`)]),
      ];
    }).flat(),
  ];

  test('of one event, of several, and of what is far below', async () => {
    for (const id of ['d-0', 'd-1']) await ledger.addBy(deep(id));
    const [one, both] = [await workOf('d-0'), await workOf('d-0', 'd-1')];
    // Its markings, and of each as many as count and one more.
    expect(one.rows).toBeLessThan(64 * 10 + 20);
    expect(both.rows).toBeLessThan(2 * one.rows + 20);
    expect(both.statements).toBeLessThan(one.statements + 3);
    const below = await workOf('d-0-3-rr2');
    expect(below.rows).toBeLessThan(one.rows + 120);
  }, 240_000);

  test('a marking that is marked more often than counts is its author’s alone, and its target is as it was marked', async () => {
    expect(await shownTo('d-0-7'))?.toEqual(closedTo('eva'));
    expect(await shownTo('d-0'))?.toEqual({ groups: ['agency:local'], handling: AMBER });
  });
});

describe('bytes are bounded as numbers are', () => {
  const names = (n: number): string[] => count(256, (at) => `agency-${n}-${at}-`.padEnd(64, 'x'));
  const wide = (n: number): Handling => ({ tlp: 'AMBER', agencies: names(n) });

  test('of markings that name very many, the event is closed to its author by those that are not weighed', async () => {
    await say('local/operator', x({ tlp: 'GREEN' }, 'w'));
    await say('local/eva', ...count(5, (n) => marking(`w-${n}`, 'w', wide(0))));
    expect((await shownTo('w'))?.handling.agencies).toHaveLength(256);
    await say('local/eva', ...count(40, (n) => marking(`w-more-${n}`, 'w', wide(n))));
    expect(await shownTo('w'))?.toEqual(closedTo('operator'));
    expect((await workOf('w')).bytes).toBeLessThan(400_000);
  }, 120_000);

  test('and what is said of an event that names very many is told to no more of them than a row holds', async () => {
    const persons = count(256, (n) => `local/person-${n}-`.padEnd(120, 'x'));
    await say('local/operator', x({ tlp: 'RED', principals: persons }, 'p'));
    await say('local/eva', ...count(60, (n) => marking(`p-${n}`, 'p', { tlp: 'RED' })));
    expect((await shownTo('p'))?.handling.principals).toHaveLength(256);
    expect((await shownTo('p-1'))?.groups).toEqual(['agency:local']);
    const work = await workOf('p');
    expect(work.bytes + work.given).toBeLessThan(400_000);
  }, 120_000);
});

test('what waits for its target, and more of it than counts, is settled as what came behind it', async () => {
  const waiting = (id: string): SightingDocument[] =>
    count(70, (n) => marking(`${id}-${n}`, id, { tlp: 'GREEN' }, { handling: { tlp: 'GREEN' } }));
  await say('local/eva', ...waiting('late'), ...waiting('late-marking'));
  await say('local/operator', x(AMBER, 'late'));
  await say('local/max', marking('late-marking', 'late', AMBER));
  expect([await shownTo('late'), await shownTo('late-marking-40')]).toEqual([closedTo('operator'), closedTo('eva')]);
  expect((await shownTo('late-marking'))?.groups).toEqual(['agency:local']);
  expect([await shownTo('late-69'), await shownTo('late-marking-69')]).toEqual([closedTo('eva'), closedTo('eva')]);
}, 120_000);

describe('one transaction settles no more than takes a second, and the rest of its batch comes again', () => {
  const RETRACTED = count(50, (n) => `t-${n}`);
  const AWAITED = count(50, (n) => `u-${n}`);

  test('of words about markings', async () => {
    await ledger.addBy(
      RETRACTED.flatMap((id): [string, SightingDocument][] => [
        ['local/operator', x({ tlp: 'GREEN' }, id)],
        ...count(3, (n): [string, SightingDocument] => ['local/eva', marking(`${id}-${n}`, id, AMBER)]),
      ]),
    );
    const words = RETRACTED.map((id): [string, SightingDocument] => ['local/eva', retraction(`${id}-r`, `${id}-0`)]);
    const read = x({ tlp: 'GREEN' }, 't-between');
    expect(await ledger.addBy([...words.slice(0, 30), ['local/operator', read], ...words.slice(30)], 50)).toBe(3);
    expect(await ledger.reads.logSize()).toBe(await entries());
    expect((await ledger.found(itemOf('t-between'))).length).toBe(1);
  }, 120_000);

  test('of sightings that their markings waited for', async () => {
    await ledger.addBy(
      AWAITED.flatMap((id) => count(3, (n): [string, SightingDocument] => ['local/eva', marking(`${id}-${n}`, id, AMBER)])),
    );
    expect(
      await ledger.addBy(
        AWAITED.map((id): [string, SightingDocument] => ['local/operator', x({ tlp: 'GREEN' }, id)]),
        50,
      ),
    ).toBe(3);
    for (const id of [AWAITED[0], AWAITED[49]]) expect(await shownTo(id as string)).toEqual({ groups: ['agency:local'], handling: AMBER });
  }, 120_000);

  test('and one word is settled whatever it brings; those about what nobody marked cost nothing', async () => {
    const one = (id: string): [string, SightingDocument] => ['local/eva', retraction(`${id}-one`, `${id}-1`)];
    expect(await ledger.addBy([one('t-0')], 1)).toBe(1);
    expect(
      await ledger.addBy(
        count(50, (n): [string, SightingDocument] => ['local/eva', retraction(`plain-${n}`, `junk-${n}`)]),
        1,
      ),
    ).toBe(1);
  }, 120_000);
});

describe('the policy is folded once for all approvals that one transaction settles', () => {
  const TARGETS = count(50, (n) => `pol-${n}`);
  const MARKINGS = TARGETS.map((id) => `${id}-m`);

  /** Settles them as after a batch that brought their approvals, or one behind it. */
  async function settled(ids: readonly string[], isDecided: boolean, most?: number): Promise<{ folds: number; of: number }> {
    return ledger.database.pool('owner', { max: 1 }).transaction(async (client) => {
      if (!isDecided)
        await client.query(
          `update ledger.spoken s set in_force = null from ledger.entries e where e.log_index = s.log_index and e.id like 'pol-%-a'`,
        );
      let folds = 0;
      const counting = Object.assign(Object.create(client) as typeof client, {
        query(text: string, values?: readonly unknown[]) {
          if (text.includes('ledger.acts_until')) folds += 1;
          return client.query(text, values as unknown[]);
        },
      });
      const refs = ids.map((id) => ({ agency: 'local', id }));
      return { of: await settle(counting as never, refs, null, most), folds };
    });
  }

  beforeAll(async () => {
    await ledger.addBy(
      TARGETS.flatMap((id): [string, SightingDocument][] => {
        const said = marking(`${id}-m`, id, { tlp: 'GREEN' });
        return [
          ['local/operator', x(AMBER, id)],
          ['local/eva', said],
          ['local/max', approval(`${id}-a`, said)],
        ];
      }),
    );
  }, 120_000);

  test('however many turns they take', async () => {
    expect(await settled(MARKINGS, false)).toEqual({ of: MARKINGS.length, folds: 1 });
    expect(await settled(MARKINGS, true)).toEqual({ of: MARKINGS.length, folds: 0 });
  }, 60_000);

  test('and is part of what a transaction may take, half of it at most', async () => {
    // Up to whose approval the policy has more acts than half of what may be taken.
    const one = [MARKINGS.at(-1) as string, ...TARGETS];
    const [decided, undecided] = [await settled(one, true, 100), await settled(one, false, 100)];
    expect([decided.folds, undecided.folds]).toEqual([0, 1]);
    expect(undecided.of).toBeLessThan(decided.of);
    expect(undecided.of).toBeGreaterThanOrEqual(40);
    // However long the policy is, something comes of it.
    expect((await settled(one, false, 1)).of).toBe(20);
    expect(await settled([...MARKINGS, ...TARGETS], false)).toMatchObject({ folds: 1 });
  }, 60_000);
});

test('a rebuild of all that comes to the same', async () => {
  const owner = ledger.database.pool('owner', { max: 2 });
  const before = await digestDerived(owner);
  await rebuild(owner, { indexOf: indexOfContent, keys: { ofItem: searchKeys, ofAlias: aliasKeys } });
  expect(await digestDerived(owner)).toEqual(before);
}, 300_000);
