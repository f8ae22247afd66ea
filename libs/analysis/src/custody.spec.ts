/** Who held an item, by what record, and what stretch no document covers. */
import { foldTimeline, parseOccurred, type FoldInput, type Party, type Sighting } from '#lib/domain';
import { custodyOf, type CustodyChain } from './index.ts';

const CAR = 'serial:demo:car';

interface Said {
  readonly kind?: Sighting['kind'];
  readonly modality?: Sighting['modality'];
  readonly tlp?: Sighting['handling']['tlp'];
  readonly target?: string;
}
let count = 0;

function on(
  day: string,
  parties: readonly Party[],
  { kind = 'observation', modality = 'actual', tlp = 'GREEN', target }: Said = {},
): FoldInput {
  const occurred = parseOccurred({ from: day, to: day, precision: 'day' });
  if (!occurred.ok) throw new Error(occurred.detail);
  const relations = { contradicts: [], links: [], basis: [], resolves: [], upholds: [] };
  return {
    logIndex: count,
    sighting: {
      ...{ agency: 'alpha', principal: 'ann', id: `s${count++}`, kind, modality, handling: { tlp }, occurred: occurred.value },
      ...{ items: [{ id: CAR, role: 'subject' }], parties, source: { kind: 'trade' }, evidence: [] },
      relations: target === undefined ? relations : { ...relations, target: { agency: 'alpha', id: target } },
    },
  };
}

const depot = (name: string): Party[] => [{ role: 'Depot', name }];
const handed = (from: string, to: string): Party[] => [
  { role: 'from', name: from },
  { role: 'to', name: to },
];
const custody = (inputs: readonly FoldInput[]): CustodyChain => custodyOf({ timeline: foldTimeline(CAR, inputs), track: [] });
const dayOf = (at: number | null): string | null => (at === null ? null : new Date(at / 1_000).toISOString().slice(0, 10));
const told = ({ holdings, uncovered }: CustodyChain): string[] => [
  ...holdings.map(
    ({ holder, since, until, isOver, by }) => `${holder.name ?? ''} ${dayOf(since)}/${dayOf(until)} ${by.length}${isOver ? ' gave' : ''}`,
  ),
  ...uncovered.map(({ since, until, isOfOne }) => `nobody ${dayOf(since)}/${dayOf(until)}${isOfOne ? ' of one' : ''}`),
];

beforeEach(() => {
  count = 0;
});

test('one holder by two records is one holder; between two that gave nothing to each other no document covers anything', () => {
  const inputs = [on('2018-07-20', depot('A')), on('2018-07-31', depot('A')), on('2018-08-19', depot('B'))];
  // Days are covered whole: none covers the 1st to the 18th of August.
  expect(told(custody(inputs))).toEqual([
    'A 2018-07-20/2018-08-01 2',
    'B 2018-08-19/2018-08-20 1',
    'nobody 2018-07-21/2018-07-31 of one',
    'nobody 2018-08-01/2018-08-19',
  ]);
});

test('a transfer says of both, and leaves nothing between them', () => {
  const inputs = [on('2018-07-20', depot('A')), on('2018-07-31', handed('A', 'B'), { kind: 'transfer' }), on('2018-08-19', depot('B'))];
  const [a, b, ...gaps] = told(custody(inputs));
  expect([a, b]).toEqual(['A 2018-07-20/2018-08-01 2 gave', 'B 2018-07-31/2018-08-20 2']);
  expect(gaps).toEqual(['nobody 2018-07-21/2018-07-31 of one', 'nobody 2018-08-01/2018-08-19 of one']);
});

test('what a longer document covers stays covered, though a shorter one of another holder came between', () => {
  const year = parseOccurred({ from: '2018-01-01', to: '2018-12-31', precision: 'day', extent: 'throughout' });
  if (!year.ok) throw new Error(year.detail);
  const registered = on('2018-01-01', [{ role: 'keeper', name: 'A' }]);
  const all = { ...registered, sighting: { ...registered.sighting, occurred: year.value } };
  const inputs = [all, on('2018-03-01', depot('B')), on('2018-08-01', depot('C'))];
  expect(told(custody(inputs)).filter((line) => line.startsWith('nobody'))).toEqual([]);
  expect(told(custody(inputs.slice(1))).filter((line) => line.startsWith('nobody'))).toEqual(['nobody 2018-03-02/2018-08-01']);
});

