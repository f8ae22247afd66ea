/** What the oracle takes for equal, and what not: each rule by one case that it tells apart. */
import { Model, type Handling, type ModelEvent, type Outcome } from './model.ts';
import { nothingNamed, namedIn } from './named.ts';
import { judgeReads, judgeWrites, type Observed, type ReadRecord } from './oracle.ts';
import { problemsOfReads, problemsOfWrites, type ToldRead } from './told.ts';
import { PEOPLE, type Person } from './world.ts';

const person = (agency: string, principal: string): Person =>
  PEOPLE.find((each) => each.agency === agency && each.principal === principal) as Person;
const [EVA, AUD, BOLT] = [person('acme', 'eva'), person('acme', 'aud'), person('bolt', 'aud')];
const CAR = 'vin:WDDSYNTH9JA000001';

let model: Model;
beforeEach(() => {
  model = new Model();
});

function event(agency: string, id: string, handling: Handling, of: Partial<ModelEvent> = {}): ModelEvent {
  const ref = `${agency}/${id}`;
  const made = { ref, agency, id, principal: 'max', kind: 'observation', items: [CAR], evidence: [], contentHash: 'h' } as const;
  return model.add({ ...made, outcome: 'acknowledged', sent: 0, logIndex: 0, ...of }, handling);
}

/** Eva's own answer with these events, each with its items. */
const read = (refs: readonly string[], of: Partial<Observed> = {}): Observed => ({
  ...{ request: 'r1', operation: 'listEvents', key: { id: 'k1', who: EVA }, behalf: null, epoch: model.epoch, ended: 10 },
  ...{ seenBefore: 100, outcome: 'whole', isStream: false, isBeforeCrash: false },
  named: { ...nothingNamed(), events: new Map(refs.map((ref) => [ref, new Set([CAR])])) },
  ...of,
});
const record = (tenant: string, events: readonly string[], tlp: string | null, of: Partial<ReadRecord> = {}): ReadRecord => ({
  ...{
    tenant,
    request: 'r1',
    operation: 'listEvents',
    agency: 'acme',
    principal: 'eva',
    events,
    items: [CAR],
    evidence: [],
    deadLetters: [],
  },
  ...{ tlp, emergency: false },
  reader: tenant === 'acme' ? { address: '127.0.0.1', key: 'k1', via: 'key', behalf: null } : null,
  ...of,
});
const problems = (observed: readonly Observed[], records: readonly ReadRecord[]): readonly string[] =>
  judgeReads(model, observed, records).problems;

