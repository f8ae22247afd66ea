/** What a marking does not do: fail for decoys, tell of what it closes, open by a clock, or say by search what its reader may not see. */
import { INDEX_ROWS_MAX, aliasKeys, type Actor, type Handling, ROOT_ACTOR, searchKeys } from '#lib/domain';
import type { SearchView, SightingDocument } from '#lib/contracts';
import { digestDerived, rebuild, settle } from '#lib/store';
import { actor, approval, marking, retraction, x } from './marking-documents.contract.ts';
import { searchItems } from './search.ts';
import { markingLedger } from './marking-ledger.contract.ts';
import { indexOfContent, seen, subject } from './tested-ledger.contract.ts';

const marked = markingLedger();
const { say, readsAs } = marked;

const BOLT = actor('bolt');
const READERS: Readonly<Record<string, Actor>> = {
  acme: actor('acme'),
  bolt: BOLT,
  ports: actor('cargo', 'p', ['ports']),
  eva: actor('local', 'eva'),
  max: actor('local', 'max'),
  owner: ROOT_ACTOR,
};
/** Names of those who see it. */
async function seenBy(id: string): Promise<string[]> {
  const names: string[] = [];
  for (const [name, who] of Object.entries(READERS)) {
    const { reader, reads } = await readsAs(who);
    if ((await reads.as(reader).byId(id, undefined, reader.groups, 100_000)).length > 0) names.push(name);
  }
  return names;
}
const EVERYBODY = Object.keys(READERS);
const OWN = ['eva', 'max', 'owner'];
const AMBER: Handling = { tlp: 'AMBER' };

async function asked(who: Actor, text: string): Promise<SearchView> {
  const { reader, reads } = await readsAs(who);
  return searchItems(reads, reader, { text, limit: 10 });
}
/** `item` or `item (alias)`. */
const found = async (who: Actor, text: string): Promise<string[]> =>
  (await asked(who, text)).results.map(({ id, alias }) => (alias === undefined ? id : `${id} (${alias.value})`));

const JUNK = Array.from({ length: 200 }, (_, n) => `junk-${n}`);
/** As many as fill every window, which only contradict what they hide. */
const decoys = (name: string, make: (id: string, target: string) => SightingDocument, hidden: string): SightingDocument[] =>
  Array.from({ length: 70 }, (_, n) => {
    const said = make(`${name}-${n}`, 'junk');
    return { ...said, relations: { ...said.relations, contradicts: [...JUNK, hidden] } } as SightingDocument;
  });

describe('what only contradicts a sighting or a marking', () => {
  test('stands in the way of no marking', async () => {
    await say('local/operator', x({ tlp: 'GREEN' }, 'd1'));
    await say('local/eva', ...decoys('dm', (id, target) => marking(id, target, { tlp: 'RED' }), 'd1'));
    expect(await seenBy('d1')).toEqual(EVERYBODY);
    await say('local/eva', marking('d1-closed', 'd1', { tlp: 'AMBER' }));
    expect(await seenBy('d1')).toEqual(OWN);
  }, 60_000);

  test('and of no retraction, of what opened or of what lifted', async () => {
    const wide = marking('d2-wide', 'd2', { tlp: 'GREEN' });
    await say('local/operator', x({ tlp: 'AMBER' }, 'd2'));
    await say('local/max', wide);
    await say('local/operator', approval('d2-approved', wide));
    await say('local/eva', ...decoys('dr', retraction, 'd2-wide'));
    expect(await seenBy('d2')).toEqual(EVERYBODY);
    await say('local/eva', retraction('d2-retracted', 'd2-wide'));
    expect(await seenBy('d2')).toEqual(OWN);

    const lifted = retraction('d3-lifted', 'd3-closed');
    await say('local/operator', x({ tlp: 'GREEN' }, 'd3'), marking('d3-closed', 'd3', { tlp: 'AMBER' }), lifted);
    await say('local/max', approval('d3-approved', lifted));
    await say('local/eva', ...decoys('dl', retraction, 'd3-lifted'));
    expect(await seenBy('d3')).toEqual(EVERYBODY);
    await say('local/eva', retraction('d3-undone', 'd3-lifted'));
    expect(await seenBy('d3')).toEqual(OWN);
  }, 60_000);
});

