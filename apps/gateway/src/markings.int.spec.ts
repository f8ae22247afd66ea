/** Markings as readers see them: what is taken away is gone on every channel at once, and what is given needs a second person. */
import type { SightingDocument } from '#lib/contracts';
import { aliasKeys, type Actor, ROOT_ACTOR, searchKeys } from '#lib/domain';
import { ReadNotes } from '#lib/runtime';
import { digestDerived, ReaderContext, rebuild, type StorePool } from '#lib/store';
import { readAsOf } from './coordinates.ts';
import { readOne } from './events.controller.ts';
import { notedReading, readingOf } from './gateway-deps.ts';
import type { EventRow } from './ledger-reads.ts';
import { actor, admin, approval, CITED, itemOf, marking, NOBODY, PEOPLE, policy, retraction, x } from './marking-documents.contract.ts';
import { searchItems } from './search.ts';
import { indexOfContent, TestedLedger } from './tested-ledger.contract.ts';

type Said = readonly [by: string, ...documents: SightingDocument[]];
let ledger: TestedLedger;
let pools: { readonly owner: StorePool; readonly gateway: StorePool };
beforeAll(async () => {
  ledger = await TestedLedger.open();
  await ledger.add(PEOPLE);
  pools = { owner: ledger.database.pool('owner', { max: 2 }), gateway: ledger.database.pool('gateway', { max: 2 }) };
}, 120_000);
afterAll(() => ledger.database.drop());

async function say(by: string, ...documents: SightingDocument[]): Promise<void> {
  const [agency, principal] = by.split('/');
  await ledger.add(documents, agency, principal);
}

const readsAs = (who: Actor) => readingOf({ reads: ledger.reads, breaksGlass: () => false }, who);

/** What somebody sees of one event, on each way there is. */
async function channels(who: Actor, id: string): Promise<Record<string, boolean>> {
  const item = itemOf(id);
  const { reader, reads } = await readsAs(who);
  const own = reads.as(reader);
  const { groups } = reader;
  const size = await reads.logSize();
  const has = (rows: readonly Pick<EventRow, 'id'>[]): boolean => rows.some((row) => row.id === id);
  const all = { reader, from: 0, before: size };
  const audited = async (more: object): Promise<boolean> =>
    has(await own.auditEvents((await own.auditPage({ ...all, ...more }, 1_000)).logIndexes, groups));
  const found = async (text: string): Promise<boolean> =>
    (await searchItems(reads, reader, { text, limit: 10 })).results.some((hit) => hit.id === item);
  const one = { id, asOf: await readAsOf(undefined, reads), explain: true };
  const told = {
    timeline: has(await own.timelinePage({ item, reader, logSize: size, limit: 100 })),
    'end of the timeline': has(await own.timelineEnd({ item, reader, logSize: size, limit: 100 })),
    count: (await own.itemCount(item, groups, size)) > 0,
    list: has(await own.eventsFrom(0, reader, size, 1_000)),
    'by id': has(await own.byId(id, undefined, groups, size)),
    'by agency and id': has(await own.byRefs([{ agency: 'local', id }], groups, size, 1_000_000)),
    'an explained answer': await readOne(reads, reader, one).then(
      () => true,
      () => false,
    ),
    search: await found(item.slice('serial:demo:'.length)),
    'search by an alias': await found(`alias of ${id}`),
    audit: await audited({ kind: 0 }),
    'audit of an item': await audited({ item }),
    'audit of a person': await audited({ principal: 'operator' }),
    'audit of evidence': await audited({ evidence: CITED }),
    proof: has(await own.visibleEvents(Array.from({ length: size }, (_, n) => n), groups, 1_000_000)), // prettier-ignore
    receipt: (await own.submittedEvent('local', id)) !== null,
    stream: has(await own.visibleEvents((await own.streamPage(all)).logIndexes, groups, 1_000_000)),
    'stream of an item': (await own.streamPage({ ...all, item })).logIndexes.length > 0,
  };
  // And of each table that says of which entry a row is, as the catalogue names them: what is added and forgotten is found here.
  const { rows } = await pools.owner.query<{ name: string; index: number }>(
    `select c.relname as name, (select log_index from ledger.entries where agency = 'local' and id = $1) as index
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'log_index' and not a.attisdropped
      where c.relnamespace = 'ledger'::regnamespace and c.relkind = 'r' and c.relrowsecurity and has_table_privilege('custody_gateway', c.oid, 'select')`,
    [id],
  );
  const context = new ReaderContext(who.agency === '' ? null : who.agency, groups);
  const tables: Record<string, boolean> = {};
  for (const { name, index } of rows) {
    const there = await pools.owner.query(`select from ledger.${name} where log_index = $1`, [index]);
    if (there.rowCount === 0 || name === 'handlings') continue;
    tables[`table ${name}`] =
      (await pools.gateway.as(context).query(`select from ledger.${name} where log_index = $1`, [index])).rowCount > 0;
  }
  expect(Object.keys(tables)).toEqual(expect.arrayContaining(['table audit', 'table content', 'table entries', 'table timeline']));
  return { ...told, ...tables };
}