describe('of a read', () => {
  beforeEach(() => {
    event('acme', 'clear', { tlp: 'CLEAR' });
    event('acme', 'own', { tlp: 'AMBER' });
    event('acme', 'red', { tlp: 'RED', principals: ['eva'] });
    event('bolt', 'shared', { tlp: 'AMBER', agencies: ['acme'] });
    event('bolt', 'hidden', { tlp: 'AMBER' });
  });
  const OWN = ['acme/own', 'bolt/shared'];

  test('each agency that is told has one record, with what is its own', () => {
    const due = [record('acme', OWN, 'AMBER'), record('bolt', ['bolt/shared'], 'AMBER')];
    expect(problems([read(['acme/clear', ...OWN])], due)).toEqual([]);
    expect(problems([read(['acme/clear'])], [])).toEqual([]);
    expect(problems([read(['acme/clear', ...OWN])], due.slice(1))).toHaveLength(1);
    expect(problems([read(['acme/clear', ...OWN])], due.slice(0, 1))).toHaveLength(1);
    expect(problems([read(OWN)], [...due, record('coast', [], null, { items: [] })])).toHaveLength(1);
    expect(problems([read(OWN)], [due[0] as ReadRecord, record('bolt', OWN, 'AMBER')])).toHaveLength(1);
    expect(problems([read(OWN)], [...due, ...due])).toHaveLength(2);
    expect(problems([], due)).toEqual(['r1 is recorded, and nobody asked so']);
  });

  test.each([
    ['another reader', { principal: 'max' }],
    ['another operation', { operation: 'getEvent' }],
    ['another key', { reader: { address: '127.0.0.1', key: 'k2', via: 'key', behalf: null } }],
    ['on whose behalf', { reader: { address: '127.0.0.1', key: 'k1', via: 'key', behalf: 'kim' } }],
    ['another label', { tlp: 'GREEN' }],
    ['an emergency', { emergency: true }],
    ['one item more', { items: [CAR, 'imo:1'] }],
    ['one item less', { items: [] }],
    ['evidence', { evidence: ['ab'] }],
  ])('%s in its record shows', (_what, otherwise) => {
    expect(problems([read(['acme/own'])], [record('acme', ['acme/own'], 'AMBER')])).toEqual([]);
    expect(problems([read(['acme/own'])], [record('acme', ['acme/own'], 'AMBER', otherwise)])).toHaveLength(1);
  });

  test('what is hidden from its reader shows in the answer, and in the record of one that was cut off', () => {
    expect(problems([read(['bolt/hidden'])], [])[0]).toContain('hidden from its reader');
    const cut = read([], { outcome: 'cut' });
    expect(problems([cut], [])).toEqual([]);
    expect(problems([cut], [record('acme', OWN, 'AMBER')])).toEqual([]);
    expect(problems([cut], [record('acme', ['bolt/hidden'], 'AMBER')])).toHaveLength(1);
    expect(problems([cut], [record('acme', OWN, 'AMBER'), record('acme', OWN, 'AMBER')])).toHaveLength(1);
    expect(problems([read([], { outcome: 'refused' })], [record('acme', OWN, 'AMBER')])).toHaveLength(1);
  });

  test('of a stream its pages are the whole; what came of one that was cut off is recorded, whatever else is', () => {
    const pages = [record('acme', ['acme/own'], 'AMBER'), record('acme', ['acme/red'], 'RED')];
    const stream = { isStream: true } as const;
    expect(problems([read(['acme/own', 'acme/red'], stream)], pages)).toEqual([]);
    expect(problems([read(['acme/own'], stream)], pages)).toHaveLength(1);
    expect(problems([read(['acme/own'], { ...stream, outcome: 'cut' })], pages)).toEqual([]);
    expect(problems([read(['acme/own', 'acme/red'], { ...stream, outcome: 'cut' })], pages.slice(1))).toHaveLength(1);
    expect(problems([read(['acme/own', 'acme/red'], stream)], [...pages, pages[0] as ReadRecord])).toHaveLength(1);
  });

  test('a crash of the database may take what did not wait for the disk, and nothing else', () => {
    expect(problems([read(['acme/own'])], [])).toHaveLength(1);
    expect(problems([read(['acme/own'], { isBeforeCrash: true })], [])).toEqual([]);
    expect(problems([read(['acme/red'], { isBeforeCrash: true })], [])).toHaveLength(1);
    // All of it or nothing.
    expect(problems([read(OWN, { isBeforeCrash: true })], [record('acme', OWN, 'AMBER')])).toHaveLength(1);
  });
});

test('an item that is found is a read unless everybody finds it, by what was in the ledger at that time', () => {
  event('acme', 'own', { tlp: 'AMBER' });
  const clear = event('acme', 'clear', { tlp: 'CLEAR' }, { logIndex: 50, sent: 5 });
  const search = (seenBefore: number, ended: number): Observed =>
    read([], { operation: 'search', seenBefore, ended, named: namedIn('search', { results: [{ id: CAR }] }) });
  const found = [record('acme', [], null, { operation: 'search' })];
  expect([problems([search(10, 4)], found), problems([search(10, 4)], [])]).toEqual([[], [expect.stringContaining('no record')]]);
  expect([problems([search(10, 6)], found), problems([search(10, 6)], [])]).toEqual([[], []]);
  expect([problems([search(51, 6)], found).length, problems([search(51, 6)], [])]).toEqual([1, []]);
  clear.logIndex = null;
  expect(problems([search(51, 6)], found)).toEqual([]);
});