describe('an alias is found where something that its reader sees now states it', () => {
  const imo = (n: number): string => `imo:000000${n}`;
  const open = (id: string, item: string, handling: Handling = { tlp: 'GREEN' }, name?: string): SightingDocument =>
    seen(id, [subject(item, name === undefined ? undefined : { name })], { handling });

  test('and not by rows of what was opened and is closed, or never was in effect', async () => {
    const [first, second] = [imo(1), imo(2)];
    const wide = marking('s1-wide', 's1', { tlp: 'GREEN' });
    await say('local/operator', open('s1', first, { tlp: 'AMBER' }, 'MV GHOST'), open('s1-open', first));
    await say('local/max', wide);
    expect(await found(BOLT, 'MV GHOST')).toEqual([]);
    await say('local/operator', approval('s1-approved', wide));
    expect(await found(BOLT, 'MV GHOST')).toEqual([`${first} (MV GHOST)`]);
    await say('local/eva', retraction('s1-retracted', 's1-wide'));
    expect(await found(BOLT, 'MV GHOST')).toEqual([]);
    expect(await found(BOLT, first)).toEqual([first]);

    const never = marking('s2-wide', 's2', { tlp: 'GREEN' });
    await say('local/operator', open('s2', second, { tlp: 'AMBER' }, 'MV SPOOK'), open('s2-open', second));
    await say('local/max', never, retraction('s2-retracted', 's2-wide'));
    await say('local/operator', approval('s2-approved', never));
    expect(await found(BOLT, 'MV SPOOK')).toEqual([]);
    expect(await found(ROOT_ACTOR, 'MV SPOOK')).toEqual([`${second} (MV SPOOK)`]);
  }, 60_000);

  test('whatever another agency marks: its words take no alias of an item away, and its pending ones none in', async () => {
    const item = imo(3);
    await say('bolt/one', open('b3', item, { tlp: 'GREEN' }, 'DANNY 505'));
    await say('local/operator', open('s3', item, { tlp: 'AMBER' }, 'OTHER NAME'));
    const before = await asked(BOLT, 'DANNY 505');
    expect(before.results).toMatchObject([{ id: item, alias: { value: 'DANNY 505' } }]);
    // As an author may write it who blinds others, or lists what he should not: the item, with every name.
    const items = ['DANNY 505', 'OTHER NAME'].map((name) => ({ id: item, role: 'background', aliases: { name } }));
    await say('local/eva', marking('s3-pending', 's3', { tlp: 'GREEN' }, { items }));
    const { coordinates: _, ...after } = await asked(BOLT, 'DANNY 505');
    expect(after).toEqual({ ...before, coordinates: undefined });
    expect(await found(actor('cargo'), 'DANNY 505')).toEqual([`${item} (DANNY 505)`]);
    expect(await found(BOLT, 'OTHER NAME')).toEqual([]);
  }, 60_000);

  test('by each reader where he sees it: of two groups, and of named persons', async () => {
    const item = imo(4);
    await say('local/operator', open('s4', item), open('s4-bolt', item, { tlp: 'AMBER', agencies: ['bolt', 'acme'] }, 'NAME FOR BOLT'));
    await say('local/operator', open('s4-acme', item, { tlp: 'AMBER', agencies: ['bolt', 'acme'] }, 'NAME FOR ACME'));
    await say('local/eva', marking('s4-m', 's4-bolt', { tlp: 'AMBER', agencies: ['bolt'] }));
    await say('local/eva', marking('s4-n', 's4-acme', { tlp: 'AMBER', agencies: ['acme'] }));
    const both = async (who: Actor): Promise<string[]> => [...(await found(who, 'NAME FOR BOLT')), ...(await found(who, 'NAME FOR ACME'))];
    expect(await both(BOLT)).toEqual([`${item} (NAME FOR BOLT)`]);
    expect(await both(actor('acme'))).toEqual([`${item} (NAME FOR ACME)`]);
    expect(await both(actor('cargo'))).toEqual([]);

    const red = { tlp: 'RED', agencies: ['bolt'], principals: ['bolt/one'] } as const;
    await say('local/operator', open('s4-red', item, red, 'NAME FOR ONE'), open('s4-said', item, red, 'NAME FOR BOLT'));
    expect(await found(actor('bolt', 'one'), 'NAME FOR ONE')).toEqual([`${item} (NAME FOR ONE)`]);
    expect(await found(BOLT, 'NAME FOR ONE')).toEqual([]);
    expect(await found(BOLT, 'NAME FOR BOLT')).toEqual([`${item} (NAME FOR BOLT)`]);
    expect(await found(actor('acme'), 'NAME FOR BOLT')).toEqual([]);
  }, 60_000);
});