const READERS: Readonly<Record<string, Actor>> = {
  nobody: NOBODY,
  acme: actor('acme'),
  bolt: actor('bolt'),
  ports: actor('cargo', 'p', ['ports']),
  owner: ROOT_ACTOR,
};
/** Names of those who see it; throws where one sees it here and not there. */
async function seenBy(id: string, readers = READERS): Promise<string[]> {
  const names: string[] = [];
  for (const [name, who] of Object.entries(readers)) {
    const told = await channels(who, id);
    const answers = new Set(Object.values(told));
    if (answers.size !== 1) throw new Error(`${name} sees it here and not there: ${JSON.stringify(told)}`);
    if (answers.has(true)) names.push(name);
  }
  return names;
}

test('a stricter marking takes away at once, on every channel', async () => {
  await say('local/operator', x({ tlp: 'GREEN' }, 'x1'));
  expect(await seenBy('x1')).toEqual(['acme', 'bolt', 'ports', 'owner']);
  await say('local/eva', marking('m1', 'x1', { tlp: 'AMBER', agencies: ['acme'] }));
  expect(await seenBy('x1')).toEqual(['acme', 'owner']);
}, 120_000);

test('a wider one gives nothing until another admin of the agency approved those very bytes', async () => {
  const wide = marking('m2', 'x2', { tlp: 'GREEN' });
  await say('local/operator', x({ tlp: 'AMBER', agencies: ['acme'] }, 'x2'));
  await say('local/max', wide);
  const before = await seenBy('x2');
  expect(before).toEqual(['acme', 'owner']);
  await say('local/max', approval('by-himself', wide));
  await say('local/eva', approval('by-no-admin', wide));
  await say('local/operator', policy('of-other-bytes', { act: 'marking.approve', marking: 'm2', sha256: '0'.repeat(64) }));
  await say('acme/chief', approval('of-another-agency', wide));
  expect(await seenBy('x2')).toEqual(before);
  const saysSo = async (): Promise<number> => {
    const { reader, reads } = await readsAs(actor('bolt'));
    return (await reads.as(reader).byId('m2', 'local', reader.groups, 1_000)).length;
  };
  // Nor does it say anything to whom it would open its target.
  expect(await saysSo()).toBe(0);
  await say('local/operator', approval('by-another', wide));
  expect(await seenBy('x2')).toEqual(['acme', 'bolt', 'ports', 'owner']);
  expect(await saysSo()).toBe(1);
}, 120_000);

test('what was opened is closed by a retraction at once, and what was closed is opened by one with an approver alone', async () => {
  const wide = marking('m3', 'x3', { tlp: 'CLEAR' });
  await say('local/operator', x({ tlp: 'AMBER' }, 'x3'));
  await say('local/max', wide);
  await say('local/operator', approval('a3', wide));
  expect(await seenBy('x3')).toEqual(Object.keys(READERS));
  await say('local/eva', retraction('r3', 'm3'));
  expect(await seenBy('x3')).toEqual(['owner']);
  // That the retraction was withdrawn opens nothing either.
  await say('local/eva', retraction('rr3', 'r3'));
  expect(await seenBy('x3')).toEqual(['owner']);

  const lifted = retraction('r4', 'm4');
  await say('local/operator', x({ tlp: 'GREEN' }, 'x4'), marking('m4', 'x4', { tlp: 'AMBER' }), lifted);
  expect(await seenBy('x4')).toEqual(['owner']);
  await say('local/max', approval('a4', lifted));
  expect(await seenBy('x4')).toEqual(['acme', 'bolt', 'ports', 'owner']);
}, 120_000);

