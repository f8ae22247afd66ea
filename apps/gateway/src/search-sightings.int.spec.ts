/** Sightings by what they say: in either script, by each filter and by several, to whom they are for, and told how they stand. */
import type { SightingDocument, SightingsView } from '#lib/contracts';
import { ANONYMOUS, ROOT_ACTOR, type Actor } from '#lib/domain';
import { readAsOf } from './coordinates.ts';
import { readingOf } from './gateway-deps.ts';
import { searchSightings } from './search-sightings.ts';
import { readSightingQuestion, type FilterTexts } from './sighting-question.ts';
import { seen, subject, TestedLedger } from './tested-ledger.contract.ts';

const CAR = 'vin:WDDSYNTH9JA000001';

interface More {
  readonly limit?: number;
  readonly cursor?: string;
  readonly asOf?: string;
  readonly looked?: { readonly stretch: number; readonly documents: number };
}

async function ask(
  ledger: TestedLedger,
  filters: FilterTexts,
  { limit = 100, cursor, asOf, looked }: More = {},
  actor: Actor = ROOT_ACTOR,
): Promise<SightingsView> {
  const { reader, reads } = await readingOf({ reads: ledger.reads, breaksGlass: () => false }, actor);
  const query = {
    question: readSightingQuestion(filters),
    asOf: await readAsOf(asOf, reads),
    limit,
    ...(cursor === undefined ? {} : { cursor }),
  };
  return searchSightings(reads, reader, query, looked);
}

const ids = ({ results }: SightingsView): string[] => results.map(({ sighting }) => sighting.id);
const found = async (...of: Parameters<typeof ask>): Promise<string[]> => ids(await ask(...of));

/** All pages, one behind the other, and where each ended. */
async function walk(ledger: TestedLedger, filters: FilterTexts, more: More, actor?: Actor): Promise<{ all: string[]; ends: unknown[] }> {
  const [all, ends]: [string[], unknown[]] = [[], []];
  for (let cursor: string | null = null; ;) {
    const page: SightingsView = await ask(ledger, filters, { ...more, ...(cursor === null ? {} : { cursor }) }, actor);
    all.push(...ids(page));
    if (page.next === null) return { all, ends };
    ends.push((JSON.parse(Buffer.from(page.next, 'base64url').toString()) as unknown[])[2]);
    cursor = page.next;
  }
}

const CASE: SightingDocument[] = [
  seen('pusan', [subject(CAR)], {
    place: { name: '부산항', unlocode: 'KRPUS', country: 'KR', lat: 35.1, lon: 129.04 },
    occurred: { from: '2018-09-27', to: '2018-09-27', precision: 'day' },
    parties: [{ role: 'consignee', name: 'ООО «Южный Порт»', lei: '5493001KJTIIGC8Y1R12' }],
    source: { kind: 'bill-of-lading', family: 'trade', title: 'Bill of lading 77, sheet 2' },
    extension: { x: { quantity: { hs: '8703.24' } } },
  }),
  seen('osaka', [], {
    place: { unlocode: 'JPOSA' },
    occurred: { from: '2018-08-31', to: '2018-09-03', precision: 'day' },
    statement: 'Armoured Mercedes-Maybach S600, VIN unknown, on the quay.',
    source: { kind: 'imagery' },
  }),
  seen('undated', [], { statement: 'Two S600 were said to be in Osaka.', source: { kind: 'tip' } }),
  {
    id: 'fix',
    kind: 'correction',
    handling: { tlp: 'CLEAR' },
    source: { kind: 'photo' },
    relations: { target: 'osaka', reason: 'Other model.' },
    statement: 'Maybach S650',
  },
  { id: 'undo', kind: 'retraction', handling: { tlp: 'CLEAR' }, source: { kind: 'photo' }, relations: { target: 'undated' } },
];