describe('a marking is told to nobody who does not see its target', () => {
  const ITEM = 'serial:demo:FOLLOWS';
  const items = [{ id: ITEM, role: 'background' }];
  /** What is told of the item, and which of the events. */
  async function toldOf(who: Actor, ids: readonly string[]): Promise<readonly unknown[]> {
    const { reader, reads } = await readsAs(who);
    const own = reads.as(reader);
    const size = await reads.logSize();
    const { logIndexes } = await own.streamPage({ reader, from: 0, before: size, item: ITEM });
    const here = await Promise.all(ids.map(async (id) => (await own.byId(id, undefined, reader.groups, size)).length > 0));
    const results = await found(who, 'FOLLOWS');
    return [await own.itemCount(ITEM, reader.groups, size), logIndexes.length, results.length, ids.filter((_, at) => here[at])];
  }
  const ids = ['f1', 'f1-m', 'f1-n', 'f1-o', 'f1-p'];

  test('when that is closed by a second one, in no answer', async () => {
    await say('local/operator', seen('f1', [subject(ITEM)], { handling: { tlp: 'GREEN' } }));
    const forBolt: Handling = { tlp: 'AMBER', agencies: ['bolt'] };
    await say('local/eva', marking('f1-m', 'f1', forBolt, { handling: forBolt, items }));
    // What is said of a marking follows it too, however far it is from the sighting.
    await say('local/eva', marking('f1-n', 'f1-m', forBolt, { handling: forBolt, items }));
    await say('local/eva', marking('f1-o', 'f1-n', forBolt, { handling: forBolt, items }));
    await say('local/eva', marking('f1-p', 'f1-o', forBolt, { handling: forBolt, items }));
    expect(await toldOf(BOLT, ids)).toEqual([3, 3, 1, ['f1', 'f1-m', 'f1-n']]);
    expect(await toldOf(actor('acme'), ids)).toEqual([0, 0, 0, []]);
    await say('local/operator', marking('f1-red', 'f1', { tlp: 'RED' }, { handling: { tlp: 'RED' }, items }));
    expect(await toldOf(BOLT, ids)).toEqual([0, 0, 0, []]);
    expect(await toldOf(READERS['max'] as Actor, ids)).toEqual([4, 4, 1, ['f1', 'f1-m', 'f1-n']]);
    await say('local/operator', marking('f1-max', 'f1', { tlp: 'RED', principals: ['local/max'] }));
    expect(await toldOf(READERS['max'] as Actor, ids)).toEqual([4, 4, 1, ['f1', 'f1-m', 'f1-n']]);
    // Its author sees what she wrote, and nothing of what it was about.
    expect(await toldOf(READERS['eva'] as Actor, ids)).toEqual([4, 4, 1, ['f1-m', 'f1-n', 'f1-o', 'f1-p']]);
  }, 60_000);

  test('also where it opened it before, and whatever its own handling is', async () => {
    const wide = marking('f2-wide', 'f2', { tlp: 'GREEN' }, { handling: { tlp: 'GREEN' } });
    await say('local/operator', x({ tlp: 'AMBER' }, 'f2'));
    await say('local/max', wide);
    expect(await seenBy('f2-wide')).toEqual(OWN);
    await say('local/operator', approval('f2-approved', wide));
    expect([await seenBy('f2'), await seenBy('f2-wide')]).toEqual([EVERYBODY, EVERYBODY]);
    await say('local/eva', marking('f2-red', 'f2', { tlp: 'RED', agencies: ['acme'] }));
    expect([await seenBy('f2'), await seenBy('f2-wide')]).toEqual([
      ['acme', ...OWN],
      ['acme', ...OWN],
    ]);
  }, 60_000);

  test('and two that speak of each other decide nothing', async () => {
    await say('local/eva', marking('c1', 'c2', { tlp: 'GREEN' }, { handling: { tlp: 'GREEN' } }));
    expect(await seenBy('c1')).toEqual(EVERYBODY);
    await say('local/eva', marking('c2', 'c1', { tlp: 'GREEN' }, { handling: { tlp: 'GREEN' } }));
    expect([await seenBy('c1'), await seenBy('c2')]).toEqual([['eva'], ['eva']]);
  }, 60_000);
});