test('one holder before and behind is one by the record that covers the time up to the stretch, and by all that says so', () => {
  const year = parseOccurred({ from: '2018-01-01', to: '2018-12-31', precision: 'day', extent: 'throughout' });
  if (!year.ok) throw new Error(year.detail);
  const registered = on('2018-01-01', [{ role: 'keeper', name: 'A' }]);
  const all = { ...registered, sighting: { ...registered.sighting, occurred: year.value } };
  const uncovered = (...later: FoldInput[]): unknown[] =>
    custody([all, ...later]).uncovered.map(({ since, isOfOne, handling }) => [dayOf(since), isOfOne, handling]);
  // What covers the year names A.
  expect(uncovered(on('2018-03-01', depot('B'), { tlp: 'AMBER' }), on('2019-02-01', depot('B')))).toEqual([['2019-01-01', false, 'GREEN']]);
  expect(uncovered(on('2018-03-01', depot('B')), on('2019-02-01', depot('A')))).toEqual([['2019-01-01', false, 'GREEN']]);
  const again = on('2018-04-01', depot('A'), { tlp: 'AMBER' });
  expect(uncovered(on('2018-03-01', depot('B')), again, on('2019-02-01', depot('A')))).toEqual([['2019-01-01', true, 'AMBER']]);
  // Of two that cover it to the same end neither outweighs the other.
  expect(uncovered(on('2018-12-31', depot('B')), on('2019-02-01', depot('B')))).toEqual([['2019-01-01', false, 'GREEN']]);
});

test('two records of one holder years apart are no proof of the years between', () => {
  expect(told(custody([on('2018-01-05', depot('A')), on('2023-12-20', depot('A'))]))).toEqual([
    'A 2018-01-05/2023-12-21 2',
    'nobody 2018-01-06/2023-12-20 of one',
  ]);
});

test('a stretch that no document covers is for nobody whom a record at its ends is not for', () => {
  const inputs = [on('2018-07-01', depot('A')), on('2018-07-20', depot('B'), { tlp: 'AMBER' })];
  expect(custody(inputs).uncovered).toMatchObject([{ handling: 'AMBER', isOfOne: false }]);
});

test('a chain of many holders is made in steps that grow with it, and a record stands once in a holding', () => {
  const many = (records: number, name: (n: number) => string) =>
    custody(
      Array.from({ length: records }, (_, r) =>
        on(
          '2018-07-01',
          Array.from({ length: 200 }, (_, n) => ({ role: 'holder', name: name(r * 200 + n) })),
        ),
      ),
    );
  // Each held against all before it, 40,000 holders took minutes.
  expect(many(200, (n) => `holder ${n}`).holdings).toHaveLength(40_000);
  const [one, ...others] = many(200, () => 'A').holdings;
  expect([one?.by.length, others]).toEqual([200, []]);
}, 20_000);

test('who gave it away and has it again holds it anew', () => {
  const inputs = [
    on('2018-07-01', handed('A', 'B'), { kind: 'transfer' }),
    on('2018-07-10', handed('B', 'A'), { kind: 'transfer' }),
    on('2018-07-20', depot('A')),
  ];
  expect(told(custody(inputs)).slice(0, 3)).toEqual([
    'A 2018-07-01/2018-07-02 1 gave',
    'B 2018-07-01/2018-07-11 2 gave',
    'A 2018-07-10/2018-07-21 2',
  ]);
});

test.each([
  ['a statement', { kind: 'statement' }],
  ['an assessment', { kind: 'assessment' }],
  ['a plan', { modality: 'planned' }],
  ['a negative finding', { modality: 'negative' }],
] as const)('%s makes nobody a holder', (_, said) => {
  expect(told(custody([on('2018-07-20', depot('A'), said)]))).toEqual([]);
});

test('what was withdrawn makes nobody a holder, and a consignor is one by a transfer alone', () => {
  const withdrawn = [on('2018-07-20', depot('A')), on('2018-07-21', [], { kind: 'retraction', target: 's0' })];
  expect(told(custody(withdrawn))).toEqual([]);
  expect(told(custody([on('2018-07-20', [{ role: 'consignor', name: 'A' }])]))).toEqual([]);
});

test('a register’s number decides whether two names are one firm', () => {
  const lei = '529900T8BM49AURSDO55';
  const inputs = [on('2018-07-01', [{ role: 'holder', name: 'A', lei }]), on('2018-07-02', [{ role: 'holder', name: 'A Ltd', lei }])];
  expect(told(custody(inputs))).toEqual(['A 2018-07-01/2018-07-03 2']);
  const other = [
    on('2018-07-01', [{ role: 'holder', name: 'A', country: 'JP' }]),
    on('2018-07-02', [{ role: 'holder', name: 'A', country: 'KR' }]),
  ];
  expect(custody(other).holdings).toHaveLength(2);
});

test('a holding is for nobody whom one of its records is not for', () => {
  expect(custody([on('2018-07-01', depot('A')), on('2018-07-02', depot('A'), { tlp: 'AMBER' })]).holdings).toMatchObject([
    { handling: 'AMBER' },
  ]);
});