test('a member of a community has what it was marked for, whenever he came; an empty one opens nothing', async () => {
  await say('local/operator', x({ tlp: 'GREEN' }, 'x5'));
  await say('local/eva', marking('m5', 'x5', { tlp: 'GREEN', community: 'ports' }));
  expect(await seenBy('x5')).toEqual(['ports', 'owner']);
  const empty = marking('n5', 'x5', { tlp: 'GREEN', community: 'nobody' });
  await say('local/eva', empty);
  expect(await seenBy('x5')).toEqual(['owner']);
  await say('local/max', approval('a5', empty));
  expect(await seenBy('x5', { ...READERS, late: actor('delta', 'p', ['nobody']) })).toEqual(['owner', 'late']);
}, 120_000);

test('a marking to named persons hides it from their colleagues, in every answer', async () => {
  await say('local/operator', x({ tlp: 'AMBER', agencies: ['acme'] }, 'x6'));
  await say('local/operator', marking('m6', 'x6', { tlp: 'RED', agencies: ['acme'], principals: ['local/max', 'acme/ann'] }));
  const readers = {
    eva: actor('local', 'eva'),
    max: actor('local', 'max'),
    author: ROOT_ACTOR,
    ann: actor('acme', 'ann'),
    bob: actor('acme', 'bob'),
  };
  const item = itemOf('x6');
  for (const [name, who] of Object.entries(readers)) {
    const { reader, reads } = await readsAs(who);
    const own = reads.as(reader);
    const size = await reads.logSize();
    const told = [
      (await own.timelinePage({ item, reader, logSize: size, limit: 9 })).length,
      await own.itemCount(item, reader.groups, size),
      (await own.byId('x6', 'local', reader.groups, size)).length,
      (await own.auditPage({ reader, from: 0, before: size, item }, 10)).logIndexes.length,
      (await searchItems(reads, reader, { text: 'MARKEDX6', limit: 10 })).results.length,
    ];
    expect([name, ...told]).toEqual([name, ...(['eva', 'bob'].includes(name) ? [0, 0, 0, 0, 0] : [1, 1, 1, 1, 1])]);
  }
}, 120_000);

test('what was open to everybody and is no more is noted for the access log when it is read', async () => {
  const item = itemOf('x8');
  const noted = async (): Promise<readonly string[]> => {
    const notes = new ReadNotes();
    const { reader, reads } = await notedReading({ reads: ledger.reads, breaksGlass: () => false }, actor('acme'), notes);
    const own = reads.as(reader);
    const size = await reads.logSize();
    const told: string[] = [];
    const tell = (way: string, seen_: boolean): void => {
      told.push(`${way}: ${seen_ ? 'seen' : 'hidden'}, ${notes.items.has(item) || notes.events.has('local/x8') ? 'noted' : 'not noted'}`);
      notes.items.clear();
      notes.events.clear();
    };
    tell('count', (await own.itemCount(item, reader.groups, size)) === 1);
    tell('search', (await searchItems(reads, reader, { text: 'MARKEDX8', limit: 10 })).results.length === 1);
    tell('event', (await own.byId('x8', 'local', reader.groups, size)).length === 1);
    return told;
  };
  await say('local/operator', x({ tlp: 'CLEAR' }, 'x8'));
  expect(await noted()).toEqual(['count: seen, not noted', 'search: seen, not noted', 'event: seen, not noted']);
  await say('local/eva', marking('m8', 'x8', { tlp: 'AMBER', agencies: ['acme'] }));
  expect(await noted()).toEqual(['count: seen, noted', 'search: seen, noted', 'event: seen, noted']);
}, 120_000);

const permutations = <T>(list: readonly T[]): T[][] =>
  list.length < 2 ? [[...list]] : list.flatMap((first, at) => permutations(list.toSpliced(at, 1)).map((rest) => [first, ...rest]));

