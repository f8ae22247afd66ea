/** What many items have in common, by records that stand; and by how much of it is sure. */
import { foldEvent, parseOccurred, type FoldInput, type Sighting, type TimelineEntry } from '#lib/domain';
import { patternsOf, type Pattern } from './patterns.ts';

const CAPTURED = Date.UTC(2026, 0) * 1_000;

type More = Partial<Omit<Sighting, 'occurred' | 'items'>> & { readonly day?: string; readonly items?: readonly string[] };

function sighting(id: string, { day, items = [], ...more }: More): Sighting {
  const occurred = day === undefined ? undefined : parseOccurred({ from: day, to: day, precision: 'day' });
  if (occurred?.ok === false) throw new Error(occurred.detail);
  return {
    agency: 'local',
    id,
    principal: 'p',
    kind: 'observation',
    modality: 'actual',
    handling: { tlp: 'CLEAR' },
    parties: [],
    source: { kind: 'photo' },
    evidence: [],
    relations: { contradicts: [], links: [], basis: [], resolves: [], upholds: [] },
    ...(occurred === undefined ? {} : { occurred: occurred.value }),
    items: items.map((item) => {
      const [role = '', of = ''] = item.split(' ');
      return of === '' ? { id: role, role: 'subject' } : { id: of, role: role as 'container' };
    }),
    ...more,
  };
}

function entries(...all: Sighting[]): TimelineEntry[] {
  const inputs: FoldInput[] = all.map((each, logIndex) => ({ sighting: each, logIndex, captured: CAPTURED }));
  return inputs.flatMap((input) => foldEvent(input.sighting, inputs).entry ?? []);
}
const at = (unlocode: string) => ({ place: { unlocode } });
const ids = ({ records }: Pattern): string[] => records.map(({ sighting: { id } }) => id);
const seen = (id: string, item: string, day: string, unlocode: string, more: More = {}): Sighting =>
  sighting(id, { day, items: [item], ...at(unlocode), ...more });

describe('paths', () => {
  const way = [
    seen('a1', 'vin:A', '2018-06-01', 'NLRTM'),
    seen('a2', 'vin:A', '2018-07-01', 'CNDLC'),
    seen('a3', 'vin:A', '2018-07-02', 'CNDLC'),
    seen('b1', 'vin:B', '2018-06-05', 'NLRTM', { handling: { tlp: 'AMBER' } }),
    seen('b2', 'vin:B', '2018-08-01', 'CNDLC'),
    seen('c1', 'vin:C', '2018-06-05', 'CNDLC'),
  ];

  test('are told with their items and every record behind them, at the strictest label', () => {
    const { patterns } = patternsOf('paths', entries(...way));
    expect(patterns).toMatchObject([{ path: ['NLRTM', 'CNDLC'], items: ['vin:A', 'vin:B'], isOrderCertain: true, handling: 'AMBER' }]);
    expect(patterns.map(ids)).toEqual([['a1', 'a2', 'a3', 'b1', 'b2']]);
  });

  test('by country go through the ports of it once', () => {
    const { patterns } = patternsOf('paths', entries(...way, seen('b3', 'vin:B', '2018-08-05', 'CNSHA')), 'country');
    expect(patterns).toMatchObject([{ path: ['NL', 'CN'], items: ['vin:A', 'vin:B'] }]);
  });

  test('whose records may have been in another order say so', () => {
    const { patterns } = patternsOf('paths', entries(...way, seen('a0', 'vin:A', '2018-07-01', 'NLRTM')));
    expect(patterns).toMatchObject([{ path: ['NLRTM', 'CNDLC'], isOrderCertain: false }]);
    const same = patternsOf(
      'paths',
      entries(
        seen('x', 'vin:A', '2018-06-01', 'NLRTM'),
        seen('y', 'vin:A', '2018-06-01', 'NLRTX'),
        seen('z', 'vin:B', '2018-06-01', 'NLRTM'),
        seen('zz', 'vin:B', '2018-06-02', 'NLRTX'),
      ),
    );
    expect(same.patterns).toMatchObject([{ path: ['NLRTM', 'NLRTX'], isOrderCertain: false }]);
  });

  test('rest on nothing that is planned, said, withdrawn or in the background', () => {
    const bent = (more: More): Sighting[] =>
      way.map((each) => (each.id === 'b2' ? sighting('b2', { day: '2018-08-01', items: ['vin:B'], ...at('CNDLC'), ...more }) : each));
    const withdrawn = sighting('w', {
      kind: 'retraction',
      relations: { ...sighting('', {}).relations, target: { agency: 'local', id: 'b2' } },
      items: ['vin:B'],
    });
    const counted = (all: Sighting[]): number => patternsOf('paths', entries(...all)).patterns.length;
    expect([
      counted(bent({ modality: 'planned' })),
      counted(bent({ modality: 'negative' })),
      counted(bent({ kind: 'statement' })),
      counted(bent({ kind: 'assessment' })),
      counted(bent({ items: ['background vin:B'] })),
      counted([...way, withdrawn]),
      counted(way),
    ]).toEqual([0, 0, 0, 0, 0, 0, 1]);
  });
});

describe('carriers', () => {
  const load = (id: string, carrier: string, ...items: string[]): Sighting =>
    sighting(id, { kind: 'aggregation', action: 'ADD', items: [...items, `container ${carrier}`] });

  test('have what was put into each, and items that shared several', () => {
    const { patterns } = patternsOf(
      'carriers',
      entries(
        load('1', 'container:X', 'vin:A', 'vin:B', 'vin:C'),
        load('2', 'container:Y', 'vin:A'),
        load('3', 'container:Y', 'vin:B'),
        load('4', 'container:Z', 'vin:D'),
      ),
    );
    expect(patterns.map(({ carriers, items, isTogether }) => [carriers, items, isTogether])).toEqual([
      [['container:X'], ['vin:A', 'vin:B', 'vin:C'], true],
      [['container:X', 'container:Y'], ['vin:A', 'vin:B'], false],
      [['container:Y'], ['vin:A', 'vin:B'], false],
    ]);
    expect(patterns.map(ids)).toEqual([['1'], ['1', '2', '3'], ['2', '3']]);
  });

  test('of more items than are compared by twos say so', () => {
    const items = Array.from({ length: 700 }, (_, n) => `vin:${n}`);
    const { patterns, isCut } = patternsOf('carriers', entries(load('1', 'container:X', ...items)));
    expect([patterns.length, isCut]).toEqual([1, true]);
  });
});

test('parties are known by an LEI, or by the same letters, as they were written', () => {
  const by = (id: string, item: string, name: string, lei?: string): Sighting =>
    sighting(id, { items: [item], parties: [{ role: 'consignee', name, ...(lei === undefined ? {} : { lei }) }] });
  const { patterns } = patternsOf(
    'parties',
    entries(
      by('1', 'vin:A', 'Müller GmbH'),
      by('2', 'vin:B', 'MULLER GMBH'),
      by('3', 'vin:C', 'Mueller GmbH'),
      by('4', 'vin:C', 'X', 'L1'),
      by('5', 'vin:D', 'Y', 'L1'),
    ),
  );
  expect(patterns.map(({ party, items }) => [party, items])).toEqual([
    [{ names: ['MULLER GMBH', 'Müller GmbH'] }, ['vin:A', 'vin:B']],
    [{ lei: 'L1', names: ['X', 'Y'] }, ['vin:C', 'vin:D']],
  ]);
});