test.each<[Outcome, number, boolean]>([
  ['acknowledged', 1, true],
  ['acknowledged', 0, false],
  ['acknowledged', 2, false],
  ['unknown', 0, true],
  ['unknown', 1, true],
  ['unknown', 2, false],
  ['refused', 0, true],
  ['refused', 1, false],
])('a write that is %s and %i times in the log: %s', (outcome, times, isEqual) => {
  const { agency, id, principal } = event('acme', 'e', { tlp: 'GREEN' }, { outcome });
  const rows = Array.from({ length: times }, (_, logIndex) => ({ logIndex, agency, id, principal, contentHash: 'h' }));
  expect(judgeWrites(model, rows).problems.length === 0).toBe(isEqual);
});

test('a write with another hash, by another author, or of nobody shows', () => {
  event('acme', 'e', { tlp: 'GREEN' });
  const row = { logIndex: 0, agency: 'acme', id: 'e', principal: 'max', contentHash: 'h' };
  expect(judgeWrites(model, [row]).problems).toEqual([]);
  for (const other of [{ contentHash: 'i' }, { principal: 'eva' }])
    expect(judgeWrites(model, [{ ...row, ...other }]).problems).toHaveLength(1);
  expect(judgeWrites(model, [row, { ...row, id: 'f' }]).problems).toEqual(['acme/f is in the log, and nobody sent it']);
});

test('an auditor is told what is for him: of TLP:RED that names others nothing, and of another agency’s reads nothing at all', () => {
  event('acme', 'own', { tlp: 'AMBER' });
  event('acme', 'red', { tlp: 'RED', principals: ['eva'] }, { items: ['imo:1'] });
  const whole = record('acme', ['acme/own', 'acme/red'], 'RED', { items: [CAR, 'imo:1'] });
  const told = (of: Partial<ToldRead>): ToldRead[] => [{ ...whole, n: 0, ...of }];
  const shown = { events: ['acme/own'], items: [CAR], tlp: null };
  expect(problemsOfReads(model, AUD, [whole], told(shown))).toEqual([]);
  expect(problemsOfReads(model, AUD, [whole], told({}))).toHaveLength(2);
  expect(problemsOfReads(model, AUD, [whole], [])).toHaveLength(1);
  expect(problemsOfReads(model, BOLT, [whole], [])).toEqual([]);
  expect(problemsOfReads(model, BOLT, [whole], told(shown))).toHaveLength(1);
  const write = {
    logIndex: 0,
    agency: 'acme',
    principal: 'max',
    action: 'observation',
    id: 'own',
    items: [CAR],
    evidence: [],
    contentHash: 'h',
  };
  expect(problemsOfWrites(model, AUD, [write])).toEqual([]);
  expect(problemsOfWrites(model, BOLT, [])).toEqual([]);
  expect(problemsOfWrites(model, BOLT, [write])).toHaveLength(1);
});

test('what is absent, waited for, or only cited in a document names nothing', () => {
  const document = { items: [{ id: CAR }], relations: { target: 'x' } };
  const body = {
    entries: [{ agency: 'acme', id: 'a', document, relations: { targets: [{ agency: 'acme', id: 'gone', standing: 'absent' }] } }],
    waiting: [{ agency: 'acme', id: 'w', kind: 'correction', target: { agency: 'acme', id: 'later' } }],
    item: { id: CAR, scheme: 'vin' },
  };
  const named = namedIn('getTimeline', body);
  expect([[...named.events.keys()], [...(named.events.get('acme/a') ?? [])], named.about]).toEqual([['acme/a', 'acme/w'], [CAR], CAR]);
});