test('what came into the log behind an approval narrows what was approved, whatever time capture gave it', async () => {
  const operator = ['local', 'operator'] as const;
  const wide = marking('o-wide', 'o', { tlp: 'GREEN' });
  const [known, late] = [marking('o-known', 'o', { tlp: 'RED' }), marking('o-late', 'o', { tlp: 'AMBER', agencies: ['acme'] })];
  await marked.ledger.add([x({ tlp: 'AMBER', agencies: ['acme'] }, 'o')], ...operator, 3);
  await marked.ledger.add([wide], 'local', 'max', 5);
  // Before the approval, and captured before what it approves: who approved knew of it.
  await marked.ledger.add([known], 'local', 'eva', 4);
  expect(await seenBy('o')).toEqual(OWN);
  await marked.ledger.add([approval('o-approved', wide)], ...operator, 6);
  expect(await seenBy('o')).toEqual(EVERYBODY);
  await marked.ledger.add([late], 'local', 'eva', 4);
  expect(await seenBy('o')).toEqual(['acme', ...OWN]);
  // It is decided by the log alone: that the approval is said again opens nothing.
  await marked.ledger.add([approval('o-again', wide)], ...operator, 7);
  expect(await seenBy('o')).toEqual(['acme', ...OWN]);
}, 60_000);

test('an approval opens an event to no more reader groups than it could have rows for', async () => {
  const items = Array.from({ length: 200 }, (_, n) => subject(`serial:demo:MANY${n}`));
  const to = (count: number): Handling => ({
    tlp: 'AMBER',
    agencies: ['bolt', ...Array.from({ length: count - 1 }, (_, n) => `other-${n}`)],
  });
  const fits = Math.floor(INDEX_ROWS_MAX / items.length) - 1;
  await say('local/operator', seen('w', items, { handling: { tlp: 'AMBER' } }));
  for (const [id, agencies, readers] of [
    ['w-much', fits + 1, OWN],
    ['w-fits', fits, ['bolt', ...OWN]],
  ] as const) {
    const wide = marking(id, 'w', to(agencies));
    await say('local/max', wide);
    await say('local/operator', approval(`${id}-approved`, wide));
    expect([id, await seenBy('w')]).toEqual([id, readers]);
  }
}, 60_000);

test('a marking of a marking opens that by its approval, though what it marks comes last, and then counts for nothing', async () => {
  const items = [subject('serial:demo:LAST')];
  const [first, second] = [marking('l-1', 'l', { tlp: 'AMBER' }), marking('l-2', 'l-1', { tlp: 'AMBER' }, { items })];
  const third = marking('l-3', 'l-2', { tlp: 'AMBER', agencies: ['acme'] });
  await say('local/operator', x({ tlp: 'AMBER' }, 'l'));
  await say('local/eva', second, third);
  await say('local/max', approval('l-approved', third));
  expect(await seenBy('l-2')).toEqual(['acme', ...OWN]);
  await say('local/eva', first);
  expect(await seenBy('l-2')).toEqual(OWN);
}, 60_000);