/** Of each history the same whatever comes first, and whether all come at once or one by one: who sees its target in the end. */
const HISTORIES: Readonly<Record<string, { readonly of: (n: string) => Said[]; readonly seenBy: readonly string[] }>> = {
  'opened, approved, retracted': {
    of: (n) => {
      const wide = marking(`m${n}`, `x${n}`, { tlp: 'GREEN' });
      return [
        ['local/operator', x({ tlp: 'AMBER', agencies: ['acme'] }, `x${n}`)],
        ['local/max', wide],
        ['local/operator', approval(`a${n}`, wide)],
        ['local/eva', retraction(`r${n}`, `m${n}`)],
      ];
    },
    seenBy: ['acme', 'owner'],
  },
  'opened and approved, beside a stricter one of the same moment': {
    of: (n) => {
      const wide = marking(`m${n}`, `x${n}`, { tlp: 'GREEN' });
      return [
        ['local/operator', x({ tlp: 'AMBER', agencies: ['acme', 'bolt'] }, `x${n}`)],
        ['local/max', wide],
        ['local/operator', approval(`a${n}`, wide)],
        ['local/eva', marking(`n${n}`, `x${n}`, { tlp: 'AMBER', agencies: ['bolt'] })],
      ];
    },
    seenBy: ['bolt', 'owner'],
  },
  'closed, the retraction of that approved': {
    of: (n) => {
      const lifted = retraction(`r${n}`, `m${n}`);
      return [
        ['local/operator', x({ tlp: 'GREEN' }, `x${n}`)],
        ['local/max', marking(`m${n}`, `x${n}`, { tlp: 'AMBER' })],
        ['local/max', lifted],
        ['local/operator', approval(`a${n}`, lifted)],
      ];
    },
    seenBy: ['acme', 'bolt', 'ports', 'owner'],
  },
  'a marking that was marked itself': {
    of: (n) => [
      ['local/operator', x({ tlp: 'GREEN' }, `x${n}`)],
      ['local/eva', marking(`m${n}`, `x${n}`, { tlp: 'AMBER', agencies: ['acme'] })],
      ['local/eva', marking(`n${n}`, `m${n}`, { tlp: 'AMBER' })],
    ],
    seenBy: ['acme', 'owner'],
  },
};

test('every order of target, marking, approval and retraction gives one visible state, and a rebuild the same', async () => {
  const expected: Record<string, readonly string[]> = {};
  let count = 0;
  for (const { of, seenBy: by } of Object.values(HISTORIES))
    for (const order of permutations(of('').map((_, at) => at)))
      for (const together of [false, true]) {
        const n = `-${(count += 1)}`;
        const said = of(n);
        expected[`x${n}`] = by;
        const inOrder = order.map((at) => said[at] as Said);
        if (together) await ledger.addBy(inOrder.map(([by_, each]) => [by_, each as SightingDocument]));
        else for (const each of inOrder) await say(...each);
      }
  const shown = async (): Promise<Record<string, string[]>> => {
    const by: Record<string, string[]> = Object.fromEntries(Object.keys(expected).map((id) => [id, []]));
    for (const [name, who] of Object.entries(READERS)) {
      const { reader, reads } = await readsAs(who);
      for (const { id } of await reads.as(reader).eventsFrom(0, reader, 10_000, 10_000)) by[id]?.push(name);
    }
    return by;
  };
  expect(count).toBe(2 * (24 + 24 + 24 + 6));
  expect(await shown()).toEqual(expected);
  const { owner } = pools;
  const before = await digestDerived(owner);
  await rebuild(owner, { indexOf: indexOfContent, keys: { ofItem: searchKeys, ofAlias: aliasKeys } });
  expect(await digestDerived(owner)).toEqual(before);
  expect(await shown()).toEqual(expected);
}, 300_000);

