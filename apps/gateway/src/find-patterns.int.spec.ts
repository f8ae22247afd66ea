/** What items have in common, by what a search found and this reader sees: with each sighting behind it. */
import type { PatternsView } from '#lib/contracts';
import { ANONYMOUS, ROOT_ACTOR, type Actor } from '#lib/domain';
import { readAsOf } from './coordinates.ts';
import { findPatterns, readPatternKind } from './find-patterns.ts';
import { readingOf } from './gateway-deps.ts';
import { readSightingQuestion, type FilterTexts } from './sighting-question.ts';
import { seen, subject, TestedLedger } from './tested-ledger.contract.ts';

const CARS = ['vin:WDDSYNTH9JA000001', 'vin:WDDSYNTH9JA000002', 'vin:WDDSYNTH9JA000003'] as const;
const day = (text: string): object => ({ occurred: { from: text, to: text, precision: 'day' } });

describe('patterns', () => {
  let ledger: TestedLedger;
  beforeAll(async () => {
    ledger = await TestedLedger.open();
    const documents = [
      ...CARS.map((car, n) => seen(`nl${n}`, [subject(car)], { place: { unlocode: 'NLRTM' }, ...day('2018-06-01') })),
      ...CARS.map((car, n) =>
        seen(`cn${n}`, [subject(car)], {
          place: { unlocode: 'CNDLC' },
          ...day('2018-07-01'),
          ...(n === 2 ? { handling: { tlp: 'AMBER' } } : {}),
        }),
      ),
      { ...seen('cn1-undone', [subject(CARS[1])]), kind: 'retraction' as const, relations: { target: 'cn1' } },
    ];
    // Taken in behind what they tell: what is to come counts nothing.
    await ledger.add(documents, 'local', 'operator', Date.UTC(2020, 0) * 1_000);
  }, 60_000);
  afterAll(() => ledger.database.drop());

  async function ask(filters: FilterTexts, actor: Actor = ROOT_ACTOR, asOf?: string, documents = 100): Promise<PatternsView> {
    const { reader, reads } = await readingOf({ reads: ledger.reads, breaksGlass: () => false }, actor);
    const query = { of: 'paths' as const, by: 'port' as const, question: readSightingQuestion(filters), asOf: await readAsOf(asOf, reads) };
    return findPatterns(reads, reader, query, { stretch: 1_000, documents });
  }

  it('are of what stands, with what they follow from and its label', async () => {
    const { patterns, complete } = await ask({ source: 'photo' });
    expect(patterns).toEqual([
      {
        path: ['NLRTM', 'CNDLC'],
        isOrderCertain: true,
        items: [CARS[0], CARS[2]],
        sightings: ['cn0', 'cn2', 'nl0', 'nl2'].map((id) => ({ agency: 'local', id, items: [CARS[id.endsWith('0') ? 0 : 2]] })),
        tlp: 'AMBER',
      },
    ]);
    expect(complete).toBe(true);
  });

  it('are as they were before a record was withdrawn', async () => {
    expect((await ask({ source: 'photo' }, ROOT_ACTOR, 'log:6')).patterns[0]?.items).toEqual(CARS);
  });

  it('are without what a reader may not see, as if it were absent', async () => {
    expect((await ask({ source: 'photo' }, ANONYMOUS)).patterns).toEqual([]);
    expect((await ask({ source: 'photo' }, ANONYMOUS, 'log:6')).patterns).toMatchObject([{ items: [CARS[0], CARS[1]], tlp: 'CLEAR' }]);
  });

  it('say where not all was looked at', async () => {
    expect(await ask({ source: 'photo' }, ROOT_ACTOR, undefined, 3)).toMatchObject({
      complete: false,
      notes: [expect.stringContaining('Not all')],
    });
  });
});

test('what is looked for is named', () => {
  expect(readPatternKind('paths', 'country')).toEqual({ of: 'paths', by: 'country' });
  expect(readPatternKind('parties', undefined)).toEqual({ of: 'parties', by: 'port' });
  for (const [of, by, words] of [
    [undefined, undefined, 'of is needed'],
    ['ways', undefined, 'of is needed'],
    ['paths', 'street', 'port or country'],
    ['parties', 'port', 'for paths alone'],
  ] as const)
    expect(() => readPatternKind(of, by)).toThrow(words);
});