describe('a case', () => {
  let ledger: TestedLedger;
  beforeAll(async () => {
    ledger = await TestedLedger.open();
    await ledger.add(CASE);
  }, 60_000);
  afterAll(() => ledger.database.drop());

  it.each<[FilterTexts, string[]]>([
    [{ party: 'Yuzhny Port' }, ['pusan']],
    [{ party: 'южный порт' }, ['pusan']],
    [{ party: '5493001KJTIIGC8Y1R12' }, ['pusan']],
    [{ place: '부산항' }, ['pusan']],
    [{ place: 'Pusanhang' }, ['pusan']],
    [{ text: 's600' }, ['undated', 'osaka']],
    [{ text: 'maybach' }, ['fix', 'osaka']],
    [{ text: 's600 quay' }, ['osaka']],
    [{ text: 's600', unidentified: '1', since: '2018' }, ['osaka']],
    [{ unidentified: '1' }, ['undo', 'fix', 'undated', 'osaka']],
    [{ country: 'JP' }, ['osaka']],
    [{ unlocode: 'KRPUS' }, ['pusan']],
    [{ near: '35.1,129.0', within: '10' }, ['pusan']],
    [{ near: '34.6,135.4', within: '50' }, ['osaka']],
    [{ near: '35.1,129.0', within: '1' }, []],
    [{ since: '2018-09-01', until: '2018-09' }, ['osaka', 'pusan']],
    [{ until: '2018-08' }, ['osaka']],
    [{ since: '2018-09-28' }, []],
    [{ hs: '8703' }, ['pusan']],
    [{ hs: '8704' }, []],
    [{ source: 'trade' }, ['pusan']],
    [{ source: 'bill lading' }, ['pusan']],
    [{ source: 'imagery', text: 'mercedes' }, ['osaka']],
    [{ party: 'yuzhny', country: 'KR', hs: '87', since: '2018-09', source: 'bill-of-lading', near: '35,129', within: '100' }, ['pusan']],
    [{ party: 'yuzhny', country: 'JP' }, []],
  ])('%j finds %j', async (filters, wanted) => expect(await found(ledger, filters)).toEqual(wanted));

  it('says why, in the words of the author first, and how each stands', async () => {
    const { results } = await ask(ledger, { text: 'S600' });
    expect(JSON.stringify(results[1]?.why[0])).toMatch(
      /^\{"text":"Armoured Mercedes-Maybach S600, VIN unknown, on the quay\.","pointer":"\/statement"/,
    );
    expect(results.map(({ sighting: { standing, by } }) => [standing, by?.id])).toEqual([
      ['withdrawn', 'undo'],
      ['corrected', 'fix'],
    ]);
    const [pusan] = (await ask(ledger, { party: 'Yuzhny' })).results;
    expect(pusan?.why).toEqual([
      {
        text: 'ООО «Южный Порт»',
        pointer: '/parties/0/name',
        filter: 'party',
        words: [{ asked: 'Yuzhny', found: 'Южный', key: 'yuzhny', rule: 'BGN/PCGN, simplified' }],
      },
    ]);
    expect(pusan?.sighting.standing).toBe('stands');
  });

  it('is as it was at a log size, and as its authors had said by then', async () => {
    const { results } = await ask(ledger, { text: 's600' }, { asOf: 'log:2' });
    expect(results.map(({ sighting: { id, standing } }) => [id, standing])).toEqual([['osaka', 'stands']]);
    expect(await ask(ledger, { text: 's600' }, { asOf: 'reported:2019-01-01' })).toMatchObject({ results: [], withoutReported: 2 });
  });

  it('is the same by pages of any size, however little of the log each looks at', async () => {
    for (const limit of [1, 2, 3])
      for (const looked of [
        { stretch: 1, documents: 1 },
        { stretch: 3, documents: 2 },
        { stretch: 100, documents: 100 },
      ])
        expect((await walk(ledger, { unidentified: '1' }, { limit, looked })).all).toEqual(['undo', 'fix', 'undated', 'osaka']);
    expect((await ask(ledger, { unidentified: '1' }, { limit: 4 })).next).not.toBeNull();
    expect((await ask(ledger, { unidentified: '1' }, { limit: 5 })).next).toBeNull();
  });

  it('takes no cursor of another question', async () => {
    const { next } = await ask(ledger, { unidentified: '1' }, { limit: 1 });
    await expect(ask(ledger, { text: 's600' }, { cursor: next ?? '' })).rejects.toMatchObject({ code: 'cursor.malformed' });
  });

  it('says what waits for a rebuild', async () => {
    const owner = ledger.database.pool('owner');
    await owner.query('update ledger.head set searched_from = 3');
    expect((await ask(ledger, { text: 's600' })).notes).toEqual([expect.stringContaining('below log index 3')]);
    await owner.query('update ledger.head set searched_from = 0');
    expect((await ask(ledger, { text: 's600' })).notes).toEqual([]);
  });
});

describe('filters are read as a whole, or refused with the one that is wrong', () => {
  it.each<[FilterTexts, string, string]>([
    [{}, 'text', 'no filter'],
    [{ text: '—' }, 'text', 'no letter'],
    [{ text: 'x'.repeat(201) }, 'text', 'at most 200'],
    [{ party: 'a b c d e f g h i j k l m n o p q' }, 'party', 'at most 16 words'],
    [{ unlocode: 'krpus' }, 'unlocode', 'not a UN/LOCODE'],
    [{ country: 'XX' }, 'country', 'not a country'],
    [{ country: 'JP', unlocode: 'KRPUS' }, 'country', 'lies in KR'],
    [{ near: '35.1 129' }, 'near', 'needs within'],
    [{ near: '35.1 129', within: '5' }, 'near', 'latitude and longitude'],
    [{ near: '95.1,129', within: '5' }, 'near', 'outside'],
    [{ within: '5' }, 'within', 'needs near'],
    [{ near: '35,129', within: '99999' }, 'within', 'kilometres'],
    [{ since: 'yesterday' }, 'since', 'yesterday'],
    [{ since: '2018-13' }, 'since', '2018-13'],
    [{ since: '2019', until: '2018' }, 'until', 'before since'],
    [{ hs: '870' }, 'hs', 'pairs'],
    [{ unidentified: 'yes' }, 'unidentified', '1'],
  ])('%j: %s', (filters, parameter, words) => {
    const refused = (): unknown => readSightingQuestion(filters);
    expect(refused).toThrow(expect.objectContaining({ code: 'search.filter', detail: expect.stringContaining(words) as string }));
    expect(refused).toThrow(expect.objectContaining({ errors: [expect.objectContaining({ parameter })] }));
  });
});

describe('what a reader may not see', () => {
  const AMBER = { tlp: 'AMBER' as const, agencies: ['customs'] };
  const named = { tlp: 'RED' as const, principals: ['max'] };
  const of = (principal: string): Actor => ({ ...ROOT_ACTOR, principal });
  const text = 'Seen at Южный.';
  /** Every third is for one agency, every third for a person: this with the text that is asked for, or with another of as many words. */
  const documents = (hidden: string): SightingDocument[] =>
    Array.from({ length: 30 }, (_, n): SightingDocument => {
      if (n % 3 === 0) return seen(`open${n}`, [], { statement: n % 2 === 0 ? text : 'Nothing.' });
      return seen(`hidden${n}`, [], { statement: n % 3 === 1 ? text : hidden, handling: n % 3 === 1 ? AMBER : named });
    });
  let ledgers: TestedLedger[];
  beforeAll(async () => {
    ledgers = [await TestedLedger.open(), await TestedLedger.open()];
    for (const [at, ledger] of ledgers.entries()) {
      await ledger.add(documents(at === 0 ? text : 'Lost in Osaka.'));
      // What its agency closed: found before, and not after.
      await ledger.add([
        seen('closed', [], { statement: at === 0 ? text : 'Lost in Osaka.' }),
        {
          id: 'mark',
          kind: 'marking',
          handling: { tlp: 'RED' },
          source: { kind: 'note' },
          relations: { target: 'closed', handling: named },
        } as SightingDocument,
      ]);
    }
  }, 60_000);
  afterAll(() => Promise.all(ledgers.map((ledger) => ledger.database.drop())));

  it('is as if absent, and where pages end says nothing of it', async () => {
    for (const more of [
      {},
      { limit: 1 },
      { limit: 3 },
      { looked: { stretch: 7, documents: 2 } },
      { limit: 2, looked: { stretch: 100, documents: 3 } },
    ]) {
      for (const [actor, count] of [
        [ANONYMOUS, 5],
        [of('eva'), 15],
      ] as const) {
        const [a, b] = await Promise.all(ledgers.map((ledger) => walk(ledger, { text: 'yuzhny' }, more, actor)));
        expect([more, a]).toEqual([more, b]);
        expect(a?.all.length).toBe(count);
      }
    }
  });

  it('control: to whom it is for it is there, but for what names others', async () => {
    const [ledger] = ledgers as [TestedLedger];
    const all = async (actor: Actor): Promise<number> => (await found(ledger, { text: 'yuzhny' }, {}, actor)).length;
    expect([await all(of('eva')), await all(of('max')), await all(ANONYMOUS)]).toEqual([15, 15 + 10 + 1, 5]);
  });
});