test('markings open an event to no more reader groups together than it could have rows for, by whichever comes first', async () => {
  const items = Array.from({ length: 200 }, (_, n) => subject(`serial:demo:TOGETHER${n}`));
  const half = (name: string): Handling => ({
    tlp: 'AMBER',
    agencies: [name, ...Array.from({ length: Math.floor(INDEX_ROWS_MAX / items.length / 2) }, (_, n) => `${name}-${n}`)],
  });
  const [early, late] = [marking('v-1', 'v', half('acme')), marking('v-2', 'v', half('bolt'))];
  await say('local/eva', early);
  await say('local/max', approval('v-early', early));
  await say('local/operator', seen('v', items, { handling: { tlp: 'AMBER' } }));
  expect(await seenBy('v')).toEqual(['acme', ...OWN]);
  await say('local/eva', late);
  await say('local/max', approval('v-late', late));
  expect(await seenBy('v')).toEqual(OWN);

  // In one batch, with more between them than is looked at in one turn, and in another order than they were approved in.
  const [one, two] = [marking('v-one', 'v-batch', half('acme')), marking('v-two', 'v-batch', half('bolt'))];
  await marked.ledger.addBy([
    ['local/operator', seen('v-batch', items, { handling: { tlp: 'AMBER' } })],
    ['local/eva', two],
    ...Array.from({ length: 60 }, (_, n): [string, SightingDocument] => ['local/eva', marking(`v-other-${n}`, `v-none-${n}`, AMBER)]),
    ['local/eva', one],
    ['local/max', approval('v-batch-one', one)],
    ['local/max', approval('v-batch-two', two)],
  ]);
  expect(await seenBy('v-batch')).toEqual(OWN);
}, 60_000);

test('where nobody can make rows, an approved marking gives nothing to those for whom there are none', async () => {
  const items = Array.from({ length: 200 }, (_, n) => subject(`serial:demo:ROWLESS${n}`));
  const agencies = ['bolt', ...Array.from({ length: INDEX_ROWS_MAX / 128 }, (_, n) => `rowless-${n}`)];
  const wide = marking('n-wide', 'n', { tlp: 'AMBER', agencies });
  await say('local/operator', seen('n', items, { handling: AMBER }), x(AMBER, 'n-other'));
  const other = marking('n-fits', 'n-other', { tlp: 'AMBER', agencies: ['bolt'] });
  await say('local/max', wide, other);
  await say('local/operator', approval('n-approved', wide), approval('n-other-approved', other));
  const owner = marked.ledger.database.pool('owner', { max: 1 });
  const handlings = async (): Promise<unknown[]> => {
    const { rows } = await owner.query<{ handling: string }>(
      `select h.handling from ledger.handlings h join ledger.entries e using (log_index) where e.id in ('n', 'n-other') order by e.id`,
    );
    return rows.map(({ handling }) => JSON.parse(handling) as unknown);
  };
  expect(await handlings()).toEqual([AMBER, { tlp: 'AMBER', agencies: ['bolt'] }]);
  // As after the migration that keeps what became of markings.
  await owner.transaction(async (client) => {
    await client.query(
      `update ledger.spoken s set fits = null from ledger.entries e where e.log_index = s.log_index and e.id in ('n-wide', 'n-fits')`,
    );
    await settle(
      client,
      ['n', 'n-other'].map((id) => ({ agency: 'local', id })),
      null,
    );
  });
  expect(await handlings()).toEqual([AMBER, { tlp: 'AMBER', agencies: ['bolt'] }]);
  // The next word about it brings who can: until then it waits, as nobody could tell that it is too wide.
  await say('local/operator', marking('n-again', 'n', AMBER));
}, 60_000);

test('a rebuild of all that comes to the same', async () => {
  const owner = marked.ledger.database.pool('owner', { max: 2 });
  const before = await digestDerived(owner);
  await rebuild(owner, { indexOf: indexOfContent, keys: { ofItem: searchKeys, ofAlias: aliasKeys } });
  expect(await digestDerived(owner)).toEqual(before);
}, 120_000);