test('author x target: the markings of an agency count for its own sightings alone, from others they are disputes', async () => {
  const agencies = ['acme', 'bolt', 'local'] as const;
  for (const agency of ['acme', 'bolt']) {
    await say('local/operator', policy(`add-${agency}`, { act: 'agency.add', agency }), admin(agency, 'one'), admin(agency, 'two'));
  }
  const proposer = (agency: string): string => (agency === 'local' ? 'local/max' : `${agency}/one`);
  const approver = (agency: string): string => (agency === 'local' ? 'local/operator' : `${agency}/two`);
  const cases = agencies.flatMap((author) => agencies.map((owner) => ({ author, owner, id: `${author}-${owner}` })));
  for (const { author, owner, id } of cases) {
    const strict = marking(`s-${id}`, `${owner}/g-${id}`, { tlp: 'AMBER' });
    const wide = marking(`w-${id}`, `${owner}/a-${id}`, { tlp: 'GREEN' });
    await say(proposer(owner), x({ tlp: 'GREEN' }, `g-${id}`), x({ tlp: 'AMBER' }, `a-${id}`));
    await say(proposer(author), strict, wide);
    await say(approver(author), approval(`y-${id}`, wide), approval(`z-${id}`, strict));
  }
  const { reader, reads } = await readsAs(actor('outsider'));
  const own = reads.as(reader);
  for (const { author, owner, id } of cases) {
    const isOwn = author === owner;
    const sees = async (of: string): Promise<boolean> => (await own.byId(of, owner, reader.groups, 10_000)).length === 1;
    expect([id, await sees(`g-${id}`), await sees(`a-${id}`)]).toEqual([id, !isOwn, isOwn]);
    const asOwner = await readsAs(actor(owner, 'reader'));
    const of = { id: `g-${id}`, agency: owner, asOf: await readAsOf(undefined, asOwner.reads), explain: false };
    const { event } = await readOne(asOwner.reads, asOwner.reader, of);
    expect([id, event.handling.tlp]).toEqual([id, isOwn ? 'AMBER' : 'GREEN']);
    // Its author and its target's agency, where they are the same one, see the marking; another's AMBER stays its own.
    const asAuthor = await readsAs(actor(author, 'reader'));
    const said = await readOne(asAuthor.reads, asAuthor.reader, { ...of, id: `s-${id}`, agency: author });
    expect([id, said.event.flags]).toEqual([id, isOwn ? [] : ['foreign-marking']]);
    if (!isOwn) {
      const theirs = await readOne(asAuthor.reads, asAuthor.reader, of);
      expect([id, theirs.event.flags, theirs.event.relations.disputedBy.map((link) => link.id)]).toEqual([id, ['disputed'], [`s-${id}`]]);
    }
  }
}, 120_000);

test('P moves with what is in effect and names it; an answer by another is refused', async () => {
  await say('local/operator', x({ tlp: 'GREEN' }, 'x7'));
  const { reads } = await readsAs(actor('acme'));
  const before = await readAsOf(undefined, reads);
  expect(before.policy ?? 0).toBeLessThan(before.logSize);
  await say('local/eva', marking('m7', 'x7', { tlp: 'AMBER' }));
  const after = await readAsOf(undefined, reads);
  expect(after.policy).toBe(after.logSize);
  await say('local/operator', x({ tlp: 'GREEN' }, 'y7'), marking('n7', 'x7', { tlp: 'AMBER+STRICT' }), retraction('r7', 'y7'));
  const strict = await readAsOf(undefined, reads);
  expect(strict.policy).toBe(strict.logSize);
  await say('local/operator', x({ tlp: 'GREEN' }, 'z7'), retraction('s7', 'z7'));
  expect((await readAsOf(undefined, reads)).policy).toBe(strict.policy);
  await expect(readAsOf(undefined, reads, String(before.policy ?? 0))).rejects.toMatchObject({ code: 'policy.past' });
  await expect(readAsOf('log:1', reads, String(strict.policy))).resolves.toMatchObject({ logSize: 1, policy: strict.policy });
  await expect(readAsOf(undefined, reads, String((strict.policy ?? 0) + 1))).rejects.toMatchObject({ code: 'asof.ahead' });
  await expect(readAsOf(undefined, reads, 'x')).rejects.toMatchObject({ code: 'query.invalid' });
}, 120_000);

/** Last: it takes the policies of this ledger away. */
test('control: without what the policies ask, a row that was closed is still shown', async () => {
  const ofRow = 'grps && (select ctx.groups())';
  for (const table of ['entries', 'content', 'timeline', 'relations', 'evidence_refs', 'audit', 'batch_members', 'open_points']) {
    const shown = table === 'entries' || table === 'content' ? ofRow : 'grp = any ((select ctx.groups())::integer[])';
    await pools.owner.query(`alter policy reader on ledger.${table} using (${shown})`);
  }
  const told = await channels(actor('bolt'), 'x1');
  // These are asked of the markings themselves.
  expect(Object.entries(told).flatMap(([channel, shown]) => (shown ? [] : [channel]))).toEqual(['by id', 'an explained answer']);
}, 120_000);
